import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { proxyTrouble } from "../network/proxy.ts";
import type { ServerContext } from "./context.ts";

/** Less room than this on the disk, and soon nothing can be written. */
const FULL_BYTES = 1024 * 1024;
/** A clock is corrected by some seconds now and then. */
const CLOCK_MS = 60_000;

/** What somebody has complained about since, by what it is about. */
export class Complaints {
  readonly #told = new Map<string, string>();

  /** @param message a sentence for the user; undefined: it is over */
  tell(about: string, message: string | undefined): void {
    if (message === undefined) this.#told.delete(about);
    else this.#told.set(about, message);
  }

  list(): string[] {
    return [...this.#told.values()];
  }
}

/** What is wrong around the server, though it serves: each a sentence for `status`. */
export function troubles({ config, stateDir, clock, complaints }: ServerContext): string[] {
  const { path } = config.loaded;
  return [
    existsSync(path) ? undefined : `${path} is gone; what stood in it last stays in use until it is back.`,
    folderTrouble(stateDir),
    clock.setBackMs > CLOCK_MS
      ? `the system's clock was set back by ${Math.round(clock.setBackMs / 60_000)} min since the server started.`
      : undefined,
    proxyTrouble(),
    ...complaints.list(),
  ].filter((trouble) => trouble !== undefined);
}

/** The log, health, logins and usage are kept there; requests are served without. */
function folderTrouble(dir: string): string | undefined {
  try {
    accessSync(dir, constants.W_OK);
    const { bavail, bsize } = statfsSync(dir);
    return bavail * bsize < FULL_BYTES ? `the disk of ${dir} is full; nothing is kept until there is room.` : undefined;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    return `${dir} cannot be written (${code}); nothing is kept there until it can.`;
  }
}
