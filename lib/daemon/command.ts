import { SOCKET_FD } from "../handover/ready.ts";
import type { StartOrder } from "../handover/start-on.ts";
import type { ServerRecord } from "./pid-file.ts";
import type { Program } from "./program.ts";
import type { StateDir } from "./state-dir.ts";

export interface LaunchRequest {
  program: Program;
  state: StateDir;
  env: NodeJS.ProcessEnv;
  /** As it will be written to the pid file. */
  server: Omit<ServerRecord, "pid" | "start" | "version" | "keeper">;
  /** A keeper (`bin/keep.sh`) starts it again when it crashes. */
  kept: boolean;
  /** How long it may take until it takes requests. */
  timeoutMs: number;
}

/** How a server in the background is started: on a socket that is handed to it, with a keeper or without. */
export function startOrder({ program, state, env, server, kept, timeoutMs }: LaunchRequest): StartOrder {
  const { host, port, configPath } = server;
  const address = ["--socket-fd", String(SOCKET_FD), "--host", host, "--port", String(port)];
  const command = [program.node, ...program.flags, program.script, "--config", configPath, ...address];
  return {
    command: kept ? ["/bin/sh", program.keeper, ...command] : command,
    env: { ...env, CCM_HOME: state.dir, CCM_LOG_FILE: state.logFile },
    logFile: state.logFile,
    timeoutMs,
  };
}
