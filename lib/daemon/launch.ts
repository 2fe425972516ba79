import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Ready } from "../handover/ready.ts";
import { type StartOutcome, startOn } from "../handover/start-on.ts";
import { rotateLogIfOver } from "../journal/log-file.ts";
import { type LaunchRequest, startOrder } from "./command.ts";
import { forgetCrashes } from "./crashes.ts";
import { fetchHealth, type Health, reachableUrl } from "./health.ts";
import { endOf, linesSince } from "./log-tail.ts";
import { type ServerRecord, writePidFile } from "./pid-file.ts";
import { type PortOwner, portOwner } from "./port-owner.ts";
import { identify } from "./process-identity.ts";
import { ifWritable, type StateDir } from "./state-dir.ts";

export interface Started {
  ok: true;
  record: ServerRecord;
  health: Health;
  ms: number;
}

export interface NotStarted {
  ok: false;
  /**
   * `port`: someone else listens there. `address`: one cannot listen there at all. `config`: the server refused its
   * configuration.
   */
  reason: "port" | "address" | "config" | "exited" | "timeout";
  exitCode?: number | null;
  owner?: PortOwner;
  /** What the server, or the system, had to say, last line last. */
  log: string[];
}

/** The server's exit codes, as it documents them. */
export const SERVER_EXIT = { config: 2, port: 3 } as const;

const POLL_MS = 10;
const HEALTH_TIMEOUT_MS = 2_000;
const LOG_LINES = 15;
/** Connections that may wait while no server takes them. */
const BACKLOG = 511;

/**
 * Starts the server as a process of its own and waits until it answers. One that does not is ended again.
 * @param untilPortIsFree try again while the port is taken: the server before us is just leaving it
 */
export async function launch(request: LaunchRequest, { untilPortIsFree = false } = {}): Promise<Started | NotStarted> {
  const began = Date.now();
  const { state, server } = request;
  const log = logMark(state);
  forgetCrashes(state);
  for (;;) {
    const outcome = await bindAndStart(request);
    if (outcome.ok) return introduce(request, outcome, log, began);
    if (outcome.reason !== "port") return notStarted(outcome, log);
    if (!untilPortIsFree || Date.now() - began > request.timeoutMs) {
      const owner = portOwner(server.port);
      return { ok: false, reason: "port", log: [], ...(owner && { owner }) };
    }
    await sleep(POLL_MS);
  }
}

type Bound = StartOutcome | { ok: false; reason: "port" } | { ok: false; reason: "address"; message: string };

/**
 * Listens, and starts the server on that socket in the same step of the event loop, so that no client is accepted by this
 * process. From then on clients wait for the server instead of being refused.
 */
function bindAndStart(request: LaunchRequest): Promise<Bound> {
  const { host, port } = request.server;
  return new Promise((resolve) => {
    const socket = createServer();
    socket.once("error", ({ code, message }: NodeJS.ErrnoException) =>
      resolve(code === "EADDRINUSE" ? { ok: false, reason: "port" } : { ok: false, reason: "address", message }),
    );
    socket.listen({ host, port, backlog: BACKLOG, exclusive: true }, () => {
      resolve(startOn(socket, startOrder(request)));
      socket.close();
    });
  });
}

/** Where the log ends now; what comes behind it is the new server's. */
export interface LogMark {
  file: string;
  from: number;
}

export function logMark({ logFile }: StateDir): LogMark {
  ifWritable(() => rotateLogIfOver(logFile));
  return { file: logFile, from: endOf(logFile) };
}

/** Writes down a server that has said that it is ready, and asks how it is. */
export async function introduce(
  { state, server, kept }: LaunchRequest,
  { started, ready }: { started: number; ready: Ready },
  log: LogMark,
  began: number,
): Promise<Started | NotStarted> {
  const who = identify(ready.pid);
  const health = who && (await fetchHealth(reachableUrl(server.host, server.port), HEALTH_TIMEOUT_MS));
  if (!who || !health) return notStarted({ ok: false, reason: who ? "timeout" : "exited", exitCode: null }, log);
  const keeper = kept ? identify(started) : undefined;
  const record = { ...who, ...server, version: ready.version, ...(keeper && { keeper }) };
  writePidFile(state.pidFile, record);
  return { ok: true, record, health, ms: Date.now() - began };
}

type Failed = Exclude<Bound, { ok: true } | { reason: "port" }>;

export function notStarted(outcome: Failed, mark: LogMark): NotStarted {
  if (outcome.reason === "address") return { ok: false, reason: "address", log: [outcome.message] };
  const log = linesSince(mark.file, mark.from).slice(-LOG_LINES);
  if (outcome.reason === "timeout") return { ok: false, reason: "timeout", log };
  const { exitCode } = outcome;
  return { ok: false, reason: exitCode === SERVER_EXIT.config ? "config" : "exited", exitCode, log };
}
