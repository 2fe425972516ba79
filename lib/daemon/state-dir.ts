import { chmodSync, mkdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Where a server keeps what it can lose: nothing in here is configuration. */
export interface StateDir {
  dir: string;
  /** Who runs, see `pid-file.ts`. */
  pidFile: string;
  logFile: string;
  /** Held while a server is being started, stopped or restarted, see `lock.ts`. */
  lockFile: string;
  /** How often the server crashed since it was started, see `crashes.ts`. */
  crashFile: string;
}

/** `$CCM_HOME`, else `~/.claude-code-mux`. Touches no disk. */
export function stateDir(env: NodeJS.ProcessEnv): StateDir {
  const dir = env.CCM_HOME ? resolve(env.CCM_HOME) : join(env.HOME || homedir(), ".claude-code-mux");
  const file = (ending: string) => join(dir, `ccm.${ending}`);
  return { dir, pidFile: file("pid"), logFile: file("log"), lockFile: file("lock"), crashFile: file("crashes") };
}

/** Creates the directory, or takes away what others may do in it: tokens and logs live there. */
export function ensureStateDir({ dir }: StateDir): void {
  ifWritable(() => {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    if ((statSync(dir).mode & 0o077) !== 0) chmodSync(dir, 0o700);
  });
}

/** What the system says of a disk that is full or of a folder that cannot be written. */
const NOT_WRITABLE = new Set(["EROFS", "ENOSPC", "EDQUOT", "EACCES", "EPERM", "ENOTDIR", "ENOENT", "EEXIST"]);

/**
 * Does something in the state directory. One that cannot be written costs comfort, never the server: nothing in it is
 * needed to serve, and `ccmctl status` says so.
 * @returns undefined when it could not be done
 */
export function ifWritable<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (NOT_WRITABLE.has((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}
