import { describe, expect, test } from "vitest";
import { FAILURE_REASONS, type Failure, type FailureReason } from "../../lib/catalog/failure-reasons.ts";
import { nextStep, type Standing } from "../../lib/relay/policy.ts";

const LIMITS = { maxAttempts: 3, initialDelayMs: 1000, multiplier: 2 };
const FIRST: Standing = { triesHere: 1, waitedHere: false, othersLeft: true };
const ALONE: Standing = { ...FIRST, othersLeft: false };

function step(reason: FailureReason, at: Standing, retryAfterMs?: number): string {
  const failure: Failure = { reason, message: "", ...(retryAfterMs !== undefined && { retryAfterMs }) };
  const next = nextStep(failure, at, LIMITS, 0.5);
  return next.step === "again" ? `again after ${next.delayMs}` : next.step;
}

describe("what a failure before content means for the next step", () => {
  const table: [FailureReason, string, Standing, number | undefined, string][] = [
    ["connect", "first try", FIRST, undefined, "again after 150"],
    ["reset", "first try", FIRST, undefined, "again after 150"],
    ["server_error", "first try", FIRST, undefined, "again after 150"],
    ["server_error", "second try", { ...FIRST, triesHere: 2 }, undefined, "next"],
    ["server_error", "second try, nobody else", { ...ALONE, triesHere: 2 }, undefined, "again after 2000"],
    ["server_error", "third try, nobody else", { ...ALONE, triesHere: 3 }, undefined, "next"],
    ["truncated", "first try", FIRST, undefined, "again after 150"],
    ["empty_answer", "first try", FIRST, undefined, "again after 150"],
    ["overloaded", "others left", FIRST, undefined, "next"],
    ["overloaded", "nobody else", ALONE, undefined, "again after 1000"],
    ["too_slow", "others left", FIRST, undefined, "next"],
    ["too_slow", "nobody else: never the same again", ALONE, undefined, "next"],
    ["rate_limited", "over in 2 s", FIRST, 2000, "again after 2000"],
    ["rate_limited", "over in 2 s, waited already", { ...FIRST, waitedHere: true }, 2000, "next"],
    ["rate_limited", "over in 30 s", FIRST, 30_000, "next"],
    ["rate_limited", "without a hint", FIRST, undefined, "again after 1250"],
    ["quota_window", "plan used up", FIRST, 1000, "next"],
    ["billing", "no money", FIRST, undefined, "next"],
    ["auth", "no other login", FIRST, undefined, "next"],
    ["model_missing", "not there", FIRST, undefined, "next"],
    ["context_too_long", "too long", FIRST, undefined, "larger"],
    ["bad_request", "the request's own fault", FIRST, undefined, "stop"],
    ["content_refused", "refused", FIRST, undefined, "stop"],
    ["client_gone", "gone", FIRST, undefined, "stop"],
  ];
  test.each(table)("%s, %s", (reason, _case, at, hint, expected) => expect(step(reason, at, hint)).toBe(expected));

  test("every reason has a next step, whoever is left", () => {
    for (const reason of Object.keys(FAILURE_REASONS) as FailureReason[])
      for (const at of [FIRST, ALONE, { ...ALONE, triesHere: 3 }])
        expect(step(reason, at)).toMatch(/^(again after \d+|next|larger|stop)$/);
  });

  test("what was sent twice already, because the first connection had been idle, is sent there no third time", () => {
    const failure: Failure = { reason: "reset", message: "", sentTwice: true };
    expect(nextStep(failure, FIRST, LIMITS, 0.5)).toEqual({ step: "next" });
    expect(nextStep(failure, ALONE, LIMITS, 0.5)).toMatchObject({ step: "again" });
  });

  test("nobody is asked more often than retry.max_attempts says", () => {
    for (const reason of Object.keys(FAILURE_REASONS) as FailureReason[])
      expect(step(reason, { ...ALONE, triesHere: LIMITS.maxAttempts }, 100)).not.toContain("again");
  });
});
