import { describe, expect, it } from "vitest";
import type { Connection } from "../../lib/cli/client-env.ts";
import { checkClaudeSettings, checkClientEnvironment, checkShellFiles } from "../../lib/cli/doctor/client-checks.ts";
import type { Finding } from "../../lib/cli/doctor/finding.ts";
import { checkNetwork } from "../../lib/cli/doctor/network-checks.ts";
import { checkProviders, checkServer } from "../../lib/cli/doctor/server-checks.ts";

const HERE = "http://127.0.0.1:13456";
const PROXY: Connection = { url: HERE, serverKey: undefined, profile: "proxy", compaction: {} };
const GOOD = { ANTHROPIC_BASE_URL: HERE, ANTHROPIC_API_KEY: "ccm-proxy" };

function levels(findings: Finding[]): string[] {
  return findings.map(({ level }) => level);
}

describe("the shell's environment", () => {
  it("is in order with the pair that ccmctl env prints", () => {
    expect(levels(checkClientEnvironment(GOOD, PROXY))).toEqual(["ok"]);
    expect(levels(checkClientEnvironment({ ...GOOD, ANTHROPIC_BASE_URL: "http://localhost:13456/" }, PROXY))).toEqual([
      "ok",
    ]);
  });

  it.each<[string, Record<string, string>, Partial<Connection>, string]>([
    ["another address", { ANTHROPIC_BASE_URL: "http://127.0.0.1:3456" }, {}, "but the server is at"],
    ["a cloud switch", { CLAUDE_CODE_USE_BEDROCK: "1" }, {}, "ignores ANTHROPIC_BASE_URL"],
    ["a proxy without exception", { HTTP_PROXY: "http://proxy:3128" }, {}, "NO_PROXY does not name 127.0.0.1"],
    ["a key that hides the login", {}, { profile: "subscription" }, "does not send its own login"],
    ["a key that the server does not know", {}, { serverKey: "secret" }, "server.api_keys"],
  ])("is wrong with %s", (_, change, connection, words) => {
    const findings = checkClientEnvironment({ ...GOOD, ...change }, { ...PROXY, ...connection });
    const wrong = findings.filter(({ level }) => level === "wrong");
    expect(wrong).toHaveLength(1);
    expect(wrong[0]?.what).toContain(words);
    expect(wrong[0]?.mend).toBeTruthy();
  });

  it("only gets a hint where nothing points at the server", () => {
    expect(levels(checkClientEnvironment({}, PROXY))).toEqual(["hint"]);
    expect(levels(checkClientEnvironment({ ...GOOD, HTTP_PROXY: "x", NO_PROXY: "a, 127.0.0.1" }, PROXY))).toEqual([
      "ok",
    ]);
    expect(levels(checkClientEnvironment({ ...GOOD, ANTHROPIC_AUTH_TOKEN: "t" }, PROXY))).toEqual(["ok", "hint"]);
  });

  it("never shows a secret", () => {
    const findings = checkClientEnvironment(
      { ...GOOD, ANTHROPIC_API_KEY: "sk-ant-canary", ANTHROPIC_AUTH_TOKEN: "canary" },
      { ...PROXY, serverKey: "canary-key" },
    );
    expect(JSON.stringify(findings)).not.toContain("canary");
  });
});

describe("Claude Code's settings", () => {
  const check = (settings: unknown, connection = PROXY) =>
    checkClaudeSettings([{ path: "settings.json", text: JSON.stringify(settings) }], connection);

  it("may send it elsewhere, whatever the shell says", () => {
    expect(check({ env: { ANTHROPIC_BASE_URL: HERE } })).toEqual([]);
    expect(check({})).toEqual([]);
    expect(check({ env: { ANTHROPIC_BASE_URL: "https://elsewhere.example" } })[0]?.what).toContain("elsewhere.example");
    expect(levels(check({ env: { CLAUDE_CODE_USE_VERTEX: "1" } }))).toEqual(["wrong"]);
    expect(levels(check({ apiKeyHelper: "x" }, { ...PROXY, profile: "subscription" }))).toEqual(["wrong"]);
    expect(levels(checkClaudeSettings([{ path: "s", text: "{" }], PROXY))).toEqual(["wrong"]);
  });
});

describe("start-up files of shells", () => {
  const check = (text: string) => checkShellFiles([{ path: ".bashrc", text }], PROXY);

  it("are wrong only when the last assignment leads elsewhere", () => {
    expect(check(`export ANTHROPIC_BASE_URL="${HERE}"`)).toEqual([]);
    expect(check(`export ANTHROPIC_BASE_URL=http://old:1\nexport ANTHROPIC_BASE_URL='${HERE}'`)).toEqual([]);
    expect(check("# export ANTHROPIC_BASE_URL=http://old:1")).toEqual([]);
    expect(check("  export ANTHROPIC_BASE_URL=http://old:1")[0]?.what).toContain("http://old:1");
    expect(check("set -gx ANTHROPIC_BASE_URL http://old:1")[0]?.what).toContain("http://old:1");
  });
});

describe("the server", () => {
  const about = { version: "1.0.0", expectsIt: true };

  it("that is stopped is wrong, and who has its port is named", () => {
    expect(checkServer({ state: "stopped" }, 13456, undefined, about)[0]?.what).toContain("points Claude Code at it");
    const taken = checkServer({ state: "stopped" }, 13456, { pid: 7, command: "python3 -m http.server" }, about);
    expect(taken[0]?.what).toContain("port 13456 is taken by pid 7: python3 -m http.server");
  });

  it("tells which provider cannot be used, and why", () => {
    const providers = [
      { name: "a", type: "anthropic", state: "ok" },
      {
        name: "b",
        type: "openai",
        state: "needs_login",
        last_failure: { label: "key or login refused", message: "no" },
      },
      { name: "c", type: "groq", state: "no_key" },
      { name: "d", type: "groq", state: "no_key" },
      { name: "e", type: "groq", state: "ok", last_failure: { reason: "model_missing", message: "no model x" } },
    ];
    const variables = new Map([
      ["c", "GROQ_API_KEY"],
      ["d", "OTHER_KEY"],
    ]);
    const health = { status: "ok", version: "1.0.0", pid: 1, providers };
    const findings = checkProviders(health, { GROQ_API_KEY: "set" }, variables);
    expect(findings).toEqual([
      expect.objectContaining({ level: "wrong", what: expect.stringContaining("b refuses its key") }),
      expect.objectContaining({
        what: "Provider c: GROQ_API_KEY is set here, but the server was started without it",
        mend: "ccmctl restart",
      }),
      expect.objectContaining({ what: "Provider d has no key: OTHER_KEY is not set" }),
      expect.objectContaining({ level: "hint", what: expect.stringContaining("no model x") }),
    ]);
  });
});

describe("the network", () => {
  const NOW = 1_800_000_000_000;
  const providers = new Map([
    ["a", "https://one.example/v1"],
    ["b", "https://one.example/v2"],
    ["c", "https://two.example"],
  ]);
  const failing = (code: string) => async () => ({ error: Object.assign(new Error("x"), { code }) });

  it("asks every host once", async () => {
    const asked: string[] = [];
    const reach = async (origin: string) => {
      asked.push(origin);
      return { time: NOW };
    };
    const findings = await checkNetwork(providers, reach, () => NOW);
    expect(asked).toEqual(["https://one.example", "https://two.example"]);
    expect(levels(findings)).toEqual(["ok", "ok"]);
  });

  it("tells a wrong clock once", async () => {
    const findings = await checkNetwork(
      providers,
      async () => ({ time: NOW }),
      () => NOW + 600_000,
    );
    expect(findings.filter(({ level }) => level === "wrong").map(({ what }) => what)).toEqual([
      "This machine's clock is 10 min ahead (by one.example)",
    ]);
  });

  it.each([
    ["ENOTFOUND", "cannot be resolved"],
    ["ECONNREFUSED", "nobody listens"],
    ["ETIMEDOUT", "does not answer within"],
    ["CERT_HAS_EXPIRED", "CERT_HAS_EXPIRED"],
  ])("puts %s into words", async (code, words) => {
    const findings = await checkNetwork(new Map([["a", "https://one.example"]]), failing(code));
    expect(findings).toEqual([{ level: "wrong", what: expect.stringContaining(words), mend: expect.any(String) }]);
  });
});
