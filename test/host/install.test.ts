import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  copyExtension,
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

const COMMANDS = ["ccmctl", "ccm-start", "ccm-quickstart"];

let machine: Machine;
let install: string;
let versions: string;

beforeEach(async () => {
  machine = await makeMachine();
  install = join(machine.extension, "install.sh");
  versions = join(machine.workspace, "lib/claude-code-mux");
});
afterEach(() => machine.remove());

describe("install.sh", () => {
  test("puts program, commands and configuration under the workspace, and nothing anywhere else", async () => {
    const before = await snapshot(machine.extension);
    const { exitCode, stdout, stderr } = await machine.bash(install);

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout.split("\n").length).toBeLessThanOrEqual(12);
    expect(stdout).toContain(`claude-code-mux ${VERSION} is installed in ${machine.workspace}`);
    expect(lastLine(stdout)).toMatch(/^Next: ccm-quickstart/);

    for (const name of COMMANDS) {
      expect(await modeOf(join(machine.workspace, "bin", name))).toBe("755");
      expect(await machine.command(name, ["--version"])).toMatchObject({ exitCode: 0, stdout: `${name} ${VERSION}` });
      expect((await machine.command(name, ["--help"])).exitCode).toBe(0);
    }
    const config = join(machine.workspace, "config/ccm-config.toml");
    expect(await modeOf(config)).toBe("600");
    expect(await readFile(config)).toEqual(await readFile(join(machine.extension, "templates/ccm-config.toml")));
    expect(await readlink(join(versions, "current"))).toBe(VERSION);
    expect(await snapshot(machine.home)).toEqual([]);
    expect(await snapshot(machine.elsewhere)).toEqual([]);
    expect(await snapshot(machine.temporary)).toEqual([]);
    expect(await snapshot(machine.extension)).toEqual(before);
    expect((await machine.command("ccmctl", ["status"])).exitCode).toBe(3);
  });

  test("names other programs' configurations that can be taken over", async () => {
    await mkdir(join(machine.home, ".claude-code-router"));
    const other = join(machine.home, ".claude-code-router/config.json");
    await writeFile(other, "{}");
    expect((await machine.bash(install)).stdout).toContain(`ccmctl config import '${other}' takes it over`);
  });

  test("a second time changes nothing, and leaves the user's configuration as it is", async () => {
    await machine.bash(install);
    await writeFile(join(machine.workspace, "config/ccm-config.toml"), "# mine\n");
    const before = await snapshot(machine.workspace);

    const { exitCode, stdout } = await machine.bash(install);

    expect(exitCode).toBe(0);
    expect(stdout).toContain("was left as it is");
    expect(await snapshot(machine.workspace)).toEqual(before);
  });

  test("mends a broken installation", async () => {
    await machine.bash(install);
    const whole = await snapshot(machine.workspace);
    await rm(join(versions, VERSION, "dist/server.js"));
    await rm(join(machine.workspace, "bin/ccm-start"));
    await rm(join(versions, "current"));

    expect((await machine.bash(install)).exitCode).toBe(0);
    expect(await snapshot(machine.workspace)).toEqual(whole);
  });

  test("keeps a running server's program: another build of the same version goes beside it", async () => {
    await machine.bash(install);
    const other = await copyExtension(machine, "other build");
    await writeFile(join(other, "dist/build.json"), JSON.stringify({ version: VERSION, sources: "0123456789abcdef" }));

    expect((await machine.bash(join(other, "install.sh"))).exitCode).toBe(0);
    expect(await readlink(join(versions, "current"))).toBe(`${VERSION}+01234567`);
    expect(await readlink(join(versions, "previous"))).toBe(VERSION);
    expect(await readdir(join(versions, VERSION, "dist"))).toContain("server.js");
  });

  test("works without root, with a workspace given as relative path or not at all", async () => {
    expect((await machine.bash(install, [], { unprivileged: true, env: { WORKSPACE: "below/ws" } })).exitCode).toBe(0);
    expect(await readdir(join(machine.elsewhere, "below/ws"))).toEqual(["bin", "config", "lib"]);

    await mkdir(join(machine.home, "workspace"));
    if (isRoot) await execa("chown", [String(UNPRIVILEGED), join(machine.home, "workspace")]);
    expect((await machine.bash(install, [], { unprivileged: true, env: { WORKSPACE: "" } })).exitCode).toBe(0);
    expect(await readdir(join(machine.home, "workspace"))).toEqual(["bin", "config", "lib"]);
  });

  test("needs no network, no npm, no particular machine, and nothing of the host's", async () => {
    const tools = join(machine.elsewhere, "tools");
    await mkdir(tools);
    await writeFile(join(tools, "npm"), "#!/bin/sh\necho npm was called >&2\nexit 9\n", { mode: 0o755 });
    await writeFile(join(tools, "uname"), "#!/bin/sh\necho aarch64\n", { mode: 0o755 });
    const env = {
      PATH: `${tools}:${machine.env.PATH}`,
      npm_config_registry: "http://127.0.0.1:9",
      "BASH_FUNC_say%%": "() { exit 8; }",
      "BASH_FUNC_print_status%%": "() { echo host; }",
    };
    expect(await machine.bash(install, [], { env })).toMatchObject({ exitCode: 0, stderr: "" });
  });

  test("takes another directory, an archive or its own version, and refuses what is none", async () => {
    const archive = await pack();
    for (const from of [archive, machine.extension, VERSION]) {
      await rm(machine.workspace, { recursive: true, force: true });
      expect(await machine.bash(install, ["--from", from])).toMatchObject({ exitCode: 0, stderr: "" });
    }
    for (const from of ["no such thing", machine.home]) {
      const { exitCode, stderr } = await machine.bash(install, [`--from=${from}`]);
      expect(exitCode).toBe(1);
      expect(lastLine(stderr)).toMatch(/^Nothing was changed: .*(is no directory, no archive|does not hold)/);
    }
  });

  test("says how it is used when it is called wrongly", async () => {
    expect(await machine.bash(install, ["--help"])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^Usage/),
    });
    expect(await machine.bash(install, ["--frob"])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^Usage/),
    });
  });
});

describe("a command that it has installed", () => {
  test("outlives the Node it was installed with", async () => {
    const tools = join(machine.elsewhere, "node for now");
    await mkdir(tools);
    await cp(process.execPath, join(tools, "node"));
    const env = { PATH: `${tools}:${machine.env.PATH}` };
    await machine.bash(install, [], { env });
    expect(await readFile(join(machine.workspace, "bin/ccmctl"), "utf8")).toContain(tools);

    await rm(tools, { recursive: true });
    expect(await machine.command("ccmctl", ["config", "path"])).toMatchObject({ exitCode: 0, stderr: "" });
  });

  test("finds its configuration without WORKSPACE, and heeds another WORKSPACE", async () => {
    await machine.bash(install);
    const at = async (env: Record<string, string>) =>
      (await machine.command("ccmctl", ["config", "path"], { env })).stdout;
    expect(await at({ WORKSPACE: "" })).toBe(join(machine.workspace, "config/ccm-config.toml"));
    expect(await at({ WORKSPACE: join(machine.home, "other") })).toBe(
      join(machine.home, "other/config/ccm-config.toml"),
    );
  });
});

describe("an installation that fails leaves everything as it was and says why, last", () => {
  async function failing(options: { env?: Record<string, string>; unprivileged?: boolean } = {}) {
    const before = await Promise.all([snapshot(machine.workspace), snapshot(machine.home)]);
    const { exitCode, stderr } = await machine.bash(install, ["--shell-env"], options);
    expect(await Promise.all([snapshot(machine.workspace), snapshot(machine.home)])).toEqual(before);
    expect(await snapshot(machine.temporary)).toEqual([]);
    expect(exitCode).toBe(1);
    expect(lastLine(stderr)).toMatch(/^Nothing was changed: /);
    return lastLine(stderr);
  }

  /** Makes a copy of the extension in which something is wrong, and installs from there. */
  async function spoil(file: string, content: string) {
    const spoilt = await copyExtension(machine, "spoilt");
    await writeFile(join(spoilt, file), content);
    install = join(spoilt, "install.sh");
  }

  test("because the program does not start", async () => {
    await spoil("dist/ccmctl.js", "throw new Error('spoilt')");
    expect(await failing()).toContain("does not start");
  });

  test("because the host has lost patience with it", async () => {
    const hangs = `import { writeFileSync } from "node:fs";
      writeFileSync(process.env.HOME + "/it hangs", "");
      setInterval(() => {}, 1000);`;
    await spoil("dist/ccmctl.js", hangs);
    // `timeout` ends the script and what it has started.
    const script = execa("bash", [install], { env: machine.env, extendEnv: false, reject: false, detached: true });
    await expect.poll(() => existsSync(join(machine.home, "it hangs")), { timeout: 60_000 }).toBe(true);
    process.kill(-(script.pid ?? 0), "SIGTERM");
    const { exitCode, stderr } = await script;
    expect({ exitCode, last: lastLine(stderr) }).toEqual({
      exitCode: 143,
      last: "Nothing was changed: stopped by a signal.",
    });
    expect(await Promise.all([machine.workspace, machine.temporary].map((path) => snapshot(path)))).toEqual([[], []]);
  });

  test("because a command does not start, with another version installed", async () => {
    await machine.bash(install);
    await spoil("bin/ccm-quickstart", "exit 4");
    await writeFile(
      join(machine.elsewhere, "spoilt/bin/launch.sh"),
      "find_node() { command -v node; }\nlaunch() { exit 4; }\n",
    );
    expect(await failing()).toContain("ccmctl does not start");
    expect((await machine.command("ccmctl", ["--version"])).exitCode).toBe(0);
  });

  test("because someone else's command of that name is there", async () => {
    await mkdir(join(machine.workspace, "bin"), { recursive: true });
    await writeFile(join(machine.workspace, "bin/ccm-start"), "#!/bin/sh\necho mine\n", { mode: 0o700 });
    expect(await failing()).toContain(`${join(machine.workspace, "bin/ccm-start")} is there already and not ours`);
  });

  test("because the workspace cannot be made", async () => {
    expect(await failing({ unprivileged: true, env: { WORKSPACE: "/proc/nowhere" } })).toContain("Set WORKSPACE");
  });

  test("because a shell file cannot be written", async () => {
    await symlink("/proc/version", join(machine.home, ".bashrc"));
    expect(await failing()).toContain("/proc/version");
  });
});

/** /usr/bin/node can only be hidden in a mount namespace of our own. */
const canHide = isRoot && (await execa("unshare", ["--mount", "true"], { reject: false })).exitCode === 0;

describe.skipIf(!canHide)("on a machine without Node (needs root and unshare)", () => {
  async function withoutNode(path: string) {
    const hide = `for node in $(type -ap node nodejs | sort -u); do mount --bind /dev/null "$(readlink -f "$node")"; done`;
    const script = `${hide}; PATH="$1:$PATH" exec bash "$2"`;
    return execa("unshare", ["--mount", "bash", "-c", script, "bash", path, install], {
      cwd: machine.elsewhere,
      env: machine.env,
      extendEnv: false,
      reject: false,
    });
  }

  test("says so and where to get it", async () => {
    const { exitCode, stderr } = await withoutNode(machine.elsewhere);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^Nothing was changed: .*needs Node.js 20 or newer/);
    expect(await snapshot(machine.workspace)).toEqual([]);
  });

  test("names one that is too old", async () => {
    await writeFile(join(machine.elsewhere, "node"), "#!/bin/sh\necho v18.20.4\n", { mode: 0o755 });
    const { exitCode, stderr } = await withoutNode(machine.elsewhere);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`${join(machine.elsewhere, "node")} (Node.js 18)`);
    expect(await snapshot(machine.workspace)).toEqual([]);
  });
});
