import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { freePort, healthAt, lastLine, type Machine, makeMachine, snapshot, writeConfig } from "./machine.ts";

let machine: Machine;
let state: string;
const install = () => machine.bash(join(machine.extension, "install.sh"));
const uninstall = (args: string[] = [], env = {}) =>
  machine.bash(join(machine.extension, "uninstall.sh"), args, { env });

beforeEach(async () => {
  machine = await makeMachine();
  state = join(machine.home, ".claude-code-mux");
});
afterEach(() => machine.remove());

describe("uninstall.sh", () => {
  test("takes away exactly what install.sh has brought, and says where configuration and logins stay", async () => {
    await mkdir(join(machine.workspace, "bin"), { recursive: true });
    await writeFile(join(machine.workspace, "bin/mine"), "#!/bin/sh\n");
    const before = await snapshot(machine.workspace);
    await install();
    await mkdir(state);
    await writeFile(join(state, "oauth_tokens.json"), "{}");

    const { exitCode, stdout, stderr } = await uninstall();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const config = join(machine.workspace, "config/ccm-config.toml");
    expect(stdout).toContain(`claude-code-mux is removed from ${machine.workspace}.`);
    expect(stdout).toContain(`Your configuration stays: ${config}`);
    expect(lastLine(stdout)).toContain(`rm -r '${config}' '${state}'`);
    expect(existsSync(join(state, "oauth_tokens.json"))).toBe(true);

    await rm(join(machine.workspace, "config"), { recursive: true });
    expect(await snapshot(machine.workspace)).toEqual(before);
  });

  test("can be run from the installed program itself, whatever WORKSPACE says, and a second time", async () => {
    await install();
    const own = join(machine.workspace, "lib/claude-code-mux/current/uninstall.sh");
    expect((await machine.bash(own, [], { env: { WORKSPACE: "/nowhere" } })).exitCode).toBe(0);
    expect(existsSync(join(machine.workspace, "lib"))).toBe(false);
    expect(await uninstall()).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("was not installed") });
  });

  test.each([
    ["--purge", ["--purge"], {}],
    ["CCM_PURGE=1", [], { CCM_PURGE: "1" }],
  ])("with %s names configuration and logins, then removes them, too", async (_, args, env) => {
    await install();
    await mkdir(state);
    await writeFile(join(machine.workspace, "config/ccm-config.toml.backup"), "");
    const { exitCode, stdout } = await uninstall(args, env);
    expect(exitCode).toBe(0);
    for (const path of [
      join(machine.workspace, "config/ccm-config.toml"),
      `${machine.workspace}/config/ccm-config.toml.backup`,
      state,
    ]) {
      expect(stdout).toContain(`Removing ${path}`);
    }
    expect(await snapshot(machine.home)).toEqual([]);
    expect(existsSync(machine.workspace)).toBe(false);
  });

  test("leaves a directory that CCM_HOME names to the user: it may hold more than our files", async () => {
    await install();
    const { exitCode, stdout } = await uninstall(["--purge"], { CCM_HOME: machine.elsewhere });
    expect(exitCode).toBe(0);
    expect(lastLine(stdout)).toContain(`rm -r '${machine.elsewhere}'`);
    expect(existsSync(machine.elsewhere)).toBe(true);
  });
});

describe("a running server", () => {
  test("is stopped", async () => {
    const port = await freePort();
    await writeConfig(machine, port);
    await install();
    expect((await machine.command("ccmctl", ["start"])).exitCode).toBe(0);
    expect(await healthAt(port)).toBeDefined();

    expect((await uninstall()).exitCode).toBe(0);
    expect(await healthAt(port)).toBeUndefined();
  });

  test("is stopped, too, when there is no Node any more to ask ccmctl with", async () => {
    const port = await freePort();
    await writeConfig(machine, port);
    await install();
    await machine.command("ccmctl", ["start"]);

    expect((await uninstall([], { CCM_NODE: "/nowhere" })).exitCode).toBe(0);
    expect(await healthAt(port)).toBeUndefined();
  });

  test("is not confused with a stranger that has got its pid", async () => {
    await install();
    const stranger = spawn("sleep", ["60"]);
    await mkdir(state);
    const record = {
      pid: stranger.pid,
      start: "then",
      host: "127.0.0.1",
      port: 1,
      configPath: "",
      version: "",
      given: {},
    };
    for (const env of [{}, { CCM_NODE: "/nowhere" }]) {
      await writeFile(join(state, "ccm.pid"), JSON.stringify(record));
      await install();
      expect((await uninstall([], env)).exitCode).toBe(0);
      expect(stranger.signalCode).toBeNull();
      expect(await readFile(`/proc/${stranger.pid}/comm`, "utf8")).toBe("sleep\n");
    }
    stranger.kill();
  });
});
