import { chmodSync, readdirSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import type { StartOrder, StartOutcome } from "./start-on.ts";

/**
 * The running server takes one order, over a socket file in the state folder that nobody but its own user can reach: to
 * start a successor on its listening socket and to leave when that one is ready.
 */
const PATH = "/handover";

/** Systems allow no longer names of sockets (sun_path: 104 bytes on macOS, 108 on Linux). */
const LONGEST_PATH = 103;

export function controlPath(stateDir: string, pid: number): string {
  return join(stateDir, `control-${pid}.sock`);
}

/** The server's answer: what became of its successor, or why it started none. */
export type HandoverAnswer = StartOutcome | { ok: false; reason: "refused"; message: string };

/**
 * Takes orders for the server of this process.
 * @throws the system's error when the socket cannot be made
 */
export async function takeOrders(
  stateDir: string,
  onOrder: (order: StartOrder) => Promise<HandoverAnswer>,
): Promise<Server> {
  const path = controlPath(stateDir, process.pid);
  if (Buffer.byteLength(path) > LONGEST_PATH) throw new Error(`${path} is too long a name for a socket`);
  removeLeftOvers(stateDir);
  const server = createServer(async (incoming, response) => {
    const answer = await answerTo(incoming, onOrder);
    response.setHeader("connection", "close");
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  server.unref();
  return server;
}

/** Sockets of servers that were killed, and of one that had our number before us. */
function removeLeftOvers(stateDir: string): void {
  for (const name of readdirSync(stateDir)) {
    const pid = Number(/^control-(\d+)\.sock$/.exec(name)?.[1]);
    if (pid === process.pid || (pid > 0 && !isAlive(pid))) rmSync(join(stateDir, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

async function answerTo(
  incoming: IncomingMessage,
  onOrder: (order: StartOrder) => Promise<HandoverAnswer>,
): Promise<HandoverAnswer> {
  const refused = (message: string): HandoverAnswer => ({ ok: false, reason: "refused", message });
  if (incoming.method !== "POST" || incoming.url !== PATH) return refused(`${incoming.url} is no order`);
  try {
    return await onOrder((await json(incoming)) as StartOrder);
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error));
  }
}

/** @returns undefined when nobody takes orders there, or dies over it */
export function orderHandover(stateDir: string, pid: number, order: StartOrder): Promise<HandoverAnswer | undefined> {
  return new Promise((resolve) => {
    const nobody = () => resolve(undefined);
    const asking = request({ socketPath: controlPath(stateDir, pid), path: PATH, method: "POST", agent: false });
    asking.once("error", nobody);
    asking.once(
      "response",
      (response) => void json(response).then((answer) => resolve(answer as HandoverAnswer), nobody),
    );
    asking.end(JSON.stringify(order));
  });
}
