import { describe, expect, it } from "vitest";
import { formatFault } from "../../lib/config/faults.ts";
import { parseConfig } from "../../lib/config/load.ts";
import { explicitMapping } from "../../lib/config/mapping.ts";

const parse = (text: string, env: Record<string, string> = {}) => parseConfig(text, { path: "ccm-config.toml", env });

const provider = (...lines: string[]) => ["[[providers]]", 'name = "p"', ...lines].join("\n");

async function only(text: string, env: Record<string, string> = {}) {
  const { settings, faults, notes } = await parse(text, env);
  const found = settings?.providers.get("p");
  if (!found) throw new Error(faults.map(formatFault).join("\n"));
  return { ...found, notes: notes.map((note) => note.message) };
}

describe("a text is taken as people write it", () => {
  it("with a byte order mark, Windows line ends, and tables over several lines", async () => {
    const { settings, faults } = await parse(
      '\uFEFF[server]\r\nport = 1\r\n[[models]]\r\nname = "m"\r\nproviders = [\r\n  { name = "p",\r\n    model = "x" }\r\n]\r\n[[providers]]\r\nname = "p"\r\ntype = "groq"\r\napi_key = "k"\r\n',
    );
    expect(faults).toEqual([]);
    expect(settings?.server.port).toBe(1);
    expect(settings?.models.get("m")?.mappings[0]?.model).toBe("x");
  });

  it("and its faults keep their lines", async () => {
    const { faults } = await parse("\uFEFF# one\r\n[server]\r\nport = true\r\n");
    expect(faults.map(formatFault)).toEqual(["ccm-config.toml:3: server.port: must be a number, not true."]);
  });

  it("with a mark that changes with the text", async () => {
    const [a, b, c] = await Promise.all([parse("# a"), parse("# b"), parse("# a")]);
    expect(a?.etag).toBe(c?.etag);
    expect(a?.etag).not.toBe(b?.etag);
    expect(a?.text).toBe("# a");
  });

  it("and nothing in it can reach beyond it", async () => {
    const { tree } = await parse('__proto__.polluted = true\n[server]\n"__proto__" = { port = 1 }\nport = 2\n');
    expect(tree?.server.port).toBe(2);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe("a provider's key", () => {
  it("is read from the vendor's own variable where none is given", async () => {
    expect((await only(provider('type = "groq"'), { GROQ_API_KEY: "g" })).apiKeys).toEqual(["g"]);
    expect((await only(provider('type = "z.ai"'), { ZHIPU_API_KEY: "z" })).apiKeys).toEqual(["z"]);
    expect((await only(provider('type = "groq"', 'api_key = "own"'), { GROQ_API_KEY: "g" })).apiKeys).toEqual(["own"]);
  });

  it("is never taken from there for another address than the vendor's", async () => {
    const found = await only(provider('type = "groq"', 'base_url = "https://elsewhere.example"'), {
      GROQ_API_KEY: "g",
    });
    expect(found.apiKeys).toEqual([]);
    expect(found.notes[0]).toContain("is missing");
  });

  it("is never the placeholder that Claude Code is given", async () => {
    for (const text of [
      provider('type = "anthropic"'),
      provider('type = "anthropic"', 'api_key = "$ANTHROPIC_API_KEY"'),
    ]) {
      const found = await only(text, { ANTHROPIC_API_KEY: "ccm-proxy" });
      expect(found.apiKeys).toEqual([]);
      expect(found.notes).toEqual([expect.stringContaining('"ccm-proxy", the placeholder')]);
    }
    const env = { ANTHROPIC_API_KEY: "ccm-proxy", ANTHROPIC_UPSTREAM_KEY: "real" };
    expect((await only(provider('type = "anthropic"'), env)).apiKeys).toEqual(["real"]);
  });

  it("is one of several, in their order; one that is not set is left out and told", async () => {
    const text = provider('type = "groq"', 'api_key = "$A"', 'api_keys = ["$B", "c"]');
    expect(await only(text, { B: "b" })).toMatchObject({
      apiKeys: ["b", "c"],
      notes: ["the environment variable A is not set."],
    });
  });

  it("is not one that was copied from a masked view", async () => {
    const found = await only(provider('type = "groq"', 'api_key = "gsk_…wxyz"'));
    expect(found.apiKeys).toEqual([]);
    expect(found.notes).toEqual([expect.stringContaining("masked")]);
  });

  it.each(['" k1 "', '"k1\\n"', '"k1\\r\\n"', '"Bearer k1"', `'"k1"'`, "\" 'Bearer k1' \"", '"$PASTED"'])(
    "is freed of what was copied along with it: %s",
    async (written) => {
      const found = await only(provider('type = "groq"', `api_key = ${written}`), { PASTED: "\tbearer  k1\r\n" });
      expect(found).toMatchObject({ apiKeys: ["k1"], notes: [] });
    },
  );

  it.each(["k 1", "k\u200b1", "“k1”", "ключ"])("is not one that no header could carry: %s", async (key) => {
    const found = await only(provider('type = "groq"', `api_key = "${key}"`));
    expect(found.apiKeys).toEqual([]);
    expect(found.notes).toEqual([expect.stringContaining("copy it once more")]);
  });

  it("that stands elsewhere is left as it is written", async () => {
    const found = await only(provider('type = "groq"', "api_key = \"cmd:op read 'op://a b/c'\""));
    expect(found).toMatchObject({ apiKeys: ["cmd:op read 'op://a b/c'"], notes: [] });
  });

  it("is not asked for where there is none, and not read where a login is used", async () => {
    expect(await only(provider('type = "ollama"'))).toMatchObject({ authType: "none", apiKeys: [], notes: [] });
    expect(await only(provider('type = "ollama"', 'api_key = "k"'))).toMatchObject({ authType: "api_key" });
    const login = provider('type = "openai"', 'auth_type = "oauth"', 'api_key = "$NOT_SET"');
    expect(await only(login, { OPENAI_API_KEY: "k" })).toMatchObject({ authType: "oauth", apiKeys: [], notes: [] });
    expect((await only(provider('type = "groq"', "enabled = false", 'api_key = "$NOT_SET"'))).notes).toEqual([]);
  });
});

describe("a provider's address", () => {
  it.each([
    ['base_url = "http://localhost:1/v1//"', "http://localhost:1/v1"],
    ['wire = "anthropic"', "https://openrouter.ai/api"],
    ["", "https://openrouter.ai/api/v1"],
  ])("%s", async (line, baseUrl) => {
    expect((await only(provider('type = "openrouter"', 'api_key = "k"', line))).baseUrl).toBe(baseUrl);
  });

  it.each([
    ["anthropic-compatible", "https://gw.example/v1", "https://gw.example"],
    ["anthropic-compatible", "https://gw.example/a/v1/messages/", "https://gw.example/a"],
    ["openai-compatible", " https://gw.example/v1/chat/completions ", "https://gw.example/v1"],
    ["openai", "https://gw.example/v1/responses", "https://gw.example/v1"],
    ["openai", "https://gw.example/v1/chat/completions", "https://gw.example/v1"],
    ["gemini", "https://gw.example/v1beta/models", "https://gw.example/v1beta"],
    ["openai-compatible", "https://gw.example/my gateway/v1#top", "https://gw.example/my%20gateway/v1"],
    ["groq", "https://api.groq.com", "https://api.groq.com/openai/v1"],
    ["gemini", "https://generativelanguage.googleapis.com/", "https://generativelanguage.googleapis.com/v1beta"],
    ["z.ai", "https://open.bigmodel.cn/api/anthropic/v1", "https://open.bigmodel.cn/api/anthropic"],
  ])("%s at %s", async (type, written, baseUrl) => {
    const found = await only(provider(`type = "${type}"`, 'api_key = "k"', `base_url = "${written}"`));
    expect(found).toMatchObject({ baseUrl, notes: [] });
  });

  it("keeps its query and its user's name apart", async () => {
    const written = "https://me:pass%20word@gw.example/openai/deployments/d/chat/completions?api-version=2026-01-01";
    const found = await only(provider('type = "openai-compatible"', 'auth_type = "none"', `base_url = "${written}"`));
    expect(found).toMatchObject({
      baseUrl: "https://gw.example/openai/deployments/d",
      query: "api-version=2026-01-01",
      headers: { authorization: `Basic ${Buffer.from("me:pass word").toString("base64")}` },
    });
  });

  it.each([
    ["https://api.z.ai/api/anthropic", "https://api.z.ai/api/paas/v4"],
    ["https://open.bigmodel.cn/api/anthropic/", "https://open.bigmodel.cn/api/paas/v4"],
  ])("of web searches at %s is on the same host", async (written, baseUrl) => {
    const { search } = await only(provider('type = "z.ai"', 'api_key = "k"', `base_url = "${written}"`));
    expect(search).toMatchObject({ wire: "openai-chat", baseUrl, isForSearch: true });
    expect((await only(provider('type = "z.ai"', 'api_key = "k"', 'wire = "anthropic"'))).search).toBeUndefined();
  });

  it.each(['{ "x y" = "1" }', '{ x = "a\\nb" }', '{ x = "ключ" }'])(
    "takes no headers that nobody could send: %s",
    async (headers) => {
      const { faults } = await parse(provider('type = "groq"', 'api_key = "k"', `headers = ${headers}`));
      expect(faults.map(({ message }) => message)).toEqual([expect.stringContaining("no HTTP header may hold")]);
    },
  );

  it("of Vertex AI follows from the location, which may stand in the environment", async () => {
    const env = { GOOGLE_CLOUD_PROJECT: "my-project", GOOGLE_CLOUD_LOCATION: "us-east5" };
    expect(await only(provider('type = "vertex-ai"'), env)).toMatchObject({
      authType: "adc",
      project: "my-project",
      location: "us-east5",
      baseUrl: "https://us-east5-aiplatform.googleapis.com",
      notes: [],
    });
    expect(await only(provider('type = "vertex-ai"', 'project = "p"'))).toMatchObject({
      location: "global",
      baseUrl: "https://aiplatform.googleapis.com",
    });
  });
});

describe("a mapping", () => {
  const MODELS = `
[[models]]
name = "claude-opus-5"
providers = [
  { name = "p", price = { input = 1, output = 2, cache_read = 0.5 }, capabilities = { context_window = 9000, prefill = true } },
  { name = "p", model = "gpt-4o", priority = 7, weight = 0.5 },
  { name = "p", model = "o3" },
]
`;

  it("takes price and abilities from the catalogue where it gives none", async () => {
    const { settings } = await parse(provider('type = "openai"', 'api_key = "k"', "priority = 4") + MODELS);
    const [own, old, reasoning] = settings?.models.get("claude-opus-5")?.mappings ?? [];
    expect(own).toMatchObject({
      model: "gpt-6-astra",
      standIn: true,
      priority: 4,
      price: { input: 1, output: 2, cacheRead: 0.5 },
      capabilities: { contextWindow: 9_000, maxOutput: 128_000, prefill: true, vision: true },
    });
    expect(old).toMatchObject({ model: "gpt-4o", standIn: false, priority: 7, weight: 0.5, price: { input: 2.5 } });
    expect([own, old, reasoning].map((mapping) => mapping?.provider.wire)).toEqual([
      "openai-responses",
      "openai-chat",
      "openai-responses",
    ]);
  });

  it("keeps the wire that the user chose, and the one of a login", async () => {
    const wires = async (...lines: string[]) => {
      const { settings } = await parse(provider('type = "openai"', ...lines) + MODELS);
      return settings?.models.get("claude-opus-5")?.mappings.map((mapping) => mapping.provider.wire);
    };
    expect(await wires('wire = "openai-chat"')).toEqual(["openai-chat", "openai-chat", "openai-chat"]);
    expect(new Set(await wires('wire = "openai-responses"'))).toEqual(new Set(["openai-responses"]));
    expect(new Set(await wires('auth_type = "oauth"'))).toEqual(new Set(["openai-responses"]));
  });

  it("costs nothing more where a subscription pays, and has the smaller window that comes with it", async () => {
    const { settings } = await parse(provider('type = "openai"', 'auth_type = "oauth"') + MODELS);
    const mapping = settings?.models.get("claude-opus-5")?.mappings[2];
    expect(mapping).toMatchObject({
      price: { input: 0, output: 0, flat: true },
      capabilities: { contextWindow: 200_000 },
    });
    const login = settings?.providers.get("p");
    expect(login && explicitMapping(login, "gpt-6-sol").capabilities.contextWindow).toBe(272_000);
  });
});

describe("beyond this machine", () => {
  it.each(["0.0.0.0", "::", "192.168.1.5", "my-host"])("%s needs api_keys", async (host) => {
    const open = await parse(`[server]\nhost = "${host}"\n`);
    expect(open.settings).toBeUndefined();
    expect(open.faults[0]?.message).toContain("can be reached from other machines");
    expect((await parse(`[server]\nhost = "${host}"\napi_keys = ["k"]\n`)).faults).toEqual([]);
    expect((await parse(`[server]\nhost = "${host}"\napi_keys = ["$NOT_SET"]\n`)).settings).toBeUndefined();
  });

  it.each(["127.0.0.1", "127.8.8.8", "localhost", "::1"])("%s does not", async (host) => {
    expect((await parse(`[server]\nhost = "${host}"\n`)).faults).toEqual([]);
  });
});

describe("an unknown key", () => {
  it("is a fault, but does not stop the server from starting", async () => {
    const { settings, tree, faults } = await parse("[server]\nprot = 1\n");
    expect(faults.map(formatFault)).toEqual(['ccm-config.toml:2: server.prot: unknown key. Did you mean "port"?']);
    expect(settings?.server.port).toBe(13_456);
    expect(tree).toBeDefined();
  });
});
