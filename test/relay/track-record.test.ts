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
