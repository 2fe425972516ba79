import { startOfDay } from "../../journal/calendar.ts";
import { REQUEST_COLUMNS, requestRow, usageCsv } from "../../journal/csv.ts";
import type { JournalEntry } from "../../journal/entry.ts";
import { endOf } from "../../journal/filter.ts";
import { readForward } from "../../journal/segments.ts";
import { type Grouping, sinceDay, usageReport } from "../../journal/usage-report.ts";
import { EXIT } from "../terminal.ts";
import { openBooks } from "../usage-books.ts";
import { usageText } from "../usage-text.ts";
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
  else for (const line of usageText(report, terminal.paint)) terminal.out(line);
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
