import type { IncomingMessage } from "node:http";
import { type Readable, Transform } from "node:stream";
import type { InboundRequest } from "../anthropic/request.ts";
import type { Usage } from "../anthropic/types.ts";
import type { Failure } from "../catalog/failure-reasons.ts";
import { isForClient, readFailure } from "../wires/failures.ts";
import type { Repair, Repairs } from "../wires/repair.ts";
import { addressed, CannotCarry, type Target, type UpstreamRequest, type Wire } from "../wires/wire.ts";
import { collect } from "./collect.ts";
import type { Outlet } from "./outlet.ts";
import type { Limits } from "./patience.ts";
import { pump } from "./stream-pump.ts";
import type { Timers } from "./timers.ts";
import { type Call, CallFailed, decodedBody, type UpstreamPool } from "./upstream.ts";

/** Everything one try at one provider needs. */
export interface AttemptInput {
  inbound: InboundRequest;
  wire: Wire;
  target: Target;
  /** Of the provider: its credential and configured extras. */
  headers: Record<string, string>;
  timeouts: Limits;
  /** A new connection instead of a pooled one. */
  fresh: boolean;
  messageId: string;
  requestId: string;
  /** Hold the whole answer back: nobody watches it flow, so any break stays unseen. */
  holdWhole: boolean;
  /** Hold the beginning of the answer back for so many ms. */
  holdMs: number;
  outlet: Outlet;
  repairs: Repairs;
  pool: UpstreamPool;
  timers: Timers;
  /** Epoch ms. */
  now: () => number;
  /** Status and headers of the upstream, as soon as they are known. */
  onHeaders: (status: number, headers: IncomingMessage["headers"]) => void;
  watch?: AttemptWatch;
}

/** Sees what goes over the line, so that the user can be shown it. */
export interface AttemptWatch {
  /** With the credential in its headers. */
  sent(request: UpstreamRequest): void;
  answered(status: number, headers: IncomingMessage["headers"]): void;
  /** The answer's bytes as they come, decoded; absent where nobody wants them. */
  took?(part: Buffer): void;
}

interface Told {
  usage: Usage;
  stopReason: string | null;
  servedModel?: string;
}

/**
 * What became of a try. `notes`: oddities of the answer that were put up with. `repaired`: what the request went without
 * the second time, because the provider refused it.
 */
export type AttemptOutcome = { notes?: readonly string[]; repaired?: string } & AttemptEnd;

type AttemptEnd =
  /** The whole answer went to the outlet. */
  | ({ kind: "streamed" } & Told)
  /** A whole answer in Anthropic's shape, not sent yet. */
  | ({ kind: "answered"; body: Buffer } & Told)
  /** Nothing has reached the client. `usage`: what was counted all the same. */
  | { kind: "failed"; failure: Failure; repair?: Repair | undefined; usage?: Usage }
  /** The client has part of the answer; `ending` tells it honestly that it is not whole. */
  | { kind: "broken"; failure: Failure; usage: Usage; ending: () => Buffer | string }
  /** Nobody wants the answer: another attempt was faster, or it does not fit what the client has. */
  | { kind: "lost"; usage?: Usage };

/** One try under way. */
export interface Attempt {
  outcome: Promise<AttemptOutcome>;
  abort(): void;
}

/** Largest whole answer that is read. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** Largest error body that is read: more is no error message. */
const MAX_ERROR_BYTES = 256 * 1024;

/** Sends the request to one provider and, when it answers, the answer to the outlet. Never rejects. */
export function attempt(input: AttemptInput): Attempt {
  let call: Call | undefined;
  let aborted = false;
  const outcome = run(input, (started) => {
    call = started;
    if (aborted) started.abort();
  }).catch((error: unknown): AttemptOutcome => ({ kind: "failed", failure: failureOf(error) }));
  return {
    outcome,
    abort() {
      aborted = true;
      call?.abort();
    },
  };
}

/** Once; and once more without a field that the provider says it does not take. */
async function run(input: AttemptInput, onCall: (call: Call) => void): Promise<AttemptOutcome> {
  const { inbound, wire, target, repairs } = input;
  const first = await perform(input, repairs.apply(addressed(wire.request(inbound, target), target), target), onCall);
  const repair = first.kind === "failed" ? first.repair : undefined;
  return repair ? { ...(await perform(input, repair.request, onCall)), repaired: repair.without } : first;
}

async function perform(
  input: AttemptInput,
  request: UpstreamRequest,
  onCall: (call: Call) => void,
): Promise<AttemptOutcome> {
  const { timeouts } = input;
  const call = begin(input, request);
  onCall(call);
  let late: Failure | undefined;
  const total = input.timers.after(timeouts.total_ms, () => {
    late = { reason: "too_slow", message: `not done within ${timeouts.total_ms} ms` };
    call.abort();
  });
  try {
    const outcome = await converse(input, request, call);
    if (late && (outcome.kind === "failed" || outcome.kind === "broken")) outcome.failure = late;
    return outcome;
  } catch (error) {
    if (late) return { kind: "failed", failure: late };
    throw error;
  } finally {
    total.cancel();
  }
}

function begin({ headers, watch, pool, timeouts, fresh }: AttemptInput, request: UpstreamRequest): Call {
  const body = typeof request.body === "string" ? Buffer.from(request.body) : request.body;
  const complete = { ...request, body, headers: { ...request.headers, ...headers } };
  watch?.sent(complete);
  return pool.call(complete, { connectMs: timeouts.connect_ms, firstByteMs: timeouts.first_byte_ms }, fresh);
}

/** The call's response, from its headers to its end. */
async function converse(input: AttemptInput, request: UpstreamRequest, call: Call): Promise<AttemptOutcome> {
  const { inbound, wire, target, timeouts } = input;
  const response = await call.response;
  const status = response.statusCode ?? 0;
  input.onHeaders(status, response.headers);
  input.watch?.answered(status, response.headers);
  const body = watched(await decodedBody(response), input.watch);
  call.reads(body);
  if (status < 200 || status > 299) return await readRefusal(input, request, response, body, call);
  const contentType = response.headers["content-type"] ?? "";
  if (/^text\/html/i.test(contentType)) {
    call.abort();
    return {
      kind: "failed",
      failure: { reason: "bad_answer", status, message: "an HTML page instead of an answer" },
    };
  }
  // It was taken, so that nothing in it will have to be mended; and a stream may last for minutes.
  request.body = "";
  if (!inbound.facts.stream) return await whole(input, body, call);
  return await pump({
    translator: wire.stream({ inbound, target, messageId: input.messageId }),
    body,
    call,
    isWhole: () => response.complete,
    outlet: input.outlet,
    timers: input.timers,
    quietMs: timeouts.quiet_ms,
    idleMs: timeouts.idle_ms,
    firstEventMs: timeouts.first_event_ms,
    holdWhole: input.holdWhole,
    holdMs: input.holdMs,
    requestId: input.requestId,
  });
}

/** The same bytes, seen on their way. */
function watched(body: Readable, watch: AttemptWatch | undefined): Readable {
  const took = watch?.took;
  if (!took) return body;
  const seen = new Transform({
    transform(part: Buffer, _encoding, done) {
      took(part);
      done(null, part);
    },
  });
  body.on("error", (error) => seen.destroy(error));
  body.on("aborted", () => seen.destroy(new Error("aborted")));
  return body.pipe(seen);
}

async function readRefusal(
  input: AttemptInput,
  request: UpstreamRequest,
  response: IncomingMessage,
  body: Readable,
  call: Call,
): Promise<AttemptOutcome> {
  const bytes = await collect(body, { ...collecting(input, call), limit: MAX_ERROR_BYTES, partial: true });
  const refusal = { status: response.statusCode ?? 0, headers: response.headers, body: bytes };
  const failure = readFailure(input.target.type.id, refusal, input.now());
  const contentType = response.headers["content-type"] ?? "";
  if (input.wire.id === "anthropic" && contentType.includes("json") && isForClient(bytes, failure))
    failure.verbatim = { body: bytes, contentType };
  return { kind: "failed", failure, repair: input.repairs.mend(request, input.target, refusal.status, bytes) };
}

/** A whole answer, asked for or not. */
async function whole(input: AttemptInput, body: Readable, call: Call): Promise<AttemptOutcome> {
  const bytes = await collect(body, { ...collecting(input, call), limit: MAX_ANSWER_BYTES, partial: false });
  const { inbound, target, messageId } = input;
  const answer = input.wire.answer(bytes, { inbound, target, messageId });
  if (!answer.ok) return { kind: "failed", failure: answer.failure, ...(answer.usage && { usage: answer.usage }) };
  const { usage, stopReason, servedModel } = answer;
  return { kind: "answered", body: answer.body, usage, stopReason, ...(servedModel !== undefined && { servedModel }) };
}

function collecting({ timers, timeouts }: AttemptInput, call: Call): { call: Call; timers: Timers; idleMs: number } {
  return { call, timers, idleMs: timeouts.quiet_ms };
}

function failureOf(error: unknown): Failure {
  if (error instanceof CallFailed) return error.failure;
  if (error instanceof CannotCarry) return { reason: error.reason, message: error.message };
  return { reason: "bad_answer", message: error instanceof Error ? error.message : String(error) };
}
