/** @module What the page says of requests that took an unusual way. */
import { expect, test } from "vitest";
import { attemptEnd, failureWord, oddities, outcomeSentence } from "../../lib/admin/words/outcome.ts";
import type { AttemptRecord, JournalEntry } from "../../lib/journal/entry.ts";

const attempt = (provider: string, more: Partial<AttemptRecord> = {}): AttemptRecord => ({
  provider,
  model: "m",
  wire: "anthropic",
  at: 0,
  ms: 100,
  ...more,
});
const entry = (more: Partial<JournalEntry>): JournalEntry => ({
  id: "req_1",
  time: 0,
  path: "/v1/messages",
  requested: "m",
  rule: "model",
  reason: "",
  model: "m",
  stream: true,
  attempts: [],
  status: 200,
  outcome: "ok",
  totalMs: 100,
  bytesIn: 1,
  bytesOut: 1,
  ...more,
});

test("a race: who lost it has neither served nor failed, and who was asked late says so", () => {
  const slow = attempt("a", { lost: true });
  const fast = attempt("b", { hedged: true });
  expect([attemptEnd(slow), failureWord(slow)]).toEqual(["left", "not used"]);
  expect([attemptEnd(fast), oddities(fast)]).toEqual(["served", ["asked beside another that was late"]]);
});

test("a rescue is told as one", () => {
  const rescued = entry({
    provider: "b",
    attempts: [attempt("a", { failure: "reset" }), attempt("b")],
    rescue: { kind: "restart", from: "a", to: "b", at: 50 },
  });
  expect(outcomeSentence(rescued)).toBe("a broke off in mid-answer, and b brought it to its end (restart).");
  expect(outcomeSentence({ ...rescued, outcome: "cut" })).toBe("The answer broke off at b; the client was told so.");
});

test("what was mended, and what the provider refused", () => {
  const odd = attempt("a", { notes: ["left out a second message_start"], repaired: "top_k" });
  expect(oddities(odd)).toEqual(["asked again without top_k, which it refused", "left out a second message_start"]);
  expect(oddities(attempt("a"))).toEqual([]);
});
