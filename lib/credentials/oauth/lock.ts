import { randomBytes } from "node:crypto";
import { readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** Another process holds the lock for longer than we may wait. */
export class LockBusy extends Error {
  override readonly name = "LockBusy";
}

/** The holder touches its lock this often. */
const HEARTBEAT_MS = 5_000;
/** A lock that was not touched for so long has lost its holder. */
const STALE_MS = 30_000;
/** Those who wait look again after this long, and up to twice as long. */
const POLL_MS = 15;

interface Holder {
  pid: number;
  host: string;
  nonce: string;
}

/**
 * Runs `work` while no other process does the same for that path, whatever machine or container it lives in. The lock of
 * a process that died is taken over: at once where one can see that it died, else when its heartbeat has stopped.
 * @throws {LockBusy} after `waitMs`
 */
export async function withLock<T>(path: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  const nonce = randomBytes(9).toString("base64url");
  await acquire(path, nonce, waitMs);
  const heartbeat = setInterval(() => void touch(path), HEARTBEAT_MS);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if ((await readHolder(path))?.nonce === nonce) await rm(path, { force: true });
  }
}

async function acquire(path: string, nonce: string, waitMs: number): Promise<void> {
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), nonce } satisfies Holder);
  const deadline = performance.now() + waitMs;
  while (!(await create(path, mine))) {
    if (await isStale(path)) await breakLock(path);
    else if (performance.now() > deadline) throw new LockBusy(`${path} is held by another process`);
    else await sleep(POLL_MS * (1 + Math.random()));
  }
}

async function create(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function isStale(path: string): Promise<boolean> {
  const touched = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
  if (touched === undefined) return false; // just released
  const holder = await readHolder(path);
  if (holder?.host === hostname() && !isAlive(holder.pid)) return true;
  return Date.now() - touched > STALE_MS;
}

/** Two may find the same stale lock. Each moves away what it finds, and who has moved a living lock puts it back. */
async function breakLock(path: string): Promise<void> {
  const aside = `${path}.stale-${randomBytes(6).toString("base64url")}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  if (!(await isStale(aside))) await create(path, await readFile(aside, "utf8"));
  await rm(aside, { force: true });
}

/** @returns undefined while there is none, or it is still being written */
async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Holder;
  } catch {
    return undefined; // its age decides
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined); // it may have been released a moment ago
}
