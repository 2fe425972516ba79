import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** An address that swallows packets, as behind a firewall: connecting to it is neither granted nor refused. */
export interface BlackHole {
  port: number;
  close(): void;
}

/** Listens with the shortest queue, and says where. */
const LISTENER = `
  const server = require("node:net").createServer().listen({ host: "127.0.0.1", port: 0, backlog: 1 }, () =>
    process.stdout.write(String(server.address().port)));`;
/** A connection on loopback that is not made within this time waits for room in the queue. */
const STUCK_MS = 500;
const MOST_IN_QUEUE = 16;

/** The kernel drops what asks for a connection while a listener's queue is full: a process that is stopped never empties it. */
export async function openBlackHole(): Promise<BlackHole> {
  const child = spawn(process.execPath, ["-e", LISTENER], { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  const port = Number(said.toString());
  child.kill("SIGSTOP");
  const queued: Socket[] = [];
  const close = (): void => {
    for (const socket of queued) socket.destroy();
    child.kill("SIGKILL");
  };
  while (queued.length < MOST_IN_QUEUE) {
    const socket = connect(port, "127.0.0.1").on("error", () => undefined);
    queued.push(socket);
    const connected = once(socket, "connect").then(() => true);
    if (!(await Promise.race([connected, sleep(STUCK_MS, false)]))) return { port, close };
  }
  close();
  throw new Error("this system takes connections although the queue is full");
}
