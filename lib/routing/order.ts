import type { Mapping, Model } from "../config/settings.ts";
import { byCost } from "./cost.ts";
import type { Candidate } from "./decision.ts";
import { byLatency } from "./latency.ts";
import { byShare } from "./load-balance.ts";
import { byPriority } from "./priority.ts";
import type { Circumstances, Strategy } from "./strategy.ts";

const STRATEGIES: Readonly<Record<Model["strategy"], Strategy>> = {
  priority: byPriority,
  "load-balance": byShare,
  cost: byCost,
  latency: byLatency,
};

/**
 * The mappings in the order in which they are to be tried: by the model's strategy, those whose provider is cooling down
 * at the end, the one that is back soonest first.
 *
 * Where the mappings state priorities, the strategies other than `priority` order within the mappings of one number, and
 * the next number is the fallback: two balanced accounts first, another vendor behind them.
 */
export function order(mappings: readonly Mapping[], at: Circumstances): Candidate[] {
  const cooling: { mapping: Mapping; until: number }[] = [];
  const ready: Mapping[] = [];
  for (const mapping of mappings) {
    const until = at.health.coolingUntil(mapping.provider.name, mapping.model);
    if (until > at.now) cooling.push({ mapping, until });
    else ready.push(mapping);
  }
  const candidates = groups(ready, at.model).flatMap((group) => STRATEGIES[at.model.strategy](group, at));
  const last = cooling
    .sort((a, b) => a.until - b.until)
    .map(({ mapping, until }) => ({ mapping, why: `cooling down for ${Math.ceil((until - at.now) / 1000)} s` }));
  return [...candidates, ...last];
}

function groups(mappings: readonly Mapping[], { strategy, mappings: all }: Model): Mapping[][] {
  if (strategy === "priority" || !all.some(({ ownPriority }) => ownPriority)) return [[...mappings]];
  const byNumber = new Map<number, Mapping[]>();
  for (const mapping of mappings) byNumber.set(mapping.priority, [...(byNumber.get(mapping.priority) ?? []), mapping]);
  return [...byNumber].sort(([a], [b]) => a - b).map(([, group]) => group);
}
