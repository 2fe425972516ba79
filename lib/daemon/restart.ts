import { orderHandover } from "../handover/control.ts";
import { type LaunchRequest, startOrder } from "./command.ts";
import { forgetCrashes } from "./crashes.ts";
import { findServer } from "./find.ts";
import { introduce, launch, logMark, type NotStarted, notStarted, type Started } from "./launch.ts";
import { withLock } from "./lock.ts";
import { type Kept, readPidFile, removePidFile, type ServerRecord } from "./pid-file.ts";
import { isRunning, signalProcess } from "./process-identity.ts";
import { addressOf, LOCK_WAIT_MS } from "./start.ts";
import { ensureStateDir, type StateDir } from "./state-dir.ts";

export type RestartResult = (Started | NotStarted) & {
  /** Pid of the process that served before; it may still be finishing its streams. */
  before?: number;
  /** The old server left before the new one could listen: for a moment, requests were refused. */
  gap?: boolean;
};

/** What the running server was started with; undefined when none runs. */
export function runningServer(state: StateDir): ServerRecord | undefined {
  const record = readPidFile(state.pidFile);
  return record && (isRunning(record) || (record.keeper && isRunning(record.keeper))) ? record : undefined;
}

/**
 * Puts a new server in the place of the running one, which finishes its open streams by itself, however long they take. Where
 * the address stays, the old server starts the new one on its own socket, so that no request is refused; when the new
 * one fails, the old one goes on. Starts the server when none runs.
 * @throws {LockBusy}
 */
export async function restartServer(request: LaunchRequest): Promise<RestartResult> {
  ensureStateDir(request.state);
  return withLock(request.state.lockFile, LOCK_WAIT_MS, async () => {
    const found = await findServer(request.state, addressOf(request));
    if (found.state === "stopped") {
      removePidFile(request.state.pidFile, undefined);
      return launch(request);
    }
    const old = found.record;
    const server = { ...request.server, draining: [...(old.draining ?? []), familyOf(old)].filter(anyRuns) };
    const result =
      found.state === "running"
        ? await replace(old, { ...request, server })
        : await replaceHung(old, { ...request, server: request.server });
    return { ...result, before: old.pid };
  });
}

async function replace(old: ServerRecord, request: LaunchRequest): Promise<RestartResult> {
  const { host, port } = request.server;
  if (old.host === host && old.port === port) {
    return (await handOver(old, request)) ?? { ...(await afterLeaving(old, request)), gap: true };
  }
  if (old.port === port) return { ...(await afterLeaving(old, request)), gap: true };
  const result = await launch(request);
  if (result.ok) retire(old);
  return result;
}

/** @returns undefined when the old server takes no orders */
async function handOver(old: ServerRecord, request: LaunchRequest): Promise<Started | NotStarted | undefined> {
  const began = Date.now();
  const log = logMark(request.state);
  const answer = await orderHandover(request.state.dir, old.pid, startOrder(request));
  if (!answer || (!answer.ok && answer.reason === "refused")) return undefined;
  if (!answer.ok) return notStarted(answer, log);
  forgetCrashes(request.state);
  return introduce(request, answer, log, began);
}

async function afterLeaving(old: ServerRecord, request: LaunchRequest): Promise<Started | NotStarted> {
  retire(old);
  return launch(request, { untilPortIsFree: true });
}

/** One that does not answer has no streams worth waiting for. */
async function replaceHung(old: ServerRecord, request: LaunchRequest): Promise<Started | NotStarted> {
  for (const who of [old.keeper, old]) if (who) signalProcess(who, "SIGKILL");
  return launch(request, { untilPortIsFree: true });
}

/** It finishes what is open, takes nothing new, and is not started again. Its keeper hands the signal on. */
function retire({ keeper, ...server }: Kept): void {
  if (!keeper || !signalProcess(keeper, "SIGHUP")) signalProcess(server, "SIGHUP");
}

function familyOf({ pid, start, keeper }: Kept): Kept {
  return { pid, start, ...(keeper && { keeper }) };
}

function anyRuns({ keeper, ...server }: Kept): boolean {
  return isRunning(server) || (keeper !== undefined && isRunning(keeper));
}
