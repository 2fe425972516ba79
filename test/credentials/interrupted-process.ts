/**
 * @module A refresh that is interrupted: `DIR VENDOR AT SIGNAL`. Counts what it does to the disk and the network, and in
 * the middle of step AT it dies, as by `kill -9`, or is stopped, as by a debugger or a frozen container; with 0 neither.
 */
import { writeSync } from "node:fs";
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { endpointsOf } from "../../lib/credentials/oauth/endpoints.ts";
import { Keeper } from "../../lib/credentials/oauth/keeper.ts";
import { TokenStore } from "../../lib/credentials/oauth/store.ts";

export interface Steps {
  all: number;
  /** The one that sends the refresh token. */
  sends: number;
}

/** What it prints just before it is stopped. */
export const STOPPED = "stopped";

const [dir = "", vendor = "", at = "0", signal = "SIGKILL"] = process.argv.slice(2);
const steps: Steps = { all: 0, sends: 0 };

/** @param halfway what is done of the step before it dies */
async function step(halfway?: () => Promise<unknown>): Promise<void> {
  if (++steps.all !== Number(at)) return;
  if (signal === "SIGKILL") await halfway?.();
  else writeSync(1, STOPPED);
  process.kill(process.pid, signal);
}

const { open, rename, rm } = fs;
const { fetch } = globalThis;
fs.rename = async (...args) => {
  await step();
  return rename(...args);
};
fs.rm = async (...args) => {
  await step();
  return rm(...args);
};
fs.open = async (...args) => {
  await step();
  const handle = await open(...args);
  const { writeFile, sync } = handle;
  handle.writeFile = async (data, options) => {
    const text = String(data);
    await step(() => writeFile.call(handle, text.slice(0, text.length / 2)));
    return writeFile.call(handle, data, options);
  };
  handle.sync = async () => {
    await step();
    return sync.call(handle);
  };
  return handle;
};
syncBuiltinESMExports();
globalThis.fetch = async (...args) => {
  await step();
  steps.sends = steps.all;
  const answer = await fetch(...args);
  await step(); // the vendor has done it, and nobody here has read it
  return answer;
};

const keeper = new Keeper("plan", {
  store: new TokenStore({ dir, now: Date.now, warn: () => undefined }),
  clock: { now: Date.now, monotonic: () => performance.now() },
  random: () => 0.5,
  endpoints: (flow) => endpointsOf(flow, { token_url: `${vendor}/v1/oauth/token` }),
  log: () => undefined,
  changed: () => undefined,
});
await keeper.look();
await keeper.refreshNow().catch(() => undefined); // another process may have been quicker
await keeper.close();
process.stdout.write(JSON.stringify(steps));
