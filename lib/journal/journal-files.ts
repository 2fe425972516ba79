import { join } from "node:path";
import { Books } from "./books.ts";
import { dayOf } from "./calendar.ts";
import type { JournalEntry } from "./entry.ts";
import { type Found, findById, type ReadBackQuery, readBack } from "./read-back.ts";
import { dropOld, type Retention, SEGMENTS } from "./retention.ts";
import { SegmentWriter } from "./segment-writer.ts";
import { firstDayOfPeriods, Spending } from "./spending.ts";
import type { Row } from "./tally.ts";
import { listMonths, writeUsageFile, writeUsageFileSync } from "./usage-file.ts";

export interface JournalFilesOptions {
  /** Asked anew each time, so that a changed configuration counts at once. */
  retention: () => Retention;
  /** Told once in a row of failures when something could not be written, and without an error when it can be again. */
  onTrouble: (error?: Error) => void;
  /** Epoch ms. */
  now?: () => number;
}

/** Entries are gathered for so long; a process that is killed loses no more than these. */
const WRITE_AFTER_MS = 250;
/** So many are not waited for: writing more at once would be a pause that somebody feels. */
const BATCH = 32;
/** When the disk does not take them, so much later it is tried again, with no more than so many of the newest. */
const RETRY_AFTER_MS = 5_000;
const MOST_WAITING = 2_000;
/** The sums are written down so often while there are new ones; what a killed process has not, is counted again. */
const SUM_UP_AFTER_MS = 10_000;

/** Where the journal is kept: in a folder of the state directory. */
export function journalDir(stateDir: string): string {
  return join(stateDir, "journal");
}

/**
 * The journal on disk: entries in files to which lines are added, and the sums of what stands in them. No request waits for
 * the disk. Two servers may write at the same time, as they do during a restart: each adds whole lines, and counts those of
 * the other as well.
 */
export class JournalFiles {
  /** What was spent, to the newest entry, written down or not. */
  readonly spending: Spending;
  readonly #dir: string;
  readonly #options: JournalFilesOptions;
  readonly #now: () => number;
  readonly #books: Books;
  readonly #writer: SegmentWriter;
  #waiting: JournalEntry[] = [];
  /** All writing is done one after the other. */
  #queue: Promise<void> = Promise.resolve();
  #writeTimer: NodeJS.Timeout | undefined;
  #sumTimer: NodeJS.Timeout | undefined;
  #inTrouble = false;
  #tidied = "";
  #onForeign: ((entry: JournalEntry) => void) | undefined;

  /** Reads the sums and brings them up to date. @param dir is made when there is something to write */
  constructor(dir: string, options: JournalFilesOptions) {
    this.#dir = dir;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.spending = new Spending(this.#now);
    const limits = () => ({ bytes: options.retention().maxBytes / SEGMENTS, ms: options.retention().maxMs / SEGMENTS });
    this.#writer = new SegmentWriter(dir, limits, this.#now);
    this.#books = new Books(dir, (ledger) => this.#attempt(() => writeUsageFileSync(dir, ledger)));
    this.#attempt(() => {
      this.#books.load();
      for (const row of this.#books.rows(firstDayOfPeriods(this.#now()))) this.spending.addRow(row);
      this.#books.catchUp((entry) => this.spending.add(entry));
    });
  }

  /** @param listener told of each entry that another server has written, as soon as it is noticed */
  onForeign(listener: (entry: JournalEntry) => void): void {
    this.#onForeign = listener;
  }

  /** Adds an entry that is final. Returns at once; never throws. */
  append(entry: JournalEntry): void {
    this.spending.add(entry);
    this.#waiting.push(entry);
    if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
    if (this.#waiting.length === BATCH) void this.flush();
    this.#writeTimer ??= setTimeout(() => void this.flush(), WRITE_AFTER_MS).unref();
  }

  /** Writes down what waits. */
  flush(): Promise<void> {
    clearTimeout(this.#writeTimer);
    this.#writeTimer = undefined;
    return this.#inTurn(() => this.#write(this.#waiting.splice(0)));
  }

  /** The newest first. */
  async read(query: ReadBackQuery): Promise<Found[]> {
    await this.flush();
    return readBack(this.#dir, query);
  }

  async find(id: string): Promise<Found | undefined> {
    await this.flush();
    return findById(this.#dir, id);
  }

  /** The sums of all days from one on. @param since `2026-11-24` */
  async rows(since: string): Promise<Row[]> {
    void this.flush();
    // In turn: what is just being written would be taken for another server's, and be counted twice.
    await this.#inTurn(async () => void this.#attempt(() => this.#countAll([])));
    return this.#books.rows(since);
  }

  /** Writes down everything. What comes later, from requests that are being drained, is written down too. */
  async close(): Promise<void> {
    await this.flush();
    await this.#inTurn(() => this.#sumUp());
    this.#writer.close();
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(work);
    return this.#queue;
  }

  async #write(entries: JournalEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const lines = entries.map((entry) => `${JSON.stringify(entry)}\n`);
    const bytes = Buffer.from(lines.join(""));
    const { upTo } = this.#books.ledger;
    const written = await this.#writer.write(bytes, upTo.segment).catch((error: unknown) => this.#complain(error));
    if (!written) return this.#tryLater(entries);
    if (this.#inTrouble) this.#options.onTrouble();
    this.#inTrouble = false;
    const { segment, before, after } = written;
    const nobodyElse = segment === upTo.segment && before === upTo.offset && after === before + bytes.length;
    if (nobodyElse) this.#count(entries, lines);
    else this.#countAll(entries);
    this.#tidy(segment);
    this.#sumTimer ??= setTimeout(() => void this.#inTurn(() => this.#sumUp()), SUM_UP_AFTER_MS).unref();
  }

  #tryLater(entries: readonly JournalEntry[]): void {
    this.#waiting = [...entries, ...this.#waiting].slice(-MOST_WAITING);
    clearTimeout(this.#writeTimer);
    this.#writeTimer = setTimeout(() => void this.flush(), RETRY_AFTER_MS).unref();
  }

  /** Counts what was just written, from memory. */
  #count(entries: readonly JournalEntry[], lines: readonly string[]): void {
    for (const [at, entry] of entries.entries()) {
      const { segment, offset } = this.#books.ledger.upTo;
      this.#books.take(entry, { segment, offset: offset + Buffer.byteLength(lines[at] ?? "") });
    }
  }

  /** A file was begun, or another server has written too: counts what stands there. */
  #countAll(own: readonly JournalEntry[]): void {
    const ids = new Set(own.map(({ id }) => id));
    this.#books.catchUp((entry) => {
      if (ids.has(entry.id)) return;
      this.spending.add(entry);
      this.#onForeign?.(entry);
    });
  }

  /** A ledger is complete once there is a later one: another server may be ahead of us. */
  async #sumUp(): Promise<void> {
    clearTimeout(this.#sumTimer);
    this.#sumTimer = undefined;
    const { ledger } = this.#books;
    if (ledger.month === "" || (listMonths(this.#dir).at(-1) ?? "") > ledger.month) return;
    await writeUsageFile(this.#dir, ledger).catch((error: unknown) => this.#complain(error));
  }

  /** Once a day, and with each new file. */
  #tidy(segment: number): void {
    const occasion = `${dayOf(this.#now())} ${segment}`;
    if (occasion === this.#tidied) return;
    this.#tidied = occasion;
    this.#attempt(() => dropOld(this.#dir, segment, this.#options.retention(), this.#now()));
  }

  /** @returns whether it could be done */
  #attempt(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.#complain(error);
      return false;
    }
  }

  #complain(error: unknown): undefined {
    if (!this.#inTrouble) this.#options.onTrouble(error instanceof Error ? error : new Error(String(error)));
    this.#inTrouble = true;
  }
}
