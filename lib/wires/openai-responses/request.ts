import type { InboundRequest } from "../../anthropic/request.ts";
import type { Pieces } from "../../anthropic/splice.ts";
import type { MessagesBody } from "../../anthropic/types.ts";
import type { Quirks } from "../../catalog/types.ts";
import { bodyOf } from "../shared/body.ts";
import { extraFields, imageDetail } from "../shared/extras.ts";
import { type Family, familyOf } from "../shared/families.ts";
import { dropFields } from "../shared/fields.ts";
import { identity } from "../shared/identity.ts";
import { type JsonItems, jsonBody, jsonItems } from "../shared/json-body.ts";
import { jsonPost } from "../shared/json-post.ts";
import { outputLimit, sampling } from "../shared/limits.ts";
import { quirksOf } from "../shared/quirks.ts";
import { allowsStrict } from "../shared/schema.ts";
import { type StructuredOutput, structuredOutput } from "../shared/structured-output.ts";
import { systemTexts } from "../shared/system-text.ts";
import { toolChoice } from "../shared/tool-choice.ts";
import { droppedNotes, refuseTooMany } from "../shared/tool-list.ts";
import { refuseUnportable } from "../shared/unportable.ts";
import type { Target, UpstreamRequest } from "../wire.ts";
import { inputItems } from "./input.ts";
import { reasoningFields } from "./reasoning.ts";
import { type ResponseTools, responseTools, type SearchFields, searchFields } from "./tools.ts";

/**
 * The client's request for the Responses API. Nothing is stored at the vendor's; what has no counterpart is left out.
 * @throws {CannotCarry} for what must not be lost in silence
 * @see https://platform.openai.com/docs/api-reference/responses/create
 */
export function responsesRequest(inbound: InboundRequest, target: Target): UpstreamRequest {
  const { fields, tools, notes } = partsOf(inbound, target);
  const { streamOnly = false, toolsInInput = false } = quirksOf(target.type, target.model);
  const stream = inbound.facts.stream || streamOnly;
  return {
    ...post(inbound, target, "/responses", stream),
    body: (toolsInInput ? toolsInInputBody : jsonBody)({ ...fields, ...(stream && { stream: true }) }, tools),
    notes,
  };
}

/** What counts as input; the endpoint for counting refuses what is only of use for an answer. */
const COUNTED = new Set(["model", "input", "instructions", "reasoning", "text", "tool_choice", "parallel_tool_calls"]);

/** @see https://platform.openai.com/docs/api-reference/responses/input-tokens */
export function countRequest(inbound: InboundRequest, target: Target): UpstreamRequest {
  const { fields, tools } = partsOf(inbound, target);
  const counted = Object.fromEntries(Object.entries(fields).filter(([key]) => COUNTED.has(key)));
  return { ...post(inbound, target, "/responses/input_tokens", false), body: jsonBody(counted, tools) };
}

interface Parts {
  fields: Record<string, unknown>;
  /** Items of `tools`. */
  tools: JsonItems;
  notes: string[];
}

function partsOf(inbound: InboundRequest, target: Target): Parts {
  const body = bodyOf(inbound);
  refuseUnportable(body);
  const quirks = quirksOf(target.type, target.model);
  const family = familyOf(target.model);
  const tools = responseTools(inbound, target);
  refuseTooMany(tools.names.size, target, quirks);
  const search = searchFields(body, tools, target);
  const output = structuredOutput(body, quirks);
  const reasoning = reasoningFields(body, target, family, quirks, search !== undefined);
  const sampled = limits(inbound, body, target, quirks, family, reasoning.reasons);
  const phases = family?.phases ?? false;
  const detail = imageDetail(inbound, quirks);
  const extra = extraFields(inbound.extras, target, placesFor(sampled, quirks));
  const { verbosity, response_format: format, ...settings } = extra;
  const include = [...reasoning.include, ...(search?.include ?? [])];
  const fields = {
    model: target.model,
    ...instructions(body, output, quirks),
    input: inputItems(body, target, quirks, { phases, ...(detail !== undefined && { detail }) }),
    ...toolChoice(body, tools.names, quirks, (name) => ({ type: "function", name })),
    ...sampled,
    ...reasoning.fields,
    ...(include.length > 0 && { include }),
    ...search?.fields,
    store: false,
    ...identity(inbound, body, quirks),
    ...settings,
    ...textField(output, verbosity, format),
  };
  return {
    fields: dropFields(fields, quirks.forbiddenFields),
    tools: [...tools.json, ...jsonItems(search && [search.tool])],
    notes: notesOf(tools, search),
  };
}

function instructions({ system }: MessagesBody, output: StructuredOutput, quirks: Quirks): Record<string, string> {
  const texts = systemTexts(system).map(({ text }) => text);
  const text = [...texts, output.instruction].filter(Boolean).join("\n\n") || quirks.instructionsPlaceholder;
  return text === undefined ? {} : { instructions: text };
}

function limits(
  inbound: InboundRequest,
  body: MessagesBody,
  target: Target,
  quirks: Quirks,
  family: Family | undefined,
  reasons: boolean,
): Record<string, number> {
  const [limit] = Object.values(outputLimit(body, target, quirks, inbound));
  return {
    ...(limit !== undefined && { max_output_tokens: limit }),
    ...sampling(body, family, { ...quirks, topK: false }, reasons),
  };
}

/** Which settings of a client of OpenAI's the model takes at this vendor. */
function placesFor(
  sampled: Record<string, number>,
  { settings = [], promptCacheKey = false, structuredOutput: output }: Quirks,
): Record<string, string> {
  const names = [
    ...settings.filter((name) => name !== "prediction"),
    ...(promptCacheKey ? ["prompt_cache_key"] : []),
    ...(output === "omit" ? [] : ["response_format"]),
    ...(sampled.temperature === undefined ? [] : ["temperature", "top_p"]),
  ];
  return Object.fromEntries(names.map((name) => [name, name]));
}

/**
 * @param wanted the format that a client of OpenAI's asks for without a schema
 * @see https://platform.openai.com/docs/api-reference/responses/create#responses-create-text
 */
function textField(output: StructuredOutput, verbosity: unknown, wanted: unknown): Record<string, unknown> {
  const format = textFormat(output) ?? wanted;
  const text = { ...(format !== undefined && { format }), ...(verbosity !== undefined && { verbosity }) };
  return Object.keys(text).length > 0 ? { text } : {};
}

function textFormat({ form, schema }: StructuredOutput): Record<string, unknown> | undefined {
  if (form === undefined) return undefined;
  if (form === "json_object") return { type: form };
  return { type: form, name: "output", schema, strict: allowsStrict(schema) };
}

function post(inbound: InboundRequest, target: Target, path: string, stream: boolean): ReturnType<typeof jsonPost> {
  return jsonPost(inbound, target, `${target.baseUrl.replace(/\/responses$/, "")}${path}`, stream);
}

/** Some backends want the tools at the head of the input. */
function toolsInInputBody(fields: Record<string, unknown>, tools: JsonItems): Pieces {
  if (tools.length === 0) return jsonBody(fields);
  const { input, ...others } = fields;
  const head = jsonBody({ type: "additional_tools", role: "developer" }, tools).toBuffer();
  return jsonBody({ ...others, input: [head, ...(Array.isArray(input) ? input : [])] });
}

function notesOf({ dropped, webSearch }: ResponseTools, search: SearchFields | undefined): string[] {
  const notes = droppedNotes(dropped);
  if (webSearch && !search) notes.push("web search left out: the provider has none");
  return notes;
}
