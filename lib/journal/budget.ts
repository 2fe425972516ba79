import type { BudgetConfig } from "../config/schema.ts";
import { PERIODS, type Period } from "./calendar.ts";
import type { Purpose, Spending } from "./spending.ts";

/** A limit of the configuration and how far it is used up. */
export interface BudgetState {
  period: Period;
  purpose: Purpose;
  /** US dollars. */
  limit: number;
  spent: number;
  /** Epoch ms: when the period is over and the limit is free again. */
  resetsAt: number;
  /** `warn`: the user shall be told. `stop`: no more of it. */
  level: "free" | "warn" | "stop";
}

/** Every limit that is set, with what was spent of it. */
export function budgetStates(budget: BudgetConfig, spending: Spending): BudgetState[] {
  const scopes: [Purpose, Partial<Record<Period, number | undefined>>][] = [
    [{ on: "all" }, budget],
    ...Object.entries(budget.providers).map(([name, limits]): (typeof scopes)[number] => [
      { on: "provider", name },
      limits,
    ]),
    ...Object.entries(budget.routes).map(([name, limits]): (typeof scopes)[number] => [{ on: "route", name }, limits]),
  ];
  return scopes.flatMap(([purpose, limits]) =>
    PERIODS.flatMap((period) => {
      const limit = limits[period];
      return limit === undefined ? [] : [stateOf(purpose, period, limit, budget.warn_at, spending)];
    }),
  );
}

function stateOf(purpose: Purpose, period: Period, limit: number, warnAt: number, spending: Spending): BudgetState {
  const spent = spending.spent(period, purpose);
  const level = spent >= limit ? "stop" : spent >= limit * warnAt ? "warn" : "free";
  return { period, purpose, limit, spent, resetsAt: spending.span(period).to, level };
}

/** The one that matters most: of those that stop the one that ends last, else the one that is used up furthest. */
export function tightest(states: readonly BudgetState[]): BudgetState | undefined {
  const stopped = states.filter(({ level }) => level === "stop");
  if (stopped.length > 0) return stopped.reduce((a, b) => (b.resetsAt > a.resetsAt ? b : a));
  return states.reduce<BudgetState | undefined>((a, b) => (!a || shareUsed(b) > shareUsed(a) ? b : a), undefined);
}

/** From 0 on; 1 when all is spent. */
export function shareUsed({ spent, limit }: BudgetState): number {
  return spent / limit;
}

const PERIOD_WORDS: Readonly<Record<Period, string>> = { day: "today's", week: "this week's", month: "this month's" };

/** `today's budget`, `this month's budget for the provider openrouter`. */
export function budgetName({ period, purpose }: BudgetState): string {
  const scope = purpose.on === "all" ? "" : ` for the ${purpose.on} ${purpose.name}`;
  return `${PERIOD_WORDS[period]} budget${scope}`;
}

/** Where the limit stands in the configuration. */
export function budgetKey({ period, purpose }: BudgetState): string {
  return purpose.on === "all" ? `budget.${period}` : `budget.${purpose.on}s.${purpose.name}.${period}`;
}

/** `$12.34`; what is less than a cent, but not nothing, is told as such. */
export function dollars(amount: number): string {
  const cents = amount.toFixed(2);
  return amount > 0 && cents === "0.00" ? "<$0.01" : `$${cents}`;
}

/** A limit as `GET /api/usage` and `ccmctl usage --json` tell it. */
export interface BudgetView {
  /** Where it stands in the configuration, `budget.providers.openrouter.day`: names it among the others. */
  key: string;
  /** In words, `today's budget for the provider openrouter`. */
  title: string;
  period: Period;
  on: Purpose["on"];
  /** Of the provider or route; absent for the limit on everything. */
  name?: string;
  /** US dollars. */
  limit: number;
  spent: number;
  /** Never below nothing: requests under way when a limit is reached are finished. */
  left: number;
  /** 1 when all is spent; more when the limit was passed. */
  used: number;
  state: BudgetState["level"];
  /** Epoch ms: when `spent` begins at nothing again. */
  resets_at: number;
}

/** Every limit that is set, in the order of the configuration. */
export function budgetViews(budget: BudgetConfig, spending: Spending): BudgetView[] {
  return budgetStates(budget, spending).map((state) => {
    const { period, purpose, limit, spent, level, resetsAt } = state;
    return {
      key: budgetKey(state),
      title: budgetName(state),
      period,
      on: purpose.on,
      ...(purpose.on !== "all" && { name: purpose.name }),
      limit,
      spent,
      left: Math.max(0, limit - spent),
      used: shareUsed(state),
      state: level,
      resets_at: resetsAt,
    };
  });
}
