import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { launchdAgent, systemdUnit } from "../../lib/cli/service/unit.ts";
import { NOWHERE, oneProvider, PROGRAM_ROOT, type Sandbox, sandboxes } from "./sandbox.ts";

const { sandbox } = sandboxes();

const PLAN = {
  launcher: '/a b/50%/"q"/$x/bin/ccmctl',
  env: { CCM_CONFIG: '/a b/50%/"q"/$x/ccm-config.toml' },
  envFile: "/a b/50%/ccm-service.env",
};

describe("the unit for systemd", () => {
  test("runs our own commands, with every odd letter of a path as it is", () => {
    const lines = systemdUnit(PLAN).split("\n");
    expect(lines).toEqual(
      expect.arrayContaining([
        'ExecStart="/a b/50%%/\\"q\\"/$$x/bin/ccmctl" start',
        'ExecReload="/a b/50%%/\\"q\\"/$$x/bin/ccmctl" restart',
        'ExecStop="/a b/50%%/\\"q\\"/$$x/bin/ccmctl" stop',
        'Environment="CCM_CONFIG=/a b/50%%/\\"q\\"/$x/ccm-config.toml"',
        "EnvironmentFile=-/a b/50%%/ccm-service.env",
        "WantedBy=default.target",
      ]),
    );
  });

  const checker = "systemd-analyze";
  const isThere = spawnSync(checker, ["--version"]).status === 0;
  test.skipIf(!isThere)("systemd finds nothing to complain of (needs systemd-analyze)", async () => {
    const box = await sandbox();
    const file = join(box.dir, "claude-code-mux.service");
    writeFileSync(file, systemdUnit({ ...PLAN, launcher: "/bin/true" }));
    const { status, stderr } = spawnSync(checker, ["--user", "verify", file], {
      env: { ...process.env, XDG_RUNTIME_DIR: box.dir },
      encoding: "utf8",
    });
    expect(stderr.split("\n").filter((line) => line.includes("claude-code-mux"))).toEqual([]);
    expect(status).toBe(0);
  });
});

describe("the agent for launchd", () => {
  const plan = { ...PLAN, launcher: "/a&b/<x>/ccmctl" };

  test("is a property list that starts the server once, at login", () => {
    const text = launchdAgent(plan);
    expect(text).toContain("<string>/a&amp;b/&lt;x&gt;/ccmctl</string>");
    expect(text).toMatch(/<key>RunAtLoad<\/key>\s*<true\/>/);
    expect(text).toMatch(/<key>AbandonProcessGroup<\/key>\s*<true\/>/);
    expect(text).not.toContain("KeepAlive");
  });

  test("its command starts the server with the variables of the file, when there is one", async () => {
    const box = await sandbox();
    const launcher = join(box.dir, "a launcher");
    writeFileSync(launcher, '#!/bin/sh\necho "$1 $KEY"\n', { mode: 0o755 });
    const envFile = join(box.dir, "vars.env");
    const [, ...strings] = [...launchdAgent({ ...plan, launcher, envFile }).matchAll(/<string>(.*)<\/string>/g)];
    const [program = "", ...args] = strings.slice(0, 5).map(([, text = ""]) => text.replaceAll("&quot;", '"'));
    const run = () => spawnSync(program, args, { env: { ...process.env, KEY: "" }, encoding: "utf8" }).stdout.trimEnd();
    expect(run()).toBe("start");
    writeFileSync(envFile, "KEY=abc\n");
    expect(run()).toBe("start abc");
  });
});

/** A `systemctl` or `launchctl` that writes down how it was called, and fails where it is told to. */
function stubManager(box: Sandbox, name: string, failsAt = "nothing") {
  const [bin, log] = [join(box.dir, "bin"), join(box.dir, "calls")];
  mkdirSync(bin, { recursive: true });
  const script = `#!/bin/sh\necho "$*" >>'${log}'\ncase "$*" in *${failsAt}*) echo "no bus here" >&2; exit 1 ;; esac\n`;
  writeFileSync(join(bin, name), script, { mode: 0o755 });
  return {
    env: { PATH: `${bin}:${process.env.PATH}`, XDG_CONFIG_HOME: undefined },
    calls: () => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []),
  };
}

describe("ccmctl service", () => {
  const UNIT = ".config/systemd/user/claude-code-mux.service";

  test("install writes the unit, starts it, and says what the service cannot see; remove undoes it", async () => {
    const box = await sandbox(oneProvider(NOWHERE).replace('"test-key"', '"$MY_KEY"'));
    const { env, calls } = stubManager(box, "systemctl");
    const service = (...args: string[]) => box.ccmctl(["service", ...args, "--manager", "systemd"], { env });

    const printed = await service("install", "--print");
    expect(printed.stdout).toContain(`ExecStart="${join(PROGRAM_ROOT, "bin/ccmctl")}" start`);
    expect(printed.stdout).toContain(`Environment="CCM_CONFIG=${box.configPath}"`);
    expect(calls()).toEqual([]);

    const installed = await service("install");
    expect(installed).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(join(box.home, UNIT), "utf8")).toBe(printed.stdout);
    expect(calls()).toEqual(["--user daemon-reload", "--user enable --now claude-code-mux.service"]);
    expect(installed.stdout).toContain("Your configuration reads MY_KEY.");
    const variables = join(box.workspace, "config/ccm-service.env");
    expect(readFileSync(variables, "utf8")).toContain("#MY_KEY=");
    expect(statSync(variables).mode & 0o777).toBe(0o600);

    writeFileSync(variables, "MY_KEY=x\n");
    expect((await service("install")).code).toBe(0);
    expect(readFileSync(variables, "utf8")).toBe("MY_KEY=x\n");

    expect((await service("remove")).stdout).toContain("Removed");
    expect(existsSync(join(box.home, UNIT))).toBe(false);
    expect(calls().slice(-2)).toEqual(["--user disable --now claude-code-mux.service", "--user daemon-reload"]);
    expect((await service("remove")).stdout).toContain("There is no such service");
  });

  test("launchd is told of the agent", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    const { env, calls } = stubManager(box, "launchctl");
    const service = (word: string) => box.ccmctl(["service", word, "--manager", "launchd"], { env });
    const file = join(box.home, "Library/LaunchAgents/claude-code-mux.plist");
    const session = `gui/${process.getuid?.()}`;
    expect(await service("install")).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(file)).toBe(true);
    expect((await service("remove")).code).toBe(0);
    expect(existsSync(file)).toBe(false);
    expect(calls()).toEqual([`bootstrap ${session} ${file}`, `bootout ${session}/claude-code-mux`]);
  });

  test("a manager that refuses leaves nothing behind, and its words are passed on", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    const { env } = stubManager(box, "systemctl", "enable");
    const { code, stderr } = await box.ccmctl(["service", "install", "--manager", "systemd"], { env });
    expect(code).toBe(1);
    expect(stderr).toContain("`systemctl --user enable --now claude-code-mux.service` failed");
    expect(stderr).toContain("no bus here");
    expect(stderr).toContain("start --foreground");
    expect(existsSync(join(box.home, UNIT))).toBe(false);
  });

  test("where there is no such manager, says so and what to do instead", async () => {
    const box = await sandbox();
    const env = { PATH: "/nowhere" };
    for (const [manager, program] of [
      ["systemd", "systemctl"],
      ["launchd", "launchctl"],
    ] as const) {
      const { code, stderr } = await box.ccmctl(["service", "install", "--manager", manager], { env });
      expect(code).toBe(1);
      expect(stderr).toContain(`This machine has no \`${program}\``);
      expect(stderr).toContain("start --foreground");
    }
    expect(await box.ccmctl(["service", "instal"])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("did you mean `install`?"),
    });
  });
});
