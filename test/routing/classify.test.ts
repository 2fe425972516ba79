import { describe, expect, test } from "vitest";
import { readRequest } from "../../lib/anthropic/request.ts";
import { RULES, type Rule } from "../../lib/catalog/route-names.ts";
import { classify } from "../../lib/routing/classify.ts";
import * as claudeCode from "../support/claude-code-request.ts";
import { captures } from "../support/recordings.ts";
import { settingsOf } from "../support/settings.ts";

const ROUTES = ["websearch", "long_context", "reasoning", "background", "subagent", "compaction", "default"] as const;

const PROVIDER = '[[providers]]\nname = "p"\ntype = "anthropic"\napi_key = "sk-test"\n';
const model = (name: string) => `[[models]]\nname = "${name}"\nproviders = [{ name = "p", model = "up-${name}" }]\n`;

/** Every route leads to a model of its own, `for-NAME`. */
const ALL = [
  PROVIDER,
  ...["defined", "claude-defined", "claude-haiku-defined", "for-tag", ...ROUTES.map((name) => `for-${name}`)].map(
    model,
  ),
  ...ROUTES.map((name) => `[router.${name}]\nmodel = "for-${name}"`),
]
  .join("\n")
  .replace("[router.long_context]", "[router.long_context]\nthreshold_tokens = 2000")
  .replace("[router.compaction]", '[router.compaction]\nclasses = ["compaction", "workflow"]')
  .replace("[router.reasoning]", '[router.reasoning]\npatterns = ["thinker$"]');

const all = await settingsOf(ALL);

/** What a request must have in it for a rule to fire, and nothing that another rule looks at. */
const SIGNS: Readonly<Record<Exclude<Rule, "image">, (request: claudeCode.BuiltRequest) => void>> = {
  explicit: ({ headers }) => {
    headers["x-ccm-provider"] = "p";
  },
  websearch: ({ body }) => {
    body.tools = [{ type: "web_search_20260318", name: "web_search" }];
  },
  "subagent-tag": ({ body }) => {
    body.system = [
      { type: "text", text: "You are an agent." },
      { type: "text", text: "<CCM-SUBAGENT-MODEL>for-tag</CCM-SUBAGENT-MODEL>" },
    ];
  },
  long_context: ({ body }) => {
    body.messages.unshift({ role: "user", content: "Read this. ".repeat(4_000) });
  },
  reasoning: ({ body }) => {
    body.output_config = { effort: "max" };
  },
  background: ({ body }) => {
    body.model = "Claude-Haiku-other";
  },
  subagent: ({ headers }) => {
    headers["x-claude-code-request-class"] = "subagent";
  },
  compaction: ({ headers }) => {
    const both = headers["x-claude-code-request-class"] === "subagent";
    headers["x-claude-code-request-class"] = both ? "workflow" : "compaction";
  },
  model: ({ body }) => {
    const known: Record<string, string> = {
      "Claude-Haiku-other": "Claude-Haiku-defined",
      "claude-other": "claude-defined",
    };
    body.model = known[body.model] ?? "defined";
  },
  auto_map: ({ body }) => {
    const known: Record<string, string> = { "Claude-Haiku-other": "claude-haiku-other", defined: "claude-defined" };
    body.model = known[body.model] ?? "claude-other";
  },
  default: () => undefined,
};

/** A small request that no rule but `default` takes, with the signs of these rules. */
function requestWith(...rules: Exclude<Rule, "image">[]) {
  const built = claudeCode.mainTurn({ model: "other", bytes: 1_000, hints: false });
  for (const rule of rules) SIGNS[rule](built);
  return claudeCode.inbound(built);
}

const LEADS_TO: Readonly<Partial<Record<Rule, string>>> = {
  explicit: "other",
  "subagent-tag": "for-tag",
  model: "defined",
  auto_map: "for-default",
};

const rules = RULES.filter((rule) => rule !== "image");

describe("one rule's sign", () => {
  test.each(rules)("%s", (rule) => {
    const found = classify(requestWith(rule), all);
    expect(found.rule).toBe(rule);
    expect(found.rule && found.verdict.model?.name).toBe(LEADS_TO[rule] ?? `for-${rule}`);
  });
});

describe("two rules' signs", () => {
  const pairs = rules.flatMap((first, at) => rules.slice(at + 1).map((second) => [first, second] as const));

  test.each(pairs)("%s wins over %s", (first, second) => {
    const request = requestWith(first, second);
    const found = classify(request, all);
    expect(found.rule).toBe(first);
    // The other sign is there as well: without the first rule the second fires.
    const { tried } = found;
    expect(tried.map(({ rule }) => rule)).toEqual(rules.slice(0, rules.indexOf(first) + 1));
    expect(tried.filter(({ fired }) => fired).map(({ rule }) => rule)).toEqual([first]);
    expect(tried.every(({ why }) => why.length > 5)).toBe(true);
  });

  const routes = pairs.filter(([first]) => (ROUTES as readonly string[]).includes(first));

  test.each(routes)("%s switched off or not set leaves the request to %s", async (first, second) => {
    const header = `[router.${first}]\n`;
    const off = await settingsOf(ALL.replace(header, `${header}enabled = false\n`));
    const unset = await settingsOf(ALL.replace(`model = "for-${first}"`, 'model = ""'));
    for (const settings of [off, unset]) {
      const found = classify(requestWith(first, second), settings);
      expect(found.rule).toBe(second);
      expect(found.tried.find(({ rule }) => rule === first)?.why).toMatch(/the route is (switched off|not set)/);
    }
  });
});

describe("the recorded requests", () => {
  const expected: Record<string, Rule> = {
    "main-turn": "auto_map",
    "after-tool-result": "auto_map",
    subagent: "subagent",
    "web-search-auxiliary": "websearch",
  };
  const recorded = captures().filter(({ body }) => body);

  test.runIf(recorded.length > 0)("go where they belong, with the client's hint headers and without", () => {
    for (const { name, body, headers } of recorded) {
      const raw = Buffer.from(JSON.stringify(body));
      const { "x-claude-code-request-class": _, "x-claude-code-agent-id": __, ...bare } = headers;
      const settings = {
        ...all,
        router: { ...all.router, long_context: { ...all.router.long_context, enabled: false } },
      };
      expect([name, classify(readRequest(raw, headers), settings).rule]).toEqual([name, expected[name]]);
      expect([name, classify(readRequest(raw, bare), settings).rule]).toEqual([name, expected[name]]);
    }
  });

  test.runIf(recorded.length > 0)("a web search is background work where no route takes searches", async () => {
    const settings = await settingsOf(ALL.replace("[router.websearch]\n", "[router.websearch]\nenabled = false\n"));
    const search = recorded.find(({ name }) => name === "web-search-auxiliary");
    const raw = Buffer.from(JSON.stringify(search?.body));
    expect(classify(readRequest(raw, search?.headers ?? {}), settings).rule).toBe("background");
    expect(classify(readRequest(raw, { "user-agent": "claude-cli/2.1.330 (external, cli)" }), settings).rule).toBe(
      "background",
    );
  });
});

describe("requests as Claude Code builds them", () => {
  const roomy = {
    ...all,
    router: { ...all.router, long_context: { ...all.router.long_context, threshold_tokens: 60_000 } },
  };

  test.each([
    ["a main turn", claudeCode.mainTurn(), "auto_map"],
    ["a main turn after a tool", claudeCode.afterToolResult(), "auto_map"],
    ["a main turn late in a conversation", claudeCode.longHistory(4), "auto_map"],
    ["a main turn of 500 KB", claudeCode.mainTurn({ bytes: 500_000 }), "long_context"],
    ["a main turn with adaptive thinking and high effort", claudeCode.mainTurn({ effort: "high" }), "auto_map"],
    ["a main turn with the highest effort", claudeCode.mainTurn({ effort: "xhigh" }), "reasoning"],
    [
      "a turn with a thinking budget",
      claudeCode.mainTurn({
        change: (body) => {
          body.thinking = { type: "enabled", budget_tokens: 31_999 };
        },
      }),
      "reasoning",
    ],
    ["a model whose name matches a reasoning pattern", claudeCode.mainTurn({ model: "big-thinker" }), "reasoning"],
    ["a subagent's turn", claudeCode.subagent(), "subagent"],
    ["a subagent's turn without hints", claudeCode.subagent({ hints: false }), "subagent"],
    ["a subagent whose prompt names its model", claudeCode.subagent({ tag: " for-tag " }), "subagent-tag"],
    ["a session's title", claudeCode.title(), "background"],
    ["a session's title without hints", claudeCode.title({ hints: false }), "background"],
    ["a web search", claudeCode.webSearch(), "websearch"],
    ["a compaction", claudeCode.compaction(), "compaction"],
    [
      "a client's own class in capitals",
      claudeCode.mainTurn({ headers: { "x-claude-code-request-class": " Auxiliary " } }),
      "background",
    ],
  ] as const)("%s: %s", (_, built, rule) => {
    expect(classify(claudeCode.inbound(built), roomy).rule).toBe(rule);
  });
});

describe("details", () => {
  const reasonOf = (built: claudeCode.BuiltRequest, settings = all) => {
    const { tried } = classify(claudeCode.inbound(built), settings);
    return Object.fromEntries(tried.map(({ rule, why }) => [rule, why]));
  };

  test("a tool of the client's that is called WebSearch is no web search", () => {
    const built = claudeCode.mainTurn({
      bytes: 1_000,
      change: (body) => {
        body.tools = [{ name: "WebSearch" }];
      },
    });
    expect(reasonOf(built).websearch).toBe("no tool's type begins with web_search");
  });

  test("a tag that names nothing is told and passed over", () => {
    const why = reasonOf(claudeCode.subagent({ tag: "nowhere" }))["subagent-tag"];
    expect(why).toBe('the subagent\'s prompt asks for "nowhere", which is not defined');
  });

  test("a tag may name a provider and its model", () => {
    const found = classify(claudeCode.inbound(claudeCode.subagent({ tag: "p,their-model" })), all);
    expect(found.rule && found.verdict.model?.mappings[0]?.model).toBe("their-model");
  });

  test("without a router only named providers and defined models count", async () => {
    const off = await settingsOf(`[router]\nenabled = false\n${ALL}`);
    const ruleOf = (...signs: Exclude<Rule, "image">[]) => classify(requestWith(...signs), off).rule;
    expect(ruleOf("explicit", "websearch")).toBe("explicit");
    expect(ruleOf("websearch", "subagent-tag", "long_context", "reasoning", "model")).toBe("model");
    expect(ruleOf("auto_map")).toBeUndefined();
  });

  test("a defined model is never auto-mapped, and auto-map can be switched off", async () => {
    expect(classify(requestWith("model", "auto_map"), all).rule).toBe("model");
    const off = await settingsOf(`[router]\nauto_map = ""\n${ALL}`);
    const found = classify(requestWith("auto_map"), off);
    expect(found.rule).toBe("default");
    expect(found.tried.find(({ rule }) => rule === "auto_map")?.why).toBe("auto-map is switched off");
  });

  test("auto-map needs a default route to lead to", async () => {
    const off = await settingsOf(ALL.replace("[router.default]\n", "[router.default]\nenabled = false\n"));
    const found = classify(requestWith("auto_map"), off);
    expect(found.rule).toBeUndefined();
    expect(found.tried.at(-2)?.why).toBe('"claude-other" matches ^claude-, but there is no default route');
  });

  test("a name of 10 KB is judged by every rule, against patterns that invite backtracking, and not repeated in full", async () => {
    const patterns = '["(a+)+$", "(a|aa)+b", "(?i)claude.*haiku.*haiku"]';
    const inviting = await settingsOf(
      ALL.replace("[router.background]", `[router.background]\npatterns = ${patterns}`).replace(
        'patterns = ["thinker$"]',
        `patterns = ${patterns}`,
      ),
    );
    const name = `claude-${"a".repeat(10_000)}!`;
    const { tried } = classify(claudeCode.inbound(claudeCode.title({ model: name, hints: false })), inviting);
    expect(tried.map(({ rule }) => rule)).toEqual(rules.slice(0, rules.indexOf("background") + 1));
    const hostile = claudeCode.mainTurn({ model: name, bytes: 11_000, hints: false });
    const found = classify(claudeCode.inbound(hostile), {
      ...inviting,
      router: { ...inviting.router, long_context: { ...inviting.router.long_context, enabled: false } },
    });
    expect(found.tried.map(({ why }) => why.length).every((length) => length < 200)).toBe(true);
  });
});
