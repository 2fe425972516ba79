import { closeSync, writeSync } from "node:fs";
import type { Readable } from "node:stream";

/** Descriptors of a server that was started on a socket. `bin/keep.sh` knows the numbers, too. */
export const SOCKET_FD = 3;
const READY_FD = 4;

/** Names the descriptor to which a new server writes that it is ready. */
const READY_VARIABLE = "CCM_READY_FD";
/** Pid of the keeper (`bin/keep.sh`) that looks after this process. */
const KEEPER_VARIABLE = "CCM_KEEPER";

/** What a new server says of itself. */
export interface Ready {
  pid: number;
  version: string;
}

/** The variables of a server that is to tell whoever starts it when it is ready; none of them is left over from our own start. */
export function readyEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, [READY_VARIABLE]: String(READY_FD), [KEEPER_VARIABLE]: undefined };
}

/**
 * Tells whoever started this process that it takes requests, and its keeper that from now on its end would be a crash.
 * @returns false when somebody was to be told and is gone: nobody wants this server any more
 */
export function tellReady(ready: Ready, env: NodeJS.ProcessEnv): boolean {
  if (!writeReady(ready, env[READY_VARIABLE])) return false;
  const keeper = keeperOf(env);
  if (keeper !== undefined) process.kill(keeper, "SIGUSR1");
  return true;
}

/** Tells the keeper not to start this server again, because another one has taken over. */
export function tellReplaced(env: NodeJS.ProcessEnv): void {
  const keeper = keeperOf(env);
  if (keeper !== undefined) process.kill(keeper, "SIGHUP");
}

/** Only a keeper that is our parent is meant: the number of one that has died may belong to anybody by now. */
function keeperOf(env: NodeJS.ProcessEnv): number | undefined {
  const keeper = Number(env[KEEPER_VARIABLE]);
  return keeper > 1 && keeper === process.ppid ? keeper : undefined;
}

function writeReady(ready: Ready, variable: string | undefined): boolean {
  if (variable === undefined) return true;
  const fd = Number(variable);
  try {
    writeSync(fd, `${JSON.stringify(ready)}\n`);
    closeSync(fd);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EPIPE") return false;
    throw error;
  }
}

/** @returns what the new server wrote; undefined when its end of the pipe was closed without a word */
export function readReady(pipe: Readable): Promise<Ready | undefined> {
  return new Promise((resolve) => {
    let text = "";
    pipe.setEncoding("utf8");
    pipe.on("data", (part: string) => {
      text += part;
    });
    pipe.on("error", () => resolve(undefined));
    pipe.on("close", () => resolve(text.endsWith("\n") ? (JSON.parse(text) as Ready) : undefined));
  });
}
