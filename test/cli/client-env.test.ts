import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Connection,
  clientEnv,
  quote,
  setLine,
  shellOf,
  unsetLine,
  variablesOfOurs,
} from "../../lib/cli/client-env.ts";

const URL = "http://127.0.0.1:13456";

const connection = (changes: Partial<Connection> = {}): Connection => ({
  url: URL,
  profile: "proxy",
  serverKey: undefined,
  compaction: {},
  ...changes,
});

describe("the variables for Claude Code", () => {
  it("are the two promised ones and the two switches", () => {
    expect(clientEnv(connection(), {}).set).toEqual({
      ANTHROPIC_BASE_URL: URL,
      ANTHROPIC_API_KEY: "ccm-proxy",
      CLAUDE_CODE_GATEWAY_HINT_HEADERS: "1",
      CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: "1",
    });
  });

  it("leave the client its own login in the subscription profile", () => {
    const { set, unset } = clientEnv(connection({ profile: "subscription" }), {});
    expect(Object.keys(set)).not.toContain("ANTHROPIC_API_KEY");
    expect(unset).toEqual(["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"]);
  });

  it("carry the server's key where it asks for one", () => {
    const serverKey = "secret";
    expect(clientEnv(connection({ serverKey }), {}).set.ANTHROPIC_API_KEY).toBe("secret");
    expect(clientEnv(connection({ serverKey, profile: "subscription" }), {}).set.ANTHROPIC_CUSTOM_HEADERS).toBe(
      "x-api-key: secret",
    );
  });

  it("are taken away again, but not a key of the user's own", () => {
    const ours = (current: NodeJS.ProcessEnv) => variablesOfOurs(current, connection());
    expect(ours({})).toContain("ANTHROPIC_API_KEY");
    expect(ours({ ANTHROPIC_API_KEY: "ccm-proxy" })).toContain("ANTHROPIC_API_KEY");
    expect(ours({ ANTHROPIC_API_KEY: "sk-ant-mine" })).not.toContain("ANTHROPIC_API_KEY");
  });

  it("tell when to summarise a conversation, unless the user has said so", () => {
    const compaction = { CLAUDE_CODE_AUTO_COMPACT_WINDOW: "200000" };
    const told = (current: NodeJS.ProcessEnv) => clientEnv(connection({ compaction }), current).set;
    const taken = (current: NodeJS.ProcessEnv) => variablesOfOurs(current, connection({ compaction }));
    const theirs = { CLAUDE_CODE_AUTO_COMPACT_WINDOW: "150000" };
    expect(told({})).toMatchObject(compaction);
    expect(told(compaction)).toMatchObject(compaction);
    expect(told(theirs)).not.toHaveProperty("CLAUDE_CODE_AUTO_COMPACT_WINDOW");
    expect(taken(compaction)).toContain("CLAUDE_CODE_AUTO_COMPACT_WINDOW");
    expect(taken(theirs)).not.toContain("CLAUDE_CODE_AUTO_COMPACT_WINDOW");
  });

  it.each([
    ["/bin/zsh", "zsh"],
    ["/usr/local/bin/fish", "fish"],
    ["/bin/dash", "bash"],
    [undefined, "bash"],
  ])("for SHELL=%s are written for %s", (SHELL, shell) => {
    expect(shellOf({ SHELL })).toBe(shell);
  });
});

describe("quoting", () => {
  it("survives bash, whatever the value", () => {
    const value = fc.string({ unit: "binary", minLength: 0, maxLength: 30 }).filter((text) => !text.includes("\0"));
    const values = fc.sample(value, 60).concat(["", "it's", '$(touch x)`"\\!', "a\nb", "é ~ * ?"]);
    const script = values.map((text) => `${setLine("bash", "V", text)}\nprintf '%s\\0' "$V"`).join("\n");
    const { stdout } = spawnSync("bash", ["-c", script]);
    expect(stdout.toString("utf8").split("\0").slice(0, -1)).toEqual(values);
  });

  it("follows fish's own rules", () => {
    expect(quote("fish", "it's \\ here")).toBe("'it\\'s \\\\ here'");
    expect(setLine("fish", "V", "a b")).toBe('set -gx V "a b"');
    expect(unsetLine("fish", "V")).toBe("set -e V");
  });
});
