import { errorBody, retryHeaders } from "../anthropic/errors.ts";
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

/** A client should come back by itself only if the wait is one that a person would sit through. */
const PATIENT_MS = 60_000;

/**
 * The error for the client after all tries failed.
 * @param readyInMs after how long some provider is fit again; 0 for at once
 */
export function exhausted(attempts: readonly FailedAttempt[], requestId: string, readyInMs: number): ErrorAnswer {
  const telling = mostTelling(attempts);
  if (!telling)
    return answer(529, "overloaded_error", "no provider could be asked", retryHeaders(true, readyInMs), requestId);
  const { failure } = telling;
  const rule = FAILURE_REASONS[failure.reason];
  const retry = rule.again && readyInMs <= PATIENT_MS;
  // What nobody can serve, and what only money mends, is not mended by waiting: a time would only have clients wait for nothing.
  const isOver = rule.next === "stop" || failure.reason === "context_too_long";
  const passes = rule.again || (readyInMs > 0 && !isOver && failure.reason !== "billing");
  const headers = retryHeaders(retry, passes ? readyInMs : undefined);
  if (isOver && failure.verbatim) return verbatim(failure, headers);
  if (isOver) return answer(rule.status, rule.type, ownWords(failure), headers, requestId);
  const message = `${telling.record.provider}: ${failure.message}${attempts.length > 1 ? ` (${tries(attempts)})` : ` (${one(telling)})`}`;
  return answer(rule.status, rule.type, message, headers, requestId);
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

function verbatim(failure: Failure, retry: Record<string, string>): ErrorAnswer {
  const { body, contentType } = failure.verbatim ?? { body: Buffer.alloc(0), contentType: "application/json" };
  return {
    status: failure.status ?? 400,
    type: FAILURE_REASONS[failure.reason].type,
    message: failure.message,
    headers: { "content-type": contentType, ...retry },
    body,
  };
}

function answer(
  status: number,
  type: string,
  message: string,
  retry: Record<string, string>,
  requestId: string,
): ErrorAnswer {
  const headers = { "content-type": "application/json", ...retry };
  return { status, type, message, headers, body: Buffer.from(errorBody(type, message, requestId)) };
}

function tries(attempts: readonly FailedAttempt[]): string {
  return `tried ${attempts.map(one).join(", ")}`;
}

function one({ record, failure }: FailedAttempt): string {
  const what = failure.status === undefined ? FAILURE_REASONS[failure.reason].label : `HTTP ${failure.status}`;
  return `${record.provider}: ${what}${record.simulated ? " (simulated)" : ""} after ${Math.round(record.ms)} ms`;
}
