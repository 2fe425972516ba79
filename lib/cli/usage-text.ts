import { dollars } from "../journal/budget.ts";
import type { UsageGroup, UsageReport } from "../journal/usage-report.ts";
import { counted, type Painter, table, widthOf } from "./terminal.ts";

/** A report as people read it. */
export function usageText({ since, by, items, total }: UsageReport, paint: Painter): string[] {
  if (items.length === 0) return [`No request since ${since}.`];
  const header = [by, "requests", "failed", "input", "cached", "output", "cache hits", "cost", "saved"];
  const rows = [header, ...items.map(cells), ...(items.length > 1 ? [cells(total)] : [])];
  const lines = table(rightAligned(rows), 0);
  const unpriced = total.unpriced;
  return [
    ...lines.map((line, at) => (at === 0 ? paint.dim(line) : at > items.length ? paint.bold(line) : line)),
    "",
    paint.dim(`Since ${since}. Saved: against the list price of the models that were asked for.`),
    ...(unpriced > 0
      ? [paint.yellow(`${counted(unpriced, "answer")} of unknown cost ${unpriced === 1 ? "is" : "are"} not in it.`)]
      : []),
  ];
}

function cells(group: UsageGroup): string[] {
  const { name, requests, failed, input, cache_read, cache_write, output, cache_hit_rate, cost, saved } = group;
  return [
    name || "(nobody)",
    String(requests),
    String(failed),
    amount(input + cache_write),
    amount(cache_read),
    amount(output),
    cache_hit_rate === undefined ? "-" : `${Math.round(cache_hit_rate * 100)} %`,
    dollars(cost),
    saved < 0 ? `-${dollars(-saved)}` : dollars(saved),
  ];
}

/** Names to the left, figures to the right. */
function rightAligned(rows: readonly string[][]): string[][] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ""))));
  return rows.map((row) => row.map((cell, at) => (at === 0 ? cell : cell.padStart(widths[at] ?? 0))));
}

/** 1234567 → `1.2M`. */
function amount(tokens: number): string {
  if (tokens < 1_000) return String(tokens);
  if (tokens < 999_500) return `${Number((tokens / 1_000).toPrecision(3))}k`;
  return `${Number((tokens / 1_000_000).toPrecision(3))}M`;
}
