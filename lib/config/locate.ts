import { access, constants, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Environment } from "./references.ts";

interface LocateOptions {
  /** `--config`, if given. */
  flag?: string | undefined;
  env: Environment;
  home: string;
  cwd?: string;
  /** The machine-wide workspace; a parameter for tests. */
  systemWorkspace?: string;
}

interface ConfigLocation {
  /** Absolute. Where there is no file yet: where it is to be created. */
  path: string;
  exists: boolean;
  /** Every place that was looked at, in order. */
  searched: string[];
}

const FILE = join("config", "ccm-config.toml");

/** Finds the configuration file, or the place where a new one belongs. Creates nothing. */
export async function locateConfig(options: LocateOptions): Promise<ConfigLocation> {
  const { flag, env, home, cwd = process.cwd(), systemWorkspace = "/workspace" } = options;
  // What was named outright is meant, whether it is there yet or not.
  const named = flag || env.CCM_CONFIG;
  if (named) {
    const path = resolve(cwd, named);
    return { path, exists: await isFile(path), searched: [path] };
  }
  const candidates = [
    ...(env.WORKSPACE ? [join(env.WORKSPACE, FILE)] : []),
    join(systemWorkspace, FILE),
    join(home, "workspace", FILE),
    join(env.CCM_HOME || join(home, ".claude-code-mux"), "config.toml"),
  ].map((path) => resolve(cwd, path));
  const searched = [...new Set(candidates)];
  for (const path of searched) if (await isFile(path)) return { path, exists: true, searched };
  return { path: resolve(cwd, await workspaceFor(options), FILE), exists: false, searched };
}

/** The workspace in which new files belong: `$WORKSPACE`, else `/workspace` or `~/workspace`, whichever is there or can be made. */
async function workspaceFor({ env, home, systemWorkspace = "/workspace" }: LocateOptions): Promise<string> {
  if (env.WORKSPACE) return env.WORKSPACE;
  const own = join(home, "workspace");
  if (await isDirectory(systemWorkspace)) return systemWorkspace;
  if (await isDirectory(own)) return own;
  return (await isWritable(resolve(systemWorkspace, ".."))) ? systemWorkspace : own;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function isWritable(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}
