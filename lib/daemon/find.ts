import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fetchHealth, type Health, reachableUrl } from "./health.ts";
import { readPidFile, type ServerRecord } from "./pid-file.ts";
import { portOwner } from "./port-owner.ts";
import { identify, isRunning } from "./process-identity.ts";
import type { StateDir } from "./state-dir.ts";

/** Where a server would be if it ran: from the configuration. */
export interface Address {
  host: string;
  port: number;
  configPath: string;
}

export type Found =
  | { state: "running"; record: ServerRecord; health: Health }
  /** Our process lives, but does not answer. */
  | { state: "unhealthy"; record: ServerRecord }
  | { state: "stopped" };

const HEALTH_TIMEOUT_MS = 2_000;

/**
 * Looks for our server: by the pid file, else (someone may have deleted the state directory) by asking at the
 * configured address, provided that the process which listens there can be shown to be ours.
 */
export async function findServer(state: StateDir, address: Address): Promise<Found> {
  const record = readPidFile(state.pidFile);
  if (record && isRunning(record)) {
    const health = await fetchHealth(reachableUrl(record.host, record.port), HEALTH_TIMEOUT_MS);
    return health?.pid === record.pid ? { state: "running", record, health } : { state: "unhealthy", record };
  }
  return (await findWithoutPidFile(state, address)) ?? { state: "stopped" };
}

async function findWithoutPidFile(state: StateDir, address: Address): Promise<Found | undefined> {
  const { host, port, configPath } = address;
  const health = await fetchHealth(reachableUrl(host, port), HEALTH_TIMEOUT_MS);
  if (!health || health.config?.path !== configPath) return undefined;
  const who = identify(health.pid);
  if (!who || portOwner(port)?.pid !== who.pid || !hasStateDir(who.pid, state)) return undefined;
  const record = { ...who, host, port, configPath, version: health.version, given: { config: configPath, port } };
  return { state: "running", record, health };
}

/** Servers with another state directory are someone else's. Only Linux shows; elsewhere config and port must do. */
function hasStateDir(pid: number, { dir }: StateDir): boolean {
  if (process.platform !== "linux") return true;
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
    const home = variables.find((line) => line.startsWith("CCM_HOME="))?.slice("CCM_HOME=".length);
    return home !== undefined && resolve(home) === dir;
  } catch {
    return false; // not readable, so another user's
  }
}
