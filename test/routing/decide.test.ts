import { describe, expect, test } from "vitest";
import type { Capabilities } from "../../lib/catalog/types.ts";
import type { Settings } from "../../lib/config/settings.ts";
import { decide } from "../../lib/routing/decide.ts";
import type { Decision, HealthView, NoRoute } from "../../lib/routing/decision.ts";
import * as claudeCode from "../support/claude-code-request.ts";
import { healthy, settingsOf } from "../support/settings.ts";

const NOW = 1_000_000;

const provider = (name: string, more = 'api_key = "sk-test"') =>
  `[[providers]]\nname = "${name}"\ntype = "openai-compatible"\nbase_url = "http://127.0.0.1:9/v1"\n${more}`;

function decided(
  built: claudeCode.BuiltRequest,
  settings: Settings,
  health: HealthView = healthy(),
): Decision | NoRoute {
  return decide(claudeCode.inbound(built), settings, health, () => 0.5, NOW);
}

function order(outcome: Decision | NoRoute): string[] {
  return "candidates" in outcome
    ? outcome.candidates.map(({ mapping }) => `${mapping.provider.name} ${mapping.model}`)
    : [];
}

describe("a decision", () => {
  test("tells what was asked for, what serves, in which order, and why", async () => {
    const settings = await settingsOf(`
${provider("one")}
${provider("two")}
[[models]]
name = "main"
providers = [{ name = "two", model = "m2", priority = 2 }, { name = "one", model = "m1", priority = 1 }]
[router.default]
model = "main"
`);
    expect(decided(claudeCode.mainTurn(), settings)).toMatchObject({
      rule: "auto_map",
      reason: '"claude-opus-5-5" matches ^claude-',
      requested: "claude-opus-5-5",
      model: "main",
      strategy: "priority",
      setAside: [],
      candidates: [
        { mapping: { model: "m1" }, why: "priority 1" },
        { mapping: { model: "m2" }, why: "priority 2" },
      ],
    });
  });

  test("of a name that leads nowhere lists the defined ones", async () => {
    const settings = await settingsOf(
      `${provider("one")}\n[[models]]\nname = "main"\nproviders = [{ name = "one", model = "m" }]`,
    );
    expect(decided(claudeCode.mainTurn({ model: "gpt-9" }), settings)).toMatchObject({
      kind: "unknown_model",
      message: 'no model is called "gpt-9", and no route takes it; defined are: main',
      setAside: [],
    });
  });

  test("of a provider that does not exist lists the defined ones", async () => {
    const settings = await settingsOf(provider("one"));
    for (const built of [
      claudeCode.mainTurn({ model: "nobody,m" }),
      claudeCode.mainTurn({ headers: { "x-provider": "nobody" } }),
    ])
      expect(decided(built, settings)).toMatchObject({
        kind: "unknown_provider",
        message: 'there is no provider "nobody"; defined are: one',
        tried: [{ rule: "explicit", fired: false }],
      });
    expect(decided(claudeCode.mainTurn({ model: "one," }), settings)).toMatchObject({ kind: "unknown_model" });
  });

  test("for a named provider goes there and nowhere else, whatever the routes say", async () => {
    const settings = await settingsOf(`
${provider("one")}
${provider("two")}
[[models]]
name = "main"
providers = [{ name = "one", model = "m1" }, { name = "two", model = "m2" }]
[router.default]
model = "main"
[router.background]
model = "main"
`);
    expect(order(decided(claudeCode.title({ headers: { "x-ccm-provider": "TWO" } }), settings))).toEqual(["two m2"]);
    expect(order(decided(claudeCode.title({ headers: { "x-ccm-provider": " " } }), settings))).toEqual([
      "one m1",
      "two m2",
    ]);
    expect(order(decided(claudeCode.mainTurn({ model: "two,other/id" }), settings))).toEqual(["two other/id"]);
  });

  test("may list fifty models at most", async () => {
    const many = Array.from(
      { length: 60 },
      (_, at) => `[[models]]\nname = "m${at}"\nproviders = [{ name = "one", model = "m" }]`,
    );
    const outcome = decided(
      claudeCode.mainTurn({ model: "x" }),
      await settingsOf([provider("one"), ...many].join("\n")),
    );
    expect("message" in outcome && outcome.message).toMatch(/m49 and 10 more$/);
  });
});

describe("who is set aside", () => {
  const TWO = `
${provider("able")}
${provider("other")}
[[models]]
name = "m"
providers = [{ name = "other", model = "o" }, { name = "able", model = "a" }]
`;

  async function withCapabilities(capabilities: Capabilities, of: "other" | "both" = "other"): Promise<Settings> {
    const settings = await settingsOf(TWO);
    const model = settings.models.get("m");
    const mappings = model?.mappings.map((mapping) =>
      of === "both" || mapping.provider.name === "other" ? { ...mapping, capabilities } : mapping,
    );
    return { ...settings, models: new Map(model && mappings ? [["m", { ...model, mappings }]] : []) };
  }

  const ask = { model: "m", bytes: 20_000 };
  const change = (body: object) => ({ ...ask, change: (whole: object) => Object.assign(whole, body) });
  const begun = claudeCode.mainTurn({
    ...ask,
    change: (body) => body.messages.push({ role: "assistant", content: "So" }),
  });

  test.each([
    [
      "an image",
      { vision: false },
      claudeCode.withImage("message", ask),
      "it cannot see, and the request shows an image",
    ],
    [
      "an image in a tool's result",
      { vision: false },
      claudeCode.withImage("tool_result", ask),
      "it cannot see, and the request shows an image",
    ],
    [
      "tools",
      { tools: false },
      claudeCode.mainTurn({ model: "m" }),
      "it cannot use tools, and the request brings some",
    ],
    [
      "a long prompt",
      { contextWindow: 2_000 },
      claudeCode.mainTurn(ask),
      /^prompt is too long: \d+ tokens > 2000 maximum$/,
    ],
    [
      "much thinking",
      { maxOutput: 8_192 },
      claudeCode.mainTurn(change({ thinking: { type: "enabled", budget_tokens: 31_999 } })),
      "it answers with 8,192 tokens at most, and the thinking alone may take 31,999",
    ],
    [
      "structured output",
      { structuredOutput: false },
      claudeCode.title({ model: "m" }),
      "it cannot keep to a given output format",
    ],
    ["an answer to be continued", { prefill: false }, begun, "it does not continue an answer that was begun"],
  ] as const)("one that cannot serve %s, when another can", async (_, capabilities, built, why) => {
    const outcome = decided(built, await withCapabilities(capabilities));
    expect(order(outcome)).toEqual(["able a"]);
    expect(outcome.setAside).toEqual([{ provider: "other", model: "o", why: expect.stringMatching(why) }]);
  });

  test.each([
    ["vision without an image", { vision: false }, claudeCode.mainTurn(ask)],
    ["tools without tools", { tools: false }, claudeCode.title({ model: "m" })],
    ["a window that may just hold the prompt", { contextWindow: 6_000 }, claudeCode.mainTurn(ask)],
    ["an output limit below the client's usual max_tokens", { maxOutput: 8_192 }, claudeCode.mainTurn(ask)],
    ["reasoning outside of the reasoning route", { reasoning: false }, claudeCode.mainTurn(ask)],
    ["nothing that is known", {}, claudeCode.withImage("message", ask)],
  ] as const)("nobody for lack of %s", async (_, capabilities, built) => {
    expect(order(decided(built, await withCapabilities(capabilities)))).toEqual(["other o", "able a"]);
  });

  test("one that does not reason, on the reasoning route", async () => {
    const { models } = await withCapabilities({ reasoning: false });
    const settings = { ...(await settingsOf(`${TWO}[router.reasoning]\nmodel = "m"`)), models };
    const outcome = decided(claudeCode.mainTurn({ effort: "max" }), settings);
    expect(outcome).toMatchObject({
      rule: "reasoning",
      setAside: [{ provider: "other", why: "it does not reason, and the request asks for it" }],
    });
  });

  test("nobody who would only serve worse, when nobody serves better", async () => {
    const outcome = decided(
      claudeCode.title({ model: "m" }),
      await withCapabilities({ structuredOutput: false }, "both"),
    );
    expect(order(outcome)).toEqual(["other o", "able a"]);
    expect(outcome.setAside).toEqual([]);
  });

  test("when all are, there is no route, and the message says what of whom", async () => {
    const outcome = decided(claudeCode.withImage("message", ask), await withCapabilities({ vision: false }, "both"));
    expect(outcome).toMatchObject({
      kind: "incapable",
      message:
        'no provider of "m" can serve this request: other (o): it cannot see, and the request shows an image; able (a): it cannot see, and the request shows an image',
    });
  });

  test("a prompt that is too long for all is told in words on which Claude Code shortens it", async () => {
    const outcome = decided(claudeCode.mainTurn(ask), await withCapabilities({ contextWindow: 2_000 }, "both"));
    expect(outcome).toMatchObject({
      kind: "incapable",
      message: expect.stringMatching(/prompt is too long: \d+ tokens > 2000 maximum/),
    });
  });

  test.each([
    ["switched off", 'api_key = "sk-test"\nenabled = false', "it is switched off"],
    ["without a key", 'auth_type = "api_key"', "it has no API key"],
  ])("one that is %s", async (_, more, why) => {
    const settings = await settingsOf(TWO.replace(provider("other"), provider("other", more)));
    const outcome = decided(claudeCode.mainTurn(ask), settings);
    expect(order(outcome)).toEqual(["able a"]);
    expect(outcome.setAside).toEqual([{ provider: "other", model: "o", why }]);
    const alone = decided(claudeCode.mainTurn({ headers: { "x-ccm-provider": "other" } }), settings);
    expect(alone).toMatchObject({ kind: "no_provider", setAside: [{ provider: "other" }] });
  });

  test.each([
    ["none is needed", 'auth_type = "none"'],
    ["a header of its own carries one", 'auth_type = "api_key"\nheaders = { Authorization = "Bearer x" }'],
  ])("nobody for lack of a key where %s", async (_, more) => {
    const settings = await settingsOf(TWO.replace(provider("other"), provider("other", more)));
    expect(order(decided(claudeCode.mainTurn(ask), settings))).toEqual(["other o", "able a"]);
  });

  test("a model without providers has no route", async () => {
    const settings = await settingsOf('[[models]]\nname = "m"');
    expect(decided(claudeCode.mainTurn(ask), settings)).toMatchObject({
      kind: "no_provider",
      message: '"m" has no providers',
    });
  });
});

describe("the image route", () => {
  const CONFIG = `
${provider("one")}
[[models]]
name = "blind"
providers = [{ name = "one", model = "b", capabilities = { vision = false } }]
[[models]]
name = "seeing"
providers = [{ name = "one", model = "s", capabilities = { vision = true } }]
[router.default]
model = "blind"
[router.image]
model = "seeing"
`;
  const shown = claudeCode.withImage("tool_result", { bytes: 20_000 });

  test("takes what the chosen model cannot see", async () => {
    const outcome = decided(shown, await settingsOf(CONFIG));
    expect(outcome).toMatchObject({
      rule: "image",
      model: "seeing",
      reason: 'the request shows an image, which "blind" cannot see',
    });
    expect(outcome.tried.slice(-2)).toMatchObject([
      { rule: "auto_map", fired: true },
      { rule: "image", fired: true },
    ]);
  });

  test("leaves alone what shows nothing, or what the chosen model can see", async () => {
    const settings = await settingsOf(CONFIG);
    expect(decided(claudeCode.mainTurn(), settings)).toMatchObject({ rule: "auto_map", model: "blind" });
    expect(decided(claudeCode.withImage("message", { model: "seeing" }), settings)).toMatchObject({
      rule: "model",
      model: "seeing",
    });
  });

  test("does not overrule a provider that was named", async () => {
    const settings = await settingsOf(CONFIG);
    expect(decided(claudeCode.withImage("message", { model: "one,blind" }), settings)).toMatchObject({
      kind: "incapable",
    });
  });

  test("switched off or not set leaves no way", async () => {
    for (const off of [
      CONFIG.replace("[router.image]", "[router.image]\nenabled = false"),
      CONFIG.slice(0, CONFIG.indexOf("[router.image]")),
    ]) {
      const outcome = decided(shown, await settingsOf(off));
      expect(outcome).toMatchObject({ kind: "incapable" });
      expect(outcome.tried.at(-1)).toMatchObject({ rule: "image", fired: false });
    }
  });
});

describe("groups and cooldowns", () => {
  const names = ["a", "b", "c"];
  const config = (strategy: string, mappings: string[], priorities = [1, 1, 1]) => `
${names.map((name, at) => provider(name, `api_key = "sk-test"\npriority = ${priorities[at]}`)).join("\n")}
[[models]]
name = "m"
strategy = "${strategy}"
providers = [${mappings.map((more, at) => `{ name = "${names[at]}", model = "x", price = { input = ${3 - at}.0, output = 1.0 }${more} }`).join(", ")}]
`;
  const ask = claudeCode.mainTurn({ model: "m", bytes: 1_000 });
  const cooling = (rest: Record<string, number>) => healthy({ coolingUntil: (name) => NOW + (rest[name] ?? 0) });
  const firsts = (outcome: Decision | NoRoute) => order(outcome).map((name) => name[0]);

  test("equal priorities keep the order of the file", async () => {
    expect(firsts(decided(ask, await settingsOf(config("priority", ["", "", ""]))))).toEqual(["a", "b", "c"]);
  });

  test("where mappings state priorities, the cheapest of the best group goes first and the next group is behind", async () => {
    const settings = await settingsOf(config("cost", [", priority = 1", ", priority = 1", ", priority = 2"]));
    expect(firsts(decided(ask, settings))).toEqual(["b", "a", "c"]);
  });

  test.each(["cost", "latency", "load-balance"])(
    "providers' own priorities make no groups for %s",
    async (strategy) => {
      const settings = await settingsOf(config(strategy, ["", "", ""], [1, 2, 3]));
      const outcomes = Array.from({ length: 60 }, (_, at) => {
        const health = healthy({ timeToFirstToken: (name) => (name === "c" ? 100 : 900) });
        return firsts(
          decided(claudeCode.mainTurn({ model: "m", bytes: 1_000, session: `s${at}` }), settings, health),
        )[0];
      });
      expect(outcomes).toContain("c");
    },
  );

  test("two balanced accounts take turns by conversation, and the fallback stays behind them", async () => {
    const settings = await settingsOf(config("load-balance", [", priority = 1", ", priority = 1", ", priority = 2"]));
    const orders = Array.from({ length: 100 }, (_, at) =>
      firsts(decided(claudeCode.mainTurn({ model: "m", bytes: 1_000, session: `s${at}` }), settings)),
    );
    expect(orders.every((names) => names[2] === "c")).toBe(true);
    expect(orders.filter(([name]) => name === "a").length).toBeGreaterThan(30);
    expect(orders.filter(([name]) => name === "b").length).toBeGreaterThan(30);
  });

  test.each(["priority", "load-balance", "cost", "latency"])(
    "who cools down goes last, the soonest back before others: %s",
    async (strategy) => {
      const settings = await settingsOf(config(strategy, [", priority = 1", ", priority = 2", ", priority = 3"]));
      const outcome = decided(ask, settings, cooling({ a: 9_000, b: 4_500 }));
      expect(firsts(outcome)).toEqual(["c", "b", "a"]);
      expect("candidates" in outcome && outcome.candidates.map(({ why }) => why).slice(1)).toEqual([
        "cooling down for 5 s",
        "cooling down for 9 s",
      ]);
      expect(firsts(decided(ask, settings, cooling({ a: 0, b: -1 })))).toEqual(["a", "b", "c"]);
    },
  );

  test("a model alone may cool down at a provider that is well", async () => {
    const settings = await settingsOf(
      `${provider("a")}\n[[models]]\nname = "m"\nproviders = [{ name = "a", model = "x" }, { name = "a", model = "y" }]`,
    );
    const health = healthy({ coolingUntil: (_, model) => (model === "x" ? NOW + 1_000 : 0) });
    expect(order(decided(ask, settings, health))).toEqual(["a y", "a x"]);
  });
});
