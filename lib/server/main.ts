/**
 * The server process: `node server.js --config FILE [--port N] [--host H] [--socket-fd N]`.
 * Exit codes: 0 drained after a signal, 1 unforeseen, 2 the configuration cannot be used, 3 it cannot listen there.
 * Signals: SIGTERM, SIGINT stop, open answers get their time; SIGUSR2 stop now; SIGHUP another one has taken over, finish.
 */
import { homedir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { formatFault } from "../config/faults.ts";
import { takeOrders } from "../handover/control.ts";
import { tellReady, tellReplaced } from "../handover/ready.ts";
import { openLogFile } from "../journal/log-file.ts";
import { createLogger } from "./log.ts";
import { Rest, v8Heap } from "./rest.ts";
import { ConfigUnusable, startServer } from "./start.ts";
import { Succession } from "./succession.ts";
import { terminalLog } from "./terminal-log.ts";
import { logUnforeseen } from "./unforeseen.ts";

const DEFAULT_GRACE_MS = 10_000;

const { env } = process;
const { values } = parseArgs({
  options: {
    config: { type: "string" },
    port: { type: "string" },
    host: { type: "string" },
    "socket-fd": { type: "string" },
  },
});
const stateDir = env.CCM_HOME || join(homedir(), ".claude-code-mux");
const file = env.CCM_LOG_FILE ? openLogFile(env.CCM_LOG_FILE) : undefined;
const log = createLogger(
  file
    ? (line, level) => file.write(line, level === "error" || level === "warn")
    : (line) => void process.stdout.write(`${line}\n`),
  undefined,
  !file && process.stdout.isTTY ? await terminalLog() : undefined,
);
// Whoever read what we print has gone. Complaining about that would have to be printed too, without end.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") log.write("error", "the output cannot be written", { error: error.message });
  });
process.on("exit", () => file?.close());

if (values.config === undefined) exit(2, "--config FILE is needed");
// Reading the configuration is busy work for a moment: V8 would optimise it, and keep four megabytes of its compiler resident.
setFlagsFromString("--no-opt");
const server = await startServer({
  configPath: values.config,
  stateDir,
  env,
  log,
  ...(values.port !== undefined && { port: Number(values.port) }),
  ...(values.host !== undefined && { host: values.host }),
  ...(values["socket-fd"] !== undefined && { socketFd: Number(values["socket-fd"]) }),
}).catch((error: NodeJS.ErrnoException) => {
  if (error instanceof ConfigUnusable) return exit(2, error.loaded.faults.map(formatFault).join("\n"));
  if (error.code === "EADDRINUSE") return exit(3, `the port is taken: ${error.message}`);
  if (error.syscall === "listen" || error.syscall === "bind") return exit(3, `cannot listen: ${error.message}`);
  throw error;
});
setFlagsFromString("--opt");
// The V8 of Node 20 waits four times as long before it compiles a function for speed: a thousand requests, a working day. Later
// ones have a compiler in between, and no such flag.
if (process.versions.v8.startsWith("11.")) setFlagsFromString("--interrupt-budget=16000");
log.write("info", `listening on ${server.url}`, { version: CCM_VERSION, pid: process.pid });

const succession = new Succession(server, env.CCM_LOG_FILE, log, leave);
const control = await takeOrders(stateDir, (order) => succession.start(order)).catch((error: Error) => {
  const message = `a restart will refuse requests for a moment: ${error.message}`;
  log.write("warn", message);
  server.context.complaints.tell("control", message);
  return undefined;
});

let stopping = false;
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop(stopping ? 0 : graceMs()));
process.on("SIGUSR2", () => void stop(0));
process.on("SIGHUP", () => succession.leave());
process.on("uncaughtException", (error) => {
  void logUnforeseen(server.context, "unforeseen error; the process goes on", error);
});
if (!tellReady({ pid: process.pid, version: CCM_VERSION }, env)) await stop(0);

const heap = v8Heap();
const { journal, gate } = server.context;
if (heap) new Rest(heap, () => ({ served: journal.totals.requests, underWay: gate.inside })).watch();

/** A successor serves. */
function leave(): void {
  tellReplaced(env);
  log.write("info", "another server has taken over; open answers are being finished", { pid: process.pid });
  void server.retire().then(() => end("finished"));
}

async function stop(grace: number): Promise<void> {
  if (stopping && grace > 0) return;
  stopping = true;
  log.write("info", grace > 0 ? `stopping; open answers may take ${grace} ms` : "stopping now");
  await server.close(grace);
  end("stopped");
}

function end(word: string): never {
  log.write("info", word, { pid: process.pid });
  control?.close();
  process.exit(0);
}

function graceMs(): number {
  const asked = Number(env.CCM_GRACE_MS);
  return Number.isFinite(asked) && env.CCM_GRACE_MS ? asked : DEFAULT_GRACE_MS;
}

function exit(code: number, message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}
