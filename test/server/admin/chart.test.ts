import { expect, test } from "vitest";
import { Chart, chartStart, SPANS } from "../../../lib/server/admin/present/chart.ts";
import { anAttempt, anEntry } from "../../page/samples.ts";

const NOW = Date.UTC(2026, 10, 24, 12, 0, 30);

test.each(["hour", "day", "week"] as const)("the %s is covered without a gap, up to now", (span) => {
  const buckets = new Chart(span, NOW).buckets();
  const { ms, bucket } = SPANS[span];
  expect(buckets).toHaveLength(ms / bucket);
  expect(buckets[0]?.time).toBe(chartStart(span, NOW));
  expect(buckets.every(({ time }, at) => at === 0 || time - (buckets[at - 1]?.time ?? 0) === bucket)).toBe(true);
  expect(NOW - (buckets.at(-1)?.time ?? 0)).toBeLessThan(bucket);
});

test("requests are gathered where they belong; running, cancelled and older ones do not count", () => {
  const chart = new Chart("hour", NOW);
  const usage = { input_tokens: 10, cache_read_input_tokens: 5, output_tokens: 7 };
  const saved = [anAttempt({ failure: "overloaded" }), anAttempt({ provider: "backup" })];
  chart.add(anEntry({ time: NOW - 1_000, usage, cost: 0.5, ttftMs: 100 }));
  chart.add(anEntry({ time: NOW - 2_000, attempts: saved, ttftMs: 300 }));
  chart.add(anEntry({ time: NOW - 3_000, outcome: "failed" }));
  chart.add(anEntry({ time: NOW - 4_000, outcome: "cut" }));
  chart.add(anEntry({ time: NOW - 5_000, outcome: "cancelled" }));
  chart.add(anEntry({ time: NOW - 6_000, outcome: "running" }));
  chart.add(anEntry({ time: NOW - 2 * 3_600_000 }));
  const counts = {
    ok: 2,
    failed: 2,
    saved: 1,
    tokens_in: 15,
    tokens_out: 7,
    cost: 0.5,
    first_p50: 100,
    first_p95: 300,
  };
  expect(chart.buckets().at(-1)).toMatchObject(counts);
  expect(chart.buckets().reduce((sum, { ok, failed }) => sum + ok + failed, 0)).toBe(4);
});
