import { mkdir, readdir, readFile, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  copyExtension,
  freePort,
  healthAt,
  lastLine,
  type Machine,
  makeMachine,
  snapshot,
  VERSION,
  writeConfig,
} from "./machine.ts";

const NEXT = "9.8.7";

let machine: Machine;
let config: string;
let port: number;
let versions: string;

/** Installed, configured, running. */
beforeEach(async () => {
  machine = await makeMachine();
  port = await freePort();
  config = await writeConfig(machine, port);
  versions = join(machine.workspace, "lib/claude-code-mux");
  await machine.bash(join(machine.extension, "install.sh"));
});
afterEach(() => machine.remove());

const upgrade = (...args: string[]) => machine.bash(join(versions, "current/upgrade.sh"), args);
const inUse = () => readlink(join(versions, "current"));

describe("upgrade.sh", () => {
  test("installs beside, switches, hands the running server over, and keeps settings and the way back", async () => {
    await machine.command("ccmctl", ["start"]);
    await mkdir(join(versions, "0.0.1"));
    const before = await healthAt(port);
    const settings = await readFile(config);

    const { exitCode, stdout } = await upgrade("--to", await copyExtension(machine, "next", NEXT));

    expect(exitCode).toBe(0);
    expect(lastLine(stdout)).toContain(`${NEXT} is in use. ${VERSION} was kept`);
    expect(await inUse()).toBe(NEXT);
    expect(await readlink(join(versions, "previous"))).toBe(VERSION);
    expect(await readdir(versions)).toEqual([VERSION, NEXT, "current", "directories", "previous"].sort());
    const after = await healthAt(port);
    expect(after?.version).toBe(NEXT);
    expect(after?.pid).not.toBe(before?.pid);
    expect(await machine.command("ccmctl", ["--version"])).toMatchObject({ stdout: `ccmctl ${NEXT}` });
    expect(await readFile(config)).toEqual(settings);
  });

  test("goes back with --rollback, and forth again; starts nothing that was not running", async () => {
    await upgrade("--to", await copyExtension(machine, "next", NEXT));
    for (const version of [VERSION, NEXT]) {
      expect((await upgrade("--rollback")).exitCode).toBe(0);
      expect(await inUse()).toBe(version);
    }
    expect(await healthAt(port)).toBeUndefined();
  });

  test("has nothing to do when that version is installed", async () => {
    const before = await snapshot(machine.workspace);
    expect(await upgrade("--to", machine.extension)).toMatchObject({
      exitCode: 0,
      stdout: `claude-code-mux ${VERSION} is installed already; nothing was changed.`,
    });
    expect(await snapshot(machine.workspace)).toEqual(before);
  });
});

describe("an upgrade that fails leaves the old version in use, its server running, and says why, last", () => {
  async function failing(to: string) {
    const before = await snapshot(machine.workspace);
    const { exitCode, stderr } = await upgrade("--to", to);
    expect(exitCode).toBe(1);
    expect(await snapshot(machine.workspace)).toEqual(before);
    expect(lastLine(stderr)).toMatch(/^Nothing was changed: /);
    return lastLine(stderr);
  }

  test("because the new server does not start", async () => {
    await machine.command("ccmctl", ["start"]);
    const before = await healthAt(port);
    const next = await copyExtension(machine, "next", NEXT);
    await writeFile(join(next, "dist/server.js"), "process.exit(1)");
    await failing(next);
    expect((await healthAt(port))?.pid).toBe(before?.pid);
  });

  test("because it does not start with the user's configuration", async () => {
    await writeFile(config, "[server]\nport = true\n");
    expect(await failing(await copyExtension(machine, "next", NEXT))).toContain(config);
  });

  test("because it does not take over: the old server is started again", async () => {
    await machine.command("ccmctl", ["start"]);
    const next = await copyExtension(machine, "next", NEXT);
    const server = join(next, "dist/server.js");
    const onlyTheRealOne = 'if (process.env.CCM_HOME.endsWith("/.claude-code-mux")) process.exit(1);\n';
    await writeFile(server, `${onlyTheRealOne}${await readFile(server, "utf8")}`);
    expect(await failing(next)).toContain("runs the old version again");
    expect((await healthAt(port))?.version).toBe(VERSION);
  });

  test("because there is nothing to go back to", async () => {
    expect((await upgrade("--rollback")).stderr).toContain(`there is no version before ${VERSION}`);
  });

  test("because nothing is installed", async () => {
    await machine.bash(join(machine.extension, "uninstall.sh"));
    const { exitCode, stderr } = await machine.bash(join(machine.extension, "upgrade.sh"));
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("is not installed") });
  });
});
