import type { InboundRequest } from "../../anthropic/request.ts";
import { bodyOf } from "../shared/body.ts";
import { searchUnavailable, searchWish } from "../shared/web-search.ts";
import { CannotCarry, type LocalAnswer, type Target, type TranslationContext } from "../wire.ts";
import { type ChatTools, chatTools } from "./tools.ts";
import { canSearch } from "./web-search.ts";

/**
 * `max_tokens: 0` only warms Anthropic's cache and needs no upstream. A request that is nothing but a web search gets an
 * honest "cannot" from a provider without one, because asking its model would pass off memories as a search.
 */
export function localAnswer({ inbound, target, messageId }: TranslationContext): LocalAnswer | undefined {
  const { model, maxTokens, estimatedTokens } = inbound.facts;
  if (maxTokens === 0) {
    const usage = { input_tokens: estimatedTokens, output_tokens: 0 };
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
  const tools = readableTools(inbound, target);
  if (!tools) return undefined;
  const { functions, webSearch } = tools;
  if (!webSearch || functions.length > 0 || canSearch(target)) return undefined;
  const { query } = searchWish(webSearch, bodyOf(inbound));
  return { when: "last_resort", message: searchUnavailable(messageId, model, query, target.provider) };
}

/** Undefined for a body that is not well-formed: the request will say what is wrong with it. */
function readableTools(inbound: InboundRequest, target: Target): ChatTools | undefined {
  try {
    bodyOf(inbound);
    return chatTools(inbound, target);
  } catch (error) {
    if (error instanceof CannotCarry) return undefined;
    throw error;
  }
}
