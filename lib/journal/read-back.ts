import { type FileHandle, open } from "node:fs/promises";
import type { JournalEntry } from "./entry.ts";
import { endOf, type JournalFilter, matches, needles, written } from "./filter.ts";
import { listSegments, type Position, parseLine } from "./segments.ts";

/** An entry with the place at which its line begins. */
export interface Found {
  entry: JournalEntry;
  at: Position;
}

/** Whole lines of a segment. */
interface Stretch {
  bytes: Buffer;
  segment: number;
  /** Offset of the first byte. */
  start: number;
}

/** A page is found in the first that is read; a search reads on, in larger ones. In bytes. */
const CHUNK = { first: 256 * 1024, largest: 1024 * 1024 };
const LINE_BREAK = 0x0a;

export interface ReadBackQuery {
  limit: number;
  filter?: JournalFilter;
  /** Where to begin; the end where it is not given. */
  before?: Position;
  /** Ids of entries that are not wanted. */
  without?: ReadonlySet<string>;
}

/** Entries of the journal's files that match, the newest first. Reads no further back than it must. */
export async function readBack(dir: string, query: ReadBackQuery): Promise<Found[]> {
  const { limit, filter = {}, before, without } = query;
  const mayHold = probe(filter);
  const found: Found[] = [];
  for await (const { bytes, segment, start } of stretches(dir, before)) {
    for (const { line, offset } of mayHold(bytes) ? linesFromEnd(bytes) : []) {
      if (!mayHold(line)) continue;
      const text = line.toString("utf8");
      const entry = parseLine(text);
      if (!entry || without?.has(entry.id) || !matches(entry, filter, text)) continue;
      found.push({ entry, at: { segment, offset: start + offset } });
      if (found.length === limit) return found;
    }
    if (filter.since !== undefined && endsBefore(bytes, filter.since)) return found;
  }
  return found;
}

/** Tells cheaply what cannot hold an entry that matches: most of a journal need not be understood to be passed over. */
function probe(filter: JournalFilter): (bytes: Buffer) => boolean {
  const wanted = needles(filter).map((needle) => Buffer.from(needle));
  const holdsText = filter.text === undefined ? undefined : textProbe(written(filter.text));
  return (bytes) => wanted.every((needle) => bytes.includes(needle)) && (holdsText === undefined || holdsText(bytes));
}

/**
 * Looks for a text among the bytes themselves, each letter in either case: that takes a quarter of the time that decoding
 * and comparing does. It may find too much, never too little.
 */
function textProbe(text: string): (bytes: Buffer) => boolean {
  const pattern = new RegExp([...text].map(eitherCase).join(""), "i");
  const overlap = Buffer.byteLength(text) * LONGEST_SPELLING;
  return (bytes) => {
    for (let from = 0; from < bytes.length; from += SLICE)
      if (pattern.test(bytes.toString("latin1", from, from + SLICE + overlap))) return true;
    return false;
  };
}

/** Strings of this many bytes are cheap to make and to forget; larger ones take four times as long. */
const SLICE = 64 * 1024;
/** In the other case, a letter has at most so many times the bytes. */
const LONGEST_SPELLING = 3;

/** Of letters beyond ASCII the pattern's own flag knows no case, since they are several bytes. */
function eitherCase(letter: string): string {
  const spellings = new Set([letter, letter.toLowerCase(), letter.toUpperCase()].map(asBytes));
  return letter <= "\x7f" ? literal(letter) : `(?:${[...spellings].map(literal).join("|")})`;
}

function asBytes(text: string): string {
  return Buffer.from(text).toString("latin1");
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/** Lines stand in the order in which requests ended: when the first ended too early, so did all that stand further back. */
function endsBefore(bytes: Buffer, since: number): boolean {
  const first = parseLine(bytes.toString("utf8", 0, bytes.indexOf(LINE_BREAK)));
  return first !== undefined && endOf(first) < since;
}

/** One entry by its id, the newest files first. */
export async function findById(dir: string, id: string): Promise<Found | undefined> {
  const needle = Buffer.from(`"id":${JSON.stringify(id)}`);
  for await (const { bytes, segment, start } of stretches(dir, undefined)) {
    const hit = bytes.indexOf(needle);
    if (hit < 0) continue;
    const from = bytes.lastIndexOf(LINE_BREAK, hit) + 1;
    const entry = parseLine(bytes.toString("utf8", from, bytes.indexOf(LINE_BREAK, hit)));
    if (entry?.id === id) return { entry, at: { segment, offset: start + from } };
  }
  return undefined;
}

function* linesFromEnd(bytes: Buffer): Generator<{ line: Buffer; offset: number }> {
  for (let to = bytes.length - 1; to > 0; ) {
    const offset = bytes.lastIndexOf(LINE_BREAK, to - 1) + 1;
    yield { line: bytes.subarray(offset, to), offset };
    to = offset - 1;
  }
}

/** The journal in stretches of whole lines, the newest first. The bytes of one are overwritten by the next. */
async function* stretches(dir: string, before: Position | undefined): AsyncGenerator<Stretch> {
  const room = new Room();
  for (const { number, path, bytes } of listSegments(dir).reverse()) {
    if (before && number > before.segment) continue;
    const end = before?.segment === number ? Math.min(before.offset, bytes) : bytes;
    if (end > 0) yield* stretchesOf(path, number, end, room);
  }
}

async function* stretchesOf(path: string, segment: number, end: number, room: Room): AsyncGenerator<Stretch> {
  const file = await openIfThere(path);
  if (!file) return;
  try {
    // The beginning of a line whose other part was in the stretch before.
    let tail: Buffer = Buffer.alloc(0);
    for (let to = end; to > 0; ) {
      const from = Math.max(0, to - room.nextSize());
      const bytes = await room.read(file, from, to, tail);
      to = from;
      // Behind the last line break stands what is still being written.
      const last = bytes.lastIndexOf(LINE_BREAK) + 1;
      const first = from === 0 ? 0 : bytes.indexOf(LINE_BREAK) + 1;
      if (first < last) yield { bytes: bytes.subarray(first, last), segment, start: from + first };
      tail = Buffer.from(bytes.subarray(0, first));
    }
  } finally {
    await file.close();
  }
}

/** Memory for one stretch after the other, so that a search through everything takes no more than for one. */
class Room {
  #bytes = Buffer.alloc(0);
  #size = CHUNK.first;

  /** How much to read next. */
  nextSize(): number {
    const size = this.#size;
    this.#size = Math.min(size * 2, CHUNK.largest);
    return size;
  }

  /** A range of a file, with more bytes behind it. */
  async read(file: FileHandle, from: number, to: number, behind: Buffer): Promise<Buffer> {
    const length = to - from;
    if (this.#bytes.length < length + behind.length)
      this.#bytes = Buffer.allocUnsafe(length + behind.length + CHUNK.first);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await file.read(this.#bytes, done, length - done, from + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    behind.copy(this.#bytes, done);
    return this.#bytes.subarray(0, done + behind.length);
  }
}

/** The oldest may be deleted while we read. */
async function openIfThere(path: string): Promise<FileHandle | undefined> {
  return open(path, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}
