import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fetchHealth, type Health, reachableUrl } from "./health.ts";
import { type Kept, readPidFile, type ServerRecord } from "./pid-file.ts";
import { portOwners } from "./port-owner.ts";
import { commandLine, identify, isRunning, type ProcessIdentity, parentOf } from "./process-identity.ts";
import { KEEPER_SCRIPT } from "./program.ts";
import type { StateDir } from "./state-dir.ts";

/** Where a server would be if it ran: from the configuration. */
export interface Address {
  host: string;
  port: number;
  configPath: string;
}

export type Found =
  | { state: "running"; record: ServerRecord; health: Health }
  /** Our process, or the keeper that will start it again, lives, but nobody answers. */
  | { state: "unhealthy"; record: ServerRecord }
  | { state: "stopped" };

/**
 * One that does not answer is asked once more: whoever is taken for hung is killed with all its streams, and the machine may
 * just be busy. Where nobody listens both times cost nothing.
 */
const HEALTH_TIMEOUTS_MS = [2_000, 3_000];

/**
 * Looks for our server: by the pid file, else (someone may have deleted the state directory, or the server has crashed and was
 * started again) by asking at the address, provided that the process which answers there can be shown to be ours.
 */
export async function findServer(state: StateDir, address: Address): Promise<Found> {
  const record = readPidFile(state.pidFile);
  const known = record && [record, record.keeper].some((who) => who && isRunning(who)) ? record : undefined;
  const { host, port, configPath } = known ?? address;
  const health = await healthAt(reachableUrl(host, port));
  if (health && known?.pid === health.pid) return { state: "running", record: known, health };
  const who = health?.config?.path === configPath ? ourServer(health.pid, state, port) : undefined;
  if (health && who) return { state: "running", record: recordOf(who, health, known ?? address), health };
  return known ? { state: "unhealthy", record: known } : { state: "stopped" };
}

async function healthAt(url: string): Promise<Health | undefined> {
  for (const timeout of HEALTH_TIMEOUTS_MS) {
    const health = await fetchHealth(url, timeout);
    if (health) return health;
  }
  return undefined;
}

function recordOf(who: Kept, { version }: Health, from: Address & Partial<ServerRecord>): ServerRecord {
  const { host, port, configPath, draining, given = { config: configPath, port } } = from;
  return { host, port, configPath, given, version, ...(draining && { draining }), ...who };
}

/** @returns undefined for a process that does not listen there, or belongs to another state directory */
function ourServer(pid: number, state: StateDir, port: number): Kept | undefined {
  const who = identify(pid);
  if (!who || !portOwners(port).includes(pid) || !hasStateDir(pid, state)) return undefined;
  const keeper = keeperOf(pid);
  return { ...who, ...(keeper && { keeper }) };
}

/** The parent of a server, if it is a keeper. */
function keeperOf(pid: number): ProcessIdentity | undefined {
  const parent = parentOf(pid);
  if (parent === undefined || !commandLine(parent)?.some((part) => part.endsWith(KEEPER_SCRIPT))) return undefined;
  return identify(parent);
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
