// Starting, watching and ending processes; what /proc tells of them. Ends only what it started.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const running = new Set();

/**
 * Starts a program whose output goes to a file.
 * @param {{command: string, args: string[], env?: Record<string, string>, log: string}} program
 */
export function start({ command, args, env = {}, log }) {
  const output = openSync(log, "a");
  const startedAt = process.hrtime.bigint();
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", output, output] });
  closeSync(output);
  running.add(child);
  const exited = new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(`exit ${code ?? signal}`));
  }).finally(() => running.delete(child));
  return { child, pid: child.pid, log, exited, startedAt, command };
}

/** Ends a process that `start` began: politely, after two seconds firmly. */
export async function stop(program) {
  if (!running.has(program.child)) return;
  program.child.kill("SIGTERM");
  const ended = await Promise.race([program.exited.then(() => true), sleep(2000, false)]);
  if (!ended) program.child.kill("SIGKILL");
  await program.exited;
}

/** For the last moment of this process: what is still running does not outlive it. */
export function killAll() {
  for (const child of running) child.kill("SIGKILL");
}

/** Resolves when something listens at the port; fails with the program's last words when it ended instead. */
export async function listening(program, port, limitMs = 15_000) {
  const until = Date.now() + limitMs;
  let ended;
  program.exited.then((how) => {
    ended = how;
  });
  while (Date.now() < until && ended === undefined) {
    if (await accepts(port)) return;
    await sleep(20);
  }
  const words = readFileSync(program.log, "utf8").trim().split("\n").slice(-8).join("\n");
  throw new Error(`${program.command} does not listen on port ${port} (${ended ?? `after ${limitMs} ms`}):\n${words}`);
}

async function accepts(port) {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false; // refused: not yet
  } finally {
    socket.destroy();
  }
}

/** A port of the loopback interface that was free a moment ago. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** @returns {number} CPU time of all threads so far, in ms, to the nanosecond where the kernel tells it */
export function cpuMs(pid) {
  try {
    let sum = 0;
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      sum += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
    }
    return sum / 1e6;
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10; // user and system time in ticks of 10 ms
  }
}

/** @returns {{rss: number, private: number}} MB resident, and MB of it anonymous: not backed by a file, not shared */
export function memoryMb(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const mb = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)[1]) / 1024;
  return { rss: mb("Rss"), private: mb("Anonymous") };
}

export function openFiles(pid) {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** @returns {number | undefined} the process that listens on a loopback or any-address port, where we may see it */
export function pidListeningOn(port) {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const inodes = new Set();
  for (const table of ["tcp", "tcp6"]) {
    for (const line of readFileSync(`/proc/net/${table}`, "utf8").split("\n").slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[1]?.endsWith(`:${hex}`) && fields[3] === "0A") inodes.add(`socket:[${fields[9]}]`);
    }
  }
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => holdsSocket(pid, inodes));
}

function holdsSocket(pid, inodes) {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => inodes.has(readlinkSync(`/proc/${pid}/fd/${fd}`)));
  } catch {
    return false; // ended meanwhile, or not ours to see
  }
}
