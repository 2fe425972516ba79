import { LockBusy } from "../daemon/lock.ts";
import { EXIT, type Painter } from "./terminal.ts";
import { CommandFailed } from "./verb.ts";

/** What an error means to the user: an expected one in its own words, any other as a mistake of ours. */
export function failureLines(error: unknown, program: string, paint: Painter): { lines: string[]; exitCode: number } {
  if (error instanceof CommandFailed) {
    const lines = [`${paint.red("✖")} ${error.message}`, ...error.advice.map((line) => `  ${line}`)];
    return { lines, exitCode: error.exitCode };
  }
  if (error instanceof LockBusy)
    return { lines: [`${paint.red("✖")} Please wait: ${error.message}.`], exitCode: EXIT.failed };
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (error instanceof Error && code !== undefined && FILE_ERRORS.has(code)) {
    return { lines: [`${paint.red("✖")} ${error.message}`], exitCode: EXIT.failed };
  }
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    lines: [`${program} failed in a way that it should not. Please report this:`, details],
    exitCode: EXIT.failed,
  };
}

/** Errors of the file system that speak for themselves: they name the file and what is wrong with it. */
const FILE_ERRORS = new Set(["EACCES", "EPERM", "EROFS", "ENOSPC", "ENOTDIR", "EISDIR", "EDQUOT"]);
