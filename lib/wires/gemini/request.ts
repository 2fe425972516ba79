import type { InboundRequest } from "../../anthropic/request.ts";
import type { MessagesBody } from "../../anthropic/types.ts";
import { bodyOf } from "../shared/body.ts";
import { extraFields } from "../shared/extras.ts";
import { type JsonItems, jsonBody } from "../shared/json-body.ts";
import { jsonPost } from "../shared/json-post.ts";
import { outputLimit, stopSequences } from "../shared/limits.ts";
import { quirksOf } from "../shared/quirks.ts";
import { sessionKey } from "../shared/session-key.ts";
import { structuredOutput } from "../shared/structured-output.ts";
import { systemTexts } from "../shared/system-text.ts";
import { refuseUnportable } from "../shared/unportable.ts";
import type { Target, UpstreamRequest } from "../wire.ts";
import { contentsOf } from "./contents.ts";
import { type Generation, generationOf } from "./generation.ts";
import type { GeminiHost, Method } from "./host.ts";
import type { Content, Part } from "./protocol.ts";
import { SAFETY_SETTINGS } from "./safety.ts";
import { answerSchema } from "./schema.ts";
import type { SignatureMemory } from "./signatures.ts";
import { thinkingConfig } from "./thinking.ts";
import { toolFields } from "./tools.ts";

/** So many stop sequences are taken; those beyond are applied to the text as it comes. */
const STOPS = { stopLimit: 5 };

/**
 * The client's request for Gemini. What has no counterpart is left out.
 * @throws {CannotCarry} for what must not be lost in silence
 * @see https://ai.google.dev/api/generate-content
 */
export function geminiRequest(
  inbound: InboundRequest,
  target: Target,
  host: GeminiHost,
  memory: SignatureMemory,
): UpstreamRequest {
  const { prompt, toolConfig, config, tools, notes } = partsOfRequest(inbound, target, host, memory);
  const method = inbound.facts.stream ? "streamGenerateContent" : "generateContent";
  const fields = { ...prompt, ...toolConfig, safetySettings: SAFETY_SETTINGS, generationConfig: config };
  return { ...post(inbound, target, host, method), body: jsonBody(fields, tools), notes };
}

/** Counting takes what belongs to the prompt. */
export function countRequest(
  inbound: InboundRequest,
  target: Target,
  host: GeminiHost,
  memory: SignatureMemory,
): UpstreamRequest {
  const { prompt, tools } = partsOfRequest(inbound, target, host, memory);
  return { ...post(inbound, target, host, "countTokens"), body: host.countBody(target, prompt, tools) };
}

/** The stop sequences that the model is not told of. */
export function localStops(body: MessagesBody): readonly string[] {
  return stopSequences(body, undefined, STOPS).local;
}

interface RequestParts {
  /** `contents` and whatever else the model reads, but for its tools. */
  prompt: Record<string, unknown>;
  toolConfig: Record<string, unknown>;
  config: Record<string, unknown>;
  /** Items of `tools`. */
  tools: JsonItems;
  notes: string[];
}

function partsOfRequest(
  inbound: InboundRequest,
  target: Target,
  host: GeminiHost,
  memory: SignatureMemory,
): RequestParts {
  const body = bodyOf(inbound);
  refuseUnportable(body);
  const generation = generationOf(target.model);
  const tools = toolFields(inbound, body, target, host);
  const wantsJson = inbound.extras?.wishes.response_format !== undefined;
  const output = outputFields(body, generation, tools.json.length > 0, wantsJson);
  const instructions = [...systemTexts(body.system).map(({ text }) => text), tools.instruction, output.instruction]
    .filter((text) => text !== undefined)
    .map((text): Part => ({ text }));
  const contents = contentsOf(body, { session: sessionKey(inbound), target, memory, callIds: host.callIds });
  return {
    prompt: withInstructions(contents, instructions, generation),
    toolConfig: tools.fields,
    config: {
      ...limits(inbound, body, target, generation),
      ...sampling(body),
      ...extraFields(inbound.extras, target, SETTINGS),
      ...output.fields,
    },
    tools: tools.json,
    notes: tools.notes,
  };
}

/** Settings of OpenAI's that Gemini has, too. */
const SETTINGS = {
  seed: "seed",
  frequency_penalty: "frequencyPenalty",
  presence_penalty: "presencePenalty",
  temperature: "temperature",
  top_p: "topP",
} as const;

/** Models without a place for instructions read them before the user's first words. */
function withInstructions(
  contents: Content[],
  instructions: Part[],
  { systemInstruction }: Generation,
): Record<string, unknown> {
  if (instructions.length === 0) return { contents };
  if (systemInstruction) return { contents, systemInstruction: { parts: instructions } };
  const [first, ...others] = contents;
  return { contents: [{ role: "user", parts: [...instructions, ...(first?.parts ?? [])] }, ...others] };
}

/** The output limit, and thinking, which counts inside. */
function limits(
  inbound: InboundRequest,
  body: MessagesBody,
  target: Target,
  generation: Generation,
): Record<string, unknown> {
  const quirks = quirksOf(target.type, target.model);
  const { facts } = inbound;
  const [wanted] = Object.values(outputLimit(body, target, quirks, inbound));
  const { leastOutput = 0, mostWhole = Number.POSITIVE_INFINITY } = generation;
  const most = facts.stream ? Number.POSITIVE_INFINITY : mostWhole;
  const limit = wanted === undefined ? undefined : Math.min(Math.max(wanted, leastOutput), most);
  const thinks = target.capabilities.reasoning !== false;
  return {
    ...(limit !== undefined && { maxOutputTokens: limit }),
    ...(thinks && thinkingConfig(body, generation, quirks, limit)),
  };
}

function sampling(body: MessagesBody): Record<string, unknown> {
  const { temperature, top_p, top_k } = body;
  const { upstream } = stopSequences(body, undefined, STOPS);
  return {
    ...(typeof temperature === "number" && { temperature }),
    ...(typeof top_p === "number" && { topP: top_p }),
    ...(typeof top_k === "number" && { topK: top_k }),
    ...(upstream.length > 0 && { stopSequences: upstream }),
  };
}

/** A schema for the answer, or JSON of any shape; where the model takes none beside tools, it is asked for in words. */
function outputFields(
  body: MessagesBody,
  { schemaWithTools }: Generation,
  hasTools: boolean,
  wantsJson: boolean,
): { fields: Record<string, unknown>; instruction: string | undefined } {
  const { instruction, schema } = structuredOutput(body, { structuredOutput: "omit" });
  const takesFormat = !hasTools || schemaWithTools;
  if (instruction === undefined && wantsJson && takesFormat)
    return { fields: { responseMimeType: "application/json" }, instruction };
  if (instruction === undefined || !takesFormat) return { fields: {}, instruction };
  return {
    fields: { responseMimeType: "application/json", responseJsonSchema: answerSchema(schema) },
    instruction: undefined,
  };
}

function post(inbound: InboundRequest, target: Target, host: GeminiHost, method: Method): ReturnType<typeof jsonPost> {
  return jsonPost(inbound, target, host.url(target, method), method === "streamGenerateContent");
}
