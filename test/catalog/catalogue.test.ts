import { describe, expect, it } from "vitest";
import {
  authForm,
  isRetired,
  knownModels,
  modelCapabilities,
  modelListPath,
  modelPrice,
  PROVIDER_TYPES,
  providerType,
  tierOf,
  upstreamModel,
  vertexBaseUrl,
  wireOf,
} from "../../lib/catalog/index.ts";
import { MODEL_TABLE, MODEL_TABLE_DATE } from "../../lib/catalog/model-table.ts";
import { type ProviderType, TIERS } from "../../lib/catalog/types.ts";

const PROMISED = [
  ...["anthropic", "zenmux", "z.ai", "minimax", "kimi-coding"],
  ...["openai", "openrouter", "groq", "together", "fireworks", "deepinfra", "cerebras", "moonshot", "nebius", "novita"],
  ...["baseten", "gemini", "vertex-ai"],
  ...["deepseek", "xai", "mistral", "ollama", "lmstudio", "vllm", "anthropic-compatible", "openai-compatible"],
];

function type(id: string): ProviderType {
  const found = providerType(id);
  if (!found) throw new Error(`no provider type ${id}`);
  return found;
}

describe("the catalogue", () => {
  it("holds every promised provider type, each once", () => {
    expect(PROVIDER_TYPES.map((entry) => entry.id).sort()).toEqual([...PROMISED].sort());
  });

  it("gives every id and alias to one type only", () => {
    const names = PROVIDER_TYPES.flatMap((entry) => [entry.id, ...(entry.aliases ?? [])]);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toBe(name.toLowerCase());
  });

  it("finds the names that users of other programs write", () => {
    for (const [alias, id] of [
      ["zai", "z.ai"],
      ["kimi", "kimi-coding"],
      ["novita-ai", "novita"],
      ["togetherai", "together"],
      ["fireworks-ai", "fireworks"],
      ["moonshotai", "moonshot"],
      ["google", "gemini"],
      ["vertex", "vertex-ai"],
      ["OpenAI", "openai"],
    ] as const) {
      expect(providerType(alias)?.id).toBe(id);
    }
    expect(providerType("no-such-house")).toBeUndefined();
  });
});

describe.each(PROVIDER_TYPES.map((entry) => [entry.id, entry] as const))("%s", (_id, entry) => {
  it("has a base URL for its wire, unless the user must give one", () => {
    if (entry.group === "Custom") {
      expect(entry.baseUrls).toEqual({});
      return;
    }
    const base = entry.baseUrls[entry.wire];
    expect(base).toBeDefined();
    for (const url of Object.values(entry.baseUrls)) {
      const parsed = new URL(url);
      expect(url.endsWith("/")).toBe(false);
      expect(parsed.search).toBe("");
      expect(parsed.protocol).toBe(entry.group === "Local" ? "http:" : "https:");
    }
  });

  it("says how to log in and where a key comes from", () => {
    expect(entry.authTypes.length).toBeGreaterThan(0);
    if (entry.auth === "adc") {
      expect(entry.authTypes).toEqual(["adc"]);
      return;
    }
    if (entry.group === "Local" || entry.group === "Custom") {
      expect(entry.authTypes).toContain("none");
      return;
    }
    expect(entry.authTypes[0]).toBe("api_key");
    expect(entry.keyVariable).toMatch(/^[A-Z][A-Z0-9_]+$/);
    expect(new URL(entry.keyUrl ?? "").protocol).toBe("https:");
  });

  it("has a stand-in for every tier, known with window and limit, unless its models are the user's own", () => {
    if (entry.group === "Local" || entry.group === "Custom") {
      expect(entry.standIns).toBeUndefined();
      return;
    }
    const known = knownModels(entry);
    for (const tier of TIERS) {
      const model = entry.standIns?.[tier] ?? "";
      expect(known).toContain(model);
      expect(isRetired(entry, model)).toBe(false);
      // A stand-in must be able to do what Claude Code asks on every turn.
      expect(modelCapabilities(entry, model).tools).toBe(true);
      expect(upstreamModel(entry, model)).toEqual({ model, standIn: false });
      expect(upstreamModel(entry, `my-${tier}`)).toEqual({ model, standIn: true });
    }
  });

  it("has finite prices and sensible limits for every model", () => {
    for (const model of knownModels(entry)) {
      const price = modelPrice(entry, model);
      const figures = Object.values(price ?? {}).filter((figure) => typeof figure === "number");
      for (const figure of figures) expect(Number.isFinite(figure) && figure >= 0 && figure < 1000).toBe(true);
      const { contextWindow, maxOutput } = modelCapabilities(entry, model);
      if (contextWindow !== undefined) expect(contextWindow).toBeGreaterThanOrEqual(8_000);
      if (maxOutput !== undefined) expect(maxOutput).toBeGreaterThanOrEqual(1_000);
    }
  });

  it("chooses by model only between wires that share a base URL", () => {
    for (const rule of entry.wireRules ?? []) expect(entry.baseUrls[rule.wire]).toBe(entry.baseUrls[entry.wire]);
  });
});

describe("model names", () => {
  it.each([
    ["claude-sonnet-4-20250514", "sonnet"],
    ["claude-3-5-haiku-20241022", "haiku"],
    ["anthropic/claude-opus-5", "opus"],
    ["claude-fable-5-1", "opus"],
    ["my-Sonnet", "sonnet"],
    ["gpt-6-sol", undefined],
    ["magnum-opusculum", undefined],
  ])("%s is of tier %s", (name, tier) => {
    expect(tierOf(name)).toBe(tier);
  });

  it.each([
    ["anthropic", "claude-sonnet-4-20250514", { model: "claude-sonnet-4-20250514", standIn: false }],
    ["openai", "claude-sonnet-4-20250514", { model: "gpt-6-sol", standIn: true }],
    ["openai", "gpt-4o", { model: "gpt-4o", standIn: false }],
    ["openrouter", "claude-opus-4-8", { model: "anthropic/claude-opus-4.8", standIn: false }],
    ["openrouter", "claude-haiku-4-5-20251001", { model: "anthropic/claude-haiku-4.5", standIn: false }],
    ["openrouter", "claude-sonnet-4-20250514", { model: "anthropic/claude-sonnet-5", standIn: true }],
    ["vertex-ai", "claude-opus-5", { model: "claude-opus-5@default", standIn: false }],
    ["vertex-ai", "claude-sonnet-4-20250514", { model: "claude-sonnet-4@20250514", standIn: false }],
    ["vertex-ai", "claude-opus-5-5", { model: "claude-opus-5-5", standIn: false }],
    ["ollama", "qwen3-coder:30b", { model: "qwen3-coder:30b", standIn: false }],
    ["ollama", "claude-sonnet-5", undefined],
    ["openai-compatible", "claude-sonnet-5", undefined],
    ["anthropic-compatible", "claude-sonnet-5", { model: "claude-sonnet-5", standIn: false }],
    ["groq", "gpt-4o", undefined],
  ])("%s is asked for %s as %o", (id, name, expected) => {
    expect(upstreamModel(type(id), name)).toEqual(expected);
  });

  it("marks what the vendor has withdrawn", () => {
    expect(isRetired(type("anthropic"), "claude-sonnet-4-20250514")).toBe(true);
    expect(isRetired(type("anthropic"), "claude-sonnet-4-5")).toBe(false);
    expect(isRetired(type("groq"), "llama-3.3-70b-versatile")).toBe(true);
  });
});

describe("model facts", () => {
  it("reads limits, abilities and prices from the table", () => {
    expect(modelCapabilities(type("anthropic"), "claude-haiku-5-5")).toEqual({
      contextWindow: 1_000_000,
      maxOutput: 128_000,
      vision: true,
      tools: true,
      reasoning: true,
      prefill: false,
    });
    expect(modelPrice(type("anthropic"), "claude-haiku-5-5")).toEqual({
      input: 0.1,
      output: 0.5,
      cacheRead: 0.01,
      cacheWrite: 0.125,
      longContext: { above: 100_000, input: 0.5, output: 2.5, cacheRead: 0.05, cacheWrite: 0.625 },
      search: 0.01,
    });
  });

  it("adds what a vendor charges beside the tokens to every price of its own, but to no plan", () => {
    expect(modelPrice(type("deepseek"), "deepseek-flash")?.peak).toMatchObject({ factor: 2 });
    expect(modelPrice(type("anthropic"), "claude-sonnet-5-5")?.search).toBe(0.01);
    expect(modelPrice(type("openrouter"), "deepseek/deepseek-v4-flash")?.peak).toBeUndefined();
  });

  it("knows a flat plan from an unknown price", () => {
    expect(modelPrice(type("kimi-coding"), "k3")).toEqual({ input: 0, output: 0, flat: true });
    expect(modelPrice(type("groq"), "qwen/qwen3.8-27b")).toBeUndefined();
    expect(modelPrice(type("z.ai"), "glm-4.7-flash")).toMatchObject({ input: 0, output: 0 });
  });

  it("says nothing of what it does not know", () => {
    expect(modelCapabilities(type("ollama"), "qwen3")).toEqual({});
    expect(modelPrice(type("openai"), "gpt-99")).toBeUndefined();
    expect(modelCapabilities(type("openai"), "gpt-99")).toEqual({});
  });

  it("knows which Claude models continue an assistant's message", () => {
    const prefill = (id: string, model: string) => modelCapabilities(type(id), model).prefill;
    expect(prefill("anthropic", "claude-sonnet-4-5")).toBe(true);
    expect(prefill("anthropic", "claude-sonnet-4-20250514")).toBe(true);
    expect(prefill("anthropic", "claude-3-5-haiku-20241022")).toBe(true);
    expect(prefill("openrouter", "anthropic/claude-opus-4.6")).toBe(false);
    expect(prefill("vertex-ai", "claude-opus-5@default")).toBe(false);
    expect(prefill("openai", "gpt-6-sol")).toBeUndefined();
  });

  it("says of which day they are", () => {
    expect(MODEL_TABLE_DATE).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(Number.isNaN(Date.parse(MODEL_TABLE_DATE))).toBe(false);
  });

  it("has a table for known types only", () => {
    for (const id of Object.keys(MODEL_TABLE)) expect(providerType(id)?.id).toBe(id);
  });
});

describe("how a provider is reached", () => {
  it("asks reasoning models of OpenAI by Responses and the others by Chat Completions", () => {
    for (const model of ["gpt-6-sol", "gpt-5.3-codex", "o3", "gpt-5"]) {
      expect(wireOf(type("openai"), model)).toBe("openai-responses");
    }
    for (const model of ["gpt-4o", "gpt-4.1-mini", "llama3"]) expect(wireOf(type("openai"), model)).toBe("openai-chat");
    expect(wireOf(type("groq"), "openai/gpt-oss-120b")).toBe("openai-chat");
  });

  it("sends a key in the form that the wire reads", () => {
    expect(authForm(type("anthropic"), "anthropic")).toBe("x-api-key");
    expect(authForm(type("z.ai"), "anthropic")).toBe("both");
    expect(authForm(type("z.ai"), "openai-chat")).toBe("bearer");
    expect(authForm(type("moonshot"), "anthropic")).toBe("both");
    expect(authForm(type("gemini"), "gemini")).toBe("x-goog-api-key");
    expect(authForm(type("gemini"), "openai-chat")).toBe("bearer");
    expect(authForm(type("vertex-ai"), "vertex")).toBe("adc");
  });

  it("finds model lists beside the base URL", () => {
    const listOf = (id: string) => {
      const entry = type(id);
      return new URL(`${entry.baseUrls[entry.wire]}${modelListPath(entry, entry.wire)}`).href;
    };
    expect(listOf("anthropic")).toBe("https://api.anthropic.com/v1/models");
    expect(listOf("z.ai")).toBe("https://api.z.ai/api/paas/v4/models");
    expect(listOf("zenmux")).toBe("https://zenmux.ai/api/v1/models");
    expect(listOf("deepseek")).toBe("https://api.deepseek.com/models");
    expect(listOf("gemini")).toBe("https://generativelanguage.googleapis.com/v1beta/models");
    expect(modelListPath(type("openrouter"), "anthropic")).toBe("/v1/models");
    expect(modelListPath(type("vertex-ai"), "vertex")).toBeUndefined();
  });

  it("knows Vertex AI's hosts", () => {
    expect(vertexBaseUrl("us-east5")).toBe("https://us-east5-aiplatform.googleapis.com");
    expect(vertexBaseUrl("global")).toBe("https://aiplatform.googleapis.com");
    expect(vertexBaseUrl("eu")).toBe("https://aiplatform.eu.rep.googleapis.com");
  });
});
