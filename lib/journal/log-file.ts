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

export interface LogFile {
  /** Appends one line; a line break is added. Never throws: a full disk must not stop a request. */
  write(line: string): void;
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

  const append = (line: string) => {
    fd = reopenIfGone(path, fd);
    if (fstatSync(fd).size + line.length > options.maxBytes) rotateLog(path, options.keep);
    writeSync(fd, `${line}\n`);
  };

  return {
    write(line) {
      try {
        append(line);
        failing = false;
      } catch (error) {
        if (!failing) onError?.(error instanceof Error ? error : new Error(String(error)));
        failing = true;
      }
    },
    close() {
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
