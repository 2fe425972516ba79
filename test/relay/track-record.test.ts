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
    record.cut("a", at);
    expect([record.patience("a", at), record.patience("b", at)]).toEqual([patience, 1]);
  }
  expect(record.patience("a", HOUR + 3)).toBe(2);
  expect(record.patience("a", HOUR + 4)).toBe(1);
});
