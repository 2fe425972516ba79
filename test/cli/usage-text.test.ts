import { describe, expect, it } from "vitest";
import { requestTable } from "../../lib/cli/request-table.ts";
import { painter, widthOf } from "../../lib/cli/terminal.ts";
import { budgetText, usageText } from "../../lib/cli/usage-text.ts";
import type { BudgetView } from "../../lib/journal/budget.ts";
import { noSums } from "../../lib/journal/tally.ts";
import type { UsageGroup, UsageReport } from "../../lib/journal/usage-report.ts";
import { answered } from "../journal/entries.ts";

const paint = painter(false);
const LONG = "anthropic/claude-sonnet-4-5-20250929-of-a-reseller-with-a-long-name";

function group(name: string, sums: Partial<UsageGroup> = {}): UsageGroup {
  return { name, ...noSums(), ...sums };
}

function report(items: UsageGroup[], total: Partial<UsageGroup> = {}): UsageReport {
  return { since: "2026-11-18", by: "model", items, total: group("total", total) };
}

describe("usage in a terminal", () => {
  it("fits, however long the names and large the figures", () => {
    const large = {
      requests: 123_456,
      failures: 9_999,
      input: 4_380_000_000,
      output: 35_000_000,
      cost: 2_473.7,
      saved: -1_239.46,
    };
    const lines = usageText(report([group(LONG, large), group("硅基流动".repeat(12), large)], large), {
      paint,
      columns: 80,
    });
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(80);
    expect(lines.join("\n")).toMatch(/^anth\S+…\S+name +123456 +9999 +4\.38B .*\$2473\.70 +-\$1239\.46$/m);
  });

  it("shortens nothing where nobody watches", () => {
    expect(usageText(report([group(LONG)]), { paint })[1]).toContain(LONG);
  });

  it("tells what is not known as unknown, and a loss of less than a cent as none", () => {
    const lines = usageText(
      report(
        [
          group("free"),
          group("dark", { requests: 2, unpriced: 2 }),
          group("half", { cost: 1, unpriced: 1, saved: -0.001 }),
        ],
        {
          unpriced: 3,
        },
      ),
      { paint },
    );
    expect(lines[1]).toMatch(/^free .* \$0\.00 +\$0\.00$/);
    expect(lines[2]).toMatch(/^dark .* unknown +\$0\.00$/);
    expect(lines[3]).toMatch(/^half .* \$1\.00\+\? +\$0\.00$/);
    expect(lines.at(-1)).toBe("3 answers of unknown cost are not in it.");
  });

  it("says that there is nothing", () => {
    expect(usageText(report([]), { paint })).toEqual(["No request since 2026-11-18."]);
  });
});

describe("the budget below it", () => {
  const day: BudgetView = {
    ...{ key: "budget.day", title: "today's budget", period: "day", on: "all", limit: 5, spent: 4.1, left: 0.9 },
    ...{ used: 0.82, state: "warn", resets_at: new Date("2026-11-25T00:00:00").getTime() },
  };

  it("tells how much is used of each limit and until when, and what happens beyond", () => {
    expect(budgetText([], { at_stop: "refuse", model: "" }, { paint })).toEqual([]);
    expect(budgetText([day], { at_stop: "refuse", model: "" }, { paint })).toEqual([
      "",
      "Budget",
      "  today's budget  $4.10 of $5.00  82 %  until Wed 25 Nov, 00:00",
    ]);
    const over: BudgetView = { ...day, spent: 5, used: 1, left: 0, state: "stop" };
    expect(budgetText([over], { at_stop: "refuse", model: "" }, { paint }).at(-1)).toContain("requests are refused");
    expect(budgetText([over], { at_stop: "cheaper", model: "tiny" }, { paint }).at(-1)).toContain(
      "tiny serves instead",
    );
  });
});

describe("requests in a terminal", () => {
  const NOW = Date.parse("2026-11-24T12:00:00");
  const [attempt] = answered().attempts;
  if (!attempt) throw new Error("no attempt");
  const failed = { ...attempt, provider: "a", failure: "overloaded" as const };

  it("are a line each: when, who, how long, how much, and what came of it", () => {
    const {
      provider: _nobody,
      usage: _none,
      cost: _free,
      ...refused
    } = answered({ time: NOW, outcome: "failed", status: 529 });
    const { cost: _unknown, ...unpriced } = answered({ time: NOW - 86_400_000, totalMs: 61_000 });
    const entries = [
      unpriced,
      answered({ time: NOW, attempts: [failed, attempt] }),
      { ...refused, attempts: [failed] },
    ];
    const lines = requestTable(entries, NOW, { paint });
    expect(lines.map((line) => line.replaceAll(/ +/g, " ").trim())).toEqual([
      "time asked → answered took prompt output cost outcome",
      "23 Nov 12:00 claude-sonnet-5-5 → primary 61 s 100 10 unknown ok",
      "12:00:00 claude-sonnet-5-5 → primary 0.0 s 100 10 $0.01 ok, 2 tries",
      "12:00:00 claude-sonnet-5-5 → nobody 0.0 s - - - overloaded",
    ]);
    for (const line of requestTable(entries, NOW, { paint, columns: 80 }))
      expect(widthOf(line)).toBeLessThanOrEqual(80);
  });
});
