import { isNobodysFault } from "../catalog/failure-reasons.ts";
import type { JournalEntry } from "./entry.ts";
import { type JournalFilter, matches } from "./filter.ts";
import type { JournalFiles } from "./journal-files.ts";
import { Meter } from "./meter.ts";
import type { Position } from "./segments.ts";
import { isFailover } from "./tally.ts";

/** Counts since the start of the server. */
export interface Totals {
  requests: number;
  /** Of them: over, whatever became of them. */
  ended: number;
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
  oddities: Readonly<Record<string, number>>;
}

export interface JournalQuery extends JournalFilter {
  limit: number;
  /** `next` of an earlier page, or an entry's id: what is older follows. */
  before?: string;
}

export interface JournalPage {
  /** Newest first. */
  items: JournalEntry[];
  /** Absent on the last page. */
  next?: string;
}

/** How many entries are kept in memory: those that the page shows first. */
const RECENT = 100;

/**
 * Every request: those under way and the newest in memory, the others on disk. Listeners are told of each when it starts,
 * after each attempt, and when it has ended.
 */
export class Journal {
  readonly totals: Totals = { requests: 0, ended: 0, failed: 0, failovers: 0, cancelled: 0 };
  readonly meter = new Meter();
  /** Where entries are kept for good. */
  readonly files: JournalFiles | undefined;
  /** In the order in which they began. */
  readonly #recent = new Map<string, JournalEntry>();
  readonly #byProvider = new Map<string, ProviderTotals>();
  readonly #listeners = new Set<(entry: JournalEntry, final: boolean) => void>();

  /** @param files without them, only the newest entries are kept */
  constructor(files?: JournalFiles) {
    this.files = files;
    files?.onForeign((entry) => this.#tell(entry));
  }

  begin(entry: JournalEntry): void {
    this.totals.requests++;
    this.#recent.set(entry.id, entry);
    if (this.#recent.size > RECENT) this.#forgetOne();
    this.#tell(entry);
  }

  /** Something has happened to a request under way, such as the end of an attempt. */
  update(entry: JournalEntry): void {
    this.#tell(entry);
  }

  /** The entry is final. */
  end(entry: JournalEntry): void {
    this.totals.ended++;
    if (entry.outcome === "failed" || entry.outcome === "cut") this.totals.failed++;
    if (entry.outcome === "cancelled" || entry.outcome === "declined") this.totals.cancelled++;
    if (isFailover(entry)) this.totals.failovers++;
    for (const attempt of entry.attempts) {
      const counts = this.#byProvider.get(attempt.provider) ?? { requests: 0, failures: 0, oddities: {} };
      counts.requests++;
      if (attempt.failure && !isNobodysFault(attempt.failure)) counts.failures++;
      for (const note of attempt.notes ?? [])
        counts.oddities = { ...counts.oddities, [note]: (counts.oddities[note] ?? 0) + 1 };
      this.#byProvider.set(attempt.provider, counts);
    }
    this.meter.add(entry);
    this.files?.append(entry);
    this.#tell(entry, true);
  }

  ofProvider(name: string): ProviderTotals {
    return this.#byProvider.get(name) ?? { requests: 0, failures: 0, oddities: {} };
  }

  async get(id: string): Promise<JournalEntry | undefined> {
    return this.#recent.get(id) ?? (await this.files?.find(id))?.entry;
  }

  /** One page of the entries that match. */
  async list({ limit, before, ...filter }: JournalQuery): Promise<JournalPage> {
    const start = await this.#startOf(before);
    const recent = start.recent.filter((entry) => matches(entry, filter)).slice(0, limit + 1);
    const found = recent.map((entry) => ({ entry, cursor: entry.id }));
    const missing = limit + 1 - found.length;
    if (this.files && missing > 0) {
      const { at } = start;
      const without = new Set(this.#recent.keys());
      const older = await this.files.read({ limit: missing, filter, without, ...(at && { before: at }) });
      found.push(...older.map(({ entry, at }) => ({ entry, cursor: `${at.segment}:${at.offset}` })));
    }
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    return { items: shown.map(({ entry }) => entry), ...(last && found.length > limit && { next: last.cursor }) };
  }

  /**
   * @param listener `final`: it has ended here, and will not change any more. What another server has served, such as the one
   * that this has taken over from, comes without
   */
  subscribe(listener: (entry: JournalEntry, final: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What of memory is older than a cursor, newest first, and from where on to read the files. */
  async #startOf(before: string | undefined): Promise<{ recent: JournalEntry[]; at?: Position }> {
    const recent = [...this.#recent.values()].reverse();
    if (before === undefined) return { recent };
    const place = /^(\d+):(\d+)$/.exec(before);
    if (place) return { recent: [], at: { segment: Number(place[1]), offset: Number(place[2]) } };
    const index = recent.findIndex(({ id }) => id === before);
    if (index >= 0) return { recent: recent.slice(index + 1) };
    const found = await this.files?.find(before);
    return found ? { recent: [], at: found.at } : { recent };
  }

  /** The oldest that has ended; it is on disk by now. */
  #forgetOne(): void {
    for (const [id, { outcome }] of this.#recent) {
      if (outcome === "running") continue;
      this.#recent.delete(id);
      return;
    }
  }

  #tell(entry: JournalEntry, final = false): void {
    for (const listener of this.#listeners) listener(entry, final);
  }
}
