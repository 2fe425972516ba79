import { readFileSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { ifWritable, type StateDir } from "./state-dir.ts";

/** What the keeper wrote down of the server's crashes since it was started. */
export interface Crashes {
  /** In a row: a server that ran well for a minute begins anew. */
  count: number;
  /** The last one. */
  last: {
    /** Epoch ms. */
    time: number;
    /** Why, in words: `killed by SIGKILL`, `exit code 1`. */
    reason: string;
    /** How long the keeper waited before it started the server again. */
    pauseMs: number;
  };
}

/** @returns undefined when it has not crashed */
export function readCrashes({ crashFile }: StateDir): Crashes | undefined {
  let text: string;
  try {
    text = readFileSync(crashFile, "utf8");
  } catch {
    return undefined; // none was written
  }
  const [count, seconds, code, pause] = text.trim().split(" ").map(Number);
  if (count === undefined || seconds === undefined || code === undefined || pause === undefined) return undefined;
  return { count, last: { time: seconds * 1_000, reason: reasonOf(code), pauseMs: pause * 1_000 } };
}

/** Forgets what happened to an earlier server. */
export function forgetCrashes({ crashFile }: StateDir): void {
  ifWritable(() => rmSync(crashFile, { force: true }));
}

/** Shells answer 128 + N for a process that signal N has ended. */
function reasonOf(code: number): string {
  const signal = Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0];
  if (signal === undefined) return `exit code ${code}`;
  return `killed by ${signal}${MEANINGS[signal] ?? ""}`;
}

const MEANINGS: Readonly<Record<string, string>> = {
  SIGKILL: " (by somebody, or because the system was out of memory)",
  SIGABRT: " (it was out of memory; the log has the details)",
};
