import type { InboundRequest } from "../../anthropic/request.ts";
import type { MessagesBody } from "../../anthropic/types.ts";
import type { Quirks } from "../../catalog/types.ts";
import { bodyOf } from "../shared/body.ts";
import { requestedEffort } from "../shared/effort.ts";
import { familyOf } from "../shared/families.ts";
import { quirksOf } from "../shared/quirks.ts";
import { hashed, sessionKey } from "../shared/session-key.ts";
import { userAgent } from "../shared/user-agent.ts";
import { searchWish } from "../shared/web-search.ts";
import { CannotCarry, type Target, type UpstreamRequest } from "../wire.ts";
import { dropFields } from "./fields.ts";
import { outputLimit, sampling, stopSequences } from "./limits.ts";
import { chatMessages } from "./messages.ts";
import { structuredOutput } from "./structured-output.ts";
import { thinkingFields } from "./thinking.ts";
import { toolChoice } from "./tool-choice.ts";
import { type ChatTools, chatTools } from "./tools.ts";
import { type SearchFields, searchFields } from "./web-search.ts";

/**
 * The client's request as a Chat Completions request. Fields that have no counterpart are left out.
 * @throws {CannotCarry} for what must not be lost in silence
 * @see https://platform.openai.com/docs/api-reference/chat/create
 */
export function chatRequest(inbound: InboundRequest, target: Target): UpstreamRequest {
  const body = bodyOf(inbound);
  refuseWhatCannotBeLost(body);
  const quirks = quirksOf(target.type, target.model);
  const family = familyOf(target.model);
  const tools = chatTools(inbound, target);
  if (quirks.maxTools !== undefined && tools.functions.length > quirks.maxTools)
    throw new CannotCarry(
      `tools: ${target.provider} takes ${quirks.maxTools} at most, the request has ${tools.functions.length}`,
    );
  const search = askForSearch(body, tools, target);
  const hasTools = tools.json !== "" || search?.tools !== undefined;
  const thinking = thinkingFields(requestedEffort(body), target, family, quirks, hasTools);
  const output = structuredOutput(body, quirks);
  const stops = stopSequences(body, family, quirks);
  const systemRole = quirks.systemRole === "developer" && family?.developer ? "developer" : "system";
  const fields = {
    model: target.model,
    messages: chatMessages(body, target, quirks, systemRole, output.instruction),
    ...toolChoice(body, tools.names, quirks),
    ...outputLimit(body, target, quirks, inbound.facts.estimatedTokens),
    ...sampling(body, family, quirks, thinking.reasons),
    ...(stops.upstream.length > 0 && { stop: stops.upstream }),
    ...thinking.fields,
    ...output.fields,
    ...(inbound.facts.stream && {
      stream: true,
      ...(quirks.streamOptions !== false && { stream_options: { include_usage: true } }),
    }),
    ...identity(inbound, body, quirks),
    ...search?.fields,
    ...quirks.extraFields,
  };
  const toolsJson = [tools.json, ...(search?.tools ?? []).map((tool) => JSON.stringify(tool))]
    .filter(Boolean)
    .join(",");
  return {
    method: "POST",
    url: `${target.baseUrl.replace(/\/chat\/completions$/, "")}/chat/completions`,
    headers: {
      "content-type": "application/json",
      accept: inbound.facts.stream ? "text/event-stream" : "application/json",
      "accept-encoding": "identity",
      "user-agent": userAgent(inbound, quirks.clientUserAgent),
    },
    body: withTools(JSON.stringify(dropFields(fields, quirks.forbiddenFields)), toolsJson),
    notes: notesOf(tools, search !== undefined),
  };
}

function refuseWhatCannotBeLost({ safeguards, thread }: MessagesBody): void {
  // Claude Code reads this name in the message, and repeats the request without the field.
  if (safeguards != null) throw new CannotCarry("safeguards: not supported by this provider", "bad_request");
  if ((thread as { type?: unknown } | null)?.type === "continue")
    throw new CannotCarry("thread: the earlier messages are kept on Anthropic's servers only");
}

/** @throws {CannotCarry} when the request is nothing but a search and the vendor has none */
function askForSearch(
  body: MessagesBody,
  { functions, webSearch }: ChatTools,
  target: Target,
): SearchFields | undefined {
  if (!webSearch) return undefined;
  const fields = searchFields(target, searchWish(webSearch, body), functions.length > 0);
  if (!fields && functions.length === 0) throw new CannotCarry(`tools: ${target.provider} cannot search the web`);
  return fields;
}

/** Who asks, as a hash at most: for prompt caches and for abuse reports, where the vendor has a use for it. */
function identity(inbound: InboundRequest, { metadata }: MessagesBody, quirks: Quirks): Record<string, string> {
  const session = quirks.promptCacheKey ? sessionKey(inbound) : undefined;
  const user = quirks.safetyIdentifier && typeof metadata?.user_id === "string" ? hashed(metadata.user_id) : undefined;
  return {
    ...(session !== undefined && { prompt_cache_key: session }),
    ...(user !== undefined && { safety_identifier: user }),
  };
}

/** The tools are JSON already and go in as they are: writing 31 KB anew for every turn would be work for nothing. */
function withTools(json: string, tools: string): string {
  return tools === "" ? json : `${json.slice(0, -1)},"tools":[${tools}]}`;
}

function notesOf({ dropped, webSearch }: ChatTools, searches: boolean): string[] {
  const notes = dropped.map((type) => `tool ${type} left out: only Anthropic's servers execute it`);
  if (webSearch && !searches) notes.push("web search left out: the provider has none beside other tools");
  return notes;
}
