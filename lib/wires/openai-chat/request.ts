import type { InboundRequest } from "../../anthropic/request.ts";
import type { MessagesBody } from "../../anthropic/types.ts";
import type { Quirks } from "../../catalog/types.ts";
import { bodyOf } from "../shared/body.ts";
import { requestedEffort } from "../shared/effort.ts";
import { extraFields, imageDetail } from "../shared/extras.ts";
import { type Family, familyOf } from "../shared/families.ts";
import { dropFields } from "../shared/fields.ts";
import { identity } from "../shared/identity.ts";
import { jsonBody, jsonItems } from "../shared/json-body.ts";
import { jsonPost } from "../shared/json-post.ts";
import { outputLimit, sampling, stopSequences } from "../shared/limits.ts";
import { quirksOf } from "../shared/quirks.ts";
import { allowsStrict } from "../shared/schema.ts";
import { type StructuredOutput, structuredOutput } from "../shared/structured-output.ts";
import { toolChoice } from "../shared/tool-choice.ts";
import { droppedNotes, refuseTooMany } from "../shared/tool-list.ts";
import { refuseUnportable } from "../shared/unportable.ts";
import { searchWish } from "../shared/web-search.ts";
import { CannotCarry, type Target, type UpstreamRequest } from "../wire.ts";
import { chatMessages } from "./messages.ts";
import { thinkingFields } from "./thinking.ts";
import { type ChatTools, chatTools } from "./tools.ts";
import { type SearchFields, searchFields } from "./web-search.ts";

/**
 * The client's request as a Chat Completions request. Fields that have no counterpart are left out.
 * @throws {CannotCarry} for what must not be lost in silence
 * @see https://platform.openai.com/docs/api-reference/chat/create
 */
export function chatRequest(inbound: InboundRequest, target: Target): UpstreamRequest {
  const body = bodyOf(inbound);
  refuseUnportable(body);
  const quirks = quirksOf(target.type, target.model);
  const family = familyOf(target.model);
  const tools = chatTools(inbound, target);
  refuseTooMany(tools.functions.length, target, quirks);
  const search = askForSearch(body, tools, target);
  const hasTools = tools.json.length > 0 || search?.tools !== undefined;
  const thinking = thinkingFields(requestedEffort(body), target, family, quirks, hasTools);
  const output = structuredOutput(body, quirks);
  const stops = stopSequences(body, family, quirks);
  const systemRole = quirks.systemRole === "developer" && family?.developer ? "developer" : "system";
  const sampled = sampling(body, family, quirks, thinking.reasons);
  const fields = {
    model: target.model,
    messages: chatMessages(body, target, quirks, systemRole, output.instruction, imageDetail(inbound, quirks)),
    ...toolChoice(body, tools.names, quirks, (name) => ({ type: "function", function: { name } })),
    ...outputLimit(body, target, quirks, inbound),
    ...sampled,
    ...(stops.upstream.length > 0 && { stop: stops.upstream }),
    ...thinking.fields,
    ...responseFormat(output),
    ...(inbound.facts.stream && {
      stream: true,
      ...(quirks.streamOptions !== false && { stream_options: { include_usage: true } }),
    }),
    ...identity(inbound, body, quirks),
    ...search?.fields,
    ...quirks.extraFields,
    ...extraFields(inbound.extras, target, placesFor(sampled, family, quirks)),
  };
  const url = `${target.baseUrl.replace(/\/chat\/completions$/, "")}/chat/completions`;
  return {
    ...jsonPost(inbound, target, url, inbound.facts.stream),
    body: jsonBody(dropFields(fields, quirks.forbiddenFields), [...tools.json, ...jsonItems(search?.tools)]),
    notes: notesOf(tools, search !== undefined),
  };
}

/** Settings of OpenAI's that go up as they came. */
const SETTINGS = ["seed", "frequency_penalty", "presence_penalty", "logit_bias"] as const;

/** Which settings of an OpenAI client the model takes at this vendor. */
function placesFor(
  sampled: Record<string, number>,
  family: Family | undefined,
  { forbiddenFields = [], settings = [], promptCacheKey = false, structuredOutput: output }: Quirks,
): Record<string, string> {
  const names = [
    ...(family?.sampling === false ? [] : SETTINGS),
    ...settings,
    ...(promptCacheKey ? ["prompt_cache_key"] : []),
    ...(output === "omit" ? [] : ["response_format"]),
    ...(sampled.temperature === undefined ? [] : ["temperature", "top_p"]),
  ];
  return Object.fromEntries(names.filter((name) => !forbiddenFields.includes(name)).map((name) => [name, name]));
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

/** @see https://platform.openai.com/docs/api-reference/chat/create#chat-create-response_format */
function responseFormat({ form, schema }: StructuredOutput): Record<string, unknown> {
  if (form === undefined) return {};
  if (form === "json_object") return { response_format: { type: form } };
  const json_schema = { name: "output", schema, strict: allowsStrict(schema) };
  return { response_format: { type: form, json_schema } };
}

function notesOf({ dropped, webSearch }: ChatTools, searches: boolean): string[] {
  const notes = droppedNotes(dropped);
  if (webSearch && !searches) notes.push("web search left out: the provider has none beside other tools");
  return notes;
}
