import type { FailureReason } from "../catalog/failure-reasons.ts";
import type { JournalEntry } from "./entry.ts";
import { Tally } from "./tally.ts";

/** Upper ends of a histogram's buckets, in seconds; beyond the last there is one more. */
export const BUCKETS = {
  /** From the arrival to the first content sent. */
  first: [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64],
  /** From the arrival to the end of the answer. */
  total: [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
  /** From the arrival until the first provider is asked: the client's own sending and our work. */
  overhead: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
} as const;

export type Measured = keyof typeof BUCKETS;

export class Histogram {
  /** How many lay in each bucket. */
  readonly counts: number[];
  sum = 0;
  readonly #ends: readonly number[];

  constructor(ends: readonly number[]) {
    this.#ends = ends;
    this.counts = new Array<number>(ends.length + 1).fill(0);
  }

  add(seconds: number): void {
    const found = this.#ends.findIndex((end) => seconds <= end);
    const bucket = found < 0 ? this.#ends.length : found;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += seconds;
  }
}

/** What a monitoring system asks for: counts and durations since the server started. */
export class Meter {
  /** All days in one. */
  readonly tally = new Tally(() => "");
  /** By provider, then by reason. */
  readonly failures = new Map<string, Map<FailureReason, number>>();
  /** By what is measured, then by the provider that answered. */
  readonly durations: Readonly<Record<Measured, Map<string, Histogram>>> = {
    first: new Map(),
    total: new Map(),
    overhead: new Map(),
  };
  readonly rescues = { restart: 0, continue: 0 };

  /** Counts an entry that is final. */
  add(entry: JournalEntry): void {
    this.tally.add(entry);
    const { provider, attempts, ttftMs, totalMs, rescue, outcome } = entry;
    for (const { provider: asked, failure } of attempts) if (failure) this.#fail(asked, failure);
    if (rescue && outcome === "ok") this.rescues[rescue.kind]++;
    if (provider === undefined) return;
    if (ttftMs !== undefined) this.#measure("first", provider, ttftMs);
    if (outcome === "ok") this.#measure("total", provider, totalMs);
    if (attempts[0]) this.#measure("overhead", provider, attempts[0].at);
  }

  #fail(provider: string, reason: FailureReason): void {
    const reasons = this.failures.get(provider) ?? new Map<FailureReason, number>();
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    this.failures.set(provider, reasons);
  }

  #measure(what: Measured, provider: string, ms: number): void {
    const histogram = this.durations[what].get(provider) ?? new Histogram(BUCKETS[what]);
    histogram.add(ms / 1000);
    this.durations[what].set(provider, histogram);
  }
}
