/** `ccmctl off` and `ccmctl on`: Claude Code without the proxy, and back to the last byte. */
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lastLine, type Machine, makeMachine, modeOf, snapshot } from "./machine.ts";

let machine: Machine;
const at = (path: string) => join(machine.home, path);
const textOf = (path: string) => readFile(at(path), "utf8");
const ccmctl = (...args: string[]) => machine.command("ccmctl", args);
const install = (...args: string[]) => machine.bash(join(machine.extension, "install.sh"), args);

const HOST_LINES = [
  'export ANTHROPIC_BASE_URL="http://127.0.0.1:13456"',
  'export ANTHROPIC_API_KEY="ccm-proxy"',
  'export CLAUDE_CODE_GATEWAY_HINT_HEADERS="1"',
  'export CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY="1"',
];

beforeEach(async () => {
  machine = await makeMachine();
});
afterEach(() => machine.remove());

/** What a new shell has, and whether it finds our commands. */
async function newShell(shell: string, kind: string): Promise<string> {
  const print =
    'echo "[$ANTHROPIC_BASE_URL|$ANTHROPIC_API_KEY|$CLAUDE_CODE_GATEWAY_HINT_HEADERS|$(command -v ccmctl)]"';
  const { stdout } = await execa(shell, [kind, "-c", print], { env: machine.env, extendEnv: false, stdin: "ignore" });
  return lastLine(stdout);
}

describe("where install.sh --shell-env has written the way", () => {
  const FILES = {
    ".bashrc": "# mine\r\nexport MINE=1\nlast line without end",
    ".zshrc": "export EDITOR=vi\n",
    ".config/fish/config.fish": "set -gx EDITOR vi\n",
  };

  test("off takes it out of every shell's file, on brings back each byte", async () => {
    await mkdir(at(".config/fish"), { recursive: true });
    for (const [path, text] of Object.entries(FILES)) await writeFile(at(path), text, { mode: 0o640 });
    const pristine = await snapshot(machine.home);
    await install("--shell-env");
    const before = await snapshot(machine.home);
    const command = join(machine.workspace, "bin/ccmctl");

    const off = await ccmctl("off");
    expect(off).toMatchObject({ exitCode: 0, stderr: "" });
    for (const path of [...Object.keys(FILES), ".profile"]) {
      expect(off.stdout).toContain(at(path));
      expect(await textOf(path)).not.toMatch(/^(export|set -gx) (ANTHROPIC|CLAUDE)/m);
    }
    expect(await textOf(".bashrc")).toContain("\nexport MINE=1\n");
    expect(await modeOf(at(".bashrc"))).toBe("640");
    for (const kind of ["-i", "-l"]) expect(await newShell("bash", kind)).toBe(`[|||${command}]`);

    const again = await snapshot(machine.home);
    expect((await ccmctl("off")).stdout).toContain("is off already");
    expect(await snapshot(machine.home)).toEqual(again);

    expect((await ccmctl("on")).exitCode).toBe(0);
    expect(await snapshot(machine.home)).toEqual(before);
    expect(await newShell("bash", "-i")).toBe(`[http://127.0.0.1:13456|ccm-proxy|1|${command}]`);
    expect((await ccmctl("on")).stdout).toContain("is on already");

    await ccmctl("off");
    await machine.bash(join(machine.extension, "uninstall.sh"));
    expect(await snapshot(machine.home)).toEqual(pristine);
  });

  test("the shell one is in is told what to type", async () => {
    await install("--shell-env");
    const env = { ANTHROPIC_BASE_URL: "http://127.0.0.1:13456" };
    const { stdout } = await machine.command("ccmctl", ["off"], { env });
    expect(lastLine(stdout)).toBe('For this shell: eval "$(ccmctl env --unset)"');
    expect((await ccmctl("on")).stdout).toContain('For this shell: eval "$(ccmctl env)"');
  });

  test("through links, into the file that is meant", async () => {
    await mkdir(at("dotfiles"));
    await writeFile(at("dotfiles/bashrc"), "# mine\n");
    await symlink("dotfiles/bashrc", at(".bashrc"));
    await install("--shell-env");
    const before = await snapshot(machine.home);
    await ccmctl("off");
    expect(await textOf("dotfiles/bashrc")).toContain("# claude-code-mux off: export ANTHROPIC_BASE_URL");
    await ccmctl("on");
    expect(await snapshot(machine.home)).toEqual(before);
  });

  test("nothing is taken for ours where the end of the block was lost", async () => {
    await install("--shell-env");
    await writeFile(at(".bashrc"), `${(await textOf(".bashrc")).replace(/^# <<< .*\n/m, "")}export MINE=1\n`);
    await ccmctl("off");
    expect(await textOf(".bashrc")).toMatch(/^export MINE=1$/m);
  });
});

describe("where a host has written it from extension.yaml", () => {
  test("its lines are switched, and others of the same names are not", async () => {
    await install();
    const text = `# mine\n${HOST_LINES.join("\n")}\nexport ANTHROPIC_MODEL="x"\n# end`;
    await writeFile(at(".bashrc"), text);
    await ccmctl("off");
    expect(await textOf(".bashrc")).toBe(
      `# mine\n${HOST_LINES.map((line) => `# claude-code-mux off: ${line}`).join("\n")}\nexport ANTHROPIC_MODEL="x"\n# end`,
    );
    await ccmctl("on");
    expect(await textOf(".bashrc")).toBe(text);
  });

  test("written anew by the host while it was off, it is there once and not twice", async () => {
    await install();
    await writeFile(at(".bashrc"), `${HOST_LINES.join("\n")}\n`);
    await ccmctl("off");
    await writeFile(at(".bashrc"), `${await textOf(".bashrc")}${HOST_LINES.join("\n")}\n`);
    await ccmctl("on");
    expect(await textOf(".bashrc")).toBe(`${HOST_LINES.join("\n")}\n`);
  });

  test("uninstall.sh takes switched-off lines along", async () => {
    await install();
    await writeFile(at(".bashrc"), `# mine\n${HOST_LINES.join("\n")}\n`);
    await ccmctl("off");
    await machine.bash(join(machine.extension, "uninstall.sh"));
    expect(await textOf(".bashrc")).toBe("# mine\n");
  });
});

test("ways of the user's own are named and left alone, in shell files and in Claude Code's settings", async () => {
  await install();
  await mkdir(at(".claude"));
  await writeFile(at(".bashrc"), 'eval "$(ccmctl env)"\n');
  await writeFile(at(".claude/settings.json"), '{"env":{"ANTHROPIC_BASE_URL":"http://127.0.0.1:13456"}}');
  const before = await snapshot(machine.home);
  const { stdout, exitCode } = await ccmctl("off");
  expect(exitCode).toBe(0);
  expect(stdout).toContain("No start-up file of a shell has lines of ours");
  expect(stdout).toContain(`${at(".bashrc")} has a line of yours about it, which was left alone.`);
  expect(stdout).toContain(`${at(".claude/settings.json")} sets ANTHROPIC_BASE_URL`);
  expect(await snapshot(machine.home)).toEqual(before);
});

test("a file that cannot be written leaves all of them as they were", async () => {
  await install("--shell-env");
  await symlink("/proc/version", at(".bash_login"));
  const before = await snapshot(machine.home);
  const { exitCode, stderr } = await ccmctl("off");
  expect({ exitCode, last: lastLine(stderr) }).toEqual({
    exitCode: 1,
    last: "Nothing was changed: /proc/version cannot be written to.",
  });
  expect(await snapshot(machine.home)).toEqual(before);
});
