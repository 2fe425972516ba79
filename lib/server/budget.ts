import type { Mapping, Settings } from "../config/settings.ts";
import { type BudgetState, budgetName, budgetStates, tightest } from "../journal/budget.ts";
import type { Spending } from "../journal/spending.ts";
import type { Decision, NoRoute } from "../routing/decision.ts";

/** What becomes of a decision once money is looked at. */
export type Budgeted =
  /** `warn`: the limit of which the client is to be told. */
  | { outcome: Decision | NoRoute; refused?: undefined; warn?: BudgetState }
  /** The limit that refuses the request. */
  | { outcome: Decision; refused: BudgetState; warn?: undefined };

/**
 * Holds a decision to the budget. What costs nothing is never stopped. A provider whose own limit is used up is set aside;
 * where a wider limit is used up, or nobody is left, the cheaper model serves, or the request is refused, as configured.
 * @param withModel decides anew, for a model by its name
 */
export function withinBudget(
  outcome: Decision | NoRoute,
  settings: Settings,
  spending: Spending | undefined,
  withModel: (model: string) => Decision | NoRoute,
): Budgeted {
  const { budget } = settings;
  if (!budget || !spending || "kind" in outcome) return { outcome };
  const states = budgetStates(budget, spending);
  if (states.length === 0) return { outcome };
  const allowed = withoutStopped(outcome, states);
  const stop = tightest(states.filter((state) => concerns(state, outcome) && state.level === "stop"));
  if (allowed.candidates.length > 0) return told(allowed, states);
  if (!stop) return { outcome };
  if (budget.at_stop === "refuse") return { outcome, refused: stop };
  const cheaper = outcome.model === budget.model ? outcome : withModel(budget.model);
  if ("kind" in cheaper) return { outcome, refused: stop };
  const affordable = withoutStopped(
    cheaper,
    states.filter(({ purpose }) => purpose.on === "provider"),
  );
  if (affordable.candidates.length === 0) return { outcome, refused: stop };
  const reason = `${budgetName(stop)} is used up, so ${budget.model} serves`;
  return { outcome: { ...affordable, rule: outcome.rule, requested: outcome.requested, reason }, warn: stop };
}

/** The decision without those whom a used-up limit stops. */
function withoutStopped(decision: Decision, states: readonly BudgetState[]): Decision {
  const stopping = states.filter((state) => state.level === "stop" && concerns(state, decision));
  if (stopping.length === 0) return decision;
  const candidates: Decision["candidates"] = [];
  const setAside = [...decision.setAside];
  for (const candidate of decision.candidates) {
    const { mapping } = candidate;
    const stop = isFree(mapping) ? undefined : stopping.find((state) => reaches(state, mapping));
    if (!stop) candidates.push(candidate);
    else
      setAside.push({ provider: mapping.provider.name, model: mapping.model, why: `${budgetName(stop)} is used up` });
  }
  return { ...decision, candidates, setAside };
}

function told(outcome: Decision, states: readonly BudgetState[]): Budgeted {
  if (outcome.candidates.every(({ mapping }) => isFree(mapping))) return { outcome };
  const warn = tightest(states.filter((state) => concerns(state, outcome) && state.level === "warn"));
  return { outcome, ...(warn && { warn }) };
}

/** A plan, a model that is given away, or one's own machine. */
function isFree({ price, provider }: Mapping): boolean {
  if (!price) return provider.type.group === "Local";
  return price.flat === true || (price.input === 0 && price.output === 0);
}

function concerns({ purpose }: BudgetState, { rule, candidates }: Decision): boolean {
  if (purpose.on === "all") return true;
  if (purpose.on === "route") return purpose.name === rule;
  return candidates.some(({ mapping }) => mapping.provider.name === purpose.name);
}

function reaches({ purpose }: BudgetState, { provider }: Mapping): boolean {
  return purpose.on !== "provider" || purpose.name === provider.name;
}
