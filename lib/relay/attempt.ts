import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import type { InboundRequest } from "../anthropic/request.ts";
import type { Usage } from "../anthropic/types.ts";
import type { Failure } from "../catalog/failure-reasons.ts";
import type { ProviderConfig } from "../config/schema.ts";
import { readFailure } from "../wires/failures.ts";
import { CannotCarry, type StreamTranslator, type Target, type Wire } from "../wires/wire.ts";
import type { AnswerSink } from "./answer-sink.ts";
import type { Timers } from "./timers.ts";
import { type Call, CallFailed, decodedBody, transportFailure, type UpstreamPool } from "./upstream.ts";

/** Everything one try at one provider needs. */
export interface AttemptInput {
  inbound: InboundRequest;
  wire: Wire;
  target: Target;
  /** Of the provider: its credential and configured extras. */
  headers: Record<string, string>;
  timeouts: ProviderConfig["timeouts"];
  /** A new connection instead of a pooled one. */
  fresh: boolean;
  messageId: string;
  requestId: string;
  /** Hold the whole answer back: nobody watches it flow, so any break stays unseen. */
  holdWhole: boolean;
  sink: AnswerSink;
  pool: UpstreamPool;
  timers: Timers;
  now: () => number;
  /** Called when content reaches the client for the first time. */
  onContent: () => void;
  /** Response headers of the upstream, as soon as they are known. */
  onHeaders: (status: number, headers: IncomingMessage["headers"]) => void;
}

/** What became of a try. */
export type AttemptOutcome =
  | { kind: "streamed"; usage: Usage; stopReason: string | null; servedModel?: string }
  | { kind: "answered"; body: Buffer; usage: Usage; stopReason: string | null; servedModel?: string }
  /** Nothing has reached the client. */
  | { kind: "failed"; failure: Failure }
  /** The client has part of the answer, and was told that it is not whole. */
  | { kind: "broken"; failure: Failure; usage: Usage };

/** One try under way. */
export interface Attempt {
  outcome: Promise<AttemptOutcome>;
  abort(): void;
}

/** Largest whole answer that is read. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** Largest error body that is read: more is no error message. */
const MAX_ERROR_BYTES = 256 * 1024;

/** How long a finished upstream may keep its connection without ending the response. */
const LINGER_MS = 2_000;

/** Sends the request to one provider and, when it answers, the answer to the client. Never rejects. */
export function attempt(input: AttemptInput): Attempt {
  let call: Call | undefined;
  const outcome = run(input, (started) => {
    call = started;
  }).catch((error: unknown): AttemptOutcome => ({ kind: "failed", failure: failureOf(error) }));
  return { outcome, abort: () => call?.abort() };
}

async function run(input: AttemptInput, onCall: (call: Call) => void): Promise<AttemptOutcome> {
  const { inbound, wire, target, timeouts } = input;
  const request = wire.request(inbound, target);
  const call = input.pool.call(
    { ...request, headers: { ...request.headers, ...input.headers } },
    { connectMs: timeouts.connect_ms, firstByteMs: timeouts.first_byte_ms },
    input.fresh,
  );
  onCall(call);
  const response = await call.response;
  const status = response.statusCode ?? 0;
  input.onHeaders(status, response.headers);
  const body = await decodedBody(response);
  if (status < 200 || status > 299) return { kind: "failed", failure: await readRefusal(input, response, body, call) };
  const contentType = response.headers["content-type"] ?? "";
  if (/^text\/html/i.test(contentType)) {
    call.abort();
    return { kind: "failed", failure: { reason: "bad_answer", status, message: "an HTML page instead of an answer" } };
  }
  if (inbound.facts.stream && !/^application\/json/i.test(contentType)) return stream(input, response, body, call);
  return whole(input, body, call);
}

async function readRefusal(
  input: AttemptInput,
  response: IncomingMessage,
  body: Readable,
  call: Call,
): Promise<Failure> {
  const bytes = await collect(input, body, call, MAX_ERROR_BYTES, true);
  const failure = readFailure(
    input.target.type.id,
    { status: response.statusCode ?? 0, headers: response.headers, body: bytes },
    input.now(),
  );
  const contentType = response.headers["content-type"] ?? "";
  if (input.wire.id === "anthropic" && contentType.includes("json")) failure.verbatim = { body: bytes, contentType };
  return failure;
}

/** A whole answer, asked for or not. */
async function whole(input: AttemptInput, body: Readable, call: Call): Promise<AttemptOutcome> {
  const bytes = await collect(input, body, call, MAX_ANSWER_BYTES, false);
  const { inbound, target, messageId } = input;
  const answer = input.wire.answer(bytes, { inbound, target, messageId });
  if (!answer.ok) return { kind: "failed", failure: answer.failure };
  const { usage, stopReason, servedModel } = answer;
  const told = { usage, stopReason, ...(servedModel !== undefined && { servedModel }) };
  return { kind: "answered", body: answer.body, ...told };
}

function stream(input: AttemptInput, response: IncomingMessage, body: Readable, call: Call): Promise<AttemptOutcome> {
  const { inbound, target, messageId, sink, timeouts } = input;
  const translator = input.wire.stream({ inbound, target, messageId });
  return new Promise((resolve) => {
    let settled = false;
    const silence = input.timers.after(timeouts.idle_ms, () =>
      settle({ reason: "too_slow", message: `silent for ${timeouts.idle_ms} ms` }),
    );
    const settle = (found?: Failure): void => {
      if (settled) return;
      settled = true;
      silence.cancel();
      const failure = found ?? translator.failure;
      if (translator.phase !== "complete") call.abort();
      else if (!response.complete) linger(input.timers, body, call);
      resolve(conclude(input, translator, failure));
    };
    const forward = (bytes: Buffer | string): void => {
      if (bytes.length === 0) return;
      const release = translator.phase === "complete" || (translator.phase === "content" && !input.holdWhole);
      if (!release && !sink.committed) return sink.hold(bytes);
      if (!sink.committed) input.onContent();
      if (sink.send(bytes)) return;
      body.pause();
      silence.move(0);
      sink.onDrain(() => {
        silence.move(timeouts.idle_ms);
        body.resume();
      });
    };
    body.on("data", (chunk: Buffer) => {
      if (settled) return;
      silence.move(timeouts.idle_ms);
      forwardSafely(() => translator.push(chunk));
    });
    body.on("end", () => {
      if (settled) return;
      forwardSafely(() => translator.end());
      settle(response.complete ? undefined : { reason: "truncated", message: "the connection broke in mid-answer" });
    });
    body.on("error", (error: NodeJS.ErrnoException) => settle(transportFailure(error, true)));
    body.on("close", () => settle({ reason: "truncated", message: "the connection broke in mid-answer" }));

    function forwardSafely(translate: () => Buffer | string): void {
      try {
        forward(translate());
      } catch (error) {
        return settle(failureOf(error));
      }
      if (translator.phase === "complete" || translator.phase === "failed") settle();
    }
  });
}

/** The answer is whole: the connection may go back to the pool, unless the upstream forgets to end it. */
function linger(timers: Timers, body: Readable, call: Call): void {
  const patience = timers.after(LINGER_MS, () => call.abort());
  body.once("close", () => patience.cancel());
}

function conclude(input: AttemptInput, translator: StreamTranslator, failure: Failure | undefined): AttemptOutcome {
  const { usage, stopReason, servedModel } = translator;
  if (translator.phase === "complete") {
    input.sink.end();
    return { kind: "streamed", usage, stopReason, ...(servedModel !== undefined && { servedModel }) };
  }
  const reason = failure ?? { reason: "truncated", message: "the stream ended early" };
  if (!input.sink.committed) return { kind: "failed", failure: reason };
  input.sink.send(translator.fail(reason, input.requestId));
  input.sink.end();
  return { kind: "broken", failure: reason, usage };
}

/** Reads a body to its end. @throws {CallFailed} */
function collect(input: AttemptInput, body: Readable, call: Call, limit: number, partial: boolean): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const silence = input.timers.after(input.timeouts.idle_ms, () => {
      finish();
      call.abort();
      reject(new CallFailed({ reason: "too_slow", message: `silent for ${input.timeouts.idle_ms} ms` }));
    });
    const finish = (): void => silence.cancel();
    body.on("data", (chunk: Buffer) => {
      silence.move(input.timeouts.idle_ms);
      size += chunk.length;
      chunks.push(chunk);
      if (size <= limit) return;
      finish();
      call.abort();
      if (partial) resolve(Buffer.concat(chunks));
      else reject(new CallFailed({ reason: "bad_answer", message: `the answer is larger than ${limit} bytes` }));
    });
    body.on("end", () => {
      finish();
      resolve(Buffer.concat(chunks));
    });
    const cut = (error?: NodeJS.ErrnoException): void => {
      finish();
      if (partial) resolve(Buffer.concat(chunks));
      else
        reject(
          new CallFailed(
            error ? transportFailure(error, true) : { reason: "truncated", message: "the answer was cut off" },
          ),
        );
    };
    body.on("error", cut);
    body.on("close", () => cut());
  });
}

function failureOf(error: unknown): Failure {
  if (error instanceof CallFailed) return error.failure;
  if (error instanceof CannotCarry) return { reason: error.reason, message: error.message };
  return { reason: "bad_answer", message: error instanceof Error ? error.message : String(error) };
}
