// One process at a time: two commands that start together must not both install or build.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { say } from "./progress.mjs";

/** Runs `work` while holding the lock file at `path`; waits for its owner, unless that one is dead. */
export async function locked(path, work) {
  mkdirSync(dirname(path), { recursive: true });
  for (let tries = 0; !take(path); tries++) {
    if (tries === 10) say(`Waiting for another process that is at it already (${path})…`);
    await sleep(100);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** Synchronous, so that hardly a moment passes between looking at a dead owner's lock and removing it. */
function take(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  if (ownerIsDead(path)) rmSync(path, { force: true });
  return false;
}

function ownerIsDead(path) {
  try {
    const owner = Number(readFileSync(path, "utf8"));
    if (owner > 0) process.kill(owner, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}
