import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  openSync,
  renameSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";

export interface LogFileOptions {
  /** Size in bytes at which the file is rotated. */
  maxBytes: number;
  /** How many older files are kept, as `PATH.1` (the newest) to `PATH.N`. */
  keep: number;
}

/** Five files of 2 MB: some tens of thousands of requests, and never more than 10 MB of disk. */
export const LOG_LIMITS: LogFileOptions = { maxBytes: 2 * 1024 * 1024, keep: 4 };

/** Lines wait so long for others, so that a busy server does not go to the disk for each of its requests. */
const GATHER_MS = 50;

export interface LogFile {
  /**
   * Appends one line, within 50 ms; a line break is added. Never throws: a full disk must not stop a request.
   * @param atOnce do not wait: what tells of trouble may be the last word before a crash
   */
  write(line: string, atOnce?: boolean): void;
  /** Writes what waits. */
  close(): void;
}

/**
 * Opens a log that stays bounded and survives being deleted.
 *
 * Rotation copies the file and empties it in place instead of renaming it, so that whoever else holds it open for
 * appending (the process's own stderr, and the old process during a restart) goes on writing to the right place.
 * @param onError told once in a row of failures when a line could not be written
 */
export function openLogFile(
  path: string,
  options: LogFileOptions = LOG_LIMITS,
  onError?: (error: Error) => void,
): LogFile {
  let fd: number | undefined;
  let failing = false;
  let waiting: string[] = [];
  let timer: NodeJS.Timeout | undefined;

  const append = (lines: readonly string[]) => {
    fd = reopenIfGone(path, fd);
    let size = fstatSync(fd).size;
    let text = "";
    for (const line of lines) {
      const bytes = Buffer.byteLength(line) + 1;
      if (size > 0 && size + bytes > options.maxBytes) {
        writeSync(fd, text);
        rotateLog(path, options.keep);
        [text, size] = ["", 0];
      }
      text += `${line}\n`;
      size += bytes;
    }
    writeSync(fd, text);
  };

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return;
    const lines = waiting;
    waiting = [];
    try {
      append(lines);
      failing = false;
    } catch (error) {
      if (!failing) onError?.(error instanceof Error ? error : new Error(String(error)));
      failing = true;
    }
  };

  return {
    write(line, atOnce = false) {
      waiting.push(line);
      if (atOnce) flush();
      else timer ??= setTimeout(flush, GATHER_MS).unref();
    },
    close() {
      flush();
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
}

/** Rotates a log that is over its limit; one that is not there, or small, is left alone. */
export function rotateLogIfOver(path: string, limits: LogFileOptions = LOG_LIMITS): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > limits.maxBytes) rotateLog(path, limits.keep);
}

/** Moves the log's content to `PATH.1`, and what was there one number up; the oldest is dropped. */
function rotateLog(path: string, keep: number): void {
  for (let number = keep - 1; number >= 1; number--) {
    if (existsSync(`${path}.${number}`)) renameSync(`${path}.${number}`, `${path}.${number + 1}`);
  }
  if (keep > 0) copyFileSync(path, `${path}.1`);
  truncateSync(path);
}

/** The file may have been deleted or replaced under us; then the open descriptor leads nowhere that anyone looks. */
function reopenIfGone(path: string, fd: number | undefined): number {
  if (fd !== undefined) {
    const now = statSync(path, { throwIfNoEntry: false });
    if (now && now.ino === fstatSync(fd).ino) return fd;
    closeSync(fd);
  }
  return openSync(path, "a", 0o600);
}
