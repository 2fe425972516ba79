import { lastLines } from "../daemon/log-tail.ts";
import { LOG_LIMITS } from "../journal/log-file.ts";

/** The last lines of the log, oldest first, those of its older files included. */
export function lastLogLines(path: string, count: number): string[] {
  let lines: string[] = [];
  for (let number = 0; number <= LOG_LIMITS.keep && lines.length < count; number++)
    lines = [...lastLines(number === 0 ? path : `${path}.${number}`, count - lines.length), ...lines];
  return lines;
}
