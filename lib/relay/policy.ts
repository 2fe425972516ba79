import { FAILURE_REASONS, type Failure } from "../catalog/failure-reasons.ts";

/** The user's limits on tries at one provider (`[retry]` in the configuration). */
export interface RetryLimits {
  maxAttempts: number;
  initialDelayMs: number;
  multiplier: number;
}

/** Where the relay stands after a failed try. */
export interface Standing {
  /** Tries at this provider for this request so far, the failed one included. */
  triesHere: number;
  /** It has been waited for here once already. */
  waitedHere: boolean;
  /** Another provider is left to be asked. */
  othersLeft: boolean;
}

export type NextStep =
  | { step: "again"; delayMs: number; waited: boolean }
  | { step: "next" }
  | { step: "larger" }
  | { step: "stop" };

/** A rate limit that is over this soon is waited for: the prompt cache here is warm. */
const SHORT_WAIT_MS = 3_000;
/** What is waited when a rate limit does not say how long. */
const UNTOLD_WAIT_MS = 1_000;
/** A broken connection is tried again this quickly, on a fresh socket. */
const QUICK_RETRY_MS = 150;

/** What a failure before content means for the next step (facts: gateways 1.7). @param random 0 to 1, for jitter */
export function nextStep(failure: Failure, at: Standing, limits: RetryLimits, random: number): NextStep {
  const rule = FAILURE_REASONS[failure.reason].next;
  if (rule === "stop") return { step: "stop" };
  if (rule === "larger") return { step: "larger" };
  if (at.triesHere >= limits.maxAttempts) return { step: "next" };
  if (rule === "wait") return waitOrNext(failure, at, random);
  const alone = !at.othersLeft;
  const isFirst = at.triesHere < 2 && !failure.sentTwice;
  const mayRetry = rule === "retry" ? isFirst || alone : rule === "next" && failure.reason === "overloaded" && alone;
  if (!mayRetry) return { step: "next" };
  const quick = at.triesHere === 1 && rule === "retry";
  const delay = quick ? QUICK_RETRY_MS : limits.initialDelayMs * limits.multiplier ** (at.triesHere - 1);
  return { step: "again", delayMs: Math.max(jitter(delay, random), shortHint(failure)), waited: false };
}

function waitOrNext(failure: Failure, at: Standing, random: number): NextStep {
  if (at.waitedHere) return { step: "next" };
  const asked = failure.retryAfterMs;
  if (asked === undefined)
    return { step: "again", delayMs: jitter(UNTOLD_WAIT_MS, random) + UNTOLD_WAIT_MS / 4, waited: true };
  return asked <= SHORT_WAIT_MS ? { step: "again", delayMs: asked, waited: true } : { step: "next" };
}

function shortHint(failure: Failure): number {
  const asked = failure.retryAfterMs ?? 0;
  return asked <= SHORT_WAIT_MS ? asked : 0;
}

function jitter(ms: number, random: number): number {
  return Math.round(ms * (0.75 + random / 2));
}
