/**
 * The server process: `node server.js --config FILE [--port N] [--host H]`.
 * Exit codes: 0 drained after a signal, 1 unforeseen, 2 the configuration cannot be used, 3 the port is taken.
 */
import { homedir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatFault } from "../config/faults.ts";
import { openLogFile } from "../journal/log-file.ts";
import { createLogger } from "./log.ts";
import { ConfigUnusable, type RunningServer, startServer } from "./start.ts";

const DEFAULT_GRACE_MS = 10_000;

const { env } = process;
const { values } = parseArgs({
  options: { config: { type: "string" }, port: { type: "string" }, host: { type: "string" } },
});
const stateDir = env.CCM_HOME || join(homedir(), ".claude-code-mux");
const file = env.CCM_LOG_FILE ? openLogFile(env.CCM_LOG_FILE) : undefined;
const log = createLogger(file ? (line) => file.write(line) : (line) => void process.stdout.write(`${line}\n`));

if (values.config === undefined) exit(2, "--config FILE is needed");
const running = await startServer({
  configPath: values.config,
  stateDir,
  env,
  log,
  ...(values.port !== undefined && { port: Number(values.port) }),
  ...(values.host !== undefined && { host: values.host }),
}).catch((error: NodeJS.ErrnoException) => {
  if (error instanceof ConfigUnusable) return exit(2, error.loaded.faults.map(formatFault).join("\n"));
  if (error.code === "EADDRINUSE") return exit(3, `the port is taken: ${error.message}`);
  if (error.code === "EACCES" || error.code === "EADDRNOTAVAIL") return exit(3, `cannot listen: ${error.message}`);
  throw error;
});
log.write("info", `listening on ${running.url}`, { version: CCM_VERSION, pid: process.pid });

let stopping = false;
for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.on(signal, () => void stop(running, stopping ? 0 : graceMs()));
process.on("SIGUSR2", () => void stop(running, 0));
process.on("uncaughtException", (error) => {
  log.write("error", "unforeseen error; the process goes on", { error: error.stack ?? error.message });
});

async function stop(server: RunningServer, grace: number): Promise<void> {
  if (stopping && grace > 0) return;
  stopping = true;
  log.write("info", grace > 0 ? `stopping; open answers may take ${grace} ms` : "stopping now");
  await server.close(grace);
  log.write("info", "stopped");
  file?.close();
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
