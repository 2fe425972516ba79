import { chmod, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lastLine, type Machine, makeMachine, modeOf, snapshot } from "./machine.ts";

let machine: Machine;
const install = (...args: string[]) => machine.bash(join(machine.extension, "install.sh"), args);
const uninstall = () => machine.bash(join(machine.extension, "uninstall.sh"));
const at = (path: string) => join(machine.home, path);
const textOf = (path: string) => readFile(at(path), "utf8");

beforeEach(async () => {
  machine = await makeMachine();
});
afterEach(() => machine.remove());

/** What a new shell of that kind ends up with. */
async function variablesOf(shell: string, kind: string): Promise<string[]> {
  const print = 'echo "$ANTHROPIC_BASE_URL|$ANTHROPIC_API_KEY|$PATH"';
  const { stdout } = await execa(shell, [kind, "-c", print], { env: machine.env, extendEnv: false });
  return lastLine(stdout).split("|");
}

describe("--shell-env", () => {
  test("lets new shells of every kind find the proxy and the commands, and goes away to the last byte", async () => {
    const before = {
      ".bashrc": '# mine\ncase $- in *i*) ;; *) return ;; esac\nalias x="y"\r\nlast line without end',
      ".zshrc": "\n\n# mine\n",
      ".config/fish/config.fish": "set -gx EDITOR vi\n",
    };
    await mkdir(at(".config/fish"), { recursive: true });
    for (const [path, text] of Object.entries(before)) await writeFile(at(path), text);
    await chmod(at(".bashrc"), 0o640);
    const tree = await snapshot(machine.home);

    expect((await install("--shell-env")).exitCode).toBe(0);
    for (const [path, text] of Object.entries(before)) expect((await textOf(path)).endsWith(text)).toBe(true);
    expect(await modeOf(at(".bashrc"))).toBe("640");
    for (const kind of ["-i", "-l"]) {
      const [url, key, path] = await variablesOf("bash", kind);
      expect([url, key]).toEqual(["http://127.0.0.1:13456", "ccm-proxy"]);
      expect(path?.split(":")[0]).toBe(join(machine.workspace, "bin"));
    }
    expect(await textOf(".config/fish/config.fish")).toContain('set -gx ANTHROPIC_BASE_URL "http://127.0.0.1:13456"');

    expect((await uninstall()).exitCode).toBe(0);
    expect(await snapshot(machine.home)).toEqual(tree);
  });

  test("a second time changes nothing", async () => {
    await install("--shell-env");
    const once = await snapshot(machine.home);
    await install("--shell-env");
    expect(await snapshot(machine.home)).toEqual(once);
  });

  test("names the port that is configured, and no key that opens something", async () => {
    await mkdir(join(machine.workspace, "config"), { recursive: true });
    const config = join(machine.workspace, "config/ccm-config.toml");
    await writeFile(config, "[server]\nport = 4123\n");
    await install("--shell-env");
    expect((await variablesOf("bash", "-i")).slice(0, 2)).toEqual(["http://127.0.0.1:4123", "ccm-proxy"]);

    await writeFile(config, '[server]\nport = 4124\napi_keys = ["sk-client-secret"]\n');
    await install("--shell-env");
    expect((await variablesOf("bash", "-i")).slice(0, 2)).toEqual(["http://127.0.0.1:4124", ""]);
    expect(await textOf(".bashrc")).toContain("# ANTHROPIC_API_KEY: the proxy asks for a key of yours");
    expect(await textOf(".bashrc")).not.toContain("sk-client");

    const env = { ANTHROPIC_BASE_URL: "http://127.0.0.1:4124" };
    const removed = await machine.bash(join(machine.extension, "uninstall.sh"), [], { env });
    expect(removed.stdout).toContain("unset ANTHROPIC_BASE_URL");
    expect(await snapshot(machine.home)).toEqual([]);
  });

  test("keeps what was written around it since", async () => {
    await install("--shell-env");
    await writeFile(at(".bashrc"), `# above\n${await textOf(".bashrc")}# below\n`);
    await install("--shell-env");
    await uninstall();
    expect(await textOf(".bashrc")).toBe("# above\n# below\n");
  });

  test("leaves alone an address that the user has set, and says so", async () => {
    for (const line of ["export ANTHROPIC_BASE_URL=https://mine.example\n", "  ANTHROPIC_BASE_URL=x\n"]) {
      await writeFile(at(".bashrc"), line);
      const { stderr } = await install("--shell-env");
      expect(stderr).toContain(`${at(".bashrc")} sets ANTHROPIC_BASE_URL itself`);
      expect((await textOf(".bashrc")).match(/ANTHROPIC/g)).toHaveLength(1);
      await uninstall();
      expect(await textOf(".bashrc")).toBe(line);
    }
  });

  test("writes through links into the user's own collection of files", async () => {
    await mkdir(at("dotfiles"));
    await writeFile(at("dotfiles/bashrc"), "# mine\n");
    await symlink("dotfiles/bashrc", at(".bashrc"));
    const before = await snapshot(machine.home);
    await install("--shell-env");
    expect(await textOf("dotfiles/bashrc")).toContain("ANTHROPIC_BASE_URL");
    await uninstall();
    expect(await snapshot(machine.home)).toEqual(before);
  });

  test("takes nothing away where the end of its lines was lost", async () => {
    await install("--shell-env");
    const broken = (await textOf(".bashrc")).replace(/^# <<< .*\n/m, "# mine\n");
    await writeFile(at(".bashrc"), broken);
    await uninstall();
    expect(await textOf(".bashrc")).toContain("# mine\n");
  });
});

describe("the lines that a host has written from extension.yaml", () => {
  const HOST_LINES = [
    'export ANTHROPIC_BASE_URL="http://127.0.0.1:13456"',
    'export ANTHROPIC_API_KEY="ccm-proxy"',
    'export CLAUDE_CODE_GATEWAY_HINT_HEADERS="1"',
    'export CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY="1"',
  ];

  test("go with the extension, and nothing else does", async () => {
    await install();
    await writeFile(
      at(".bashrc"),
      `# mine\n${HOST_LINES.join("\n")}\n# export ANTHROPIC_API_KEY="ccm-proxy"\n# also mine`,
    );
    expect(await uninstall()).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await textOf(".bashrc")).toBe('# mine\n# export ANTHROPIC_API_KEY="ccm-proxy"\n# also mine');
  });

  test("stay when the user has changed them, with a notice", async () => {
    await install();
    await writeFile(at(".bashrc"), 'export ANTHROPIC_BASE_URL="http://127.0.0.1:4000"\n');
    expect((await uninstall()).stdout).toContain(`${at(".bashrc")} sets ANTHROPIC_BASE_URL to something else`);
    expect(await textOf(".bashrc")).toBe('export ANTHROPIC_BASE_URL="http://127.0.0.1:4000"\n');
  });

  test("are not doubled by --shell-env", async () => {
    await writeFile(at(".bashrc"), `${HOST_LINES.join("\n")}\n`);
    await install("--shell-env");
    expect((await textOf(".bashrc")).match(/ANTHROPIC_BASE_URL/g)).toHaveLength(1);
  });

  test("an uninstalled shell is told how to forget them", async () => {
    await install();
    const env = { ANTHROPIC_BASE_URL: "http://127.0.0.1:13456" };
    const { stdout } = await machine.bash(join(machine.extension, "uninstall.sh"), [], { env });
    expect(stdout).toContain("unset ANTHROPIC_BASE_URL ANTHROPIC_API_KEY");
  });
});
