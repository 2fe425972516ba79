import { errorBody } from "../anthropic/errors.ts";
import { FAILURE_REASONS, type Failure } from "../catalog/failure-reasons.ts";
import type { AttemptRecord } from "../journal/entry.ts";

/** One failed try with what it may tell the client. */
export interface FailedAttempt {
  record: AttemptRecord;
  failure: Failure;
}

/** The honest answer when no provider could serve. */
export interface ErrorAnswer {
  status: number;
  type: string;
  message: string;
  headers: Record<string, string>;
  body: Buffer;
}

/** The table's reasons, the most telling first. */
const MOST_TELLING = Object.keys(FAILURE_REASONS);

/** The least that clients are asked to wait, so that they do not come back into the same trouble. */
const MIN_WAIT_MS = 500;

/** A client should come back by itself only if the wait is one that a person would sit through. */
const PATIENT_MS = 60_000;

/**
 * The error for the client after all tries failed.
 * @param readyInMs after how long some provider is fit again; 0 for at once
 */
export function exhausted(attempts: readonly FailedAttempt[], requestId: string, readyInMs: number): ErrorAnswer {
  const telling = mostTelling(attempts);
  if (!telling) return answer(529, "overloaded_error", "no provider could be asked", readyInMs, requestId, true);
  const { failure } = telling;
  const rule = FAILURE_REASONS[failure.reason];
  if (rule.next === "stop" || failure.reason === "context_too_long") {
    if (failure.verbatim) return verbatim(failure);
    return answer(rule.status, rule.type, ownWords(failure), undefined, requestId, false);
  }
  const message = `${telling.record.provider}: ${failure.message}${attempts.length > 1 ? ` (${tries(attempts)})` : ` (${one(telling)})`}`;
  // Credit does not come back by waiting.
  const passes = rule.again || (readyInMs > 0 && failure.reason !== "billing");
  const wait = passes ? readyInMs : undefined;
  return answer(rule.status, rule.type, message, wait, requestId, rule.again && readyInMs <= PATIENT_MS);
}

function mostTelling(attempts: readonly FailedAttempt[]): FailedAttempt | undefined {
  const rank = (a: FailedAttempt): number => MOST_TELLING.indexOf(a.failure.reason);
  return attempts.toSorted((a, b) => rank(a) - rank(b))[0];
}

/** Size errors in the words that make Claude Code compact the conversation (facts: claude-code-client). */
function ownWords(failure: Failure): string {
  if (failure.reason !== "context_too_long") return failure.message;
  const [tokens, maximum] = [...failure.message.matchAll(/\d{4,}/g)].map(([n]) => Number(n)).sort((a, b) => b - a);
  return tokens !== undefined && maximum !== undefined && tokens > maximum
    ? `prompt is too long: ${tokens} tokens > ${maximum} maximum`
    : "Input is too long.";
}

function verbatim(failure: Failure): ErrorAnswer {
  const { body, contentType } = failure.verbatim ?? { body: Buffer.alloc(0), contentType: "application/json" };
  const isFinal = failure.reason !== "client_login"; // that one the client mends, and then comes back
  const headers = { "content-type": contentType, ...(isFinal && { "x-should-retry": "false" }) };
  return {
    status: failure.status ?? 400,
    type: FAILURE_REASONS[failure.reason].type,
    message: failure.message,
    headers,
    body,
  };
}

function answer(
  status: number,
  type: string,
  message: string,
  waitMs: number | undefined,
  requestId: string,
  retry: boolean,
): ErrorAnswer {
  const headers: Record<string, string> = {
    "content-type": "application/json",
    "x-should-retry": String(retry),
    ...(waitMs !== undefined && waitHeaders(waitMs)),
  };
  return { status, type, message, headers, body: Buffer.from(errorBody(type, message, requestId)) };
}

/** When to come back, in both of the ways that clients read. */
function waitHeaders(waitMs: number): Record<string, string> {
  const ms = Math.max(MIN_WAIT_MS, Math.ceil(waitMs));
  return { "retry-after": String(Math.max(1, Math.ceil(ms / 1000))), "retry-after-ms": String(ms) };
}

function tries(attempts: readonly FailedAttempt[]): string {
  return `tried ${attempts.map(one).join(", ")}`;
}

function one({ record, failure }: FailedAttempt): string {
  const what = failure.status === undefined ? FAILURE_REASONS[failure.reason].label : `HTTP ${failure.status}`;
  return `${record.provider}: ${what}${record.simulated ? " (simulated)" : ""} after ${Math.round(record.ms)} ms`;
}
