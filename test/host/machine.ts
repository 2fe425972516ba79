/** @module A throw-away machine: a home and a workspace with blanks in their names, and the packed extension beside. */

import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmod, chown, cp, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { json } from "node:stream/consumers";
import { execa } from "execa";
import { afterAll, vi } from "vitest";

/** Scripts that start many processes, on machines that may be busy. */
vi.setConfig({ testTimeout: 400_000 });

export const REPOSITORY = resolve(import.meta.dirname, "../..");
export const VERSION: string = JSON.parse(await readFile(join(REPOSITORY, "package.json"), "utf8")).version;

/** Nobody: what tests run as where they must not be root. */
export const UNPRIVILEGED = 65_534;
export const isRoot = process.getuid?.() === 0;

export interface Machine {
  home: string;
  workspace: string;
  /** The packed extension as a host unpacks it: files 0644, directories without write permission. */
  extension: string;
  /** A directory that has nothing to do with any of these; scripts are run in it. */
  elsewhere: string;
  /** Where temporary files go. */
  temporary: string;
  env: Record<string, string>;
  /** Runs `bash SCRIPT ARGS` as a host does: without a terminal, in some other directory. */
  bash(script: string, args?: readonly string[], options?: RunOptions): Promise<Run>;
  /** Runs an installed command. */
  command(name: string, args?: readonly string[], options?: RunOptions): Promise<Run>;
  /** Stops what runs and removes everything. */
  remove(): Promise<void>;
}

export interface RunOptions {
  env?: Readonly<Record<string, string>>;
  unprivileged?: boolean;
}

export interface Run {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

export async function makeMachine(): Promise<Machine> {
  await pack();
  const root = await mkdtemp(join(tmpdir(), "ccm-host-"));
  await chmod(root, 0o755);
  const [home, workspace] = [join(root, "a home"), join(root, "a workspace")];
  const [extension, elsewhere] = [join(root, "read only/claude-code-mux"), join(root, "elsewhere")];
  const temporary = join(root, "tmp");
  for (const path of [home, elsewhere, temporary]) {
    await mkdir(path);
    if (isRoot) await chown(path, UNPRIVILEGED, UNPRIVILEGED);
  }
  await unpackExtension(extension);
  const env = {
    HOME: home,
    WORKSPACE: workspace,
    TMPDIR: temporary,
    PATH: process.env.PATH ?? "",
    LANG: "C.UTF-8",
    SHELL: "/bin/bash",
  };

  const run = async (command: string, args: readonly string[], options: RunOptions = {}): Promise<Run> => {
    const ids = options.unprivileged && isRoot ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};
    const { exitCode, stdout, stderr } = await execa(command, args, {
      cwd: elsewhere,
      env: { ...env, ...options.env },
      extendEnv: false,
      stdin: "ignore",
      reject: false,
      timeout: 200_000,
      ...ids,
    });
    return { exitCode, stdout, stderr };
  };
  return {
    home,
    workspace,
    extension,
    elsewhere,
    temporary,
    env,
    bash: (script, args = [], options = {}) => run("bash", [script, ...args], options),
    command: (name, args = [], options = {}) => run(join(workspace, "bin", name), args, options),
    async remove() {
      await run(join(workspace, "bin/ccmctl"), ["stop", "--now"]).catch(() => undefined);
      await execa("chmod", ["-R", "u+w", root]);
      await rm(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The npm package of this repository, made once for each file of tests. Needs `dist/`. */
export async function pack(): Promise<string> {
  packed ??= (async () => {
    const folder = await mkdtemp(join(tmpdir(), "ccm-pack-"));
    packedIn = folder;
    await execa("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], { cwd: REPOSITORY });
    return join(folder, `claude-code-mux-${VERSION}.tgz`);
  })();
  return packed;
}
let packed: Promise<string> | undefined;
let packedIn: string | undefined;
afterAll(() => (packedIn ? rm(packedIn, { recursive: true }) : undefined));

/** Unpacks it and makes it read-only, as in the host's image. */
export async function unpackExtension(target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  await execa("tar", ["-xzf", await pack(), "--strip-components=1", "-C", target]);
  await makeReadOnly(target);
}

export async function makeReadOnly(directory: string): Promise<void> {
  await execa("find", [directory, "-type", "f", "-exec", "chmod", "0444", "{}", "+"]);
  await execa("find", [directory, "-type", "d", "-exec", "chmod", "0555", "{}", "+"]);
}

/** Every path below a directory, with its kind, permissions and content. Two snapshots are equal when nothing changed. */
export async function snapshot(directory: string, below = ""): Promise<string[]> {
  const names = await readdir(join(directory, below)).catch(() => []);
  const lines = await Promise.all(
    names.sort().map(async (name) => {
      const path = join(below, name);
      const full = join(directory, path);
      const stat = await lstat(full);
      const mode = (stat.mode & 0o7777).toString(8);
      if (stat.isSymbolicLink()) return [`${path} -> ${await readlink(full)}`];
      if (stat.isDirectory()) return [`${path}/ ${mode}`, ...(await snapshot(directory, path))];
      const hash = createHash("sha256").update(await readFile(full));
      return [`${path} ${mode} ${hash.digest("hex").slice(0, 12)}`];
    }),
  );
  return lines.flat();
}

export async function modeOf(path: string): Promise<string> {
  return ((await lstat(path)).mode & 0o7777).toString(8);
}

/** A configuration for a server on that port, with no provider at all. */
export async function writeConfig(machine: Machine, port: number): Promise<string> {
  const path = join(machine.workspace, "config/ccm-config.toml");
  await mkdir(join(machine.workspace, "config"), { recursive: true });
  await writeFile(path, `# mine\n[server]\nport = ${port}\n`, { mode: 0o600 });
  return path;
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** What `GET /health` answers; undefined when nobody does. */
export async function healthAt(port: number): Promise<{ pid: number; version: string } | undefined> {
  const answer = await new Promise<IncomingMessage | undefined>((resolve) => {
    // A new connection: on one that is kept, a server that has been replaced may still answer once.
    const asking = request({ host: "127.0.0.1", port, path: "/health", agent: false }, resolve);
    asking.on("error", () => resolve(undefined)).end();
  });
  return answer && ((await json(answer)) as { pid: number; version: string });
}

/** A copy of the extension that can be changed, with another version number in everything that tells it. */
export async function copyExtension(machine: Machine, name: string, version = VERSION): Promise<string> {
  const copy = join(machine.elsewhere, name);
  await cp(machine.extension, copy, { recursive: true });
  await execa("chmod", ["-R", "u+w", copy]);
  const built = await readdir(join(copy, "dist"), { recursive: true });
  const files = built.filter((path) => /[.]js(on)?$/.test(path)).map((path) => join("dist", path));
  for (const file of version === VERSION ? [] : ["package.json", "extension.yaml", ...files]) {
    const text = await readFile(join(copy, file), "utf8");
    await writeFile(join(copy, file), text.replaceAll(VERSION, version));
  }
  return copy;
}

/** The last line of a text. */
export function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}
