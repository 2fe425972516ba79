import { describe, expect, test } from "vitest";
import { FAILURE_REASONS, type Failure, type FailureReason } from "../../lib/catalog/failure-reasons.ts";
import { exhausted, type FailedAttempt } from "../../lib/relay/exhausted.ts";

const REASONS = Object.keys(FAILURE_REASONS) as FailureReason[];

function failed(provider: string, failure: Failure): FailedAttempt {
  return { record: { provider, model: "m", wire: "anthropic", at: 0, ms: 12 }, failure };
}

describe.each(REASONS)("nobody served: %s", (reason) => {
  const rule = FAILURE_REASONS[reason];
  const answer = (readyInMs: number) => exhausted([failed("a", { reason, message: "words" })], "req_1", readyInMs);

  test("the client is told what the table says, in Anthropic's envelope", () => {
    const { status, body } = answer(0);
    expect(status).toBe(rule.status);
    expect(JSON.parse(body.toString())).toMatchObject({
      type: "error",
      error: { type: rule.type },
      request_id: "req_1",
    });
  });

  test("whether it shall come back, and when", () => {
    const { "x-should-retry": again, ...soon } = answer(0).headers;
    expect(again).toBe(String(rule.again));
    expect(soon).toMatchObject(rule.again ? { "retry-after": "1", "retry-after-ms": "500" } : {});
    const later = answer(2_300).headers;
    const isFinal = !rule.again && (rule.next === "stop" || rule.next === "larger" || reason === "billing");
    expect(later["retry-after-ms"]).toBe(isFinal ? undefined : "2300");
    expect(later["retry-after"]).toBe(isFinal ? undefined : "3");
  });

  test("a wait that nobody would sit through is told, but not to be waited out", () => {
    expect(answer(3_600_000).headers["x-should-retry"]).toBe("false");
  });
});

test("of several failures the first in the table is told, and all are named", () => {
  const attempts = REASONS.toReversed().map((reason, at) => failed(`p${at}`, { reason, message: reason }));
  for (let from = 0; from < attempts.length; from++) {
    const some = attempts.slice(from);
    const [telling] = REASONS.filter((reason) => some.some(({ failure }) => failure.reason === reason));
    expect(exhausted(some, "r", 0).status).toBe(FAILURE_REASONS[telling ?? "connect"].status);
  }
  const { message } = exhausted(
    [failed("a", { reason: "auth", message: "no", status: 401 }), failed("b", { reason: "reset", message: "gone" })],
    "r",
    0,
  );
  expect(message).toBe("b: gone (tried a: HTTP 401 after 12 ms, b: connection broke after 12 ms)");
});
