import { monthOf } from "./calendar.ts";
import type { JournalEntry } from "./entry.ts";
import { Ledger } from "./ledger.ts";
import { type Position, readForward } from "./segments.ts";
import type { Row } from "./tally.ts";
import { listMonths, readUsageFile } from "./usage-file.ts";

const BEGINNING: Position = { segment: 0, offset: 0 };

/** The ledgers of a journal's folder: the current one, which is read from its file and brought up to date, and those before. */
export class Books {
  readonly #dir: string;
  readonly #onSealed: (ledger: Ledger) => boolean;
  /** Complete, but not written down. */
  readonly #sealed = new Map<string, Ledger>();
  #ledger = new Ledger("", BEGINNING);

  /** @param onSealed writes down a ledger that is complete; one of which it says false is kept in memory */
  constructor(dir: string, onSealed: (ledger: Ledger) => boolean = () => false) {
    this.#dir = dir;
    this.#onSealed = onSealed;
  }

  /** Reads the newest ledger that can be read; entries behind it are not counted before `catchUp`. */
  load(): void {
    this.#ledger = newestLedger(this.#dir) ?? this.#ledger;
  }

  /** Counts what stands in the journal up to `ledger.upTo`. */
  get ledger(): Ledger {
    return this.#ledger;
  }

  /** Counts the entry that stands at `ledger.upTo`. @param after the place behind it */
  take(entry: JournalEntry, after: Position): void {
    if (this.#ledger.isBefore(entry)) {
      const complete = this.#ledger;
      this.#ledger = complete.next(entry);
      if (complete.month !== "" && !this.#onSealed(complete)) this.#sealed.set(complete.month, complete);
    }
    this.#ledger.add(entry, after);
  }

  /** Counts all that was added to the journal since. @param visit told each entry */
  catchUp(visit?: (entry: JournalEntry) => void): void {
    const end = readForward(this.#dir, this.#ledger.upTo, (entry, before, after) => {
      this.#ledger.upTo = before;
      this.take(entry, after);
      visit?.(entry);
    });
    this.#ledger.upTo = end;
  }

  /** The sums of all days from one on. @param since `2026-11-24` */
  rows(since: string): Row[] {
    const inMemory = [...this.#sealed.values(), this.#ledger];
    const known = new Set(inMemory.map(({ month }) => month));
    const onDisk = listMonths(this.#dir)
      .filter((month) => month >= monthOf(since) && !known.has(month))
      .flatMap((month) => readUsageFile(this.#dir, month) ?? []);
    return [...onDisk, ...inMemory].flatMap(({ tally }) => [...tally.rows]).filter(({ day }) => day >= since);
  }
}

function newestLedger(dir: string): Ledger | undefined {
  for (const month of listMonths(dir).reverse()) {
    const ledger = readUsageFile(dir, month);
    if (ledger) return ledger;
  }
  return undefined;
}
