import { copyFile, mkdir, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
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
const settings = (on: number) => `# mine\n[server]\nport = ${on}\n`;
const inUse = () => readlink(join(versions, "current"));

describe("upgrade.sh", () => {
  test("installs beside, switches, hands the running server over, and keeps settings and the way back", async () => {
    await machine.command("ccmctl", ["start"]);
    await mkdir(join(versions, "0.0.1"));
    const before = await healthAt(port);

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
    expect(await readFile(config, "utf8")).toBe(settings(port));
  });

  test("adds what is new in the template to the configuration, as comments, and keeps the file before", async () => {
    const older = await copyExtension(machine, "older", "0.0.1");
    const template = join(older, "templates/ccm-config.toml");
    const text = await readFile(template, "utf8");
    await writeFile(template, text.replace(/\n# -+\n# Telemetry[\s\S]*$/, "").replace("#journal_days = 30\n", ""));
    await rm(machine.workspace, { recursive: true });
    await machine.bash(join(older, "install.sh"));
    const mine = (await readFile(config, "utf8")).replace("port = 13456", `port = ${port} # mine`);
    await writeFile(config, mine);
    await machine.command("ccmctl", ["start"]);

    const { exitCode, stdout } = await upgrade("--to", machine.extension);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\+ #journal_days = 30$/m);
    expect(stdout).toContain("Added as comments, which change nothing: logging.journal_days, telemetry.");
    const now = await readFile(config, "utf8");
    expect(now).toContain(`port = ${port} # mine`);
    expect(now).toContain("#[telemetry]");
    const backups = (await readdir(join(machine.workspace, "config"))).filter((name) => name.endsWith(".bak"));
    expect(backups).toHaveLength(1);
    expect(await readFile(join(machine.workspace, "config", backups[0] ?? ""), "utf8")).toBe(mine);
    expect(await readFile(`${config}.template`, "utf8")).toBe(text);
    expect((await healthAt(port))?.version).toBe(VERSION);

    await machine.bash(join(machine.extension, "uninstall.sh"));
    expect((await readdir(join(machine.workspace, "config"))).sort()).toEqual(["ccm-config.toml", ...backups].sort());
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

/** An npm in whose registry this directory is the latest version. */
async function npmWith(directory: string): Promise<Record<string, string>> {
  const tools = join(machine.elsewhere, "tools");
  await mkdir(tools);
  const script = `#!/bin/sh
[ "$1 $2" = "pack claude-code-mux@latest" ] || exit 1
while [ "$1" != --pack-destination ]; do shift; done
tar -czf "$2/latest.tgz" --transform 's/^[.]/package/' -C '${directory}' .
`;
  await writeFile(join(tools, "npm"), script, { mode: 0o755 });
  // The scripts take the npm that lies beside their Node.
  await copyFile(process.execPath, join(tools, "node"));
  return { PATH: `${tools}:${machine.env.PATH}`, CCM_NODE: join(tools, "node") };
}

describe("the latest published version", () => {
  test("is what `ccmctl upgrade` installs when nothing else is said", async () => {
    const env = await npmWith(await copyExtension(machine, "next", NEXT));
    const done = await machine.command("ccmctl", ["upgrade"], { env });
    expect(done, done.stderr).toMatchObject({ exitCode: 0, stderr: "" });
    expect(lastLine(done.stdout)).toContain(`${NEXT} is in use. ${VERSION} was kept: ccmctl upgrade --rollback`);
    expect(await inUse()).toBe(NEXT);
    expect(await readFile(config, "utf8")).toBe(settings(port));
  });

  test("is left where it is when the installed one is newer", async () => {
    const env = await npmWith(await copyExtension(machine, "older", "0.0.9"));
    const before = await snapshot(machine.workspace);
    const done = await machine.command("ccmctl", ["upgrade"], { env });
    expect(done).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("newer than what is published") });
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

  test("because there is no network, which is said at once", async () => {
    const before = await snapshot(machine.workspace);
    const env = { npm_config_registry: "http://127.0.0.1:9" };
    const { exitCode, stderr } = await machine.command("ccmctl", ["upgrade"], { env });
    expect(exitCode).toBe(1);
    expect(lastLine(stderr)).toMatch(
      /^Nothing was changed: .*cannot be reached \(ECONNREFUSED\). Is there a network\?/,
    );
    expect(await snapshot(machine.workspace)).toEqual(before);
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
