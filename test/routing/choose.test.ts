import { describe, expect, test } from "vitest";
import { findModel, findProvider, modelAt, resolveName } from "../../lib/routing/choose.ts";
import { settingsOf } from "../support/settings.ts";

const settings = await settingsOf(`
[[providers]]
name = "Main"
type = "anthropic"
api_key = "sk-test"
[[providers]]
name = "router"
type = "openrouter"
api_key = "sk-test"
[[providers]]
name = "gpt"
type = "openai"
api_key = "sk-test"
[[models]]
name = "claude-sonnet-4-6"
providers = [{ name = "Main" }, { name = "router", model = "anthropic/claude-sonnet-4.6" }, { name = "router", model = "anthropic/claude-sonnet-4.5" }]
[[models]]
name = "glm-4.6"
providers = [{ name = "router", model = "z-ai/glm-4.6" }]
[[models]]
name = "GLM-4.6"
providers = [{ name = "router", model = "z-ai/glm-4.6-exp" }]
[[models]]
name = "anthropic/own"
providers = [{ name = "Main", model = "claude-opus-5" }]
[[models]]
name = "odd,name"
providers = [{ name = "Main", model = "claude-opus-5" }]
[[models]]
name = "Large[1m]"
providers = [{ name = "Main", model = "claude-opus-5" }]
[router.default]
model = "claude-sonnet-4-6"
`);

const { models, providers } = settings;
const ids = (model: ReturnType<typeof resolveName>) =>
  model?.mappings.map((mapping) => `${mapping.provider.name} ${mapping.model}`);

describe("a model's name", () => {
  test.each([
    ["claude-sonnet-4-6", "claude-sonnet-4-6"],
    ["Claude-Sonnet-4-6", "claude-sonnet-4-6"],
    ["claude-sonnet-4-6[1m]", "claude-sonnet-4-6"],
    ["CLAUDE-SONNET-4-6[1M]", "claude-sonnet-4-6"],
    ["anthropic/glm-4.6", "glm-4.6"],
    ["anthropic/glm-4.6[1m]", "glm-4.6"],
    ["GLM-4.6", "GLM-4.6"],
    ["Glm-4.6", "glm-4.6"],
    ["anthropic/own", "anthropic/own"],
    ["odd,name", "odd,name"],
    ["large", "Large[1m]"],
    ["Large[1m]", "Large[1m]"],
    ["anthropic/Large[1m]", "Large[1m]"],
    ["own", undefined],
    ["claude-sonnet-4", undefined],
    ["[1m]", undefined],
    ["", undefined],
    ["__proto__", undefined],
  ])("%s means %s", (name, expected) => {
    expect(findModel(name, models)?.name).toBe(expected);
  });
});

test("Claude Code's mark for the long context is no part of any vendor's id", async () => {
  const { models } = await settingsOf(`
[[providers]]
name = "Main"
type = "anthropic"
api_key = "sk-test"
[[models]]
name = "claude-opus-5-5[1m]"
providers = [{ name = "Main" }]
[[models]]
name = "large"
providers = [{ name = "Main", model = "claude-opus-5-5[1m]" }]
`);
  for (const name of ["claude-opus-5-5[1m]", "large"])
    expect(models.get(name)?.mappings.map(({ model }) => model)).toEqual(["claude-opus-5-5"]);
});

describe("a provider's name", () => {
  test.each([
    ["Main", "Main"],
    ["main", "Main"],
    ["ROUTER", "router"],
    ["rout", undefined],
    ["", undefined],
  ])("%s means %s", (name, expected) => {
    expect(findProvider(name, providers)?.name).toBe(expected);
  });
});

describe("a provider and a model", () => {
  test.each([
    [
      "the provider's own mappings of a defined model",
      "router,claude-sonnet-4-6",
      ["router anthropic/claude-sonnet-4.6", "router anthropic/claude-sonnet-4.5"],
    ],
    ["an id that is not defined, as it stands", "router,x-ai/grok-5", ["router x-ai/grok-5"]],
    ["a defined model that the provider does not have, as it stands", "gpt,glm-4.6", ["gpt glm-4.6"]],
    ["spaces and letter case", " MAIN , claude-opus-5[1m] ", ["Main claude-opus-5"]],
    ["an id with a comma", "router,a,b", ["router a,b"]],
    ["an id that would be auto-mapped, as it stands", "router,claude-opus-9", ["router claude-opus-9"]],
  ])("%s", (_, name, expected) => {
    expect(ids(resolveName(name, settings))).toEqual(expected);
  });

  test.each(["nobody,model", "router,", ",model", "unknown"])("%s means nothing", (name) => {
    expect(resolveName(name, settings)).toBeUndefined();
  });

  describe("named for everybody, and the provider by a header", () => {
    const at = (provider: string, name: string) => {
      const found = findProvider(provider, providers);
      return found && modelAt(found, name, "anyone", settings);
    };

    test("a defined model is served by that provider's mappings", () => {
      expect(ids(at("router", "glm-4.6"))).toEqual(["router z-ai/glm-4.6"]);
    });

    test("an auto-mapped name becomes the default model's mappings there", () => {
      expect(ids(at("Main", "claude-opus-9"))).toEqual(["Main claude-sonnet-4-6"]);
    });

    test("another vendor's model becomes what the provider has in its place", () => {
      const model = at("gpt", "claude-opus-9");
      expect(model?.mappings[0]?.standIn).toBe(true);
      expect(model?.name).toMatch(/^gpt/);
    });

    test("the provider's own model stays", () => {
      expect(ids(at("gpt", "gpt-5.2"))).toEqual(["gpt gpt-5.2"]);
    });
  });
});
