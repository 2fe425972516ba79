/**
 * @module Plays chunks of a provider through the translator and reads what comes out as a client does.
 */
import Anthropic from "@anthropic-ai/sdk";
import { type InboundRequest, readRequest } from "../../../lib/anthropic/request.ts";
import { checkStream } from "../../../lib/anthropic/sse/grammar.ts";
import { SseReader } from "../../../lib/anthropic/sse/reader.ts";
import type { Block, MessageAnswer } from "../../../lib/anthropic/types.ts";
import type { Capabilities, ProviderType, Quirks } from "../../../lib/catalog/types.ts";
import { openaiChat } from "../../../lib/wires/openai-chat/index.ts";
import type { StreamTranslator, Target, WholeAnswer } from "../../../lib/wires/wire.ts";
import { slices } from "../../support/recordings.ts";
import { sseBytes, startUpstream, type Upstream } from "../../support/upstream.ts";

export type Json = Record<string, unknown>;

/** A request with the smallest body that is one, and what the test is about. */
export function inbound(body: Json = {}, headers: Record<string, string> = {}): InboundRequest {
  const whole = { model: "claude-sonnet-4-5", max_tokens: 1000, messages: [{ role: "user", content: "hi" }], ...body };
  return readRequest(Buffer.from(JSON.stringify(whole)), headers);
}

/** A provider of Chat Completions with these quirks. */
export function target(quirks: Quirks = {}, other: Partial<Target> & { id?: string; can?: Capabilities } = {}): Target {
  const { id = "test-vendor", can = {}, ...rest } = other;
  const type: ProviderType = {
    id,
    label: id,
    group: "OpenAI-compatible",
    wire: "openai-chat",
    baseUrls: {},
    auth: "bearer",
    authTypes: ["api_key"],
    quirks,
  };
  return {
    provider: "primary",
    type,
    baseUrl: "http://vendor.test/v1",
    model: "some-model",
    capabilities: can,
    ...rest,
  };
}

/** The body that the provider would get. */
export function requestBody(body: Json, to: Target = target(), headers: Record<string, string> = {}): Json {
  return JSON.parse(String(openaiChat.request(inbound(body, headers), to).body)) as Json;
}

export interface Played {
  /** Everything that the client got, `fail` included where the stream failed after content. */
  output: string;
  translator: StreamTranslator;
  events: { event: string; data: Json }[];
  faults: string[];
}

export interface PlayOptions {
  request?: Json;
  to?: Target;
  slice?: number;
  done?: boolean;
  /** The stream as bytes, instead of chunks. */
  raw?: Buffer | string;
}

const CONTEXT_ID = "msg_test1";

/** Plays a stream of chunks; with `[DONE]` at its end unless told otherwise. */
export function play(chunks: readonly unknown[], options: PlayOptions = {}): Played {
  const bytes =
    options.raw ??
    sseBytes(
      chunks.map((chunk) => JSON.stringify(chunk)),
      { done: options.done ?? true },
    );
  const context = {
    inbound: inbound({ stream: true, ...options.request }),
    target: options.to ?? target(),
    messageId: CONTEXT_ID,
  };
  const translator = openaiChat.stream(context);
  let output = "";
  for (const piece of slices(bytes, options.slice ?? 4096)) output += String(translator.push(piece));
  output += String(translator.end());
  const { failure } = translator;
  if (failure && output !== "") output += String(translator.fail(failure, "req_1"));
  return { output, translator, events: eventsOf(output), faults: output === "" ? [] : checkStream(output) };
}

/** The answer to a request that did not stream. */
export function whole(completion: unknown, options: PlayOptions = {}): WholeAnswer {
  const context = { inbound: inbound(options.request), target: options.to ?? target(), messageId: CONTEXT_ID };
  return openaiChat.answer(Buffer.from(JSON.stringify(completion)), context);
}

export function wholeMessage(completion: unknown, options: PlayOptions = {}): MessageAnswer {
  const answer = whole(completion, options);
  if (!answer.ok) throw new Error(`no answer: ${answer.failure.message}`);
  return JSON.parse(answer.body.toString("utf8")) as MessageAnswer;
}

export function eventsOf(output: string): { event: string; data: Json }[] {
  const reader = new SseReader();
  return [...reader.push(Buffer.from(output)), ...reader.end()].map(({ event, data }) => ({
    event,
    data: JSON.parse(data) as Json,
  }));
}

/** What a client makes of the events: content, stop reason, usage. Only blocks that were closed count. */
export function messageOf({
  events,
}: Pick<Played, "events">): Pick<MessageAnswer, "content" | "stop_reason" | "usage"> {
  const content: Block[] = [];
  let open: Block | undefined;
  let json = "";
  let stop: unknown = null;
  let usage: Json = {};
  for (const { event, data } of events) {
    const delta = (data.delta ?? {}) as Json;
    switch (event) {
      case "message_start":
        usage = { ...((data.message as Json).usage as Json) };
        break;
      case "content_block_start":
        open = { ...(data.content_block as Block) };
        json = "";
        break;
      case "content_block_delta":
        if (!open) throw new Error("delta without a block");
        if (delta.type === "text_delta") open.text = `${open.text}${delta.text}`;
        if (delta.type === "thinking_delta") open.thinking = `${open.thinking}${delta.thinking}`;
        if (delta.type === "signature_delta") open.signature = delta.signature;
        if (delta.type === "input_json_delta") json += delta.partial_json;
        if (delta.type === "citations_delta")
          open.citations = [...((open.citations as Json[] | undefined) ?? []), delta.citation];
        break;
      case "content_block_stop":
        if (!open) throw new Error("stop without a block");
        if (json !== "") open.input = JSON.parse(json);
        content.push(open);
        open = undefined;
        break;
      case "message_delta":
        stop = delta.stop_reason;
        usage = { ...usage, ...(data.usage as Json) };
    }
  }
  return {
    content,
    stop_reason: stop as MessageAnswer["stop_reason"],
    usage: usage as unknown as MessageAnswer["usage"],
  };
}

/** Names of the events, deltas told apart by their kind. */
export function namesOf({ events }: Pick<Played, "events">): string[] {
  return events.map(({ event, data }) => {
    const kind = (data.delta as Json | undefined)?.type ?? (data.content_block as Json | undefined)?.type;
    const at = data.index === undefined ? "" : ` ${data.index}`;
    return `${event}${at}${kind === undefined ? "" : ` ${kind}`}`;
  });
}

/** Lets the official SDK read streams as if they came from us. Close it when the file is done. */
export async function sdkReader(): Promise<{
  read(output: string, slice?: number): Promise<MessageAnswer>;
  close(): Promise<void>;
}> {
  let next = "";
  let size: number | undefined;
  const server: Upstream = await startUpstream((_request, reply) =>
    reply.bytes(next, {
      headers: { "content-type": "text/event-stream; charset=utf-8" },
      ...(size !== undefined && { slice: size }),
    }),
  );
  const client = new Anthropic({ apiKey: "test", baseURL: server.url, maxRetries: 0 });
  return {
    async read(output, slice) {
      next = output;
      size = slice;
      const stream = client.messages.stream({ model: "m", max_tokens: 1, messages: [{ role: "user", content: "hi" }] });
      return (await stream.finalMessage()) as unknown as MessageAnswer;
    },
    close: () => server.close(),
  };
}

/** A chunk with one choice. */
export function chunk(delta: unknown, more: { finish?: string; usage?: unknown; index?: number } & Json = {}): Json {
  const { finish = null, usage, index = 0, ...rest } = more;
  return {
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    model: "served-model",
    choices: [{ index, delta, finish_reason: finish }],
    ...(usage !== undefined && { usage }),
    ...rest,
  };
}

/** The last chunk: usage and no choices. */
export function usageChunk(usage: unknown = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 }): Json {
  return { id: "chatcmpl-1", object: "chat.completion.chunk", model: "served-model", choices: [], usage };
}

/** A fragment of a tool call. */
export function call(fields: { index?: number | null; id?: string | null; name?: string; args?: unknown }): Json {
  const { index, id, name, args } = fields;
  return {
    ...(index !== undefined && { index }),
    ...(id !== undefined && { id }),
    type: "function",
    function: { ...(name !== undefined && { name }), ...(args !== undefined && { arguments: args }) },
  };
}

/** A whole completion. */
export function completion(message: unknown, more: { finish?: string | null; usage?: unknown } & Json = {}): Json {
  const { finish = "stop", usage = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 }, ...rest } = more;
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    model: "served-model",
    choices: [{ index: 0, message, finish_reason: finish }],
    ...(usage !== null && { usage }),
    ...rest,
  };
}
