import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { homedir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { rotateLogIfOver } from "../journal/log-file.ts";
import { fetchHealth, type Health, reachableUrl } from "./health.ts";
import { endOf, linesSince } from "./log-tail.ts";
import { removePidFile, type ServerRecord, writePidFile } from "./pid-file.ts";
import { type PortOwner, portOwner } from "./port-owner.ts";
import { identify, signalProcess } from "./process-identity.ts";
import type { Program } from "./program.ts";
import type { StateDir } from "./state-dir.ts";

export interface LaunchRequest {
  program: Program;
  state: StateDir;
  env: NodeJS.ProcessEnv;
  /** As it will be written to the pid file. */
  server: Omit<ServerRecord, "pid" | "start" | "version">;
  /** How long to wait for `/health`. */
  timeoutMs: number;
  /** Try again while the port is taken: the server before us is just leaving it. */
  untilPortIsFree?: boolean;
}

export interface Started {
  ok: true;
  record: ServerRecord;
  health: Health;
  ms: number;
}

export interface NotStarted {
  ok: false;
  /** `port`: someone else listens there. `config`: the server refused its configuration. */
  reason: "port" | "config" | "exited" | "timeout";
  exitCode?: number | null;
  owner?: PortOwner;
  /** What the server had to say, last line last. */
  log: string[];
}

/** The server's exit codes, as it documents them. */
export const SERVER_EXIT = { config: 2, port: 3 } as const;

const POLL_MS = 15;
const LOG_LINES = 15;

/** Starts the server as a process of its own and waits until it answers. One that does not is ended again. */
export async function launch(request: LaunchRequest): Promise<Started | NotStarted> {
  const began = Date.now();
  for (;;) {
    const result = await launchOnce(request, began);
    const again = request.untilPortIsFree && !result.ok && result.reason === "port";
    if (!again || Date.now() - began > request.timeoutMs) return result;
    await sleep(POLL_MS);
  }
}

async function launchOnce(request: LaunchRequest, began: number): Promise<Started | NotStarted> {
  const { state, server } = request;
  rotateLogIfOver(state.logFile);
  const logStart = endOf(state.logFile);
  const child = spawnDetached(request);
  const exited = new Promise<number | null>((resolve) => {
    child.once("exit", resolve);
    child.once("error", () => resolve(null));
  });
  const who = child.pid === undefined ? undefined : identify(child.pid);
  if (who) writePidFile(state.pidFile, { ...who, ...server, version: "" });

  const health = await Promise.race([answers(request, child, began), exited.then((code) => ({ code }))]);
  if (who && health && "pid" in health) {
    const record = { ...who, ...server, version: health.version };
    writePidFile(state.pidFile, record);
    child.unref();
    return { ok: true, record, health, ms: Date.now() - began };
  }

  if (who) {
    if (signalProcess(who, "SIGKILL")) await exited;
    removePidFile(state.pidFile, who);
  }
  const log = linesSince(state.logFile, logStart).slice(-LOG_LINES);
  if (!health) return { ok: false, reason: "timeout", log };
  const exitCode = "code" in health ? health.code : null;
  if (exitCode === SERVER_EXIT.config) return { ok: false, reason: "config", exitCode, log };
  if (exitCode === SERVER_EXIT.port) {
    const owner = portOwner(server.port);
    return { ok: false, reason: "port", exitCode, log, ...(owner && { owner }) };
  }
  return { ok: false, reason: "exited", exitCode, log };
}

/** The arguments with which the server is started, in the background or not. */
export function serverArguments({ program, server }: Pick<LaunchRequest, "program" | "server">): string[] {
  const { configPath, given } = server;
  const port = given.port === undefined ? [] : ["--port", String(given.port)];
  return [...program.flags, program.script, "--config", configPath, ...port];
}

function spawnDetached(request: LaunchRequest): ChildProcess {
  const { state, env, program } = request;
  const log = openSync(state.logFile, "a", 0o600);
  try {
    return spawn(program.node, serverArguments(request), {
      detached: true,
      stdio: ["ignore", log, log],
      cwd: homedir(), // not wherever the user happens to be: that directory may go away
      env: { ...env, CCM_HOME: state.dir, CCM_LOG_FILE: state.logFile },
    });
  } finally {
    closeSync(log);
  }
}

async function answers(request: LaunchRequest, child: ChildProcess, began: number): Promise<Health | undefined> {
  const url = reachableUrl(request.server.host, request.server.port);
  while (child.exitCode === null && Date.now() - began < request.timeoutMs) {
    const health = await fetchHealth(url, 1_000);
    if (health?.pid === child.pid) return health;
    await sleep(POLL_MS);
  }
  return undefined;
}
