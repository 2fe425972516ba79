import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
  write,
  writeSync,
} from "node:fs";
import { promisify } from "node:util";
import { listSegments, parseLine, type Segment, segmentPath } from "./segments.ts";

export interface SegmentLimits {
  /** Size at which a file is full. */
  bytes: number;
  /** Age of its first entry, in ms, at which a file is full. */
  ms: number;
}

/** Where a write went. */
export interface Written {
  segment: number;
  /** Size of the file before and after: somebody else may have written between. */
  before: number;
  after: number;
}

/** Entries are no longer than this. */
const LONGEST_LINE = 64 * 1024;
const LINE_BREAK = 0x0a;

const writeTo = promisify(write);

/** Adds whole lines to the journal's newest file, and begins the next when it is full. */
export class SegmentWriter {
  readonly #dir: string;
  readonly #limits: () => SegmentLimits;
  readonly #now: () => number;
  #open: { fd: number; segment: number; since: number } | undefined;

  constructor(dir: string, limits: () => SegmentLimits, now: () => number) {
    this.#dir = dir;
    this.#limits = limits;
    this.#now = now;
  }

  /**
   * Adds lines, all or none.
   * @param lines each with its line break
   * @param least files with a lower number are history, even if they are gone
   */
  async write(lines: Buffer, least: number): Promise<Written> {
    const { fd, segment } = this.#current(least);
    const before = fstatSync(fd).size;
    let done = 0;
    try {
      while (done < lines.length) done += (await writeTo(fd, lines, done, lines.length - done)).bytesWritten;
    } catch (error) {
      if (done > 0 && fstatSync(fd).size === before + done) ftruncateSync(fd, before);
      throw error;
    }
    return { segment, before, after: fstatSync(fd).size };
  }

  close(): void {
    if (this.#open) closeSync(this.#open.fd);
    this.#open = undefined;
  }

  #current(least: number): { fd: number; segment: number } {
    if (this.#open && this.#goesOn(this.#open)) return this.#open;
    this.close();
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    const newest = listSegments(this.#dir).at(-1);
    const last = Math.max(newest?.number ?? 0, least);
    const fits = newest?.number === last && newest.bytes < this.#limits().bytes && !this.#isOld(firstTime(newest));
    const segment = fits ? last : last + 1;
    const fd = openSync(segmentPath(this.#dir, segment), "a", 0o600);
    this.#open = { fd, segment, since: newest && fits ? firstTime(newest) : this.#now() };
    if (newest && fits) endBrokenLine(newest, fd);
    return this.#open;
  }

  /** Is it still the newest, there, and not full? */
  #goesOn({ fd, segment, since }: { fd: number; segment: number; since: number }): boolean {
    const path = segmentPath(this.#dir, segment);
    const there = statSync(path, { throwIfNoEntry: false });
    if (!there || there.ino !== fstatSync(fd).ino) return false;
    if (statSync(segmentPath(this.#dir, segment + 1), { throwIfNoEntry: false })) return false;
    return there.size < this.#limits().bytes && !this.#isOld(since);
  }

  #isOld(since: number): boolean {
    return this.#now() - since > this.#limits().ms;
  }
}

/** When a file's first request began; now for one that cannot be read. */
function firstTime({ path }: Segment): number {
  const fd = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(LONGEST_LINE);
    const length = readSync(fd, bytes, 0, bytes.length, 0);
    const end = bytes.subarray(0, length).indexOf(LINE_BREAK);
    return parseLine(bytes.toString("utf8", 0, Math.max(0, end)))?.time ?? Date.now();
  } finally {
    closeSync(fd);
  }
}

/** A crash may have left half a line: what follows must not be added to it. */
function endBrokenLine({ path, bytes }: Segment, fd: number): void {
  if (bytes === 0) return;
  const reader = openSync(path, "r");
  try {
    const last = Buffer.alloc(1);
    readSync(reader, last, 0, 1, bytes - 1);
    if (last[0] !== LINE_BREAK) writeSync(fd, "\n");
  } finally {
    closeSync(reader);
  }
}
