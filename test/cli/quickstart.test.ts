import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { LOGINS } from "../../lib/catalog/logins.ts";
import { loadConfig } from "../../lib/config/load.ts";
import { type Simulator, startSimulator } from "../../lib/simulator/server.ts";
import { finished, isUp, NOWHERE, oneProvider, PATIENT, PROGRAM_ROOT, type Sandbox, sandboxes } from "./sandbox.ts";

const { sandbox, afterwards } = sandboxes();

const KEYS = { ANTHROPIC_UPSTREAM_KEY: "sk-ant-canary-1", OPENAI_API_KEY: "sk-canary-2", GROQ_API_KEY: "gsk_canary-3" };

const read = (box: Sandbox) => readFileSync(box.configPath, "utf8");
const keysIn = async (box: Sandbox) => {
  const { settings } = await loadConfig(box.configPath, {});
  return Object.fromEntries([...(settings?.providers ?? [])].map(([name, { apiKeys }]) => [name, apiKeys]));
};

describe("without a terminal", () => {
  it.each([
    ["api-key", { anthropic: ["sk-ant-canary-1"], openai: ["sk-canary-2"] }],
    ["cost", { groq: ["gsk_canary-3"], anthropic: ["sk-ant-canary-1"] }],
    ["oauth", { "anthropic-oauth": [], "openai-oauth": [] }],
  ])("the preset %s is written, private and sound, with the keys of the environment", async (preset, keys) => {
    const box = await sandbox();
    const done = await box.quickstart(["--preset", preset, "--yes"], { env: KEYS });
    expect(done.code).toBe(0);
    expect(done.stdout).toContain(`Wrote ${box.configPath}`);
    expect(done.stdout + done.stderr).not.toContain("canary");
    expect(statSync(box.configPath).mode & 0o777).toBe(0o600);
    expect(await keysIn(box)).toEqual(keys);
    expect((await box.ccmctl(["config", "check"])).code).toBe(0);
    expect(await isUp(box.port)).toBeUndefined();
  });

  it("the preset custom is the template, byte for byte", async () => {
    const box = await sandbox();
    expect((await box.quickstart(["--preset", "custom", "--yes"])).code).toBe(0);
    expect(read(box)).toBe(readFileSync(join(PROGRAM_ROOT, "templates", "ccm-config.toml"), "utf8"));
    expect((await box.ccmctl(["config", "check"])).code).toBe(0);
  });

  it("tells what the vendors' terms say before a subscription is used", async () => {
    const box = await sandbox();
    const { stderr } = await box.quickstart(["--preset", "oauth", "--yes"]);
    expect(stderr).toContain(LOGINS.claude.terms.text);
    expect(stderr).toContain(LOGINS.chatgpt.terms.text);
    expect(stderr).toContain("passthrough");
  });

  it("a key comes through whatever is in it, and options win over the environment", async () => {
    const box = await sandbox();
    const key = 'sk-ant-"quoted"\\$HOME$' + "{X}`id`$$#'";
    const args = ["--preset", "1", "--preset", "api-key", "--yes", "--anthropic-key", key];
    expect((await box.quickstart(args, { env: KEYS })).code).toBe(0);
    expect(await keysIn(box)).toEqual({ anthropic: [key], openai: ["sk-canary-2"] });
  });

  it("the template that an installation has put there is no configuration yet: nothing to ask about, nothing to keep", async () => {
    const template = readFileSync(join(PROGRAM_ROOT, "templates", "ccm-config.toml"), "utf8");
    const box = await sandbox(template);
    const done = await box.quickstart(["--preset", "cost"], { env: KEYS });
    expect(done).toMatchObject({ code: 0, stdout: expect.not.stringContaining(".bak") });
    expect(readdirSync(dirname(box.configPath))).toEqual(["ccm-config.toml"]);
    expect(statSync(box.configPath).mode & 0o777).toBe(0o600);
  });

  it("two runs leave two backups, each as private as the file", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    const first = read(box);
    for (const preset of ["api-key", "cost"]) await box.quickstart(["--preset", preset, "--yes"], { env: KEYS });
    const folder = dirname(box.configPath);
    const backups = readdirSync(folder).filter((name) => name.endsWith(".bak"));
    expect(backups).toHaveLength(2);
    expect(backups.map((name) => readFileSync(join(folder, name), "utf8"))).toContain(first);
    for (const name of backups) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  it.each<[string, string[], Record<string, string>, number, string]>([
    ["no preset", [], {}, 64, "--preset oauth|api-key|cost|custom --yes"],
    ["a configuration that is there", ["--preset", "oauth"], {}, 1, "--yes"],
    [
      "a missing key",
      ["--preset", "cost", "--yes"],
      { GROQ_API_KEY: "gsk_x" },
      64,
      "--anthropic-key KEY, or in ANTHROPIC_UPSTREAM_KEY",
    ],
    [
      "only the stand-in",
      ["--preset", "cost", "--yes"],
      { GROQ_API_KEY: "gsk_x", ANTHROPIC_API_KEY: "ccm-proxy" },
      64,
      "is missing",
    ],
    ["half a key", ["--preset", "cost", "--yes", "--groq-key", "gsk_ x"], KEYS, 64, "no blanks"],
    ["a letter that no key has", ["--preset", "cost", "--yes", "--groq-key", "gsk_é"], KEYS, 64, "no letters like é"],
    ["an unknown preset", ["--preset", "free"], {}, 64, "one of oauth, api-key, cost, custom"],
    ["an unknown option", ["--presets", "oauth"], {}, 64, "did you mean `--preset`?"],
  ])("%s: nothing is changed, and it says why", async (_, args, env, code, words) => {
    const box = await sandbox(oneProvider(NOWHERE));
    const before = read(box);
    expect(await box.quickstart(args, { env })).toMatchObject({
      code,
      stdout: "",
      stderr: expect.stringContaining(words),
    });
    expect(read(box)).toBe(before);
    expect(readdirSync(dirname(box.configPath))).toEqual(["ccm-config.toml"]);
  });

  it("explains itself", async () => {
    const box = await sandbox();
    expect((await box.quickstart(["--help"])).stdout).toContain("--anthropic-key");
    expect((await box.quickstart(["--version"])).stdout).toMatch(/^ccm-quickstart \d+\.\d+\.\d+/);
  });
});

describe("what a preset sets up", () => {
  it.each([
    ["api-key", ["anthropic", "anthropic"], ["openai", "openai-responses"]],
    ["cost", ["groq", "openai-chat"], ["anthropic", "anthropic"]],
  ])("serves a request with %s: %s first, %s when it fails", async (preset, first, second) => {
    const box = await sandbox();
    const simulator = await startSimulator({ host: "127.0.0.1" });
    afterwards(() => simulator.close());
    await box.quickstart(["--preset", preset, "--yes"], { env: KEYS });
    redirect(box, simulator);
    expect((await box.ccmctl(["start"])).code).toBe(0);
    expect(await answer(box)).toBe(200);
    simulator.setFault(first[0] ?? "", "529");
    expect(await answer(box)).toBe(200);
    expect(simulator.requests.map(({ provider, ask }) => [provider, ask?.wire])).toEqual([first, first, second]);
    const asked = Object.fromEntries(simulator.requests.map(({ provider, ask }) => [provider, ask?.model ?? ""]));
    for (const [provider, model] of Object.entries(asked)) {
      expect(model.startsWith("claude-"), `${provider} was asked for ${model}`).toBe(provider === "anthropic");
    }
  });

  it("serves a request with custom as soon as its one key is there", async () => {
    const box = await sandbox();
    const simulator = await startSimulator({ host: "127.0.0.1" });
    afterwards(() => simulator.close());
    await box.quickstart(["--preset", "custom", "--yes"]);
    writeFileSync(
      box.configPath,
      read(box).replace('#api_key = "$ANTHROPIC_UPSTREAM_KEY"', 'api_key = "$ANTHROPIC_UPSTREAM_KEY"'),
    );
    redirect(box, simulator);
    expect((await box.ccmctl(["start"], { env: KEYS })).code).toBe(0);
    expect(await answer(box)).toBe(200);
    expect(simulator.requests.map(({ provider, ask }) => [provider, ask?.wire])).toEqual([["anthropic", "anthropic"]]);
  });

  it("is started on request, also with --start, and names the page for logins", async () => {
    const box = await sandbox();
    const path = join(box.dir, "mine.toml");
    await box.quickstart(["--preset", "oauth", "--yes", "--config", path]);
    writeFileSync(path, readFileSync(path, "utf8").replace("port = 13456", `port = ${box.port}`));
    expect((await box.ccmctl(["start", "--config", path])).code).toBe(0);
    const again = await box.quickstart(["--preset", "oauth", "--yes", "--start", "--config", path]);
    expect(again.stdout).toContain(`The server runs already and uses it: http://127.0.0.1:${box.port}`);
    expect(again.stdout).toMatch(/Sign in +http:\S+, tab Providers; or, one by one:\n +ccmctl login anthropic-oauth\n/);
    expect(existsSync(box.configPath)).toBe(false);
  });
});

/** util-linux's script(1) runs a command on a terminal of its own. */
const TERMINAL = "script";

describe.runIf(process.platform === "linux")("on a terminal", () => {
  let hasScript = false;
  beforeAll(async () => {
    hasScript = (await finished(spawn(TERMINAL, ["--version"])).catch(() => ({ code: 1 }))).code === 0;
  });

  /** Types each answer once the words before it are on the screen; returns all that was on it. */
  async function type(
    box: Sandbox,
    steps: readonly (readonly [until: string, keys: string])[],
    env: Record<string, string> = {},
  ) {
    const program = `stty cols 100 rows 40; exec '${process.execPath}' '${join(PROGRAM_ROOT, "dist", "quickstart.js")}'`;
    const child = spawn(TERMINAL, ["-qec", program, "/dev/null"], {
      env: { ...box.env, TERM: "xterm", COLUMNS: "100", ...env },
      cwd: box.dir,
    });
    const done = finished(child);
    let screen = "";
    child.stdout.on("data", (part: string) => {
      screen += part;
    });
    for (const [until, keys] of steps) {
      await expect.poll(() => screen, PATIENT).toContain(until);
      screen = screen.slice(screen.indexOf(until) + until.length);
      child.stdin.write(keys);
    }
    return done;
  }

  it("asks for keys without ever showing them", async (context) => {
    if (!hasScript) return context.skip();
    const box = await sandbox();
    const done = await type(box, [
      ["What do you want to use?", "\u001b[B\r"],
      ["Key of Anthropic", "sk-ant-canary-typed\r"],
      ["Key of OpenAI", "canary-doubted\r"],
      ["Enter again", "\r"],
      ["Start the server now?", "n"],
    ]);
    expect(done.code).toBe(0);
    expect(done.stdout).not.toContain("canary");
    expect(await keysIn(box)).toEqual({ anthropic: ["sk-ant-canary-typed"], openai: ["canary-doubted"] });
    expect(statSync(box.configPath).mode & 0o777).toBe(0o600);
  });

  it("changes nothing when it is cancelled", async (context) => {
    if (!hasScript) return context.skip();
    const box = await sandbox(oneProvider(NOWHERE));
    const before = read(box);
    const done = await type(box, [
      ["There is a configuration already", "\u001b[B\u001b[B\r"],
      ["What do you want to use?", "\u001b[B\r"],
      ["Key of Anthropic", "\u0003"],
    ]);
    expect(done.code).toBe(1);
    expect(done.stdout).toContain("Nothing was changed");
    expect(read(box)).toBe(before);
    expect(readdirSync(dirname(box.configPath))).toEqual(["ccm-config.toml"]);
  });
});

/** Sends every provider of the configuration to the simulator, each under its name, and the server to the sandbox's port. */
function redirect(box: Sandbox, simulator: Simulator): void {
  const text = read(box)
    .replace("port = 13456", `port = ${box.port}`)
    .replace(
      /^name = "([\w-]+)"\ntype/gm,
      (_, name) => `name = "${name}"\nbase_url = "${simulator.url}/${name}"\ntype`,
    );
  writeFileSync(box.configPath, text);
}

function answer({ port }: Sandbox): Promise<number | undefined> {
  const body = JSON.stringify({
    model: "claude-sonnet-5-5",
    max_tokens: 50,
    messages: [{ role: "user", content: "Hi" }],
  });
  return new Promise((resolve, reject) => {
    const asking = request(
      { port, host: "127.0.0.1", path: "/v1/messages", method: "POST", agent: false },
      (response) => {
        response.resume();
        response.once("end", () => resolve(response.statusCode));
      },
    );
    asking.setHeader("content-type", "application/json");
    asking.once("error", reject);
    asking.end(body);
  });
}
