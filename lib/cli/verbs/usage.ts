import { dollars } from "../../journal/budget.ts";
import { startOfDay } from "../../journal/calendar.ts";
import { REQUEST_COLUMNS, requestRow, usageCsv } from "../../journal/csv.ts";
import type { JournalEntry } from "../../journal/entry.ts";
import { endOf } from "../../journal/filter.ts";
import { readForward } from "../../journal/segments.ts";
import { type Grouping, sinceDay, type UsageGroup, type UsageReport, usageReport } from "../../journal/usage-report.ts";
import { counted, EXIT, type Painter, table, widthOf } from "../terminal.ts";
import { openBooks } from "../usage-books.ts";
import { CommandFailed, stringValue, type VerbContext } from "../verb.ts";

const DEFAULT_SINCE = "7d";

export async function run(context: VerbContext): Promise<number> {
  const { terminal, env, values } = context;
  const since = readSince(stringValue(context, "since") ?? DEFAULT_SINCE);
  const by = stringValue(context, "by") ?? "provider";
  if (values.csv === true && values.json === true) throw new CommandFailed("Give either --csv or --json, not both.");
  const { books, dir } = openBooks(env);
  if (by === "request") return printRequests(context, dir, since);
  const report = usageReport(books.rows(since), by as Grouping, since);
  if (values.json === true) terminal.out(JSON.stringify(report, null, 2));
  else if (values.csv === true) terminal.out(usageCsv(report));
  else for (const line of asText(report, terminal.paint)) terminal.out(line);
  return EXIT.ok;
}

function readSince(text: string): string {
  const since = sinceDay(text, Date.now());
  if (since !== undefined) return since;
  throw new CommandFailed(`--since does not take ${JSON.stringify(text)}.`, [
    "today, 7d, 4w, or a day such as 2026-11-24",
  ]);
}

function printRequests({ terminal, values }: VerbContext, dir: string, since: string): number {
  if (values.csv !== true && values.json !== true)
    throw new CommandFailed("Every request as a line is meant for other programs.", ["Add --csv or --json."]);
  const from = startOfDay(since);
  if (values.csv === true) terminal.out(REQUEST_COLUMNS.join(","));
  const write = values.csv === true ? requestRow : (entry: JournalEntry) => JSON.stringify(entry);
  readForward(dir, { segment: 0, offset: 0 }, (entry) => {
    if (endOf(entry) >= from) terminal.out(write(entry));
  });
  return EXIT.ok;
}

function asText({ since, by, items, total }: UsageReport, paint: Painter): string[] {
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
