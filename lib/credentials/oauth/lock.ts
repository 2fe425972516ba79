import { randomBytes } from "node:crypto";
import { open, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** Another process holds the lock for longer than we may wait. */
export class LockBusy extends Error {
  override readonly name = "LockBusy";
}

/** How a lock shows that its holder is alive. In ms. */
export interface Pace {
  /** The holder touches its lock this often. */
  heartbeatMs: number;
  /** A lock that was not touched for so long has lost its holder, unless the whole machine has slept. */
  staleMs: number;
}

const PACE: Pace = { heartbeatMs: 5_000, staleMs: 30_000 };
/** A holder that sleeps with its machine touches its lock within one heartbeat of waking up. */
const HEARTBEATS_WATCHED = 1.2;
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
 * @param work gets a question to ask before what cannot be undone: a process that was stopped for long has lost its lock
 * @throws {LockBusy} after `waitMs`
 */
export async function withLock<T>(
  path: string,
  waitMs: number,
  work: (isMine: () => Promise<boolean>) => Promise<T>,
  pace: Pace = PACE,
): Promise<T> {
  const nonce = randomBytes(9).toString("base64url");
  await acquire(path, nonce, waitMs, pace);
  const isMine = async (): Promise<boolean> => (await readHolder(path))?.nonce === nonce;
  const beat = async (): Promise<void> => {
    if (await isMine()) await touch(path);
  };
  const heartbeat = setInterval(() => void beat(), pace.heartbeatMs);
  heartbeat.unref();
  try {
    return await work(isMine);
  } finally {
    clearInterval(heartbeat);
    if (await isMine()) await rm(path, { force: true });
  }
}

async function acquire(path: string, nonce: string, waitMs: number, pace: Pace): Promise<void> {
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), nonce } satisfies Holder);
  const began = performance.now();
  let silentSince: number | undefined;
  while (!(await create(path, mine))) {
    const now = performance.now();
    const state = await stateOf(path, pace);
    silentSince = state === "silent" ? (silentSince ?? now) : undefined;
    const isSilentForGood = silentSince !== undefined && now - silentSince > pace.heartbeatMs * HEARTBEATS_WATCHED;
    if (state === "dead" || isSilentForGood) await breakLock(path, pace);
    else if (now - began > waitMs) throw new LockBusy(`${path} is held by another process`);
    else await sleep(POLL_MS * (1 + Math.random()));
  }
}

async function create(path: string, content: string): Promise<boolean> {
  const handle = await open(path, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EEXIST") return undefined;
    throw error;
  });
  if (!handle) return false;
  try {
    await handle.writeFile(content);
    return true;
  } catch (error) {
    await rm(path, { force: true }); // on a full disk it would lock everybody out, and name nobody
    throw error;
  } finally {
    await handle.close();
  }
}

/** `dead`: its holder has died. `silent`: nobody has touched it for long. `held`: by a living process, or by nobody now. */
async function stateOf(path: string, { heartbeatMs, staleMs }: Pace): Promise<"held" | "silent" | "dead"> {
  const touched = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
  if (touched === undefined) return "held"; // just released
  const holder = await readHolder(path);
  const age = Date.now() - touched;
  if (holder === undefined) return age > heartbeatMs ? "dead" : "held"; // it died before it had written its name
  if (holder.host === hostname() && !isAlive(holder.pid)) return "dead";
  return age > staleMs ? "silent" : "held";
}

/** Two may find the same stale lock. Each moves away what it finds, and who has moved a living lock puts it back. */
async function breakLock(path: string, pace: Pace): Promise<void> {
  const aside = `${path}.stale-${randomBytes(6).toString("base64url")}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  if ((await stateOf(aside, pace)) === "held") await create(path, await readFile(aside, "utf8"));
  await rm(aside, { force: true });
}

/** @returns undefined while there is none, or it is still being written */
async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Holder;
  } catch {
    return undefined; // the caller says what that means
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
