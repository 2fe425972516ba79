import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { listSegments, namesIn } from "./segments.ts";
import { listMonths, usagePath } from "./usage-file.ts";

export interface Retention {
  /** Of all entries together, the file that is being written included. */
  maxBytes: number;
  maxMs: number;
}

/** The journal is kept in about so many files; the oldest is dropped as a whole. */
export const SEGMENTS = 10;
/** Sums are small, so they are kept for longer than entries: in months. */
const MOST_MONTHS = 25;
/** A file that a crash has left behind before it was given its name. */
const LEFT_BEHIND = /^usage-.*\.json\.\d+$/;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Drops what is too old or too much. @param current number of the file that is being written, which stays */
export function dropOld(dir: string, current: number, { maxBytes, maxMs }: Retention, now: number): void {
  let room = maxBytes - maxBytes / SEGMENTS;
  for (const { number, path, bytes, modified } of listSegments(dir).reverse()) {
    if (number >= current) continue;
    room -= bytes;
    if (room < 0 || modified < now - maxMs) rmSync(path, { force: true });
  }
  for (const month of listMonths(dir).slice(0, -MOST_MONTHS)) rmSync(usagePath(dir, month), { force: true });
  for (const path of namesIn(dir)
    .filter((name) => LEFT_BEHIND.test(name))
    .map((name) => join(dir, name)))
    if ((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now) < now - DAY_MS) rmSync(path, { force: true });
}
