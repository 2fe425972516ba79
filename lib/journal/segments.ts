import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import type { JournalEntry } from "./entry.ts";

/** One of the journal's files, `requests-000001.jsonl`: an entry a line, the oldest first. Higher numbers are newer. */
export interface Segment {
  number: number;
  path: string;
  bytes: number;
  /** Epoch ms: when it was last written. */
  modified: number;
}

/** A place between two lines of the journal. */
export interface Position {
  segment: number;
  offset: number;
}

const NAME = /^requests-(\d{6,})\.jsonl$/;
const CHUNK = 1024 * 1024;
const LINE_BREAK = 0x0a;

export function segmentPath(dir: string, number: number): string {
  return join(dir, `requests-${String(number).padStart(6, "0")}.jsonl`);
}

/** The oldest first; none where there is no directory. */
export function listSegments(dir: string): Segment[] {
  return namesIn(dir)
    .flatMap((name) => {
      const number = NAME.exec(name)?.[1];
      if (number === undefined) return [];
      const path = join(dir, name);
      const stats = statSync(path, { throwIfNoEntry: false });
      return stats ? [{ number: Number(number), path, bytes: stats.size, modified: stats.mtimeMs }] : [];
    })
    .sort((a, b) => a.number - b.number);
}

/** File names in a directory; none where there is no directory. */
export function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch (error) {
    if (/^(?:ENOENT|ENOTDIR)$/.test((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}

/**
 * Reads the entries from a position to the end, the oldest first. What is no entry (a line that a crash has cut off) is
 * passed over; a last line without its line break is still being written and is not read.
 * @param visit told each entry with the positions before and behind it
 * @returns the position behind the last whole line
 */
export function readForward(
  dir: string,
  from: Position,
  visit: (entry: JournalEntry, before: Position, after: Position) => void,
): Position {
  let end = from;
  for (const segment of listSegments(dir)) {
    if (segment.number < from.segment) continue;
    const start = segment.number === from.segment ? Math.min(from.offset, segment.bytes) : 0;
    const offset = readLines(segment.path, start, (line, lineStart) => {
      const entry = parseLine(line.toString("utf8"));
      const at = (offset: number): Position => ({ segment: segment.number, offset });
      if (entry) visit(entry, at(lineStart), at(lineStart + line.length + 1));
    });
    end = { segment: segment.number, offset };
  }
  return end;
}

/** @returns where the last whole line ends */
function readLines(path: string, start: number, visit: (line: Buffer, start: number) => void): number {
  const fd = openSync(path, "r");
  try {
    const { size } = fstatSync(fd);
    let done = start;
    let rest: Buffer = Buffer.alloc(0);
    for (let at = start; at < size; ) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK, size - at));
      const length = readSync(fd, chunk, 0, chunk.length, at);
      if (length === 0) break;
      at += length;
      const bytes = rest.length === 0 ? chunk.subarray(0, length) : Buffer.concat([rest, chunk.subarray(0, length)]);
      let from = 0;
      for (let to = bytes.indexOf(LINE_BREAK); to >= 0; to = bytes.indexOf(LINE_BREAK, from)) {
        visit(bytes.subarray(from, to), done);
        done += to + 1 - from;
        from = to + 1;
      }
      rest = bytes.subarray(from);
    }
    return done;
  } finally {
    closeSync(fd);
  }
}

/** @returns undefined for what is no entry */
export function parseLine(line: string): JournalEntry | undefined {
  try {
    const value = JSON.parse(line) as JournalEntry | null;
    return typeof value?.id === "string" && Array.isArray(value.attempts) ? value : undefined;
  } catch {
    return undefined; // cut off by a crash or a full disk
  }
}
