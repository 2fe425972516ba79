/**
 * @module Plays Gemini's chunks through the translator and reads what comes out as a client does.
 */
import { checkStream } from "../../../lib/anthropic/sse/grammar.ts";
import type { MessageAnswer } from "../../../lib/anthropic/types.ts";
import { modelCapabilities, providerType } from "../../../lib/catalog/index.ts";
import type { Capabilities, ProviderType, Quirks } from "../../../lib/catalog/types.ts";
import { GEMINI_API, type GeminiHost } from "../../../lib/wires/gemini/host.ts";
import { SignatureMemory } from "../../../lib/wires/gemini/signatures.ts";
import { geminiWire } from "../../../lib/wires/gemini/wire.ts";
import type { Target, WholeAnswer, Wire } from "../../../lib/wires/wire.ts";
import { slices } from "../../support/recordings.ts";
import { sseBytes } from "../../support/upstream.ts";
import { eventsOf, inbound, type Json, type Played } from "../openai-chat/support.ts";

export { inbound, type Json, messageOf, namesOf, type Played, sdkReader } from "../openai-chat/support.ts";

/** The catalogue's Gemini, at the model that the test is about. */
export function target(model = "gemini-3.8-flash", change: { can?: Capabilities; quirks?: Quirks } = {}): Target {
  const found = providerType("gemini");
  if (!found) throw new Error("the catalogue has no gemini");
  const type: ProviderType = change.quirks ? { ...found, quirks: change.quirks } : found;
  return {
    provider: "google",
    type,
    baseUrl: "http://vendor.test/v1beta",
    model,
    capabilities: { ...modelCapabilities(type, model), ...change.can },
  };
}

/** A wire that remembers nothing of other tests. */
export function freshWire(host: GeminiHost = GEMINI_API, now: () => number = Date.now): ReturnType<typeof geminiWire> {
  return geminiWire("gemini", host, new SignatureMemory(now));
}

/** The body that the provider would get. */
export function requestBody(
  body: Json,
  to: Target = target(),
  headers: Record<string, string> = {},
  wire: Wire = freshWire(),
): Json {
  return JSON.parse(String(wire.request(inbound(body, headers), to).body)) as Json;
}

export interface PlayOptions {
  request?: Json;
  headers?: Record<string, string>;
  to?: Target;
  slice?: number;
  /** The stream as bytes, instead of chunks. */
  raw?: Buffer | string;
  /** A wire that is to remember what it is told. */
  wire?: Wire;
}

const MESSAGE_ID = "msg_test1";

/** Plays a stream of chunks to its end, which no word of Gemini's announces. */
export function play(chunks: readonly unknown[], options: PlayOptions = {}): Played {
  const bytes = options.raw ?? sseBytes(chunks.map((chunk) => JSON.stringify(chunk)));
  const translator = (options.wire ?? freshWire()).stream({
    inbound: inbound({ stream: true, ...options.request }, options.headers),
    target: options.to ?? target(),
    messageId: MESSAGE_ID,
  });
  let output = "";
  for (const piece of slices(bytes, options.slice ?? 4096)) output += String(translator.push(piece));
  output += String(translator.end());
  const { failure } = translator;
  if (failure && output !== "") output += String(translator.fail(failure, "req_1"));
  return { output, translator, events: eventsOf(output), faults: output === "" ? [] : checkStream(output) };
}

/** The answer to a request that did not stream. */
export function whole(answer: unknown, options: PlayOptions = {}): WholeAnswer {
  const context = {
    inbound: inbound(options.request, options.headers),
    target: options.to ?? target(),
    messageId: MESSAGE_ID,
  };
  return (options.wire ?? freshWire()).answer(Buffer.from(JSON.stringify(answer)), context);
}

export function wholeMessage(answer: unknown, options: PlayOptions = {}): MessageAnswer {
  const read = whole(answer, options);
  if (!read.ok) throw new Error(`no answer: ${read.failure.message}`);
  return JSON.parse(read.body.toString("utf8")) as MessageAnswer;
}

export const USAGE = { promptTokenCount: 10, candidatesTokenCount: 2, totalTokenCount: 12 };

/** A chunk of a stream, or a whole answer. */
export function chunk(parts: readonly unknown[], more: { finish?: string; usage?: unknown } & Json = {}): Json {
  const { finish, usage, ...rest } = more;
  return {
    candidates: [
      { content: { role: "model", parts }, index: 0, ...(finish !== undefined && { finishReason: finish }) },
    ],
    ...(usage !== undefined && { usageMetadata: usage }),
    modelVersion: "served-model",
    responseId: "resp-1",
    ...rest,
  };
}

export function call(name: string, args?: unknown, more: Json = {}): Json {
  const { id, ...part } = more;
  return { functionCall: { name, ...(args !== undefined && { args }), ...(id !== undefined && { id }) }, ...part };
}

/** What the client makes of an answer: the history to send with its next request. */
export function nextTurn(request: Json, content: readonly Json[], results: readonly Json[]): Json {
  const messages = (request.messages ?? [{ role: "user", content: "hi" }]) as Json[];
  return {
    ...request,
    messages: [...messages, { role: "assistant", content }, { role: "user", content: results }],
  };
}
