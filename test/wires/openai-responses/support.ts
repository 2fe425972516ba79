/**
 * @module Plays events of the Responses API through the translator and reads what comes out as a client does.
 */
import { checkStream } from "../../../lib/anthropic/sse/grammar.ts";
import type { MessageAnswer } from "../../../lib/anthropic/types.ts";
import type { Capabilities, ProviderType, Quirks } from "../../../lib/catalog/types.ts";
import { openaiResponses } from "../../../lib/wires/openai-responses/index.ts";
import type { Target, TranslationContext, WholeAnswer } from "../../../lib/wires/wire.ts";
import { slices } from "../../support/recordings.ts";
import { sseBytes } from "../../support/upstream.ts";
import { eventsOf, inbound, type Json, type Played, type PlayOptions } from "../openai-chat/support.ts";

export {
  inbound,
  type Json,
  messageOf,
  namesOf,
  type Played,
  type PlayOptions,
  sdkReader,
} from "../openai-chat/support.ts";

/** A provider of the Responses API with these quirks. */
export function target(quirks: Quirks = {}, other: Partial<Target> & { can?: Capabilities } = {}): Target {
  const { can = {}, ...rest } = other;
  const type: ProviderType = {
    id: "test-vendor",
    label: "Test vendor",
    group: "OpenAI-compatible",
    wire: "openai-responses",
    baseUrls: {},
    auth: "bearer",
    authTypes: ["api_key"],
    quirks,
  };
  const base = { provider: "primary", type, baseUrl: "http://vendor.test/v1", model: "gpt-6-sol" };
  return { ...base, capabilities: can, ...rest };
}

/** The body that the provider would get. */
export function requestBody(body: Json, to: Target = target(), headers: Record<string, string> = {}): Json {
  return JSON.parse(String(openaiResponses.request(inbound(body, headers), to).body)) as Json;
}

function contextOf(options: PlayOptions, stream: boolean): TranslationContext {
  const request = { ...(stream && { stream: true }), ...options.request };
  return { inbound: inbound(request), target: options.to ?? target(), messageId: "msg_test1" };
}

/** Plays a stream of events. */
export function play(events: readonly unknown[], options: PlayOptions = {}): Played {
  const payloads = events.map((event) => JSON.stringify(event));
  const bytes = options.raw ?? sseBytes(payloads, { done: options.done ?? false, named: true });
  const translator = openaiResponses.stream(contextOf(options, true));
  let output = "";
  for (const piece of slices(bytes, options.slice ?? 4096)) output += String(translator.push(piece));
  output += String(translator.end());
  const { failure } = translator;
  if (failure && output !== "") output += String(translator.fail(failure, "req_1"));
  return { output, translator, events: eventsOf(output), faults: output === "" ? [] : checkStream(output) };
}

/** The answer to a request that did not stream. */
export function whole(response: unknown, options: PlayOptions = {}): WholeAnswer {
  return openaiResponses.answer(Buffer.from(JSON.stringify(response)), contextOf(options, false));
}

export function wholeMessage(response: unknown, options: PlayOptions = {}): MessageAnswer {
  const answer = whole(response, options);
  if (!answer.ok) throw new Error(`no answer: ${answer.failure.message}`);
  return JSON.parse(answer.body.toString("utf8")) as MessageAnswer;
}

const USAGE = { input_tokens: 10, output_tokens: 2, total_tokens: 12 };

/** A message; `phase` and further fields as wanted. */
export function message(text: string, more: Json = {}): Json {
  return { type: "message", id: "msg_a", role: "assistant", content: [outputText(text)], ...more };
}

export function outputText(text: string, annotations: readonly Json[] = []): Json {
  return { type: "output_text", text, annotations };
}

export function reasoning(summary: readonly string[], encrypted: string | null = null): Json {
  const parts = summary.map((text) => ({ type: "summary_text", text }));
  return { type: "reasoning", id: "rs_a", summary: parts, encrypted_content: encrypted };
}

export function functionCall(name: string, args: string, id = "call_1"): Json {
  return { type: "function_call", id: `fc_${id}`, call_id: id, name, arguments: args, status: "completed" };
}

export function webSearch(action: Json | undefined, more: Json = {}): Json {
  return { type: "web_search_call", id: "ws_a", status: "completed", ...(action && { action }), ...more };
}

/** The events by which an item is told, with its texts cut into pieces. */
export function itemEvents(item: Json, output_index: number, size = 3): Json[] {
  const place = { output_index, item_id: item.id };
  const added = { ...item, ...(item.type === "function_call" && { arguments: "" }), encrypted_content: "not this one" };
  const inside: Json[] = [];
  for (const [content_index, part] of ((item.content ?? []) as Json[]).entries()) {
    const kind = part.type === "refusal" ? "refusal" : "output_text";
    const text = String(part.text ?? part.refusal);
    const at = { ...place, content_index };
    inside.push({ type: "response.content_part.added", ...at, part: { ...part, text: "" } });
    inside.push(...piecesOf(text, size).map((delta) => ({ type: `response.${kind}.delta`, ...at, delta })));
    for (const annotation of (part.annotations ?? []) as Json[])
      inside.push({ type: "response.output_text.annotation.added", ...at, annotation });
    inside.push({ type: `response.${kind}.done`, ...at, [kind === "refusal" ? "refusal" : "text"]: text });
    inside.push({ type: "response.content_part.done", ...at, part });
  }
  for (const [summary_index, { text }] of ((item.summary ?? []) as { text: string }[]).entries()) {
    const at = { ...place, summary_index };
    const kind = "response.reasoning_summary_text";
    inside.push({ type: "response.reasoning_summary_part.added", ...at, part: { type: "summary_text", text: "" } });
    inside.push(...piecesOf(text, size).map((delta) => ({ type: `${kind}.delta`, ...at, delta })));
    inside.push({ type: `${kind}.done`, ...at, text });
  }
  if (item.type === "function_call") {
    const kind = "response.function_call_arguments";
    inside.push(...piecesOf(String(item.arguments), size).map((delta) => ({ type: `${kind}.delta`, ...place, delta })));
    inside.push({ type: `${kind}.done`, ...place, arguments: item.arguments });
  }
  return [
    { type: "response.output_item.added", output_index, item: { ...added, status: "in_progress" } },
    ...inside,
    { type: "response.output_item.done", output_index, item },
  ];
}

function piecesOf(text: string, size: number): string[] {
  const characters = [...text];
  const count = Math.ceil(characters.length / size);
  return Array.from({ length: count }, (_, n) => characters.slice(n * size, (n + 1) * size).join(""));
}

/** A whole response. */
export function response(output: readonly Json[], more: Json = {}): Json {
  return {
    id: "resp_1",
    object: "response",
    model: "served-model",
    status: "completed",
    error: null,
    incomplete_details: null,
    output,
    usage: USAGE,
    ...more,
  };
}

export const CREATED: readonly Json[] = ["response.created", "response.in_progress"].map((type) => ({
  type,
  response: response([], { status: "in_progress", usage: null }),
}));

/** The last event of a response. */
export function ended(whole: Json): Json {
  return { type: `response.${whole.status}`, response: whole };
}

/** A response as the stream that tells of it. */
export function streamOf(whole: Json): Json[] {
  const items = (whole.output as Json[]).flatMap((item, index) => itemEvents(item, index));
  return [...CREATED, ...items, ended(whole)];
}
