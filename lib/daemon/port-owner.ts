import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { commandLine } from "./process-identity.ts";

/** Who listens on a port. A process of another user may be seen to listen without being named. */
export interface PortOwner {
  pid: number;
  /** As it was started. */
  command: string;
}

/** @returns undefined when nobody listens, or the owner belongs to another user */
export function portOwner(port: number): PortOwner | undefined {
  const [pid] = portOwners(port);
  if (pid === undefined) return undefined;
  return { pid, command: commandLine(pid)?.join(" ") ?? "?" };
}

/** Pids of all processes that hold a listening socket of that port: a server and its keeper share one. */
export function portOwners(port: number): number[] {
  return process.platform === "linux" ? ownersFromProc(port) : ownersFromLsof(port);
}

/** A port on `host` that nobody listens on: `wanted` if it is free, else any. */
export async function freePort(wanted: number, host = "127.0.0.1"): Promise<number> {
  return (await tryListen(wanted, host)) ?? (await tryListen(0, host)) ?? Promise.reject(new Error("no free port"));
}

function tryListen(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : undefined));
    });
  });
}

function ownersFromProc(port: number): number[] {
  const sockets = new Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) => listeningInodes(table, port)));
  if (sockets.size === 0) return [];
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && openSockets(entry).some((inode) => sockets.has(inode)))
    .map(Number);
}

/** Rows of proc_net_tcp(5): local address as HEXIP:HEXPORT, state 0A is LISTEN, the inode is the tenth column. */
function listeningInodes(table: string, port: number): string[] {
  let text: string;
  try {
    text = readFileSync(table, "latin1");
  } catch {
    return []; // no IPv6 here
  }
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return text
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((row) => row[1]?.endsWith(`:${hex}`) && row[3] === "0A")
    .flatMap((row) => row[9] ?? []);
}

function openSockets(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      const target = readLink(`/proc/${pid}/fd/${fd}`);
      return target?.startsWith("socket:[") ? target.slice(8, -1) : [];
    });
  } catch {
    return []; // another user's process, or gone by now
  }
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined; // closed since we listed it
  }
}

function ownersFromLsof(port: number): number[] {
  const done = spawnSync("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fp"], { encoding: "utf8" });
  return [...(done.stdout ?? "").matchAll(/^p(\d+)$/gm)].map((found) => Number(found[1]));
}
