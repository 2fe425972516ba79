import type { InboundRequest } from "../../anthropic/request.ts";
import type { MessageAnswer, Tool } from "../../anthropic/types.ts";
import { CannotCarry, type LocalAnswer, type Target, type TranslationContext } from "../wire.ts";
import { bodyOf, toolsOf } from "./body.ts";
import { sortTools } from "./tool-list.ts";
import { searchUnavailable, searchWish } from "./web-search.ts";

/** What a wire must know of its requests to answer some of them itself. */
interface WireTools {
  /** The request's tools: how many functions there are, and the web search. */
  tools: (inbound: InboundRequest, target: Target) => { names: { size: number }; webSearch: Tool | undefined };
  /** Can the target's vendor search the web with this model? */
  canSearch: (target: Target) => boolean;
}

/**
 * `max_tokens: 0` only warms Anthropic's cache and needs no upstream. A request that is nothing but a web search gets an
 * honest "cannot" from a provider without one, because asking its model would pass off memories as a search.
 */
export function localAnswer(
  { inbound, target, messageId }: TranslationContext,
  wire: WireTools,
): LocalAnswer | undefined {
  const { model, maxTokens } = inbound.facts;
  if (maxTokens === 0) {
    const usage = { input_tokens: inbound.facts.estimatedTokens, output_tokens: 0 };
    const message = {
      id: messageId,
      type: "message",
      role: "assistant",
      model,
      content: [],
      stop_sequence: null,
    } as const;
    return { when: "at_once", message: { ...message, content: [], stop_reason: "max_tokens", usage } };
  }
  const tools = readable(() => {
    bodyOf(inbound);
    return wire.tools(inbound, target);
  });
  if (!tools?.webSearch || tools.names.size > 0 || wire.canSearch(target)) return undefined;
  const why = `the provider "${target.provider}" that serves this model has none`;
  return { when: "last_resort", message: withoutSearch(inbound, messageId, why) };
}

/** Is the request nothing but a web search? Claude Code asks for each of its searches in a request of its own. */
export function isSearch(inbound: InboundRequest): boolean {
  if (!inbound.facts.toolTypes.some((type) => type.startsWith("web_search"))) return false;
  return readable(() => sortTools(toolsOf(inbound)).functions.length === 0) ?? false;
}

/** The answer to a web search that nobody did. @param why half a sentence for the user */
export function withoutSearch(inbound: InboundRequest, messageId: string, why: string): MessageAnswer {
  const { webSearch } = sortTools(toolsOf(inbound));
  const query = webSearch ? searchWish(webSearch, bodyOf(inbound)).query : "";
  return searchUnavailable(messageId, inbound.facts.model, query, why);
}

/** Undefined for a body that is not well-formed: the request will say what is wrong with it. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof CannotCarry) return undefined;
    throw error;
  }
}
