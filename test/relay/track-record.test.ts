import { expect, test } from "vitest";
import { TrackRecord } from "../../lib/relay/track-record.ts";

const HOUR = 60 * 60_000;

test("after recent cuts the beginning of a provider's answers is held back longer, up to a limit", () => {
  const record = new TrackRecord();
  expect(record.patience("a", 0)).toBe(1);
  for (const [at, patience] of [
    [0, 2],
    [1, 3],
    [2, 4],
    [3, 4],
    [4, 4],
  ] as const) {
    record.cut("a", "s", at);
    expect([record.patience("a", at), record.patience("b", at)]).toEqual([patience, 1]);
  }
  expect(record.patience("a", HOUR + 3)).toBe(2);
  expect(record.patience("a", HOUR + 4)).toBe(1);
});

test("a conversation keeps away for a while from who has just broken an answer of it", () => {
  const record = new TrackRecord();
  const until = (session: string, provider: string) => record.avoidedUntil(() => session, provider);
  expect(record.avoidedUntil(() => expect.unreachable("nobody has broken anything"), "a")).toBe(0);
  record.cut("a", "one", 1_000);
  expect([until("one", "a"), until("one", "b"), until("two", "a")]).toEqual([31_000, 0, 0]);
  record.cut("b", "two", 40_000);
  expect([until("one", "a"), until("two", "b")]).toEqual([0, 70_000]);
});

test("what is usual for a provider is its own 95th percentile, by the size of the prompt, once enough is known", () => {
  const record = new TrackRecord();
  const served = (ttftMs: number, promptBytes = 1_000, model = "m") =>
    record.served({ session: "s", provider: "a", model, promptBytes, ttftMs, keepSample: true, now: 0 });
  for (let i = 1; i <= 9; i++) served(i);
  expect(record.usualFirstToken("a", "m", 1_000)).toBeUndefined();
  for (let i = 10; i <= 40; i++) served(i);
  expect(record.usualFirstToken("a", "m", 1_000)).toBe(38);
  expect([record.usualFirstToken("a", "m", 200_000), record.usualFirstToken("b", "m", 1_000)]).toEqual([
    undefined,
    undefined,
  ]);
  // The latest sixty count: what was usual before is forgotten.
  for (let i = 0; i < 60; i++) served(500);
  expect(record.usualFirstToken("a", "m", 1_000)).toBe(500);
});

test("one request in twenty may be asked twice, and a long quiet time saves up five of them at most", () => {
  const { hedges } = new TrackRecord();
  const taken = (requests: number) => {
    let count = 0;
    for (let i = 0; i < requests; i++) {
      hedges.count();
      if (hedges.take()) count++;
    }
    return count;
  };
  expect([taken(19), taken(1), taken(1_000)]).toEqual([0, 1, 50]);
  for (let i = 0; i < 10_000; i++) hedges.count();
  expect(Array.from({ length: 10 }, () => hedges.take()).filter(Boolean)).toHaveLength(5);
});
