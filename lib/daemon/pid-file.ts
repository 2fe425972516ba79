import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { ProcessIdentity } from "./process-identity.ts";

/** What `ccm.pid` says of the server that runs. */
export interface ServerRecord extends ProcessIdentity {
  /** Address at which it listens. */
  host: string;
  port: number;
  configPath: string;
  version: string;
  /** What the user gave at `start`, so that `restart` gives it again. */
  given: { config?: string; port?: number };
  /** Servers before this one that are still finishing their open answers. */
  draining?: ProcessIdentity[];
  /** Runs in someone's terminal or under a service manager. */
  foreground?: boolean;
}

/** @returns undefined when there is no file or nothing sensible in it */
export function readPidFile(path: string): ServerRecord | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isRecord(record) ? record : undefined;
  } catch {
    return undefined; // absent, unreadable or another program's: in each case it tells us of no server
  }
}

/** Replaces the file in one step, so that no reader ever sees half of it. */
export function writePidFile(path: string, record: ServerRecord): void {
  const next = `${path}.${process.pid}`;
  writeFileSync(next, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  renameSync(next, path);
}

/** Removes the file, but only while it still speaks of that process. */
export function removePidFile(path: string, who: ProcessIdentity | undefined): void {
  const record = readPidFile(path);
  if (record && who && (record.pid !== who.pid || record.start !== who.start)) return;
  rmSync(path, { force: true });
}

function isRecord(value: unknown): value is ServerRecord {
  const record = value as Partial<ServerRecord> | null;
  return (
    typeof record === "object" &&
    record !== null &&
    Number.isInteger(record.pid) &&
    Number(record.pid) > 0 &&
    typeof record.start === "string" &&
    typeof record.port === "number" &&
    typeof record.host === "string" &&
    typeof record.configPath === "string" &&
    typeof record.version === "string" &&
    typeof record.given === "object" &&
    record.given !== null
  );
}
