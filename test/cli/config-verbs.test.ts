import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { NOWHERE, oneProvider, PROGRAM_ROOT, type Sandbox, sandboxes } from "./sandbox.ts";

const { sandbox } = sandboxes();

const template = () => readFileSync(join(PROGRAM_ROOT, "templates", "ccm-config.toml"), "utf8");

/** An editor that does what a shell script says; $1 is the file. */
function editor(box: Sandbox, script: string): { EDITOR: string } {
  const path = join(box.dir, "editor with blank");
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { EDITOR: `'${path}' --wait` };
}

function besides(box: Sandbox): string[] {
  return readdirSync(dirname(box.configPath)).filter((name) => name !== "ccm-config.toml");
}

describe("config path", () => {
  it("names the file, found by the rules or given", async () => {
    const box = await sandbox();
    expect((await box.ccmctl(["config", "path"])).stdout).toBe(`${box.configPath}\n`);
    const json = await box.ccmctl(["config", "path", "--json"]);
    expect(JSON.parse(json.stdout)).toEqual({ path: box.configPath, exists: false });
    expect((await box.ccmctl(["config", "path", "-c", "x.toml"])).stdout).toBe(`${join(box.dir, "x.toml")}\n`);
    expect((await box.ccmctl(["config", "path"], { env: { CCM_CONFIG: "/y.toml" } })).stdout).toBe("/y.toml\n");
    expect(existsSync(box.configPath)).toBe(false);
  });
});

describe("config check", () => {
  it("is content with a sound file", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    const done = await box.ccmctl(["config", "check"]);
    expect(done).toMatchObject({ code: 0, stderr: "" });
    expect(done.stdout).toContain("1 provider, 1 model");
  });

  it("names file, line and key of every fault", async () => {
    const box = await sandbox(`${oneProvider(NOWHERE)}\n[router.websearch]\nmodle = "x"\nmodel = "absent"\n`);
    const done = await box.ccmctl(["config", "check"]);
    expect(done.code).toBe(1);
    expect(done.stdout.match(/ccm-config\.toml:\d+: router\.websearch/g)).toHaveLength(2);
    const { valid, faults } = JSON.parse((await box.ccmctl(["config", "check", "--json"])).stdout);
    expect(valid).toBe(false);
    expect(faults).toEqual([
      expect.objectContaining({ line: 18, key: "router.websearch.modle" }),
      expect.objectContaining({ line: 19, key: "router.websearch.model" }),
    ]);
  });

  it("fails where there is no file", async () => {
    const box = await sandbox();
    expect(await box.ccmctl(["config", "check"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("ccm-quickstart"),
    });
  });
});

describe("config show", () => {
  it("shows everything but the secrets", async () => {
    const secret = "sk-ant-canary-0123456789-canary";
    const box = await sandbox(oneProvider(NOWHERE).replace("test-key", secret));
    const text = (await box.ccmctl(["config", "show"])).stdout;
    expect(text).toContain('name = "only"');
    expect(text).not.toContain("canary-0123");
    const json = (await box.ccmctl(["config", "show", "--json"])).stdout;
    expect(json).not.toContain("canary-0123");
    expect(JSON.parse(json).config.providers[0]).toMatchObject({ name: "only", base_url: NOWHERE });
  });
});

describe("config edit", () => {
  it("keeps a sound result, and a backup of what was there", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    const before = readFileSync(box.configPath, "utf8");
    const done = await box.ccmctl(["config", "edit"], { env: editor(box, 'echo "# mine" >> "$2"') });
    expect(done).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(box.configPath, "utf8")).toBe(`${before}# mine\n`);
    expect(statSync(box.configPath).mode & 0o777).toBe(0o600);
    const [backup = "", ...others] = besides(box);
    expect(others).toEqual([]);
    expect(backup).toMatch(/^ccm-config\.toml\.\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.bak$/);
    expect(readFileSync(join(dirname(box.configPath), backup), "utf8")).toBe(before);
  });

  it("refuses a broken result, names its faults, and leaves file and folder as they were", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    const before = readFileSync(box.configPath, "utf8");
    const done = await box.ccmctl(["config", "edit"], { env: editor(box, 'echo "[server" >> "$2"') });
    expect(done.code).toBe(1);
    expect(done.stderr).toMatch(/ccm-config\.toml:\d+/);
    expect(done.stderr).toContain("as it was before");
    expect(readFileSync(box.configPath, "utf8")).toBe(before);
    expect(besides(box)).toEqual([]);
  });

  it("changes nothing when nothing was changed, or when the editor fails", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    expect((await box.ccmctl(["config", "edit"], { env: editor(box, "true") })).stdout).toContain(
      "Nothing was changed",
    );
    expect(await box.ccmctl(["config", "edit"], { env: editor(box, "exit 3") })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("exit code 3"),
    });
    expect(besides(box)).toEqual([]);
  });
});

describe("config reset", () => {
  it("asks first, then puts the template in place and keeps the old file", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    const before = readFileSync(box.configPath, "utf8");
    const refused = await box.ccmctl(["config", "reset"]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("--yes") });
    expect(readFileSync(box.configPath, "utf8")).toBe(before);
    for (let round = 0; round < 2; round++) expect((await box.ccmctl(["config", "reset", "--yes"])).code).toBe(0);
    expect(readFileSync(box.configPath, "utf8")).toBe(template());
    expect(
      besides(box)
        .map((name) => readFileSync(join(dirname(box.configPath), name), "utf8"))
        .sort(),
    ).toEqual([before, template()].sort());
  });
});

describe("config import", () => {
  const ORIGINAL = `[server]
port = 3456

[router]
default = "claude-main"
think = "claude-main"

[[providers]]
name = "anthropic"
provider_type = "anthropic"
auth_type = "apikey"
api_key = "sk-ant-x"
models = []

[[models]]
name = "claude-main"
[[models.mappings]]
priority = 1
provider = "anthropic"
actual_model = "claude-sonnet-4-5"
`;

  it("takes over the original's file", async () => {
    const box = await sandbox();
    const source = join(box.home, ".claude-code-mux", "config.toml");
    mkdirSync(dirname(source), { recursive: true });
    writeFileSync(source, ORIGINAL);
    box.writeConfig(oneProvider(NOWHERE));
    expect((await box.ccmctl(["config", "import", source])).code).toBe(1);
    const done = await box.ccmctl(["config", "import", source, "--yes"]);
    expect(done).toMatchObject({ code: 0, stderr: "" });
    expect(done.stdout).toContain("1 provider and 1 model");
    const models = JSON.parse((await box.ccmctl(["models", "--json"])).stdout);
    expect(models.items).toEqual([
      expect.objectContaining({
        name: "claude-main",
        routes: ["default", "reasoning"],
        mappings: [expect.objectContaining({ provider: "anthropic", model: "claude-sonnet-4-5", priority: 1 })],
      }),
    ]);
    expect(readFileSync(source, "utf8")).toBe(ORIGINAL);
    expect(statSync(box.configPath).mode & 0o777).toBe(0o600);
    expect(besides(box)).toHaveLength(1);
  });

  it("takes over claude-code-router's file; says what that cannot be, and first only shows it where one asks", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    const source = join(box.home, ".claude-code-router/config.json");
    mkdirSync(dirname(source));
    const router = `{ // by hand
      "CUSTOM_ROUTER_PATH": "/x.js", "odd": 1,
      "Providers": [{ "name": "or", "api_base_url": "https://openrouter.ai/api/v1/chat/completions", "api_key": "sk-or-v1-0123456789abcdef", "models": ["x/y"] }],
      "Router": { "default": "or,x/y" },
    }`;
    writeFileSync(source, router);
    const before = readFileSync(box.configPath, "utf8");
    expect((await box.ccmctl(["config", "import"])).stderr).toContain("There is: ~/.claude-code-router/config.json");

    const shown = await box.ccmctl(["config", "import", source, "--dry-run"]);
    expect(shown).toMatchObject({ code: 0, stderr: "" });
    expect(shown.stdout).toContain("claude-code-router 2");
    expect(shown.stdout).toContain("CUSTOM_ROUTER_PATH: is a program of your own");
    expect(shown.stdout).toContain("Left out, because nothing here corresponds: odd");
    expect(shown.stdout).toMatch(/^- name = "only"$/m);
    expect(shown.stdout).toMatch(/^\+ type = "openrouter"$/m);
    expect(shown.stdout).not.toContain("0123456789");
    expect(readFileSync(box.configPath, "utf8")).toBe(before);
    expect(besides(box)).toEqual([]);

    expect((await box.ccmctl(["config", "import", source, "--yes"])).stdout).toContain("1 provider and 1 model");
    expect((await box.ccmctl(["config", "check"])).code).toBe(0);
    expect(readFileSync(source, "utf8")).toBe(router);
    expect(besides(box)).toHaveLength(1);
  });

  it("takes over nothing that would not work", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    const source = join(box.dir, "broken.toml");
    writeFileSync(source, ORIGINAL.replace('default = "claude-main"', 'default = "absent"'));
    const done = await box.ccmctl(["config", "import", source, "--yes"]);
    expect(done.code).toBe(1);
    expect(done.stderr).toMatch(/broken\.toml:\d+/);
    expect(besides(box)).toEqual([]);
    expect((await box.ccmctl(["config", "import", "absent.toml", "--yes"])).stderr).toContain(
      "absent.toml cannot be read",
    );
    expect((await box.ccmctl(["config", "import"])).code).toBe(64);
  });
});

describe("config", () => {
  it.each([
    [["config"], "something is missing"],
    [["config", "chek"], "did you mean `check`?"],
    [["config", "check", "x"], "takes nothing more"],
  ])("%j is a mistake", async (args, words) => {
    const box = await sandbox(oneProvider(NOWHERE));
    expect(await box.ccmctl(args)).toMatchObject({ code: 64, stderr: expect.stringContaining(words) });
  });
});
