import type { RouteName, Rule } from "../../catalog/route-names.ts";
import type { ConfigTree } from "../../config/schema.ts";

type Router = ConfigTree["router"];

/** Short names of the routing rules, as they stand on pills. */
export const RULE_WORDS = {
  explicit: "asked for by name",
  websearch: "web search",
  "subagent-tag": "subagent tag",
  long_context: "long context",
  reasoning: "reasoning",
  background: "background",
  subagent: "subagent",
  compaction: "compaction",
  model: "defined model",
  auto_map: "auto-map",
  default: "default",
  image: "image",
} as const satisfies Record<Rule, string>;

/** @param rule of a journal entry: one of the rules, or `none` where none led anywhere */
export function ruleWord(rule: string): string {
  return rule in RULE_WORDS ? RULE_WORDS[rule as Rule] : "no route";
}

/** One step of the router, in the order in which steps are tried. */
export interface RouteStep {
  rule: Rule;
  title: string;
  /** When it fires, in words. */
  when: string;
  /** The key under `[router]` that sets it; absent for rules that need no setting. */
  route?: RouteName;
}

/** The router's steps in words, with the patterns and thresholds of this configuration. */
export function routeSteps(router: Router): RouteStep[] {
  const { reasoning, background, subagent, compaction, long_context } = router;
  return [
    {
      rule: "explicit",
      title: "Asked for by name",
      when: "the request names a provider: header x-ccm-provider, or a model written PROVIDER,MODEL",
    },
    {
      rule: "websearch",
      title: "Web search",
      when: "a tool's type begins with web_search",
      route: "websearch",
    },
    {
      rule: "subagent-tag",
      title: "Subagent tag",
      when: "the system text holds <CCM-SUBAGENT-MODEL>name</CCM-SUBAGENT-MODEL>",
    },
    {
      rule: "long_context",
      title: "Long context",
      when: `the prompt is longer than ${long_context.threshold_tokens.toLocaleString("en")} tokens`,
      route: "long_context",
    },
    {
      rule: "reasoning",
      title: "Reasoning",
      when: either([
        listed("thinking is", reasoning.thinking),
        listed("effort is", reasoning.efforts),
        listed("the name matches", reasoning.patterns),
      ]),
      route: "reasoning",
    },
    {
      rule: "background",
      title: "Background",
      when: either([
        listed("the name matches", background.patterns),
        listed("the request's class is", background.classes),
      ]),
      route: "background",
    },
    {
      rule: "subagent",
      title: "Subagent",
      when: either([listed("the request's class is", subagent.classes)]),
      route: "subagent",
    },
    {
      rule: "compaction",
      title: "Compaction",
      when: either([listed("the request's class is", compaction.classes)]),
      route: "compaction",
    },
    { rule: "model", title: "Defined model", when: "a model of that very name is defined" },
    {
      rule: "auto_map",
      title: "Auto-map",
      when: router.auto_map === "" ? "never: it is switched off" : `the name matches ${router.auto_map}`,
    },
    { rule: "default", title: "Default", when: "nothing else has decided", route: "default" },
    {
      rule: "image",
      title: "Image",
      when: "the request shows an image, and the model chosen so far cannot see",
      route: "image",
    },
  ];
}

function listed(verb: string, values: readonly string[]): string {
  return values.length === 0 ? "" : `${verb} ${values.join(" or ")}`;
}

function either(signs: string[]): string {
  return signs.filter((sign) => sign !== "").join(", or ") || "never: it has no sign to go by";
}
