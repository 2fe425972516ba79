import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { KeySources } from "../../lib/credentials/key-source.ts";
import { ForeignLogin, foreignPath, readForeign } from "../../lib/credentials/oauth/foreign-login.ts";
import { readClaims } from "../../lib/credentials/oauth/jwt.ts";
import { parsePaste } from "../../lib/credentials/oauth/paste.ts";
import { challengeOf, randomToken } from "../../lib/credentials/oauth/pkce.ts";
import { readPlanUsage } from "../../lib/credentials/usage-windows.ts";
import { jwt } from "../support/authorization-server.ts";

const dir = mkdtempSync(join(tmpdir(), "ccm-credentials-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe("PKCE", () => {
  it("makes the challenge of RFC 7636, appendix B", () => {
    expect(challengeOf("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")).toBe(
      "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    );
    expect(randomToken()).toMatch(/^[\w-]{43}$/);
  });
});

describe("what is pasted", () => {
  it.each([
    ["abc-123_x", { code: "abc-123_x" }],
    ["abc#st", { code: "abc", state: "st" }],
    [' "abc#st" ', { code: "abc", state: "st" }],
    ["  abc # st  ", { code: "abc", state: "st" }],
    ["abc\n  def#st", { code: "abcdef", state: "st" }],
    ["code=abc&state=st", { code: "abc", state: "st" }],
    ["?code=abc&state=st", { code: "abc", state: "st" }],
    [
      "<http://localhost:1/callback?code=abc&state=st>",
      { code: "abc", state: "st", address: "http://localhost:1/callback" },
    ],
    [
      "http://localhost:1/callback?code=abc%23st#",
      { code: "abc", state: "st", address: "http://localhost:1/callback" },
    ],
    [
      "see http://127.0.0.1:1455/auth/callback?code=a&state=s&client_id=oaiapp_1 there",
      { code: "a", state: "s", clientId: "oaiapp_1", address: "http://127.0.0.1:1455/auth/callback" },
    ],
    [
      "http://localhost:1/cb?error=access_denied&error_description=no",
      { error: "access_denied", errorDescription: "no", address: "http://localhost:1/cb" },
    ],
  ])("%j", (text, expected) => {
    expect(parsePaste(text)).toEqual(expected);
  });

  it.each(["", "   ", "what is this?", "http://", "two words"])("%j is none", (text) => {
    expect(parsePaste(text)).toBeUndefined();
  });

  it("never throws", () => {
    fc.assert(fc.property(fc.string(), (text) => void parsePaste(text)));
  });
});

it("claims are base64url, with its own letters", () => {
  const token = jwt({ alg: "none" }, { name: "Ünï>>>???", a: "~~~" }, undefined);
  expect(token).toMatch(/[-_]/);
  expect(readClaims(token)).toEqual({ name: "Ünï>>>???", a: "~~~" });
  expect(readClaims("no.jwt")).toBeUndefined();
});

describe("usage of a plan", () => {
  it("is read from Anthropic's headers and from OpenAI's", () => {
    expect(
      readPlanUsage(
        { "anthropic-ratelimit-unified-5h-utilization": "0.5", "anthropic-ratelimit-unified-5h-reset": "100" },
        7,
      ),
    ).toEqual({ windows: [{ window: "5h", used: 0.5, resets_at: 100_000 }], overage: false, seen_at: 7 });
    const codex = {
      "x-codex-primary-used-percent": "25",
      "x-codex-primary-window-minutes": "300",
      "x-codex-primary-reset-after-seconds": "60",
      "x-codex-secondary-used-percent": "5",
      "x-codex-secondary-window-minutes": "10080",
    };
    expect(readPlanUsage(codex, 1_000)?.windows).toEqual([
      { window: "5h", used: 0.25, resets_at: 61_000 },
      { window: "7d", used: 0.05 },
    ]);
    expect(readPlanUsage({ "request-id": "x" }, 0)).toBeUndefined();
  });
});

describe("a key from elsewhere", () => {
  const warnings: string[] = [];
  const sources = (clock = { now: 0 }, more = {}) =>
    new KeySources(
      { env: { ...process.env, HOME: dir }, warn: (message) => void warnings.push(message), ...more },
      () => clock.now,
    );

  it("that others can read too is used, with a word about it, once", async () => {
    const path = join(dir, "open-key");
    writeFileSync(path, "key-1", { mode: 0o644 });
    chmodSync(path, 0o644);
    const clock = { now: 0 };
    const keys = sources(clock);
    expect(await keys.get(`file:${path}`)).toMatchObject({ key: "key-1" });
    await keys.renew(`file:${path}`, 1);
    expect(warnings).toEqual([`the key file ${path} can be read by others (mode 644): chmod 600 ${path}`]);
  });

  it("of a command that waits for somebody is given up, with a word, and not tried again by every request", async () => {
    const keys = sources(undefined, { commandTimeoutMs: 100 });
    const command = `cmd:echo run >> ${join(dir, "slow")}; sleep 60 | cat`;
    await expect(keys.get(command)).rejects.toThrow("the command echo was not done within 0.1 s; try it in a shell");
    await expect(keys.get(command)).rejects.toThrow("not done");
    expect(readFileSync(join(dir, "slow"), "utf8")).toBe("run\n");
  });

  it("is read from a file, and anew when the file is another", async () => {
    const path = join(dir, "key");
    const clock = { now: 0 };
    const keys = sources(clock);
    writeFileSync(path, "key-1\n");
    expect(await keys.get(`file:${path}`)).toMatchObject({ key: "key-1", generation: 1 });
    expect(await keys.get("file:~/key")).toMatchObject({ key: "key-1" });
    writeFileSync(path, "key-2");
    expect(keys.get(`file:${path}`)).toMatchObject({ key: "key-1" });
    clock.now = 6_000;
    keys.get(`file:${path}`);
    await expect.poll(async () => (await keys.get(`file:${path}`)).key).toBe("key-2");
  });

  it("is what a command prints, asked once for many requests", async () => {
    const keys = sources();
    const command = `cmd:echo run >> ${join(dir, "runs")}; echo key-of-command`;
    const got = await Promise.all(Array.from({ length: 20 }, () => keys.get(command)));
    expect(new Set(got.map(({ key }) => key))).toEqual(new Set(["key-of-command"]));
    expect(readFileSync(join(dir, "runs"), "utf8")).toBe("run\n");
    expect(await keys.renew(command, 1)).toBe(false);
    expect(readFileSync(join(dir, "runs"), "utf8")).toBe("run\nrun\n");
  });

  it.each([
    ["file:/nowhere/key", "the key file /nowhere/key cannot be read (ENOENT)"],
    ["cmd:echo secret >&2; exit 3", "the command echo failed (exit 3); try it in a shell"],
    ["cmd:true", "the command true gives nothing"],
    ["cmd:kill -9 $$", "the command kill failed (SIGKILL)"],
    ["cmd:yes secret", "the command yes prints far more than a key"],
    ["cmd:echo two words", "the command echo gives more than a key"],
  ])("%s says what is wrong, and no secret", async (source, message) => {
    await expect(sources().get(source)).rejects.toThrow(message);
  });
});

describe("logins of other programs", () => {
  const clock = { now: () => 1_000, monotonic: () => 0 };

  it("of Claude Code is used, never its other secrets, and its file stays as it is", async () => {
    const path = join(dir, ".credentials.json");
    const content = JSON.stringify({
      claudeAiOauth: {
        accessToken: "sk-ant-oat01-x",
        refreshToken: "r",
        expiresAt: 2_000,
        scopes: "user:inference",
        subscriptionType: "max",
      },
      mcpOAuth: { secret: "other" },
    });
    writeFileSync(path, content);
    const before = statSync(path).mtimeMs;
    const login = new ForeignLogin("claude-code", { CLAUDE_CONFIG_DIR: dir }, clock);
    const token = await login.token();
    expect(token).toMatchObject({ flow: "claude", access_token: "sk-ant-oat01-x", account: { plan: "max" } });
    expect(JSON.stringify(token)).not.toContain("other");
    expect(token).not.toHaveProperty("refresh_token");
    expect([readFileSync(path, "utf8"), statSync(path).mtimeMs]).toEqual([content, before]);
  });

  it("of Codex tells its end and its account", () => {
    const access = jwt(
      { alg: "none" },
      { exp: 5, "https://api.openai.com/auth": { chatgpt_plan_type: "pro" } },
      undefined,
    );
    const text = JSON.stringify({ tokens: { access_token: access, refresh_token: "r", account_id: "acct-1" } });
    expect(readForeign(text, 0)).toMatchObject({
      flow: "codex",
      expires_at: 5_000,
      account: { id: "acct-1", plan: "pro" },
    });
  });

  it("that is just being written is waited for", async () => {
    const path = join(dir, "growing.json");
    const whole = JSON.stringify({ tokens: { access_token: "codex-access", refresh_token: "r", account_id: "a" } });
    writeFileSync(path, whole.slice(0, 20));
    const token = new ForeignLogin(path, {}, clock).token();
    writeFileSync(path, whole);
    expect(await token).toMatchObject({ flow: "codex", access_token: "codex-access" });
  });

  it.each([
    ["Gemini CLI's", { access_token: "ya29", refresh_token: "r", expiry_date: 1 }],
    ["Gemini CLI's of the keychain", { token: { accessToken: "ya29", refreshToken: "r", expiresAt: 1 } }],
    ["Claude Code's without a login", { mcpOAuth: { secret: "x" } }],
  ])("that we do not take, %s, is said to be none", async (_whose, content) => {
    const path = join(dir, "other.json");
    writeFileSync(path, JSON.stringify(content));
    const before = statSync(path).mtimeMs;
    const missing = await new ForeignLogin(path, {}, clock).token();
    expect(missing).toMatchObject({
      why: "signed_out",
      message: expect.stringContaining("no login of Claude Code or Codex"),
    });
    expect(statSync(path).mtimeMs).toBe(before);
  });

  it("that is half written, missing or over is said to be, with the mend", async () => {
    const path = join(dir, "half.json");
    writeFileSync(path, '{"tokens": {"access_t');
    expect(await new ForeignLogin(path, {}, clock).token()).toMatchObject({ why: "signed_out" });
    const gone = await new ForeignLogin("codex", { CODEX_HOME: join(dir, "none") }, clock).token();
    expect(gone).toMatchObject({ why: "signed_out", message: expect.stringContaining("auth.json") });
    writeFileSync(path, JSON.stringify({ claudeAiOauth: { accessToken: "a", expiresAt: 500 } }));
    expect(await new ForeignLogin(path, {}, clock).token()).toMatchObject({
      why: "needs_login",
      message: expect.stringContaining("its owner refreshes it"),
    });
  });

  it("lie where their owners put them", () => {
    expect(foreignPath("claude-code", { HOME: "/home/u" })).toBe("/home/u/.claude/.credentials.json");
    expect(foreignPath("codex", { HOME: "/home/u" })).toBe("/home/u/.codex/auth.json");
    expect(foreignPath("~/x.json", { HOME: "/home/u" })).toBe("/home/u/x.json");
  });
});
