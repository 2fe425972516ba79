import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { basename, delimiter, join } from "node:path";

/** Where things are; `environment` is what the extension's scripts and commands get to see. */
export function placesIn(env) {
  const workspace = env.WORKSPACE;
  const home = env.HOME || homedir();
  const system = join(workspace, ".system");
  const environment = {
    ...env,
    PATH: [join(workspace, "bin"), ...toolDirectories(home), env.PATH ?? ""].join(delimiter),
    WORKSPACE_PROJECTS: join(workspace, "projects"),
    WORKSPACE_CONFIG: join(workspace, "config"),
    WORKSPACE_SCRIPTS: join(workspace, "scripts"),
    WORKSPACE_BIN: join(workspace, "bin"),
    WORKSPACE_SYSTEM: system,
    WORKSPACE_MANIFEST: join(system, "manifest"),
    WORKSPACE_LOGS: join(system, "logs"),
  };
  return { workspace, home, environment, callersPath: env.PATH ?? "", shell: basename(env.SHELL ?? "") };
}

/** Sindri's manager puts the same ones in front when it validates. */
function toolDirectories(home) {
  return [".local/share/mise/shims", ".local/bin", "go/bin", ".cargo/bin"]
    .map((path) => join(home, path))
    .filter((path) => existsSync(path));
}

/** A leading `~` is the home directory; nothing else is expanded. */
export function expandTilde(path, home) {
  return path === "~" || path.startsWith("~/") ? join(home, path.slice(1)) : path;
}
