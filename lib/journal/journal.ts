import type { JournalEntry } from "./entry.ts";

/** Counts since the start of the server. */
export interface Totals {
  requests: number;
  failed: number;
  /** Served, though not by the first provider that was asked. */
  failovers: number;
  cancelled: number;
}

/** Counts per provider since the start of the server. */
export interface ProviderTotals {
  requests: number;
  failures: number;
  /** In how many answers each oddity was mended or put up with, by its words. */
  oddities?: Readonly<Record<string, number>>;
}

/**
 * The recent requests, newest last, bounded in number. Listeners are told of each when it starts, after each
 * attempt, and when it has ended.
 */
export class Journal {
  readonly totals: Totals = { requests: 0, failed: 0, failovers: 0, cancelled: 0 };
  readonly #capacity: number;
  readonly #entries = new Map<string, JournalEntry>();
  readonly #byProvider = new Map<string, ProviderTotals>();
  readonly #listeners = new Set<(entry: JournalEntry) => void>();

  constructor(capacity = 1000) {
    this.#capacity = capacity;
  }

  begin(entry: JournalEntry): void {
    this.totals.requests++;
    this.#entries.set(entry.id, entry);
    if (this.#entries.size > this.#capacity) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    this.#tell(entry);
  }

  /** Something has happened to a request under way, such as the end of an attempt. */
  update(entry: JournalEntry): void {
    this.#tell(entry);
  }

  /** The entry is final. */
  end(entry: JournalEntry): void {
    if (entry.outcome === "failed" || entry.outcome === "cut") this.totals.failed++;
    if (entry.outcome === "cancelled") this.totals.cancelled++;
    const [first] = entry.attempts;
    if (entry.outcome === "ok" && first && first.provider !== entry.provider) this.totals.failovers++;
    for (const attempt of entry.attempts) {
      const counts = this.#byProvider.get(attempt.provider) ?? { requests: 0, failures: 0 };
      counts.requests++;
      if (attempt.failure && attempt.failure !== "client_gone") counts.failures++;
      for (const note of attempt.notes ?? [])
        counts.oddities = { ...counts.oddities, [note]: (counts.oddities?.[note] ?? 0) + 1 };
      this.#byProvider.set(attempt.provider, counts);
    }
    this.#tell(entry);
  }

  ofProvider(name: string): ProviderTotals {
    return this.#byProvider.get(name) ?? { requests: 0, failures: 0 };
  }

  get(id: string): JournalEntry | undefined {
    return this.#entries.get(id);
  }

  /**
   * Newest first.
   * @param query.before `next` of an earlier page
   */
  list(query: { limit: number; before?: string }): { items: JournalEntry[]; next?: string } {
    const newest = [...this.#entries.values()].reverse();
    const from = query.before === undefined ? 0 : newest.findIndex((entry) => entry.id === query.before) + 1;
    const items = newest.slice(from, from + query.limit);
    const last = items.at(-1);
    return { items, ...(last && from + query.limit < newest.length && { next: last.id }) };
  }

  subscribe(listener: (entry: JournalEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(entry: JournalEntry): void {
    for (const listener of this.#listeners) listener(entry);
  }
}
