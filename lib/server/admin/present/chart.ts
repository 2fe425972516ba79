import type { JournalEntry } from "../../../journal/entry.ts";
import type { ChartBucket } from "../views.ts";

/** How long each chart looks back, and how finely. */
export const SPANS = {
  hour: { ms: 3_600_000, bucket: 60_000 },
  day: { ms: 86_400_000, bucket: 30 * 60_000 },
  week: { ms: 7 * 86_400_000, bucket: 4 * 3_600_000 },
} as const;

export type Span = keyof typeof SPANS;

/** The start of the first bucket of a chart that ends now, in epoch ms. */
export function chartStart(span: Span, now: number): number {
  const { ms, bucket } = SPANS[span];
  return Math.floor((now - ms) / bucket) * bucket + bucket;
}

/** Gathers requests, taken one by one in any order, into the buckets of a chart. Those still running do not count. */
export class Chart {
  readonly #start: number;
  readonly #size: number;
  readonly #buckets: { seen: ChartBucket; first: number[] }[];

  constructor(span: Span, now: number) {
    this.#start = chartStart(span, now);
    this.#size = SPANS[span].bucket;
    this.#buckets = Array.from({ length: Math.floor((now - this.#start) / this.#size) + 1 }, (_, at) => ({
      seen: { time: this.#start + at * this.#size, ok: 0, failed: 0, saved: 0, tokens_in: 0, tokens_out: 0, cost: 0 },
      first: [],
    }));
  }

  add({ time, outcome, attempts, usage, cost = 0, ttftMs }: JournalEntry): void {
    const bucket = this.#buckets[Math.floor((time - this.#start) / this.#size)];
    if (!bucket || outcome === "running") return;
    const { seen } = bucket;
    if (outcome === "ok") seen.ok++;
    else if (outcome === "failed" || outcome === "cut") seen.failed++;
    if (outcome === "ok" && attempts.some(({ failure }) => failure !== undefined)) seen.saved++;
    seen.cost += cost;
    seen.tokens_out += usage?.output_tokens ?? 0;
    seen.tokens_in +=
      (usage?.input_tokens ?? 0) + (usage?.cache_read_input_tokens ?? 0) + (usage?.cache_creation_input_tokens ?? 0);
    if (ttftMs !== undefined) bucket.first.push(ttftMs);
  }

  buckets(): ChartBucket[] {
    return this.#buckets.map(({ seen, first }) => {
      if (first.length === 0) return seen;
      first.sort((a, b) => a - b);
      return { ...seen, first_p50: quantile(first, 0.5), first_p95: quantile(first, 0.95) };
    });
  }
}

/** @param sorted not empty */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
