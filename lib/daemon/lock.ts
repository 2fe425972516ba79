import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { identify, isRunning, type ProcessIdentity } from "./process-identity.ts";
import { ifWritable } from "./state-dir.ts";

/** Thrown when another command holds the lock for longer than we may wait. */
export class LockBusy extends Error {
  override readonly name = "LockBusy";
  readonly holder: ProcessIdentity | undefined;
  constructor(holder: ProcessIdentity | undefined) {
    super(`another command is starting or stopping the server${holder ? ` (pid ${holder.pid})` : ""}`);
    this.holder = holder;
  }
}

/**
 * Runs `work` while no other process on this machine does the same for that file. A lock whose holder has died is
 * taken over. Where no lock can be made (a full disk), it runs without.
 * @throws {LockBusy} after `waitMs`
 */
export async function withLock<T>(path: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  const mine = `${path}.${process.pid}-${randomBytes(4).toString("hex")}`;
  const told = ifWritable(() => {
    writeFileSync(mine, JSON.stringify(identify(process.pid)), { mode: 0o600 });
    return true;
  });
  if (!told) {
    ifWritable(() => rmSync(mine, { force: true }));
    return work();
  }
  await acquire(path, mine, waitMs);
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** @param mine a file that says who we are; it is taken away again */
async function acquire(path: string, mine: string, waitMs: number): Promise<void> {
  const deadline = Date.now() + waitMs;
  try {
    while (!tryLink(mine, path)) {
      const holder = readHolder(path);
      if (holder === "dead") takeAway(path);
      else if (Date.now() > deadline) throw new LockBusy(holder);
      else await sleep(25);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** A link appears with its content and only where there is none: no moment in which the lock is there but empty. */
function tryLink(mine: string, path: string): boolean {
  try {
    linkSync(mine, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function readHolder(path: string): ProcessIdentity | "dead" | undefined {
  try {
    const holder = JSON.parse(readFileSync(path, "utf8")) as ProcessIdentity;
    return isRunning(holder) ? holder : "dead";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? undefined : "dead";
  }
}

/**
 * Two may find the same dead lock. Each moves away what it finds and looks again: whoever moved a living lock puts it
 * back.
 */
function takeAway(path: string): void {
  const aside = `${path}.old-${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  if (readHolder(aside) !== "dead") tryLink(aside, path);
  rmSync(aside, { force: true });
}
