import type { LaunchRequest } from "./command.ts";
import { type Address, type Found, findServer } from "./find.ts";
import { launch, type NotStarted, type Started } from "./launch.ts";
import { withLock } from "./lock.ts";
import { removePidFile, writePidFile } from "./pid-file.ts";
import { ensureStateDir } from "./state-dir.ts";

export type StartResult =
  | Started
  | NotStarted
  | { ok: true; already: Extract<Found, { state: "running" }> }
  | { ok: false; reason: "hung"; pid: number };

/** Longer than any command holds the lock. */
export const LOCK_WAIT_MS = 30_000;

/**
 * Starts the server unless it runs. Of several that start at once one does it and the others find it running.
 * @throws {LockBusy}
 */
export async function startServer(request: LaunchRequest): Promise<StartResult> {
  ensureStateDir(request.state);
  return withLock(request.state.lockFile, LOCK_WAIT_MS, async () => {
    const found = await findServer(request.state, addressOf(request));
    if (found.state === "running") {
      writePidFile(request.state.pidFile, found.record); // it may have been found without one
      return { ok: true, already: found };
    }
    if (found.state === "unhealthy") return { ok: false, reason: "hung", pid: found.record.pid };
    removePidFile(request.state.pidFile, undefined);
    return launch(request);
  });
}

export function addressOf({ server }: Pick<LaunchRequest, "server">): Address {
  return { host: server.host, port: server.port, configPath: server.configPath };
}
