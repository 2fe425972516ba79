import { findServer } from "./find.ts";
import { type LaunchRequest, launch, type NotStarted, type Started } from "./launch.ts";
import { withLock } from "./lock.ts";
import { readPidFile, removePidFile } from "./pid-file.ts";
import { isRunning, signalProcess } from "./process-identity.ts";
import { addressOf, LOCK_WAIT_MS } from "./start.ts";
import { ensureStateDir, type StateDir } from "./state-dir.ts";

export type RestartResult = (Started | NotStarted) & {
  /** Pid of the process that served before; it may still be finishing its streams. */
  before?: number;
};

/** What the running server was started with; undefined when none runs. */
export function runningServer(state: StateDir) {
  const record = readPidFile(state.pidFile);
  return record && isRunning(record) ? record : undefined;
}

/**
 * Puts a new process in the place of the running one. The old one stops listening at once and goes on with its open
 * streams by itself; the new one takes the port as soon as it is free. Starts the server when none runs.
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
    // One that does not answer has no streams worth waiting for.
    signalProcess(old, found.state === "running" ? "SIGTERM" : "SIGKILL");
    const draining = [...(old.draining ?? []), { pid: old.pid, start: old.start }].filter(isRunning);
    const server = { ...request.server, draining };
    const result = await launch({ ...request, server, untilPortIsFree: true });
    return { ...result, before: old.pid };
  });
}
