import { type ChildProcess, spawn } from "node:child_process";
import type { LaunchRequest } from "./command.ts";
import { type Found, findServer } from "./find.ts";
import { withLock } from "./lock.ts";
import { removePidFile, type ServerRecord, writePidFile } from "./pid-file.ts";
import { identify } from "./process-identity.ts";
import { addressOf, LOCK_WAIT_MS } from "./start.ts";
import { ensureStateDir } from "./state-dir.ts";

export type ForegroundResult =
  | { ran: true; exitCode: number | null; signal: NodeJS.Signals | null }
  | { ran: false; found: Exclude<Found, { state: "stopped" }> };

/**
 * Runs the server as a child that writes to our own output, for containers and service managers, and ends when it ends.
 * Signals that we get are its signals.
 */
export async function runInForeground(request: LaunchRequest): Promise<ForegroundResult> {
  const { state, env, program, server } = request;
  ensureStateDir(state);
  const begun = await withLock(state.lockFile, LOCK_WAIT_MS, async () => {
    const found = await findServer(state, addressOf(request));
    if (found.state !== "stopped") return { found };
    const child = spawn(program.node, ownAddress(request), {
      detached: true, // the terminal's Ctrl-C reaches it through us, once
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...env, CCM_HOME: state.dir },
    });
    const who = child.pid === undefined ? undefined : identify(child.pid);
    const record: ServerRecord | undefined = who && { ...who, ...server, version: "", foreground: true };
    if (record) writePidFile(state.pidFile, record);
    return { child, who };
  });
  if (begun.found) return { ran: false, found: begun.found };

  const forget = forwardSignals(begun.child);
  try {
    return await new Promise((resolve, reject) => {
      begun.child.once("error", reject);
      begun.child.once("exit", (exitCode, signal) => resolve({ ran: true, exitCode, signal }));
    });
  } finally {
    forget();
    if (begun.who) removePidFile(state.pidFile, begun.who);
  }
}

/** The server itself listens. */
function ownAddress({ program, server }: LaunchRequest): string[] {
  const { configPath, host, port } = server;
  return [...program.flags, program.script, "--config", configPath, "--host", host, "--port", String(port)];
}

/** @returns what undoes it */
function forwardSignals(child: ChildProcess): () => void {
  const forward: Partial<Record<NodeJS.Signals, NodeJS.Signals>> = {
    SIGINT: "SIGTERM",
    SIGTERM: "SIGTERM",
    SIGHUP: "SIGTERM",
    SIGUSR2: "SIGUSR2",
  };
  const undo = Object.entries(forward).map(([received, sent]) => {
    const pass = () => child.kill(sent);
    process.on(received as NodeJS.Signals, pass);
    return () => process.off(received as NodeJS.Signals, pass);
  });
  return () => {
    for (const step of undo) step();
  };
}
