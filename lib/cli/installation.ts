import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandFailed, type VerbContext } from "./verb.ts";

/** The directory of the program that runs: an installed version, an unpacked package, or a clone. */
export function packageRoot(from: string = fileURLToPath(import.meta.url)): string {
  for (let folder = dirname(from); folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, "install.sh")) && existsSync(join(folder, "package.json"))) return folder;
  throw new Error(`The installation around ${from} is not complete. Install claude-code-mux again.`);
}

/** The command that starts whatever version is in use: of `install.sh`'s making, or the package's own. */
export function launcherPath(root: string): string {
  const versions = dirname(root);
  const isInstalled = basename(versions) === "claude-code-mux" && existsSync(join(versions, "current"));
  return isInstalled ? join(versions, "../../bin/ccmctl") : join(root, "bin/ccmctl");
}

/** Was it put there by npm, which then looks after it? */
export function isOfNpm(root: string): boolean {
  return basename(dirname(root)) === "node_modules";
}

/**
 * Runs one of the package's scripts in this terminal.
 * @returns its exit code; it has said what there is to say
 */
export function runHostScript(context: VerbContext, script: string, args: readonly string[]): Promise<number> {
  const child = spawn("bash", [join(packageRoot(), script), ...args], { stdio: "inherit", env: context.env });
  process.on("SIGINT", () => undefined); // it reaches the script as well, which then tidies up
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "ENOENT" ? new CommandFailed("This needs bash, which was not found on PATH.") : error),
    );
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
