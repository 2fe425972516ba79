/** Whole lives of an installation: on a machine that has next to nothing, for a user without rights, with the port taken. */
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  copyExtension,
  freePort,
  healthAt,
  isRoot,
  lastLine,
  type Machine,
  makeMachine,
  modeOf,
  pack,
  snapshot,
  UNPRIVILEGED,
  VERSION,
} from "./machine.ts";

let machine: Machine;
beforeEach(async () => {
  machine = await makeMachine();
});
afterEach(async () => {
  // Where a test has failed half-way, its server may still run.
  for (const home of [machine.home, join(machine.elsewhere, "root/home")]) {
    const ccmctl = join(home, "ws/bin/ccmctl");
    const env = { ...machine.env, HOME: home, WORKSPACE: join(home, "ws") };
    if (existsSync(ccmctl)) await execa(ccmctl, ["stop", "--now"], { env, extendEnv: false, reject: false });
  }
  await machine.remove();
});

/** All that the scripts and commands need of a system. */
const TOOLS =
  "bash sh node tar gzip sed grep find cat cp mv rm mkdir rmdir chmod dirname basename readlink mktemp cmp diff cut head tr id date sleep kill ps";

test("from the packed archive in an empty root: nothing but Node and the tools that every system has", async () => {
  const root = join(machine.elsewhere, "root");
  const [bin, home, package_] = ["bin", "home", "package"].map((name) => join(root, name)) as [string, string, string];
  for (const path of [bin, home]) await mkdir(path, { recursive: true });
  for (const tool of TOOLS.split(" ")) {
    const { stdout } = await execa("which", [tool], { reject: false });
    if (stdout !== "") await symlink(tool === "node" ? process.execPath : stdout, join(bin, tool));
  }
  await execa("tar", ["-xzf", await pack(), "-C", root]);
  const env = { HOME: home, PATH: bin, WORKSPACE: join(home, "ws") };
  const run = (file: string, ...args: string[]) =>
    execa(join(bin, "bash"), [file, ...args], { env, extendEnv: false, cwd: "/", reject: false, stdin: "ignore" });
  const before = await snapshot(home);

  const installed = await run(join(package_, "install.sh"), "--shell-env");
  expect(installed, installed.stderr).toMatchObject({ exitCode: 0, stderr: "" });
  const port = await freePort();
  const config = join(home, "ws/config/ccm-config.toml");
  await writeFile(config, (await readFile(config, "utf8")).replace("port = 13456", `port = ${port}`));
  const ccm = (name: string, ...args: string[]) =>
    execa(join(home, "ws/bin", name), args, { env, extendEnv: false, cwd: "/", reject: false });
  expect((await ccm("ccm-quickstart", "--version")).stdout).toBe(`ccm-quickstart ${VERSION}`);
  expect((await ccm("ccm-start", "start")).exitCode).toBe(0);
  expect(await healthAt(port)).toMatchObject({ version: VERSION });
  expect((await ccm("ccmctl", "off")).exitCode).toBe(0);
  expect((await ccm("ccmctl", "on")).exitCode).toBe(0);

  const removed = await run(join(package_, "uninstall.sh"), "--purge");
  expect(removed, removed.stderr).toMatchObject({ exitCode: 0, stderr: "" });
  expect(await healthAt(port)).toBeUndefined();
  expect(await snapshot(home)).toEqual(before);
});

test("for a user without rights, with the server running: install, again, upgrade, back, reinstall, uninstall, purge", async () => {
  const workspace = join(machine.home, "ws");
  const env = { WORKSPACE: workspace };
  const options = { env, unprivileged: true };
  const script = (name: string, ...args: string[]) => machine.bash(join(machine.extension, name), args, options);
  const ccmctl = (...args: string[]) => machine.bash(join(workspace, "bin/ccmctl"), args, options);
  const bashrc = join(machine.home, ".bashrc");
  await writeFile(bashrc, "# mine, without an end", { mode: 0o600 });
  if (isRoot) await execa("chown", [String(UNPRIVILEGED), bashrc]);
  const before = await snapshot(machine.home);
  const newer = await copyExtension(machine, "newer", "9.8.7");
  await execa("chmod", ["-R", "a+rX", newer]);

  expect((await script("install.sh", "--shell-env")).exitCode).toBe(0);
  expect(await modeOf(bashrc)).toBe("600");
  const port = await freePort();
  const config = join(workspace, "config/ccm-config.toml");
  await writeFile(config, (await readFile(config, "utf8")).replace("port = 13456", `port = ${port}`));
  expect((await stat(config)).uid).toBe(isRoot ? UNPRIVILEGED : process.getuid?.());
  await script("install.sh", "--shell-env");
  const installed = await snapshot(workspace);
  expect((await ccmctl("start")).exitCode).toBe(0);

  expect((await script("install.sh", "--shell-env")).exitCode).toBe(0);
  expect(await snapshot(workspace)).toEqual(installed);
  const upgraded = await ccmctl("upgrade", "--to", newer);
  expect(upgraded, upgraded.stderr).toMatchObject({ exitCode: 0, stderr: "" });
  expect((await healthAt(port))?.version).toBe("9.8.7");
  expect((await ccmctl("upgrade", "--rollback")).exitCode).toBe(0);
  expect((await healthAt(port))?.version).toBe(VERSION);
  await rm(join(workspace, "lib/claude-code-mux/9.8.7"), { recursive: true });

  expect((await script("uninstall.sh")).exitCode).toBe(0);
  expect(await healthAt(port)).toBeUndefined();
  expect(await readFile(bashrc, "utf8")).toBe("# mine, without an end");
  expect((await script("install.sh")).stdout).toContain("was left as it is");
  expect((await script("uninstall.sh", "--purge")).exitCode).toBe(0);
  const left = await snapshot(machine.home);
  // The directory was there when the last installation came.
  expect(left.filter((line) => !line.startsWith("ws/ "))).toEqual(before);
});

test("a port that somebody else has: installing and upgrading do not mind, starting names the stranger", async () => {
  const stranger = createServer().listen(0, "127.0.0.1");
  await once(stranger, "listening");
  const { port } = stranger.address() as { port: number };
  const ccmctl = (...args: string[]) => machine.command("ccmctl", args);
  try {
    await machine.bash(join(machine.extension, "install.sh"));
    const config = join(machine.workspace, "config/ccm-config.toml");
    await writeFile(config, (await readFile(config, "utf8")).replace("port = 13456", `port = ${port}`));
    const started = await ccmctl("start");
    expect(started.exitCode).toBe(1);
    expect(started.stderr).toContain(`port ${port} is taken by pid ${process.pid}`);

    const newer = await copyExtension(machine, "newer", "9.8.7");
    const upgraded = await ccmctl("upgrade", "--to", newer);
    expect(upgraded, upgraded.stderr).toMatchObject({ exitCode: 0, stderr: "" });
    expect(lastLine(upgraded.stdout)).toContain("9.8.7 is in use");
    const before = await snapshot(machine.workspace);
    expect((await ccmctl("start")).exitCode).toBe(1);
    expect(await snapshot(machine.workspace)).toEqual(before);
    expect((await machine.bash(join(machine.extension, "uninstall.sh"))).exitCode).toBe(0);
    expect(stranger.listening).toBe(true);
  } finally {
    stranger.close();
  }
});

test("over an installation that is broken in every way at once, and after a run that was killed half-way", async () => {
  const install = () => machine.bash(join(machine.extension, "install.sh"), ["--shell-env"]);
  await install();
  const whole = { workspace: await snapshot(machine.workspace), home: await snapshot(machine.home) };
  const versions = join(machine.workspace, "lib/claude-code-mux");
  await writeFile(join(versions, VERSION, "dist/ccmctl.js"), "broken(");
  await rm(join(versions, VERSION, "package.json"));
  await rm(join(versions, "current"));
  await symlink("9.9.9", join(versions, "current"));
  await writeFile(join(machine.workspace, "bin/ccmctl"), "# claude-code-mux: half a", { mode: 0o600 });
  await mkdir(join(versions, ".0.1.0.4711/dist"), { recursive: true });
  await utimes(join(versions, ".0.1.0.4711"), 0, 0);

  const mended = await install();
  expect(mended, mended.stderr).toMatchObject({ exitCode: 0, stderr: "" });
  expect(await snapshot(machine.workspace)).toEqual(whole.workspace);
  expect(await snapshot(machine.home)).toEqual(whole.home);
});
