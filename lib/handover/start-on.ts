import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import type { Server } from "node:net";
import { homedir } from "node:os";
import type { Readable } from "node:stream";
import { type Ready, readReady, readyEnvironment } from "./ready.ts";

/** A server that is to be started on a socket that listens already. */
export interface StartOrder {
  /** Program and arguments: the server itself, or a keeper with the server as its arguments. */
  command: readonly string[];
  env: NodeJS.ProcessEnv;
  /** Where its output goes; undefined, or not to be opened: nowhere. */
  logFile?: string;
  /** How long it may take to be ready. */
  timeoutMs: number;
}

export type StartOutcome =
  /** `started`: pid of the command; the server's own is in `ready`. */
  | { ok: true; started: number; ready: Ready }
  | { ok: false; reason: "exited"; exitCode: number | null }
  | { ok: false; reason: "timeout" };

/**
 * Starts a server as a process of its own that goes on when we end, on our socket, and waits until it takes requests. One that
 * does not is ended again. The spawn itself happens before this function returns, so that the caller may close its own
 * end of the socket at once.
 */
export function startOn(socket: Server, order: StartOrder): Promise<StartOutcome> {
  const child = spawnOn(socket, order);
  const exited = new Promise<StartOutcome>((resolve) => {
    const give = (exitCode: number | null) => resolve({ ok: false, reason: "exited", exitCode });
    child.once("exit", give);
    child.once("error", () => give(null));
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<StartOutcome>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, reason: "timeout" }), order.timeoutMs);
  });
  // When the pipe closes without a word, the process is about to end, and says why by its exit code.
  const ready = readReady(child.stdio[4] as Readable).then((said): StartOutcome | Promise<StartOutcome> =>
    said === undefined || child.pid === undefined ? exited : { ok: true, started: child.pid, ready: said },
  );
  return Promise.race([ready, late]).then((outcome) => {
    clearTimeout(timer);
    if (!outcome.ok) endGroup(child);
    child.unref();
    return outcome;
  });
}

function spawnOn(socket: Server, { command, env, logFile }: StartOrder): ChildProcess {
  const log = openLog(logFile);
  const [program = "", ...args] = command;
  try {
    return spawn(program, args, {
      detached: true,
      stdio: ["ignore", log, log, descriptorOf(socket), "pipe"],
      cwd: lastingDirectory(),
      env: readyEnvironment(env),
    });
  } finally {
    if (typeof log === "number") closeSync(log);
  }
}

/** Not wherever the user happens to be: that directory may go away. Users of services and containers may have no home. */
function lastingDirectory(): string {
  const home = homedir();
  return existsSync(home) ? home : "/";
}

/** Node keeps the descriptor of a listening socket to itself, but under this name since its first versions. */
function descriptorOf(socket: Server): number {
  const { fd } = (socket as unknown as { _handle: { fd: number } })._handle;
  if (!Number.isInteger(fd) || fd < 0) throw new Error("this system does not hand on listening sockets");
  return fd;
}

/** A log that cannot be written (a full disk, a read-only folder) does not keep the server from running. */
function openLog(path: string | undefined): number | "ignore" {
  try {
    return path === undefined ? "ignore" : openSync(path, "a", 0o600);
  } catch {
    return "ignore";
  }
}

/** The keeper and what it has started: a process that was spawned detached leads a group. */
function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
