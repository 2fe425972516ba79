import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The folder of the running program, which holds package.json and `dist/`. It is looked for upwards, so that it is found from the
 * sources as well as from the bundles, whichever of them this part is put in.
 */
export function programDir(from: string = fileURLToPath(import.meta.url)): string {
  const folder = dirname(from);
  if (folder === from)
    throw new Error("package.json is missing above the running program. Install claude-code-mux again.");
  return existsSync(join(folder, "package.json")) ? folder : programDir(folder);
}
