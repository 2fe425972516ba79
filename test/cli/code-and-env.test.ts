import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { isUp, NOWHERE, oneProvider, type Sandbox, sandboxes } from "./sandbox.ts";

const { sandbox } = sandboxes();

/** A `claude` that shows how it was called; `--exit N` ends it so, `--wait` lets it wait for a signal. */
const CLAUDE = `#!${process.execPath}
const args = process.argv.slice(2);
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => /ANTHROPIC|CLAUDE|CCM_PROGRAM/.test(name)));
console.log(JSON.stringify({ args, env }));
if (args.includes("--wait")) setInterval(() => {}, 1000);
else process.exitCode = Number(args[args.indexOf("--exit") + 1] ?? 0) || 0;
`;

function withClaude(box: Sandbox): { PATH: string } {
  const bin = join(box.dir, "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "claude"), CLAUDE, { mode: 0o755 });
  return { PATH: `${bin}${delimiter}${process.env.PATH}` };
}

describe("ccmctl code", () => {
  it("starts the server and hands everything on: arguments, environment, output, exit code", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    const env = { ...withClaude(box), ANTHROPIC_AUTH_TOKEN: "left over", CCM_PROGRAM: "ccmctl" };
    const done = await box.ccmctl(["code", "-p", "two words", "--json", "--exit", "7"], { env });
    expect(done.code).toBe(7);
    expect(JSON.parse(done.stdout)).toEqual({
      args: ["-p", "two words", "--json", "--exit", "7"],
      env: {
        ANTHROPIC_BASE_URL: `http://127.0.0.1:${box.port}`,
        ANTHROPIC_API_KEY: "ccm-proxy",
        CLAUDE_CODE_GATEWAY_HINT_HEADERS: "1",
        CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: "1",
        CLAUDE_CODE_AUTO_COMPACT_WINDOW: "200000",
      },
    });
    const pid = (await isUp(box.port))?.pid;
    expect(pid).toBe(box.pid());
    expect((await box.ccmctl(["code"], { env })).stderr).toBe("");
    expect(box.pid()).toBe(pid);
  });

  it("lets claude keep its own login where the configuration passes it through", async () => {
    const config = oneProvider(NOWHERE).replace('api_key = "test-key"', 'auth_type = "passthrough"');
    const box = await sandbox(config);
    const env = { ...withClaude(box), ANTHROPIC_API_KEY: "ccm-proxy" };
    const { env: seen } = JSON.parse((await box.ccmctl(["code"], { env })).stdout);
    expect(seen).not.toHaveProperty("ANTHROPIC_API_KEY");
    expect(seen.ANTHROPIC_BASE_URL).toBe(`http://127.0.0.1:${box.port}`);
  });

  it("passes signals on and ends as claude does", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    const child = box.spawn(["code", "--wait"], { env: withClaude(box) });
    await new Promise((resolve) => child.stdout?.once("data", resolve));
    const ended = new Promise((resolve) => child.once("exit", (code) => resolve(code)));
    child.kill("SIGTERM");
    expect(await ended).toBe(128 + 15);
  });

  it("says how to install claude when it is missing", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    const done = await box.ccmctl(["code"], { env: { PATH: dirname(process.execPath) } });
    expect(done.code).toBe(127);
    expect(done.stderr).toContain("npm install -g @anthropic-ai/claude-code");
  });
});

describe("ccmctl env", () => {
  const shown = (text: string, before = "") => {
    const { stdout } = spawnSync(
      "bash",
      ["-c", `${before}\neval "$1"; env | grep -E '^(ANTHROPIC|CLAUDE_CODE)'`, "bash", text],
      {
        env: { PATH: process.env.PATH },
        encoding: "utf8",
      },
    );
    return stdout.trim().split("\n").filter(Boolean).sort();
  };

  it("is understood by bash, and so is its undoing", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    const set = await box.ccmctl(["env"]);
    expect(set).toMatchObject({ code: 0, stderr: "" });
    expect(shown(set.stdout)).toEqual([
      "ANTHROPIC_API_KEY=ccm-proxy",
      `ANTHROPIC_BASE_URL=http://127.0.0.1:${box.port}`,
      "CLAUDE_CODE_AUTO_COMPACT_WINDOW=200000",
      "CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY=1",
      "CLAUDE_CODE_GATEWAY_HINT_HEADERS=1",
    ]);
    const unset = await box.ccmctl(["env", "--unset"]);
    expect(shown(`${set.stdout}\n${unset.stdout}`)).toEqual([]);
  });

  it("leaves the key out, and takes a left-over one away, for a subscription", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    const args = ["env", "--profile", "subscription"];
    const done = await box.ccmctl(args, { env: { ANTHROPIC_API_KEY: "ccm-proxy" } });
    expect(shown(done.stdout, "export ANTHROPIC_API_KEY=ccm-proxy")).not.toContain("ANTHROPIC_API_KEY=ccm-proxy");
    expect((await box.ccmctl(args)).stdout).not.toContain("ANTHROPIC_API_KEY");
  });

  it("gives the server's key where it asks for one, whatever is in it", async () => {
    const key = `it's "a" $key \`with\` \\everything`;
    const line = `api_keys = [${JSON.stringify(key.replaceAll("$", () => "$$"))}]`;
    const box = await sandbox(oneProvider(NOWHERE).replace("[server]", () => `[server]\n${line}`));
    expect(shown((await box.ccmctl(["env"])).stdout)).toContain(`ANTHROPIC_API_KEY=${key}`);
  });

  it("follows the address of the server that runs", async () => {
    const box = await sandbox(oneProvider(NOWHERE).replace("PORT", "1"));
    await box.ccmctl(["start", "--port", String(box.port)]);
    expect((await box.ccmctl(["env", "--json"])).stdout).toContain(`http://127.0.0.1:${box.port}`);
  });

  it("speaks fish and zsh", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    expect((await box.ccmctl(["env", "--shell", "fish"])).stdout).toContain('set -gx ANTHROPIC_API_KEY "ccm-proxy"');
    expect((await box.ccmctl(["env", "--unset"], { env: { SHELL: "/usr/bin/fish" } })).stdout).toContain(
      "set -e ANTHROPIC_BASE_URL",
    );
    expect((await box.ccmctl(["env", "--shell", "zsh"])).stdout).toContain('export ANTHROPIC_API_KEY="ccm-proxy"');
  });
});
