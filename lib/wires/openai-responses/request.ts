import type { InboundRequest } from "../../anthropic/request.ts";
import type { MessagesBody } from "../../anthropic/types.ts";
import type { Quirks } from "../../catalog/types.ts";
import { bodyOf } from "../shared/body.ts";
import { requestedEffort } from "../shared/effort.ts";
import { familyOf } from "../shared/families.ts";
import { outputLimit, sampling } from "../shared/limits.ts";
import { quirksOf } from "../shared/quirks.ts";
import { allowsStrict, outputSchema } from "../shared/schema.ts";
import { hashed, sessionKey } from "../shared/session-key.ts";
import { systemTexts } from "../shared/system-text.ts";
import { userAgent } from "../shared/user-agent.ts";
import { searchWish } from "../shared/web-search.ts";
import { CannotCarry, type Target, type UpstreamRequest } from "../wire.ts";
import { inputItems } from "./input.ts";
import { reasoningFields } from "./reasoning.ts";
import { type ResponseTools, responseTools, searchTool, toolChoice } from "./tools.ts";

/**
 * The client's request for the Responses API. Nothing is stored at OpenAI; what has no counterpart is left out.
 * @throws {CannotCarry} for what must not be lost in silence
 * @see https://platform.openai.com/docs/api-reference/responses/create
 */
export function responsesRequest(inbound: InboundRequest, target: Target): UpstreamRequest {
  const fields = responseFields(inbound, target);
  const stream = inbound.facts.stream;
  return {
    ...requestTo(inbound, target, "/responses"),
    headers: headersOf(inbound, target, stream),
    body: withTools({ ...fields.body, ...(stream && { stream: true }) }, fields.tools),
    notes: notesOf(fields.tools),
  };
}

/** Counting takes the same input and refuses what is only of use for an answer. */
export function countRequest(inbound: InboundRequest, target: Target): UpstreamRequest {
  const { body, tools } = responseFields(inbound, target);
  const { model, input, instructions, tool_choice, reasoning, text } = body as Record<string, unknown>;
  const counted = { model, input, instructions, tool_choice, reasoning, text };
  return {
    ...requestTo(inbound, target, "/responses/input_tokens"),
    headers: headersOf(inbound, target, false),
    body: withTools(counted, tools),
  };
}

interface Fields {
  body: Record<string, unknown>;
  tools: { all: readonly string[]; list: ResponseTools };
}

function responseFields(inbound: InboundRequest, target: Target): Fields {
  const body = bodyOf(inbound);
  refuseWhatCannotBeLost(body);
  const quirks = quirksOf(target.type, target.model);
  const family = familyOf(target.model);
  const list = responseTools(inbound, target);
  const searches = list.webSearch !== undefined;
  const wish = list.webSearch && searchWish(list.webSearch, body);
  const reasoning = reasoningFields(requestedEffort(body), body, target, family, quirks);
  const include = [...((reasoning.fields.include as string[] | undefined) ?? []), ...(searches ? [SOURCES] : [])];
  const instructions = systemTexts(body.system)
    .map(({ text }) => text)
    .join("\n\n");
  const [limit] = Object.values(outputLimit(body, target, quirks, inbound.facts.estimatedTokens));
  return {
    body: {
      model: target.model,
      ...(instructions !== "" && { instructions }),
      input: inputItems(body, target, quirks),
      ...toolChoice(body, list.names),
      ...(limit !== undefined && { max_output_tokens: limit }),
      ...sampling(body, family, { ...quirks, topK: false }, reasoning.reasons),
      ...reasoning.fields,
      ...(include.length > 0 && { include }),
      ...structuredOutput(body, quirks),
      ...(searches && typeof list.webSearch?.max_uses === "number" && { max_tool_calls: list.webSearch.max_uses }),
      store: false,
      ...identity(inbound, body, quirks),
    },
    tools: { all: [list.json, wish ? JSON.stringify(searchTool(wish)) : ""].filter(Boolean), list },
  };
}

const SOURCES = "web_search_call.action.sources";

function refuseWhatCannotBeLost({ safeguards, thread }: MessagesBody): void {
  // Claude Code reads this name in the message, and repeats the request without the field.
  if (safeguards != null) throw new CannotCarry("safeguards: not supported by this provider", "bad_request");
  if ((thread as { type?: unknown } | null)?.type === "continue")
    throw new CannotCarry("thread: the earlier messages are kept on Anthropic's servers only");
}

function structuredOutput(body: MessagesBody, quirks: Quirks): Record<string, unknown> {
  const format = body.output_config?.format ?? (body.output_format as { type?: string; schema?: unknown } | undefined);
  if (format?.type !== "json_schema") return {};
  const schema = outputSchema(format.schema, quirks.schemaDialect);
  return { text: { format: { type: "json_schema", name: "output", schema, strict: allowsStrict(schema) } } };
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

function requestTo(_inbound: InboundRequest, target: Target, path: string): Pick<UpstreamRequest, "method" | "url"> {
  return { method: "POST", url: `${target.baseUrl.replace(/\/responses$/, "")}${path}` };
}

function headersOf(inbound: InboundRequest, target: Target, stream: boolean): Record<string, string> {
  return {
    "content-type": "application/json",
    accept: stream ? "text/event-stream" : "application/json",
    "accept-encoding": "identity",
    "user-agent": userAgent(inbound, quirksOf(target.type, target.model).clientUserAgent),
  };
}

/** The tools are JSON already and go in as they are: writing 31 KB anew for every turn would be work for nothing. */
function withTools(fields: Record<string, unknown>, { all }: Fields["tools"]): string {
  const json = JSON.stringify(fields);
  return all.length === 0 ? json : `${json.slice(0, -1)},"tools":[${all.join(",")}]}`;
}

function notesOf({ list }: Fields["tools"]): string[] {
  return list.dropped.map((type) => `tool ${type} left out: only Anthropic's servers execute it`);
}
