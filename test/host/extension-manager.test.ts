import { appendFile, chmod, cp, mkdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import {
  isRoot,
  lastLine,
  type Machine,
  makeMachine,
  modeOf,
  REPOSITORY,
  type RunOptions,
  snapshot,
  UNPRIVILEGED,
  VERSION,
} from "./machine.ts";

const NAME = "claude-code-mux";

let machine: Machine;
/** A repository with the manager in it. */
let clone: string;
let system: string;
const manager = (...args: string[]) => managerWith({}, ...args);
const managerWith = (options: RunOptions, ...args: string[]) =>
  machine.bash(join(clone, "cli/extension-manager"), args, options);

beforeEach(async () => {
  machine = await makeMachine();
  clone = join(machine.elsewhere, "a clone");
  system = join(machine.workspace, ".system");
});
afterEach(() => machine.remove());

/** What git would clone, and the packages that the first command would install. */
async function makeClone() {
  await mkdir(clone);
  const files = await execa("git", ["ls-files", "-co", "--exclude-standard"], { cwd: REPOSITORY });
  const list = files.stdout.split("\n").filter((path) => !/^(test|node_modules)\b/.test(path));
  await execa("tar", ["-cf", join(clone, ".tar"), "--ignore-failed-read", "-T", "-"], {
    cwd: REPOSITORY,
    input: list.join("\n"),
  });
  await execa("tar", ["-xf", ".tar"], { cwd: clone });
  await rm(join(clone, ".tar"));
  await symlink(join(REPOSITORY, "node_modules"), join(clone, "node_modules"));
}

describe("in a fresh clone", () => {
  beforeEach(makeClone);

  test("install, status, validate, bom, upgrade, reinstall, remove", async () => {
    const bashrc = join(machine.home, ".bashrc");
    await writeFile(bashrc, "# mine\nexport ANTHROPIC_API_KEY=sk-mine");
    expect((await manager("status", NAME)).stdout).toBe(`Extension: ${NAME}\nStatus: Not installed`);
    expect(await manager("validate", NAME)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("ccmctl: command not found"),
    });

    const installed = await manager("install", NAME);
    expect(installed.exitCode).toBe(0);
    expect(installed.stdout).toContain('says "export ANTHROPIC_API_KEY=sk-mine", which was left as it is');
    expect(lastLine(installed.stdout)).toContain(`${NAME} ${VERSION} is installed and verified`);
    expect((await manager("status")).stdout).toContain(
      `Status: Installed\nccmctl: ccmctl ${VERSION}\nccm-start: ccm-start ${VERSION}`,
    );
    expect((await manager("list")).stdout).toMatch(/^claude-code-mux .* \(installed\)/);
    expect((await manager("info", NAME)).stdout).toContain("Depends on: nodejs");
    expect((await manager("validate", NAME)).exitCode).toBe(0);
    const bill = JSON.parse((await manager("bom", NAME, "--format", "json")).stdout);
    expect(bill.tools[0]).toMatchObject({ name: "ccmctl", version: VERSION, license: "MIT" });
    const active = parse(await readFile(join(system, "manifest/active-extensions.yaml"), "utf8"));
    expect(active.extensions).toEqual([{ name: NAME, active: true, category: "ai", protected: false }]);

    const shell = await execa(
      "bash",
      ["-i", "-c", 'ccm-start --version; echo "$ANTHROPIC_BASE_URL $ANTHROPIC_API_KEY"'],
      {
        env: machine.env,
        extendEnv: false,
      },
    );
    expect(shell.stdout).toContain(`ccm-start ${VERSION}\nhttp://127.0.0.1:13456 sk-mine`);

    const tree = await snapshot(join(machine.workspace, "lib"));
    expect((await manager("install", NAME)).stdout).toContain("is installed already, and works");
    expect((await manager("upgrade", NAME)).stdout).toContain("is installed already; nothing was changed");
    expect((await manager("reinstall", NAME)).exitCode).toBe(0);
    expect(await snapshot(join(machine.workspace, "lib"))).toEqual(tree);

    expect((await machine.command("ccmctl", ["off"])).exitCode).toBe(0);
    const off = await readFile(bashrc, "utf8");
    expect((await manager("reinstall", NAME)).exitCode).toBe(0);
    expect(await readFile(bashrc, "utf8")).toBe(off);
    expect((await machine.command("ccmctl", ["on"])).exitCode).toBe(0);

    await rm(join(machine.workspace, "bin/ccmctl"));
    expect((await manager("install", NAME)).stdout).toContain("ccmctl: command not found\nInstalling it again.");
    expect(await snapshot(join(machine.workspace, "lib"))).toEqual(tree);

    expect((await manager("remove", NAME)).exitCode).toBe(0);
    expect(await readFile(bashrc, "utf8")).toBe("# mine\nexport ANTHROPIC_API_KEY=sk-mine");
    const left = (await snapshot(machine.workspace)).map((line) => line.split(" ")[0]);
    expect(left).toEqual([
      ".system/",
      ".system/bom/",
      ".system/installed/",
      ".system/manifest/",
      ".system/manifest/active-extensions.yaml",
      "config/",
      "config/ccm-config.toml",
    ]);
    expect((await manager("status", NAME)).stdout).toBe(`Extension: ${NAME}\nStatus: Not installed`);
  });
});

/** Another extension, to see that the rules hold for all of them and not for ours alone. */
async function makeExtension(manifest: object, files: Record<string, string> = {}) {
  await mkdir(clone);
  for (const path of ["cli", "scripts", "bin", "package.json", "package-lock.json"]) {
    await cp(join(REPOSITORY, path), join(clone, path), { recursive: true });
  }
  await symlink(join(REPOSITORY, "node_modules"), join(clone, "node_modules"));
  const common = {
    metadata: {
      name: "other",
      version: "1.2.3",
      description: "Another extension",
      category: "utilities",
      dependencies: [],
    },
    install: { method: "script", script: { path: "install.sh" } },
    validate: { commands: [{ name: "other", expectedPattern: "^other [0-9.]+" }] },
  };
  await writeFile(join(clone, "extension.yaml"), stringify({ ...common, ...manifest }));
  const command =
    'mkdir -p "$WORKSPACE/bin"; printf "#!/bin/sh\\necho other 4.5.6\\n" >"$WORKSPACE/bin/other"; chmod +x "$WORKSPACE/bin/other"';
  for (const [path, text] of Object.entries({ "install.sh": command, ...files }))
    await writeFile(join(clone, path), text);
  if (isRoot) await execa("chown", ["-R", String(UNPRIVILEGED), clone]);
}

describe("the rules of extension.yaml", () => {
  test("a script sees the workspace's variables, the caller's directory, and no arguments", async () => {
    await makeExtension({}, { "install.sh": 'pwd; echo "$WORKSPACE_BIN|$#"; exit 7' });
    const { exitCode, stdout, stderr } = await manager("install", "other");
    expect(stdout).toContain(`${machine.elsewhere}\n${join(machine.workspace, "bin")}|0`);
    expect({ exitCode, stderr }).toEqual({ exitCode: 7, stderr: "✖ install.sh failed with exit code 7." });
    expect((await manager("status", "other")).stdout).toContain("Not installed");
  });

  test("a script that takes too long is ended: exit code 124", async () => {
    await makeExtension(
      { install: { method: "script", script: { path: "install.sh", timeout: 1 } } },
      { "install.sh": "exec sleep 30" },
    );
    expect((await manager("install", "other")).exitCode).toBe(124);
  });

  test("a script outside of the extension is not run", async () => {
    await makeExtension({ install: { method: "script", script: { path: "../install.sh" } } });
    await writeFile(join(machine.elsewhere, "install.sh"), "echo ran");
    const { exitCode, stdout, stderr } = await manager("install", "other");
    expect(exitCode).toBe(1);
    expect(stdout).not.toContain("ran");
    expect(stderr).toContain("outside of the extension");
  });

  test("templates: overwrite, append, merge, skip-if-exists; new ones get the source's mode", async () => {
    const modes = ["overwrite", "append", "merge", "skip-if-exists"];
    const template = (mode: string, extension: string) => ({
      source: `t${extension}`,
      destination: `~/c/${mode}${extension}`,
      mode,
    });
    const templates = modes.flatMap((mode) => [template(mode, ".json"), template(mode, ".txt")]);
    await makeExtension({ configure: { templates } }, { "t.json": '{"a":{"b":2,"c":[3]}}', "t.txt": "new\n" });
    await chmod(join(clone, "t.txt"), 0o600);
    await mkdir(join(machine.home, "c"));
    for (const mode of modes) await writeFile(join(machine.home, `c/${mode}.json`), '{"a":{"b":1,"d":4},"e":5}');
    await writeFile(join(machine.home, "c/append.txt"), "old\n");
    await writeFile(join(machine.home, "c/skip-if-exists.txt"), "old\n", { mode: 0o640 });

    expect((await manager("install", "other")).exitCode).toBe(0);
    const textOf = (name: string) => readFile(join(machine.home, "c", name), "utf8");
    expect(await textOf("overwrite.json")).toBe('{"a":{"b":2,"c":[3]}}');
    expect(JSON.parse(await textOf("merge.json"))).toEqual({ a: { b: 2, d: 4, c: [3] }, e: 5 });
    expect(await textOf("append.txt")).toBe("old\nnew\n");
    expect(await textOf("skip-if-exists.txt")).toBe("old\n");
    expect(await textOf("merge.txt")).toBe("new\n");
    expect(await modeOf(join(machine.home, "c/overwrite.txt"))).toBe("600");
    expect(await modeOf(join(machine.home, "c/skip-if-exists.txt"))).toBe("640");
  });

  test("validation that fails: exit code 1, no exports, not installed", async () => {
    const environment = [{ key: "OTHER", value: "1", scope: "bashrc" }];
    await makeExtension({
      configure: { environment },
      validate: { commands: [{ name: "other", expectedPattern: "^nothing" }] },
    });
    const { exitCode, stderr } = await manager("install", "other");
    expect(exitCode).toBe(1);
    expect(stderr).toContain('other --version: "other 4.5.6" does not match ^nothing');
    await expect(stat(join(machine.home, ".bashrc"))).rejects.toThrow("ENOENT");
  });

  test("a user of another shell than bash is told that it does not read the exports", async () => {
    await makeExtension({ configure: { environment: [{ key: "OTHER", value: "1", scope: "bashrc" }] } });
    const { stdout } = await managerWith({ env: { SHELL: "/usr/bin/zsh" } }, "install", "other");
    expect(stdout).toContain(`The exports are in ${join(machine.home, ".bashrc")}, which zsh does not read`);
  });

  test("a dependency that is not there: exit code 1 before anything is run", async () => {
    await makeExtension({ metadata: { name: "other", version: "1.2.3", dependencies: ["docker"] } });
    expect(await manager("install", "other")).toMatchObject({
      exitCode: 1,
      stderr: "✖ other depends on docker, which must be installed first.",
    });
  });

  test("removal: asks where it must, removes paths, goes on when the script fails", async () => {
    const remove = { confirmation: true, script: { path: "gone.sh" }, paths: ["~/a b", "~/c"] };
    await makeExtension({ remove }, { "gone.sh": "exit 3" });
    await manager("install", "other");
    await mkdir(join(machine.home, "a b"));
    await writeFile(join(machine.home, "a"), "");

    expect(await manager("remove", "other")).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("--force") });
    expect((await manager("remove", "other", "--dry-run")).exitCode).toBe(0);
    expect((await manager("status", "other")).stdout).toContain("Status: Installed");
    const { exitCode, stderr } = await manager("--force", "remove", "other");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "gone.sh failed with exit code 3; going on." });
    expect((await snapshot(machine.home)).map((line) => line.split(" ")[0])).toEqual([".bashrc", "a"]);
  });

  test("without root, and with another extension's records beside", async () => {
    await makeExtension({});
    const options = { unprivileged: true, env: { WORKSPACE: join(machine.home, "ws") } };
    expect((await managerWith(options, "install", "other")).exitCode).toBe(0);
    const file = join(machine.home, "ws/.system/manifest/active-extensions.yaml");
    await appendFile(file, "  - name: docker\n    active: true\n    category: infrastructure\n");
    expect((await managerWith(options, "remove", "other")).exitCode).toBe(0);
    expect(parse(await readFile(file, "utf8")).extensions).toMatchObject([
      { name: "docker", active: true },
      { name: "other", active: false },
    ]);
  });
});

test("says what it can do, and refuses what it cannot", async () => {
  await makeExtension({});
  expect(await manager("--help")).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("reinstall NAME") });
  for (const [args, message] of [
    [["frob"], "Unknown command: frob"],
    [["install"], "install which extension?"],
    [["install", "nope"], "Extension not found: nope"],
    [["bom", "other"], "no bill of materials"],
    [["upgrade", "other"], "is not installed"],
    [["install", "other", "--frob"], "--frob"],
  ] as const) {
    expect(await manager(...args)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(message) });
  }
});
