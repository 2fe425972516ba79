import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What is run as the server. */
export interface Program {
  node: string;
  flags: readonly string[];
  script: string;
  /** The script that starts it again when it crashes. */
  keeper: string;
}

/**
 * - A young generation of 4 MB instead of 16: smaller costs time where many ask at once, larger costs memory under load.
 * - A limit below which V8 does not collect the old one: our heap is so small beside the bodies that pass through that it would
 *   do so every few requests, which doubled the cost of a megabyte.
 * - No collections of V8's own when it is idle for moments: they throw away what it has compiled, and the pauses of a working
 *   session are such moments.
 * - A way to ask for a collection, which the server does when nobody waits for it (server/rest.ts), so that the first two cost
 *   memory only under load.
 */
const NODE_FLAGS = ["--max-semi-space-size=4", "--initial-old-space-size=32", "--no-memory-reducer", "--expose-gc"];

/** How the path of every keeper ends. */
export const KEEPER_SCRIPT = "/bin/keep.sh";

/** The directory that holds package.json, dist/ and templates/: a clone, or an installed version. */
export function programRoot(): string {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!isOurs(join(dir, "package.json"))) {
    const parent = dirname(dir);
    if (parent === dir) throw new Error("package.json of claude-code-mux was not found above this program");
    dir = parent;
  }
  return dir;
}

/** The server of this very version, run by the Node that runs us. */
export function serverProgram(): Program {
  const root = programRoot();
  const [script, keeper] = [join(root, "dist", "server.js"), join(root, "bin", "keep.sh")];
  return { node: process.execPath, flags: NODE_FLAGS, script, keeper };
}

function isOurs(path: string): boolean {
  try {
    return (JSON.parse(readFileSync(path, "utf8")) as { name?: string }).name === "claude-code-mux";
  } catch {
    return false; // none here, or someone else's
  }
}
