import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { ProcessIdentity } from "./process-identity.ts";
import { ifWritable } from "./state-dir.ts";

/** A server, and the keeper (`bin/keep.sh`) that starts it again when it crashes. */
export interface Kept extends ProcessIdentity {
  keeper?: ProcessIdentity;
}

/** What `ccm.pid` says of the server that runs. */
export interface ServerRecord extends Kept {
  /** Address at which it listens. */
  host: string;
  port: number;
  configPath: string;
  version: string;
  /** What the user gave at `start`, so that `restart` gives it again. */
  given: { config?: string; port?: number; kept?: boolean };
  /** Servers before this one that are still finishing their open answers. */
  draining?: Kept[];
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

/**
 * Replaces the file in one step, so that no reader ever sees half of it. Where it cannot be written, the server is found by its
 * port. The last pid in it is the one to signal: `uninstall.sh` reads it so where there is no Node.
 */
export function writePidFile(path: string, { draining, pid, start, keeper, ...rest }: ServerRecord): void {
  const next = `${path}.${process.pid}`;
  const ordered = { ...(draining?.length && { draining }), ...rest, pid, start, ...(keeper && { keeper }) };
  const isWritten = ifWritable(() => {
    writeFileSync(next, `${JSON.stringify(ordered)}\n`, { mode: 0o600 });
    renameSync(next, path);
    return true;
  });
  if (!isWritten) ifWritable(() => rmSync(next, { force: true }));
}

/** Removes the file, but only while it still speaks of that process. */
export function removePidFile(path: string, who: ProcessIdentity | undefined): void {
  const record = readPidFile(path);
  if (record && who && (record.pid !== who.pid || record.start !== who.start)) return;
  ifWritable(() => rmSync(path, { force: true }));
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
