import { describe, expect, it } from "vitest";
import type { BudgetConfig } from "../../lib/config/schema.ts";
import { budgetKey, budgetName, budgetStates, dollars, tightest } from "../../lib/journal/budget.ts";
import { Spending } from "../../lib/journal/spending.ts";
import { answered } from "./entries.ts";

const NOW = Date.parse("2026-11-25T12:00:00");

function states(config: Partial<BudgetConfig>, spent: Record<string, number>) {
  const spending = new Spending(() => NOW);
  for (const [provider, cost] of Object.entries(spent)) spending.add(answered({ time: NOW, provider, cost }));
  const budget: BudgetConfig = {
    warn_at: 0.75,
    at_stop: "refuse",
    model: "",
    providers: {},
    routes: {},
    day: undefined,
    week: undefined,
    month: undefined,
    ...config,
  };
  return budgetStates(budget, spending);
}

describe("a budget", () => {
  it.each([
    [7.49, "free"],
    [7.5, "warn"],
    [9.99, "warn"],
    [10, "stop"],
    [12, "stop"],
  ])("of $10 with $%d spent is at %s", (cost, level) => {
    expect(states({ day: 10 }, { a: cost })).toMatchObject([{ period: "day", limit: 10, spent: cost, level }]);
  });

  it("has no state where it sets no limit", () => {
    expect(states({}, { a: 100 })).toEqual([]);
    expect(tightest([])).toBeUndefined();
  });

  it("counts each scope by itself", () => {
    const found = states(
      { month: 100, providers: { a: limits(5) }, routes: { model: limits(6), background: limits(1) } },
      { a: 5, b: 2 },
    );
    expect(found.map((state) => [budgetKey(state), state.level])).toEqual([
      ["budget.month", "free"],
      ["budget.providers.a.day", "stop"],
      ["budget.routes.model.day", "stop"],
      ["budget.routes.background.day", "free"],
    ]);
  });

  it("is told by the tightest of its limits: among those that stop, the one that lasts longest", () => {
    expect(tightest(states({ day: 10, month: 20 }, { a: 8 }))).toMatchObject({ period: "day", level: "warn" });
    expect(tightest(states({ day: 10, month: 20 }, { a: 30 }))).toMatchObject({ period: "month", level: "stop" });
  });

  it("has a name that people understand", () => {
    const [all, one] = states({ week: 1, providers: { a: { day: 1, week: undefined, month: undefined } } }, {});
    expect([all && budgetName(all), one && budgetName(one)]).toEqual([
      "this week's budget",
      "today's budget for the provider a",
    ]);
  });
});

function limits(day: number) {
  return { day, week: undefined, month: undefined };
}

it("tells dollars to the cent, and what is less as less", () => {
  expect([0, 0.004, 0.005, 1.005, 12].map(dollars)).toEqual(["$0.00", "<$0.01", "$0.01", "$1.00", "$12.00"]);
});
