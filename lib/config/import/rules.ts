import type { Path } from "../faults.ts";
import type { Account } from "./account.ts";
import type { Chains, Target } from "./chains.ts";

/** What version 3's rules come to. */
export interface ImportedRules {
  background?: { model: string; patterns: string[] };
}

const MODEL = "request.body.model";

/** The field by which a rule or its condition says how a requested name is compared. */
const COMPARISONS: Readonly<Record<string, (right: string) => string>> = {
  "==": (right) => `^${escapeRegExp(right)}$`,
  contains: escapeRegExp,
  "starts-with": (right) => `^${escapeRegExp(right)}`,
};

/**
 * Rules that compare the requested name and put another in its place can be said here: one name is a model of its own, and the
 * small models' names are the background route. Everything else is named.
 * @param after what is asked when a rule's own chain is at its end
 */
export function importRules(account: Account, at: Path, chains: Chains, after: readonly Target[]): ImportedRules {
  const result: ImportedRules = {};
  for (const rule of account.list(...at)) {
    const title = titleOf(account, rule);
    const say = (message: string) => account.say(rule, `the rule ${title} ${message}`);
    if (account.peek(...rule, "enabled") === false) {
      say("is switched off, so it was left out.");
      continue;
    }
    const compared = comparisonOf(account, rule);
    const target = targetOf(account, rule, chains);
    if (account.peek(...rule, "type") === "script" || account.peek(...rule, "script") !== undefined) {
      say("runs a script, which cannot be converted.");
    } else if (!compared || !target) {
      say("does something else than to put one model in the place of another, which cannot be converted.");
    } else {
      const chain = [target, ...fallbackOf(account, [...rule, "fallback"], chains), ...after];
      if (compared.operator === "==") {
        account.take(...rule);
        chains.nameFor(chain, compared.right);
      } else if (/haiku/i.test(compared.right) && !result.background) {
        account.take(...rule);
        const pattern = COMPARISONS[compared.operator]?.(compared.right) ?? "";
        result.background = { model: chains.nameFor(chain), patterns: [pattern] };
      } else {
        say(`is for all names with "${compared.right}". Here each name is a [[models]] entry of its own: write them.`);
      }
    }
  }
  return result;
}

/** `{mode: "model-chain", models}`; other modes are for the caller to account for. */
export function fallbackOf(account: Account, at: Path, chains: Chains): Target[] {
  if (account.peek(...at, "mode") !== "model-chain") return [];
  account.take(...at, "mode");
  account.take(...at, "retryCount");
  return chains.targets(account, ...at, "models");
}

function titleOf(account: Account, rule: Path): string {
  const name = account.peek(...rule, "name") ?? account.peek(...rule, "id");
  return typeof name === "string" && name !== "" ? `"${name}"` : "without a name";
}

function comparisonOf(account: Account, rule: Path): { operator: string; right: string } | undefined {
  const pattern = account.peek(...rule, "pattern");
  if (account.peek(...rule, "type") === "model-prefix" && typeof pattern === "string")
    return { operator: "starts-with", right: pattern };
  const [left, operator, right] = ["left", "operator", "right"].map((key) => account.peek(...rule, "condition", key));
  const isKnown = left === MODEL && typeof operator === "string" && operator in COMPARISONS;
  return isKnown && typeof right === "string" && right !== "" ? { operator, right } : undefined;
}

/** The model that the rule puts in; undefined where it does anything besides. */
function targetOf(account: Account, rule: Path, chains: Chains): Target | undefined {
  const several = account.list(...rule, "rewrites");
  const rewrites = several.length > 0 ? several : account.peek(...rule, "rewrite") ? [[...rule, "rewrite"]] : [];
  const [first, ...others] = rewrites;
  if (!first) return chains.target(account, ...rule, "target");
  const operation = account.peek(...first, "operation") ?? "set";
  const isPlain = others.length === 0 && account.peek(...first, "key") === MODEL && operation === "set";
  return isPlain ? chains.target(account, ...first, "value") : undefined;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
