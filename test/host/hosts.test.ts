/** Each generation of the host, played by its own rules, as docs/hosts.md describes them. */
import { appendFile, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import {
  freePort,
  healthAt,
  lastLine,
  type Machine,
  makeMachine,
  pack,
  REPOSITORY,
  snapshot,
  VERSION,
  writeConfig,
} from "./machine.ts";

let machine: Machine;

beforeEach(async () => {
  machine = await makeMachine();
});
afterEach(() => machine.remove());

test("Sindri v2: install, exports, validate, reinstall, remove", async () => {
  const bashrc = join(machine.home, ".bashrc");
  await writeFile(bashrc, "# mine\n");
  const manifest = parse(await readFile(join(machine.extension, "extension.yaml"), "utf8"));
  const script = (name: string) => machine.bash(join(machine.extension, name));

  async function install() {
    expect((await script(manifest.install.script.path)).exitCode).toBe(0);
    for (const { key, value } of manifest.configure.environment) {
      const present = new RegExp(`^export ${key}=`, "m").test(await readFile(bashrc, "utf8"));
      if (!present) await appendFile(bashrc, `export ${key}="${value}"\n`);
    }
    for (const { name, versionFlag, expectedPattern } of manifest.validate.commands) {
      const { exitCode, stdout } = await machine.command(name, versionFlag.split(" "));
      expect(exitCode).toBe(0);
      const grep = await execa("grep", ["-qP", expectedPattern], { input: stdout, reject: false });
      expect(grep.exitCode).toBe(0);
    }
  }

  await install();
  const config = join(machine.workspace, "config/ccm-config.toml");
  await writeFile(config, "# mine\n");
  const installed = await tree();
  expect((await script(manifest.remove.script.path)).exitCode).toBe(0);
  expect(await readFile(bashrc, "utf8")).toBe("# mine\n");
  expect(await readFile(config, "utf8")).toBe("# mine\n");

  await install();
  expect(await tree()).toEqual(installed);

  /** All but the note of which directories were made: the configuration's is there already the second time. */
  async function tree() {
    return (await snapshot(machine.workspace)).filter((line) => !line.includes("/directories "));
  }
});

test("Sindri v3: the scripts come one by one, the rest is fetched, the service runs in the foreground", async () => {
  const alone = join(machine.elsewhere, "1.0.0");
  await mkdir(alone);
  await copyFile(join(REPOSITORY, "extension.v3.yaml"), join(alone, "extension.yaml"));
  const manifest = parse(await readFile(join(alone, "extension.yaml"), "utf8"));
  for (const { script } of [manifest.install, manifest.remove]) {
    await copyFile(join(machine.extension, script.path), join(alone, script.path));
  }
  const { path, args } = manifest.install.script;
  const offline = { PATH: `${await npmThatKnows("/nowhere")}:${machine.env.PATH}` };
  const failed = await machine.bash(join(alone, path), args, { env: offline });
  expect(failed.exitCode).toBe(1);
  expect(lastLine(failed.stderr)).toBe(
    `Nothing was changed: claude-code-mux ${VERSION} could not be fetched from the npm registry.`,
  );

  const env = { PATH: `${await npmThatKnows(await pack())}:${machine.env.PATH}` };
  const port = await freePort();
  await writeConfig(machine, port);

  expect(await machine.bash(join(alone, path), args, { env })).toMatchObject({ exitCode: 0, stderr: "" });

  const { command, args: serviceArgs } = manifest.service.start;
  const service = execa("bash", ["-c", `exec ${command.replace(/^(\S+)$/, '"$1"')} ${serviceArgs.join(" ")}`], {
    env: machine.env,
    extendEnv: false,
    reject: false,
  });
  await expect.poll(() => healthAt(port), { timeout: 10_000 }).toMatchObject({ version: VERSION });

  expect(await machine.bash(join(alone, manifest.remove.script.path))).toMatchObject({ exitCode: 0, stderr: "" });
  await service;
  expect(await healthAt(port)).toBeUndefined();
  expect((await snapshot(machine.workspace)).map((line) => line.split(" ")[0])).toEqual([
    "config/",
    "config/ccm-config.toml",
  ]);
});

/** A directory with a registry that has just our package: an npm that only knows `npm pack claude-code-mux@VERSION`. */
async function npmThatKnows(archive: string): Promise<string> {
  const tools = join(machine.elsewhere, "tools");
  await mkdir(tools, { recursive: true });
  const script = `#!/bin/sh
[ "$1 $2" = "pack claude-code-mux@${VERSION}" ] || exit 1
while [ "$1" != --pack-destination ]; do shift; done
cp '${archive}' "$2"
`;
  await writeFile(join(tools, "npm"), script, { mode: 0o755 });
  return tools;
}

describe("npm (Sindri v4)", () => {
  test("the package installs without network and works from wherever npm puts it", async () => {
    const prefix = join(machine.elsewhere, "npm prefix");
    const env = { ...machine.env, npm_config_prefix: prefix, npm_config_registry: "http://127.0.0.1:9" };
    const npm = (...args: string[]) => execa("npm", args, { env, extendEnv: false, cwd: machine.elsewhere });
    await npm("install", "-g", "--no-audit", "--no-fund", await pack());

    const run = (name: string, ...args: string[]) =>
      execa(join(prefix, "bin", name), args, { env: machine.env, extendEnv: false, cwd: machine.elsewhere });
    for (const name of ["ccmctl", "ccm-start", "ccm-quickstart"]) {
      expect((await run(name, "--version")).stdout).toBe(`${name} ${VERSION}`);
    }
    await expect(run("ccmctl", "upgrade")).rejects.toThrow("npm install -g claude-code-mux@latest");
    const port = await freePort();
    await writeConfig(machine, port);
    await run("ccmctl", "start");
    expect(await healthAt(port)).toMatchObject({ version: VERSION });
    await run("ccmctl", "stop", "--now");

    await npm("uninstall", "-g", "claude-code-mux");
    expect(await snapshot(join(prefix, "bin"))).toEqual([]);
  });
});
