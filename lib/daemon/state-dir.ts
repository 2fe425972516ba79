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
}

/** `$CCM_HOME`, else `~/.claude-code-mux`. Touches no disk. */
export function stateDir(env: NodeJS.ProcessEnv): StateDir {
  const dir = env.CCM_HOME ? resolve(env.CCM_HOME) : join(env.HOME || homedir(), ".claude-code-mux");
  return { dir, pidFile: join(dir, "ccm.pid"), logFile: join(dir, "ccm.log"), lockFile: join(dir, "ccm.lock") };
}

/** Creates the directory, or takes away what others may do in it: tokens and logs live there. */
export function ensureStateDir({ dir }: StateDir): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  if ((statSync(dir).mode & 0o077) !== 0) chmodSync(dir, 0o700);
}
