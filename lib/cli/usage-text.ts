import { type BudgetView, dollars } from "../journal/budget.ts";
import type { UsageGroup, UsageReport } from "../journal/usage-report.ts";
import { counted, type Terminal, table, widthOf, wrap } from "./terminal.ts";

/** How a report is laid out. `columns`: absent where nobody sees where a line would break. */
export type Layout = Pick<Terminal, "paint"> & { columns?: number };

/** Between two columns. */
const GAP = 2;
/** Of texts where nobody sees where a line would break. */
const WIDTH = 100;
/** A name is shortened no further. */
const SHORTEST_NAME = 14;

/** A report as people read it. */
export function usageText({ since, by, items, total }: UsageReport, layout: Layout): string[] {
  const { paint } = layout;
  if (items.length === 0) return [`No request since ${since}.`];
  const anyFailed = total.failures > 0;
  const header = [by, "requests", ...(anyFailed ? ["failures"] : []), "prompt", "cached", "output", "cost", "saved"];
  const groups = items.length > 1 ? [...items, { ...total, name: "total" }] : items;
  const lines = aligned([header, ...groups.map((group) => cells(group, anyFailed))], 0, layout);
  const notes = [
    `Since ${since}. Prompt and output in tokens, cached: how much of the prompt came from a cache,`,
    ...(anyFailed ? ["failures: attempts that failed there,"] : []),
    "saved: against the list price of the models that were asked for.",
  ].join(" ");
  const { unpriced } = total;
  return [
    ...lines.map((line, at) => (at === 0 ? paint.dim(line) : at > items.length ? paint.bold(line) : line)),
    "",
    ...wrap(notes, layout.columns ?? WIDTH).map(paint.dim),
    ...(unpriced > 0
      ? [paint.yellow(`${counted(unpriced, "answer")} of unknown cost ${unpriced === 1 ? "is" : "are"} not in it.`)]
      : []),
  ];
}

/** Each limit of the budget: how much of it is used, and until when it counts. Nothing where none is set. */
export function budgetText(
  budgets: readonly BudgetView[],
  { at_stop, model }: { at_stop: string; model: string },
  { paint }: Layout,
): string[] {
  if (budgets.length === 0) return [];
  const rows = budgets.map(({ title, spent, limit, used, state, resets_at }) => {
    const until = new Date(resets_at).toLocaleString("en-GB", {
      weekday: "short",
      day: "numeric",
      month: "short",
      hour: "2-digit",
      minute: "2-digit",
    });
    const share = `${Math.floor(used * 100)} %`;
    const colour = { free: (text: string) => text, warn: paint.yellow, stop: paint.red }[state];
    return [title, `${dollars(spent)} of ${dollars(limit)}`, colour(share), `until ${until}`];
  });
  const then = at_stop === "cheaper" ? `${model} serves instead` : "requests are refused";
  const stopped = budgets.some(({ state }) => state === "stop");
  return [
    "",
    paint.bold("Budget"),
    ...table(rows, 2, GAP),
    ...(stopped ? [paint.red(`  A limit is used up: ${then}. To raise it: ccmctl config edit`)] : []),
  ];
}

function cells(group: UsageGroup, anyFailed: boolean): string[] {
  const { name, requests, failures, input, cache_read, cache_write, output, cache_hit_rate, saved } = group;
  return [
    name || "(nobody)",
    String(requests),
    ...(anyFailed ? [String(failures)] : []),
    amount(input + cache_read + cache_write),
    cache_hit_rate === undefined ? "-" : `${Math.round(cache_hit_rate * 100)} %`,
    amount(output),
    costOf(group),
    signedDollars(saved),
  ];
}

/** What is not known is not shown as nothing. */
function costOf({ cost, unpriced }: UsageGroup): string {
  if (unpriced === 0) return dollars(cost);
  return cost === 0 ? "unknown" : `${dollars(cost)}+?`;
}

/**
 * Rows with their figures to the right and, up to the column `flexible`, words to the left; that column is shortened where
 * the line would not fit.
 */
export function aligned(rows: readonly (readonly string[])[], flexible: number, { columns }: Layout): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ""))));
  const others = widths.reduce((sum, width, at) => (at === flexible ? sum : sum + width + GAP), 0);
  const room = columns === undefined ? Number.POSITIVE_INFINITY : Math.max(SHORTEST_NAME, columns - others);
  const placed = rows.map((row) =>
    row.map((cell, at) =>
      at === flexible ? shortened(cell, room) : at < flexible ? cell : cell.padStart(widths[at] ?? 0),
    ),
  );
  return table(placed, 0, GAP);
}

/** Keeps both ends: what a model is called begins and ends with what tells it from others. */
function shortened(text: string, room: number): string {
  if (widthOf(text) <= room) return text;
  const letters = [...text];
  const tail = Math.floor((room - 1) / 2);
  return `${fitting(letters, room - 1 - tail).join("")}…${fitting(letters.reverse(), tail).reverse().join("")}`;
}

/** As many of the letters as have room. */
function fitting(letters: readonly string[], room: number): string[] {
  let width = 0;
  const end = letters.findIndex((letter) => {
    width += widthOf(letter);
    return width > room;
  });
  return letters.slice(0, end < 0 ? letters.length : end);
}

/** What is a fraction of a cent, but cost more, is as good as nothing saved. */
function signedDollars(amount: number): string {
  if (amount >= 0) return dollars(amount);
  return amount > -0.005 ? "$0.00" : `-${dollars(-amount)}`;
}

/** 1234567 → `1.23M`. */
export function amount(tokens: number): string {
  if (tokens < 1_000) return String(tokens);
  if (tokens < 999_500) return `${Number((tokens / 1_000).toPrecision(3))}k`;
  if (tokens < 999_500_000) return `${Number((tokens / 1_000_000).toPrecision(3))}M`;
  return `${Number((tokens / 1_000_000_000).toPrecision(3))}B`;
}
