/** The keys are those that claude-code-router's own documents show, in the forms in which its users write them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Imported, importConfig } from "../../../lib/config/import/index.ts";
import { parseConfig } from "../../../lib/config/load.ts";
import { parseProgram } from "../../../lib/config/positions.ts";

const ENV = { OPENROUTER_API_KEY: "sk-or-x", FOO: "foo" };

/** Reads the result as the server would. It must be sound. */
async function settingsOf({ text }: Imported) {
  const { settings, faults } = await parseConfig(text, { path: "ccm-config.toml", env: ENV });
  expect(faults).toEqual([]);
  if (!settings) throw new Error("unusable");
  return settings;
}

const noted = ({ notes }: Imported) => Object.fromEntries(notes.map(({ key, message }) => [key, message]));

const provider = (more: object = {}) => ({
  name: "one",
  api_base_url: "https://llm.example/v1/chat/completions",
  api_key: "k",
  models: ["m"],
  ...more,
});

async function providerOf(more: object) {
  const imported = importConfig(
    JSON.stringify({ Providers: [provider(more)], Router: { default: "one,m" } }),
    "config.json",
  );
  const [only] = (await settingsOf(imported)).providers.values();
  return { ...only, notes: noted(imported) };
}

describe("version 2", () => {
  const V2 = `// my router
  {
    "PORT": 3456, "HOST": "127.0.0.1", "APIKEY": "$CLIENT", LOG: true, "LOG_LEVEL": "debug", "API_TIMEOUT_MS": "300000",
    "PROXY_URL": "http://127.0.0.1:7890", "CUSTOM_ROUTER_PATH": "/home/me/router.js",
    "Providers": [
      { "name": "deepseek", "api_base_url": "https://api.deepseek.com/chat/completions", "api_key": "sk-x",
        "models": ["deepseek-chat", "deepseek-reasoner"], "transformer": { "use": ["deepseek"], "deepseek-chat": { "use": ["tooluse"] } } },
      { "name": "openrouter", "api_base_url": "https://openrouter.ai/api/v1/chat/completions", "api_key": "$OPENROUTER_API_KEY",
        "models": ["google/gemini-2.5-pro", "anthropic/claude-sonnet-4"], "transformer": { "use": ["openrouter"] } },
      { "name": "ollama", "api_base_url": "http://localhost:11434/v1/chat/completions", "api_key": "ollama", "models": ["qwen2.5-coder:latest"] },
    ],
    "Router": {
      "default": "deepseek,deepseek-chat", "background": "ollama,qwen2.5-coder:latest", "think": "deepseek,deepseek-reasoner",
      "longContext": "openrouter,google/gemini-2.5-pro", "longContextThreshold": 70000,
      "webSearch": "openrouter,google/gemini-2.5-pro", "image": "openrouter,google/gemini-2.5-pro"
    },
    "fallback": { "default": ["openrouter,anthropic/claude-sonnet-4", "nobody,x"] },
  }`;

  test("providers, routes, fallbacks, limits and the clients' key", async () => {
    const imported = importConfig(V2, "config.json");
    expect(imported.from).toBe("claude-code-router 2");
    const settings = await settingsOf({ ...imported, text: imported.text.replace("$CLIENT", "client") });
    expect([...settings.providers.keys()]).toEqual(["deepseek", "openrouter", "ollama"]);
    expect(settings.server.api_keys).toEqual(["client"]);
    expect(settings.performance.request_timeout_seconds).toBe(300);
    expect(settings.logging.level).toBe("debug");
    expect(
      Object.fromEntries(
        Object.entries(settings.router).flatMap(([route, it]) =>
          typeof it === "object" && it.model ? [[route, it.model]] : [],
        ),
      ),
    ).toEqual({
      default: "deepseek-chat",
      background: "qwen2.5-coder:latest",
      reasoning: "deepseek-reasoner",
      long_context: "google/gemini-2.5-pro",
      websearch: "google/gemini-2.5-pro",
      image: "google/gemini-2.5-pro",
    });
    expect(settings.router.long_context.threshold_tokens).toBe(70_000);
    const chain = settings.models
      .get("deepseek-chat")
      ?.mappings.map(({ provider: { name }, model, priority }) => [name, model, priority]);
    expect(chain).toEqual([
      ["deepseek", "deepseek-chat", 1],
      ["openrouter", "anthropic/claude-sonnet-4", 2],
    ]);
    expect([...settings.models.keys()]).toContain("anthropic/claude-sonnet-4");
  });

  test("everything else is said, with the reason where there is one", () => {
    const imported = importConfig(V2, "config.json");
    expect(noted(imported)).toEqual({
      PORT: expect.stringContaining("13456"),
      HOST: expect.stringContaining("this machine only"),
      LOG: expect.stringContaining("always written"),
      PROXY_URL: expect.stringContaining("HTTPS_PROXY"),
      CUSTOM_ROUTER_PATH: expect.stringContaining("cannot be converted"),
      "fallback.default[1]": expect.stringContaining('"nobody,x" names none of the providers'),
      "Router.think": expect.stringContaining("by a budget"),
    });
    expect(imported.left).toEqual([]);
  });

  test("names that Claude Code asks for by itself mean the default route, whoever lists such models", async () => {
    const claudes = provider({ name: "anthropic", models: ["claude-sonnet-4-5", "claude-opus-4-1"] });
    const namesOf = async (routes: object) => {
      const imported = importConfig(
        JSON.stringify({ Providers: [provider(), claudes], Router: routes }),
        "config.json",
      );
      const { models, router } = await settingsOf(imported);
      return { names: [...models.keys()], reasoning: router.reasoning.model };
    };
    expect(await namesOf({ default: "one,m", think: "anthropic,claude-opus-4-1" })).toEqual({
      names: ["m", "anthropic/claude-opus-4-1", "anthropic/claude-sonnet-4-5"],
      reasoning: "anthropic/claude-opus-4-1",
    });
    expect((await namesOf({ default: "anthropic,claude-sonnet-4-5" })).names).toEqual([
      "claude-sonnet-4-5",
      "m",
      "anthropic/claude-opus-4-1",
    ]);
  });

  test("the same model with and without fallbacks goes by two names", async () => {
    const config = {
      Providers: [provider(), provider({ name: "two", models: ["m"] })],
      Router: { default: "one,m", background: "one,m" },
      fallback: { default: ["two,m"] },
    };
    const settings = await settingsOf(importConfig(JSON.stringify(config), "config.json"));
    const chains = [...settings.models].map(([name, { mappings }]) => [
      name,
      mappings.map((it) => it.provider.name).join(),
    ]);
    expect(chains).toEqual([
      ["m", "one,two"],
      ["one/m", "one"],
      ["two/m", "two"],
    ]);
    expect(settings.router.background.model).toBe("one/m");
  });

  test.each([
    [
      "https://api.deepseek.com/anthropic/v1/messages",
      ["Anthropic"],
      "deepseek",
      "anthropic",
      "https://api.deepseek.com/anthropic",
    ],
    [
      "https://generativelanguage.googleapis.com/v1beta/models/",
      ["gemini"],
      "gemini",
      "gemini",
      "https://generativelanguage.googleapis.com/v1beta",
    ],
    ["http://127.0.0.1:11434/v1/chat/completions", [], "ollama", "openai-chat", "http://127.0.0.1:11434/v1"],
    [
      "https://api.openai.com/v1/responses",
      ["openai-responses"],
      "openai",
      "openai-responses",
      "https://api.openai.com/v1",
    ],
    ["https://api.anthropic.com/v1/messages", ["Anthropic"], "anthropic", "anthropic", "https://api.anthropic.com"],
    [
      "https://gateway.corp/claude/v1/messages",
      ["Anthropic"],
      "anthropic-compatible",
      "anthropic",
      "https://gateway.corp/claude",
    ],
    [
      "https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions",
      [],
      "openai-compatible",
      "openai-chat",
      "https://dashscope.aliyuncs.com/compatible-mode/v1",
    ],
    ["https://api.groq.com/other/v9/chat/completions", [], "groq", "openai-chat", "https://api.groq.com/other/v9"],
  ])("%s is reached as %j", async (api_base_url, use, type, wire, baseUrl) => {
    expect(await providerOf({ api_base_url, transformer: { use } })).toMatchObject({
      type: { id: type },
      wire,
      baseUrl,
    });
  });

  test("Vertex AI has no key, but wants a project", async () => {
    const found = await providerOf({
      api_base_url: "https://us-central1-aiplatform.googleapis.com",
      transformer: { use: ["vertex-gemini"] },
    });
    expect(found).toMatchObject({ type: { id: "vertex-ai" }, authType: "adc", apiKeys: [] });
    expect(found.notes["Providers[0].api_base_url"]).toContain("project");
  });

  test.each([
    ["sk-plain", "sk-plain"],
    ["$FOO", "foo"],
    ["$" + "{FOO}", "foo"],
    ["$FOO.bar", "foo.bar"],
    ["$FOOt", "foot"],
    ["p$word$$x", "p$word$$x"],
  ])("a key written %j is %j", async (api_key, key) => {
    expect(await providerOf({ api_key })).toMatchObject({ apiKeys: [key] });
  });

  test("transformers: a limit is kept, options and those of one's own are named", async () => {
    const use = [
      "enhancetool",
      ["maxtoken", { max_tokens: 65536 }],
      ["openrouter", { provider: { only: ["x"] } }],
      "mine",
      ["sampling", { top_k: 3 }],
    ];
    const imported = importConfig(
      JSON.stringify({
        Providers: [provider({ transformer: { use } })],
        Router: { default: "one,m" },
        transformers: [{ path: "/x.js" }],
      }),
      "config.json",
    );
    const settings = await settingsOf(imported);
    expect(settings.models.get("m")?.mappings[0]?.capabilities.maxOutput).toBe(65_536);
    expect(noted(imported)).toMatchObject({
      "Providers[0].transformer.use[2][1]": expect.stringContaining("options"),
      "Providers[0].transformer.use[3]": expect.stringContaining('"mine"'),
      "Providers[0].transformer.use[4]": expect.stringContaining('"sampling"'),
      transformers: expect.stringContaining("programs of your own"),
    });
  });
});

describe("version 3, as it exports itself", () => {
  const target = (value: string) => ({ key: "request.body.model", operation: "set", value });
  const condition = (operator: string, right: string) => ({ left: "request.body.model", operator, right });
  const rule = (name: string, more: object) => ({ id: name, name, enabled: true, type: "condition", ...more });
  const V3 = {
    exportedAt: "2026-11-01",
    databases: [{ name: "config.sqlite", base64: "U1FMaXRl" }],
    config: {
      PORT: 3456,
      APIKEYS: [{ id: "local-gateway", key: "ccr-generated" }],
      theme: "dark",
      toolHub: { enabled: false },
      Providers: [
        {
          id: "p1",
          name: "Work OpenAI",
          type: "openai_responses",
          api_base_url: "https://api.openai.com/v1",
          credentials: [
            { id: "b", key: "no", apiKey: "sk-second", priority: 2 },
            { id: "a", api_key: "sk-first", priority: 1 },
            { id: "c", api_key: "sk-off", enabled: false },
          ],
          extraHeaders: { "x-team": "tools" },
          models: ["gpt-big", "gpt-small"],
          modelMetadata: {
            "gpt-big": {
              contextWindow: 400000,
              maxOutputTokens: 64000,
              capabilities: { imageInput: true },
              pricing: { inputUsdPerMillionTokens: 2, outputUsdPerMillionTokens: 8, cacheReadUsdPerMillionTokens: 0.2 },
            },
          },
        },
        {
          name: "Kimi",
          type: "anthropic_messages",
          api_base_url: "https://api.moonshot.ai/anthropic",
          api_key: "sk-k",
          models: ["kimi-k2"],
          enabled: true,
        },
      ],
      Router: {
        builtInRules: { "claude-code": { enabled: true }, codex: { enabled: true } },
        fallback: { mode: "model-chain", models: ["Kimi/kimi-k2"], retryCount: 1 },
        rules: [
          rule("exact", { condition: condition("==", "claude-opus-5-5"), rewrites: [target("Work OpenAI/gpt-big")] }),
          rule("small", { type: "model-prefix", pattern: "claude-haiku-", target: "Work OpenAI/gpt-small" }),
          rule("wide", { condition: condition("contains", "sonnet"), rewrite: target("Kimi/kimi-k2") }),
          rule("scripted", { type: "script", script: { file: "/x.js" } }),
          rule("deep", {
            condition: { left: "request.body.tools", operator: "contains-deep", right: "x" },
            target: "Kimi/kimi-k2",
          }),
          rule("off", { enabled: false }),
        ],
      },
      profile: {
        profiles: [
          { agent: "codex", name: "Codex", enabled: true, model: "Work OpenAI/gpt-big" },
          {
            agent: "claude-code",
            name: "Mine",
            enabled: true,
            model: "Kimi/kimi-k2",
            opusModel: "Work OpenAI/gpt-big",
          },
        ],
      },
    },
  };

  test("providers with their pools and metadata, the profile's model, rules and the chain behind all", async () => {
    const imported = importConfig(JSON.stringify(V3), "ccr-export.json");
    expect(imported.from).toBe("claude-code-router 3");
    const settings = await settingsOf(imported);
    expect(settings.providers.get("Work OpenAI")).toMatchObject({
      type: { id: "openai" },
      apiKeys: ["sk-first", "sk-second"],
      headers: { "x-team": "tools" },
    });
    expect(settings.providers.get("Kimi")).toMatchObject({ type: { id: "moonshot" }, wire: "anthropic" });
    const chain = (name: string) => settings.models.get(name)?.mappings.map((it) => `${it.provider.name}/${it.model}`);
    expect(chain("claude-opus-5-5")).toEqual(["Work OpenAI/gpt-big", "Kimi/kimi-k2"]);
    expect(chain(settings.router.default.model)).toEqual(["Kimi/kimi-k2"]);
    expect(chain(settings.router.background.model)).toEqual(["Work OpenAI/gpt-small", "Kimi/kimi-k2"]);
    expect(imported.text).toContain('patterns = ["^claude-haiku-"]');
    expect(settings.models.get("claude-opus-5-5")?.mappings[0]).toMatchObject({
      price: { input: 2, output: 8, cacheRead: 0.2 },
      capabilities: { contextWindow: 400_000, maxOutput: 64_000, vision: true },
    });
  });

  test("what cannot be said here is named, secrets are not", () => {
    const imported = importConfig(JSON.stringify(V3), "ccr-export.json");
    expect(noted(imported)).toMatchObject({
      "Router.rules[2]": expect.stringContaining('"wide" is for all names with "sonnet"'),
      "Router.rules[3]": expect.stringContaining('"scripted" runs a script'),
      "Router.rules[4]": expect.stringContaining('"deep" does something else'),
      "Router.rules[5]": expect.stringContaining('"off" is switched off'),
      "profile.profiles[0]": expect.stringContaining('"Codex" was left out'),
      "profile.profiles[1].opusModel": expect.stringContaining("[[models]]"),
      "Providers[0].credentials[2]": expect.stringContaining("switched off"),
      APIKEYS: expect.stringContaining("server.api_keys"),
    });
    expect(imported.left).toEqual(expect.arrayContaining(["theme", "toolHub", "Providers[].id"]));
    expect(JSON.stringify([imported.notes, imported.left])).not.toMatch(/sk-|ccr-generated/);
  });

  test("its database is not read, but the way out is told", () => {
    expect(() => importConfig("SQLite format 3\0…", "config.sqlite")).toThrow(/Export data/);
  });
});

test("nothing that is written there goes unsaid, wherever it stands", () => {
  const places = ["", "Providers.0", "Router", "Providers.0.transformer", "fallback"] as const;
  const strange = fc.tuple(
    fc.constantFrom(...places),
    fc.stringMatching(/^zz[a-z]{1,8}$/),
    fc.constantFrom<unknown>(1, "x", true, ["a"], { b: 2 }),
  );
  fc.assert(
    fc.property(fc.array(strange, { maxLength: 5 }), (additions) => {
      const tree = {
        Providers: [{ ...provider(), transformer: { use: ["openai"] } }],
        Router: { default: "one,m" },
        fallback: { default: ["one,m"] },
      };
      for (const [place, key, value] of additions) {
        const parent =
          place === ""
            ? tree
            : place.split(".").reduce<unknown>((node, part) => (node as Record<string, unknown>)[part], tree);
        (parent as Record<string, unknown>)[key] = value;
      }
      const imported = importConfig(JSON.stringify(tree), "config.json");
      const said = [...imported.left, ...imported.notes.map(({ key }) => key)].join("\n");
      for (const [, key] of additions) expect(said).toContain(key);
    }),
    { seed: 20, numRuns: 200 },
  );
});

test("whatever stands in it, what comes out is TOML that the reader understands", () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom("one,m", "one/m", "$A", "https://api.openai.com/v1/chat/completions"),
  );
  const value: fc.Arbitrary<unknown> = fc.oneof(text, fc.jsonValue({ maxDepth: 2 }));
  const object = (...keys: string[]) =>
    fc.record(Object.fromEntries(keys.map((key) => [key, value])), { requiredKeys: [] });
  const entry = object(
    "name",
    "api_base_url",
    "api_key",
    "models",
    "transformer",
    "type",
    "credentials",
    "modelMetadata",
  );
  const usual = entry.map((more) => ({ ...provider(), ...more, models: ["m", "x\ny", "a,b"] }));
  const tree = fc.record({
    Providers: fc.array(fc.oneof(entry, usual, value), { maxLength: 3 }),
    Router: fc.oneof(object("default", "background", "think", "longContext", "rules", "fallback"), value),
    fallback: value,
    profile: value,
    APIKEY: value,
  });
  fc.assert(
    fc.property(tree, (config) => {
      const { text: made } = importConfig(JSON.stringify(config), "config.json");
      expect(() => parseProgram(made)).not.toThrow();
    }),
    { seed: 7, numRuns: 300 },
  );
});

test.each([
  ["{", /line 1: a name was expected/],
  ['{"hello": 1}', /no Providers/],
  ["[server\n", /line 2: this is not TOML/],
])("%j is refused with the reason", (text, reason) => {
  expect(() => importConfig(text, "x")).toThrow(reason);
});
