import { closeSync, type FSWatcher, fstatSync, openSync, readSync, type Stats, statSync, watch } from "node:fs";
import { dirname } from "node:path";

const CHUNK = 64 * 1024;
/** Renewed by the clock as well, for file systems that tell no changes (network and container mounts). */
const POLL_MS = 250;

/** The last lines of a file, oldest first, without reading more of it than needed. None when there is no file. */
export function lastLines(path: string, count: number): string[] {
  const fd = openIfThere(path);
  if (fd === undefined || count <= 0) return [];
  try {
    let position = fstatSync(fd).size;
    const parts: Buffer[] = [];
    let breaks = 0;
    while (position > 0 && breaks <= count) {
      const length = Math.min(CHUNK, position);
      position -= length;
      const part = Buffer.alloc(length);
      readSync(fd, part, 0, length, position);
      parts.unshift(part);
      breaks += part.reduce((sum, byte) => sum + (byte === 0x0a ? 1 : 0), 0);
    }
    const lines = Buffer.concat(parts).toString("utf8").split("\n");
    if (lines.at(-1) === "") lines.pop();
    return lines.slice(-count);
  } finally {
    closeSync(fd);
  }
}

/** Whole lines that were appended to a file behind `from`; all of it when it has been emptied since. */
export function linesSince(path: string, from: number): string[] {
  const fd = openIfThere(path);
  if (fd === undefined) return [];
  try {
    const { size } = fstatSync(fd);
    const start = size < from ? 0 : from;
    const part = Buffer.alloc(size - start);
    readSync(fd, part, 0, part.length, start);
    return part
      .toString("utf8")
      .split("\n")
      .filter((line) => line !== "");
  } finally {
    closeSync(fd);
  }
}

/** Where a file ends now, to follow it from there. */
export function endOf(path: string): number {
  return statsOf(path)?.size ?? 0;
}

/**
 * Hands on what is appended to a file from `from` on, until aborted. Follows it through rotation, emptying and deletion.
 */
export function followFile(path: string, from: number, onText: (text: string) => void, signal: AbortSignal): void {
  let position = from;
  let file = fileIdentity(statsOf(path));
  const rotated = `${path}.1`;
  let before = fileIdentity(statsOf(rotated));
  const decoder = new TextDecoder();

  const handOn = (fd: number, size: number) => {
    while (position < size) {
      const part = Buffer.alloc(Math.min(CHUNK, size - position));
      const read = readSync(fd, part, 0, part.length, position);
      position += read;
      onText(decoder.decode(part.subarray(0, read), { stream: true }));
      if (read === 0) break;
    }
  };

  /** What was written just before a rotation stands in the copy alone. @returns whether there was one */
  const readCopy = (now: Stats): boolean => {
    const fd = openIfThere(rotated);
    if (fd === undefined) return false;
    try {
      const stats = fstatSync(fd);
      const isNew = fileIdentity(stats) !== before;
      if (!isNew || (fileIdentity(now) === file && now.size >= stats.size)) return false; // not emptied yet
      before = fileIdentity(stats);
      handOn(fd, stats.size);
      return true;
    } finally {
      closeSync(fd);
    }
  };

  const readOn = () => {
    const fd = openIfThere(path);
    if (fd === undefined) return;
    try {
      const stats = fstatSync(fd);
      const { size } = stats;
      if (readCopy(stats) || fileIdentity(stats) !== file || size < position) position = 0;
      file = fileIdentity(stats);
      handOn(fd, size);
    } finally {
      closeSync(fd);
    }
  };

  const timer = setInterval(readOn, POLL_MS);
  const watcher = watchFolder(dirname(path), readOn);
  signal.addEventListener("abort", () => {
    clearInterval(timer);
    watcher?.close();
  });
  readOn();
}

/** @returns undefined where the folder is away, or the system's watches are used up: then the clock must do */
function watchFolder(folder: string, onEvent: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, onEvent);
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}

/** A number alone does not tell: the next file may get that of one that was deleted. */
function fileIdentity(stats: Stats | undefined): string | undefined {
  return stats && `${stats.ino} ${stats.birthtimeMs}`;
}

function openIfThere(path: string): number | undefined {
  return ifThere(() => openSync(path, "r"));
}

function statsOf(path: string): Stats | undefined {
  return ifThere(() => statSync(path));
}

function ifThere<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
