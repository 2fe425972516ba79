import { setTimeout as sleep } from "node:timers/promises";
import { type Address, findServer } from "./find.ts";
import { withLock } from "./lock.ts";
import { type Kept, removePidFile, type ServerRecord } from "./pid-file.ts";
import { isRunning, signalProcess } from "./process-identity.ts";
import { LOCK_WAIT_MS } from "./start.ts";
import type { StateDir } from "./state-dir.ts";

export interface StopRequest {
  state: StateDir;
  address: Address;
  /** How long open streams may go on; 0: not at all. */
  graceMs: number;
  /** Told once when the server has open streams to finish. */
  onDraining?: (record: ServerRecord) => void;
}

export type StopResult =
  | { stopped: false }
  /** `killed`: it did not end by itself. */
  | { stopped: true; pid: number; killed: boolean; ms: number };

const DEFAULT_GRACE_MS = 10_000;

/** How long open answers may go on when the server is to end, as the server understands `CCM_GRACE_MS`. */
export function graceMs(env: NodeJS.ProcessEnv): number {
  const asked = Number(env.CCM_GRACE_MS);
  return env.CCM_GRACE_MS && Number.isFinite(asked) ? asked : DEFAULT_GRACE_MS;
}

const POLL_MS = 20;
/** A process that has nothing to wait for is gone within this. */
const PROMPT_MS = 400;
/** Time for it to end after the last polite word. */
const LAST_MS = 2_000;

/**
 * Ends the server if one runs that is provably ours, its keeper, and those before it that are still finishing; a stale pid file
 * is cleaned up, and nobody else is signalled.
 */
export function stopServer(request: StopRequest): Promise<StopResult> {
  return withLock(request.state.lockFile, LOCK_WAIT_MS, async () => {
    const found = await findServer(request.state, request.address);
    if (found.state === "stopped") {
      removePidFile(request.state.pidFile, undefined);
      return { stopped: false };
    }
    const { record } = found;
    const [ended] = await Promise.all([
      end(record, request.graceMs, () => request.onDraining?.(record)),
      ...(record.draining ?? []).map((old) => end(old, request.graceMs, () => undefined)),
    ]);
    removePidFile(request.state.pidFile, undefined);
    return { stopped: true, pid: record.pid, ...ended };
  });
}

/** Ends a server together with its keeper, which hands the signals on. */
async function end({ keeper, ...server }: Kept, graceMs: number, onDraining: () => void) {
  const began = Date.now();
  const result = (killed: boolean) => ({ killed, ms: Date.now() - began });
  const all = [...(keeper ? [keeper] : []), server];
  const say = (signal: NodeJS.Signals) => all.some((who) => signalProcess(who, signal));
  const goneWithin = async (ms: number) => {
    for (const end = Date.now() + ms; all.some(isRunning); await sleep(POLL_MS)) if (Date.now() >= end) return false;
    return true;
  };
  if (graceMs > 0) {
    say("SIGTERM");
    if (await goneWithin(PROMPT_MS)) return result(false);
    onDraining();
    if (await goneWithin(graceMs)) return result(false);
  }
  say("SIGUSR2");
  if (await goneWithin(LAST_MS)) return result(false);
  for (const who of all) signalProcess(who, "SIGKILL");
  await goneWithin(LAST_MS);
  return result(true);
}
