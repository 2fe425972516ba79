import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyChanges, type Change, EditError } from "../../lib/config/edit/index.ts";
import { parseConfig } from "../../lib/config/load.ts";

const CANONICAL = `# My providers
[server]
port = 13456   # the usual one
mystery = "kept"

# Anthropic first.
[[providers]]
name = "anthropic"
type = "anthropic"
api_key = "sk-ant-api03-abcdefghijklmnop"
priority = 1

[[providers]]
name = 'openai'
type = 'openai'
api_key = '$OPENAI_API_KEY'
# spare keys
api_keys = ["sk-proj-1111111111111111", "sk-proj-2222222222222222"]

# [[providers]]
# name = "commented"

[[models]]
name = "claude-sonnet-5"
providers = [
  { name = "anthropic", priority = 1 },   # Primary
  { name = "openai", priority = 2, model = "gpt-6-sol" }   # Fallback
]

[router]
auto_map = "^claude-"

[router.default]
model = "claude-sonnet-5"

# The end.
`;

const ORIGINAL = `[server]
host = "127.0.0.1"
api_key = "client-key-000000000"

[server.timeouts]
api_timeout_ms = 600000
connect_timeout_ms = 10000

[router]
default = "glm"
think = "glm"
background_regex = "(?i)haiku"

[[providers]]
name = "zai"
provider_type = "z.ai"
auth_type = "apikey"
api_key = "zai-key-1234567890"
models = []

[[models]]
name = "glm"

[[models.mappings]]
actual_model = "glm-5.3"
priority = 1
provider = "zai"
`;

const parse = (text: string) => parseConfig(text, { path: "ccm-config.toml", env: {} });
const set = (path: Change["path"], value: unknown): Change => ({ path, value });
const del = (path: Change["path"]): Change => ({ path, delete: true });

/** Lines of the second text that the first has not. */
function added(before: string, after: string): string[] {
  const left = before.split("\n");
  return after.split("\n").filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

describe("a change of one value", () => {
  it.each([
    [set(["providers", "openai", "type"], "openrouter"), "type = 'openrouter'"],
    [set(["server", "port"], 14000), "port = 14000   # the usual one"],
    [
      set(["models", "claude-sonnet-5", "providers", "anthropic", "priority"], 3),
      '  { name = "anthropic", priority = 3 },   # Primary',
    ],
    [
      set(["models", "claude-sonnet-5", "providers", "openai", "weight"], 2),
      '  { name = "openai", priority = 2, model = "gpt-6-sol", weight = 2 }   # Fallback',
    ],
    [set(["providers", "openai", "priority"], 2), "priority = 2"],
    [set(["providers", "openai", "timeouts", "connect_ms"], 5), "timeouts = { connect_ms = 5 }"],
    [set(["router", "default", "enabled"], false), "enabled = false"],
  ])("%o writes one line and touches no other", (change, line) => {
    const text = applyChanges(CANONICAL, [change]);
    expect(added(CANONICAL, text)).toEqual([line]);
    expect(added(text, CANONICAL).length).toBeLessThanOrEqual(1);
  });

  it("changes nothing when the value is there already, or is the default", () => {
    for (const change of [
      set(["server", "port"], 13456),
      set(["server", "host"], "127.0.0.1"),
      set(["router", "default"], { model: "claude-sonnet-5", enabled: true }),
      del(["server", "host"]),
      del(["router", "websearch"]),
      del(["providers", "nobody"]),
    ]) {
      expect(applyChanges(CANONICAL, [change])).toBe(CANONICAL);
    }
  });

  it("leaves a secret alone that comes back masked", () => {
    expect(applyChanges(CANONICAL, [set(["providers", "anthropic", "api_key"], "sk-…mnop")])).toBe(CANONICAL);
    const text = applyChanges(CANONICAL, [set(["providers", "openai", "api_keys"], ["sk-…2222", "sk-new-key"])]);
    expect(added(CANONICAL, text)).toEqual(['api_keys = ["sk-proj-2222222222222222", "sk-new-key"]']);
  });

  it("writes any text so that it is read back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (value) => {
        const text = applyChanges(CANONICAL, [set(["providers", "openai", "project"], value)]);
        expect(applyChanges(text, [set(["providers", "openai", "project"], value)])).toBe(text);
      }),
      { numRuns: 50 },
    );
  });
});

describe("a new entry", () => {
  it("stands behind the others of its kind, before the comments that follow them", () => {
    const text = applyChanges(CANONICAL, [set(["providers", "groq"], { type: "groq", api_key: "$GROQ_API_KEY" })]);
    expect(text).toContain(
      '2222222222222222"]\n\n[[providers]]\nname = "groq"\ntype = "groq"\napi_key = "$GROQ_API_KEY"\n\n# [[providers]]\n# name = "commented"',
    );
  });

  it("joins a list in brackets in its own style", () => {
    const text = applyChanges(CANONICAL, [
      set(["models", "claude-sonnet-5", "providers", "groq"], { model: "openai/gpt-oss-120b", priority: 3 }),
    ]);
    expect(text).toContain(
      '  { name = "openai", priority = 2, model = "gpt-6-sol" },   # Fallback\n  { name = "groq", model = "openai/gpt-oss-120b", priority = 3 },\n]',
    );
  });

  it("makes the section that it needs", () => {
    expect(applyChanges(CANONICAL, [set(["router", "websearch", "model"], "claude-sonnet-5")])).toContain(
      '[router.default]\nmodel = "claude-sonnet-5"\n\n[router.websearch]\nmodel = "claude-sonnet-5"\n\n# The end.',
    );
    expect(applyChanges("", [set(["logging", "level"], "debug")])).toBe('[logging]\nlevel = "debug"\n');
    expect(applyChanges("", [set(["models", "m"], { providers: [{ name: "a" }, { name: "b" }] })])).toBe(
      '[[models]]\nname = "m"\nproviders = [\n  { name = "a" },\n  { name = "b" },\n]\n',
    );
    expect(applyChanges('router.default.model = "m"\n', [set(["router", "websearch"], { model: "n" })])).toBe(
      'router.default.model = "m"\nrouter.websearch = { model = "n" }\n',
    );
  });
});

describe("a deletion", () => {
  it("takes an entry with its lines and leaves the comments around it", () => {
    const text = applyChanges(CANONICAL, [del(["providers", "anthropic"])]);
    expect(text).toContain("# Anthropic first.\n\n[[providers]]\nname = 'openai'");
    expect(added(CANONICAL, text)).toEqual([]);
  });

  it("takes an entry of a list in brackets", () => {
    const text = applyChanges(CANONICAL, [del(["models", "claude-sonnet-5", "providers", "openai"])]);
    expect(text).toContain('providers = [\n  { name = "anthropic", priority = 1 },   # Primary\n]');
  });

  it("takes a key out of an inline table", () => {
    const text = applyChanges(CANONICAL, [del(["models", "claude-sonnet-5", "providers", "openai", "priority"])]);
    expect(text).toContain('  { name = "openai", model = "gpt-6-sol" }   # Fallback');
  });
});

describe("a whole table or list", () => {
  it("is merged: unknown keys stay, what the value leaves out goes", () => {
    const text = applyChanges(CANONICAL, [set(["server"], { port: 1, api_keys: ["k"] })]);
    expect(text).toContain('[server]\nport = 1   # the usual one\nmystery = "kept"\napi_keys = ["k"]\n');
  });

  it("takes a new order", () => {
    const text = applyChanges(CANONICAL, [
      set(
        ["models", "claude-sonnet-5", "providers"],
        [
          { name: "openai", priority: 1 },
          { name: "groq", priority: 2, model: "x" },
          { name: "anthropic", priority: 3 },
        ],
      ),
    ]);
    expect(text).toContain(
      'providers = [\n  { name = "openai", priority = 1 },\n  { name = "groq", priority = 2, model = "x" },\n  { name = "anthropic", priority = 3 },\n]',
    );
    const blocks = applyChanges(CANONICAL, [
      set(
        ["providers"],
        [
          { name: "openai", type: "openai" },
          { name: "anthropic", type: "anthropic", api_key: "sk-…mnop" },
        ],
      ),
    ]);
    expect(blocks).toContain('[[providers]]\nname = "openai"\ntype = "openai"\n\n[[providers]]\nname = "anthropic"');
    expect(blocks).toContain('"sk-ant-api03-abcdefghijklmnop"');
  });
});

describe("a file of the original's dialect", () => {
  it.each([
    [set(["providers", "zai", "type"], "minimax"), 'provider_type = "minimax"'],
    [set(["models", "glm", "providers", "zai", "model"], "glm-5.2"), 'actual_model = "glm-5.2"'],
    [set(["router", "default", "model"], "x"), 'default = "x"'],
    [set(["router", "reasoning", "model"], "x"), 'think = "x"'],
    [set(["router", "reasoning", "enabled"], false), 'think = { model = "glm", enabled = false }'],
    [set(["router", "background", "patterns"], ["a", "b"]), 'patterns = ["a", "b"]'],
    [set(["server", "api_keys"], ["one", "two"]), 'api_keys = ["one", "two"]'],
    [set(["performance", "request_timeout_seconds"], 5), "request_timeout_seconds = 5"],
    [set(["providers", "zai", "timeouts", "connect_ms"], 7), "timeouts = { connect_ms = 7 }"],
  ])("%o is made where its user wrote it", async (change, line) => {
    const text = applyChanges(ORIGINAL, [change]);
    expect(added(ORIGINAL, text)).toContain(line);
    expect((await parse(text)).tree).toBeDefined();
  });

  it("gets new mappings like the old ones", async () => {
    const text = applyChanges(ORIGINAL, [
      set(["models", "glm", "providers", "zai2"], { model: "glm-5.2", priority: 2 }),
    ]);
    expect(text).toMatch(/\n\n\[\[models\.mappings\]\]\nactual_model = "glm-5\.2"\npriority = 2\nprovider = "zai2"\n$/);
    expect((await parse(text)).tree?.models[0]?.providers).toHaveLength(2);
  });
});

describe("what cannot be done is said", () => {
  it.each([
    [set(["providers", "openia", "priority"], 1), /no entry "openia"\. Did you mean "openai"\?/],
    [set(["server", "port"], null), /null cannot be written/],
    [set(["server", "port", "x"], 1), /is no table/],
  ])("%o", (change, message) => {
    expect(() => applyChanges(CANONICAL, [change])).toThrow(EditError);
    expect(() => applyChanges(CANONICAL, [change])).toThrow(message);
  });

  it("a broken file", () => {
    expect(() => applyChanges("[a\n", [set(["server", "port"], 1)])).toThrow(/not TOML \(line \d\)/);
  });
});

describe("a section that counts only when it is written", () => {
  it.each([
    [["budget", "day"], 12.5, "[budget]\nday = 12.5"],
    [["telemetry", "endpoint"], "http://c", '[telemetry]\nendpoint = "http://c"'],
    [["budget", "providers", "openai", "week"], 3, "[budget.providers.openai]\nweek = 3"],
  ] as const)("begins with its first setting, %j, and goes with its last", (path, value, written) => {
    const begun = applyChanges(CANONICAL, [{ path, value }]);
    expect(begun).toContain(written);
    expect(applyChanges(begun, [{ path, delete: true }])).not.toContain(written);
    expect(begun.startsWith(CANONICAL.trimEnd())).toBe(true);
  });
});
