import type { Rule } from "../catalog/route-names.ts";
import type { Decision, NoRoute } from "./decision.ts";

/** A decision as it may be shown or written as JSON: without keys, addresses and headers. */
export interface Explanation {
  /** `routed`, or why there is no route. */
  outcome: "routed" | NoRoute["kind"];
  /** One plain sentence. */
  reason: string;
  rule?: Rule;
  requested?: string;
  model?: string;
  strategy?: string;
  /** In the order in which they are tried. */
  providers: { provider: string; model: string; standIn: boolean; why: string }[];
  setAside: { provider: string; model: string; why: string }[];
  tried: { rule: Rule; fired: boolean; why: string }[];
}

/** What was decided and why, for people and machines. */
export function explain(outcome: Decision | NoRoute): Explanation {
  const { tried, setAside } = outcome;
  if ("kind" in outcome) return { outcome: outcome.kind, reason: outcome.message, providers: [], setAside, tried };
  const { rule, reason, requested, model, strategy } = outcome;
  const providers = outcome.candidates.map(({ mapping, why }) => ({
    provider: mapping.provider.name,
    model: mapping.model,
    standIn: mapping.standIn,
    why,
  }));
  return { outcome: "routed", reason, rule, requested, model, strategy, providers, setAside, tried };
}

/** The same as lines of plain text, ready for a terminal. */
export function explanationText({ outcome, model, strategy, reason, ...rest }: Explanation): string {
  const { requested, providers, setAside, tried } = rest;
  const lines = tried.map(({ rule, fired, why }) => `  ${fired ? "✓" : "·"} ${rule.padEnd(RULE_WIDTH)} ${why}`);
  const sections = [["Rules, in the order in which they are tried:", ...lines]];
  if (outcome === "routed") sections.unshift([`${requested} goes to ${model}: ${reason}.`]);
  else sections.unshift([`No route: ${reason}.`]);
  if (providers.length > 0)
    sections.push([
      `Providers of ${model}, by ${strategy}:`,
      ...providers.map((each, at) => `  ${at + 1}. ${nameOf(each)}${each.standIn ? " (a stand-in)" : ""}: ${each.why}`),
    ]);
  if (setAside.length > 0) sections.push(["Set aside:", ...setAside.map((each) => `  - ${nameOf(each)}: ${each.why}`)]);
  return `${sections.map((section) => section.join("\n")).join("\n\n")}\n`;
}

const RULE_WIDTH = "subagent-tag".length;

function nameOf({ provider, model }: { provider: string; model: string }): string {
  return `${provider} → ${model}`;
}
