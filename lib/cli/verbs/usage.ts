import { type BudgetView, budgetViews } from "../../journal/budget.ts";
import { startOfDay } from "../../journal/calendar.ts";
import { CSV_BREAK, REQUEST_COLUMNS, requestRow, usageCsv } from "../../journal/csv.ts";
import type { JournalEntry } from "../../journal/entry.ts";
import { endOf } from "../../journal/filter.ts";
import { readBack } from "../../journal/read-back.ts";
import { listSegments, readForward } from "../../journal/segments.ts";
import { type Grouping, sinceDay, usageReport } from "../../journal/usage-report.ts";
import { readConfig } from "../configuration.ts";
import { requestTable } from "../request-table.ts";
import { counted, EXIT, type Terminal } from "../terminal.ts";
import { openBooks, servedConfig, spendingOf } from "../usage-books.ts";
import { budgetText, type Layout, usageText } from "../usage-text.ts";
import { CommandFailed, stringValue, type VerbContext } from "../verb.ts";

const DEFAULT_SINCE = "7d";
/** So many requests are shown to people; programs get all. */
const MOST_SHOWN = 50;

export async function run(context: VerbContext): Promise<number> {
  const { terminal, env, values } = context;
  const since = readSince(stringValue(context, "since") ?? DEFAULT_SINCE);
  const by = stringValue(context, "by") ?? "provider";
  if (values.csv === true && values.json === true) throw new CommandFailed("Give either --csv or --json, not both.");
  const { books, dir } = openBooks(env);
  if (by === "request") return printRequests(context, dir, since);
  const report = usageReport(books.rows(since), by as Grouping, since);
  if (values.csv === true) {
    terminal.write(usageCsv(report) + CSV_BREAK);
    return EXIT.ok;
  }
  const { settings } = await readConfig(env, await servedConfig(context));
  const budget = settings?.budget;
  const budgets: BudgetView[] = budget ? budgetViews(budget, spendingOf(books)) : [];
  if (values.json === true) terminal.out(JSON.stringify({ ...report, budgets }, null, 2));
  else {
    const layout = layoutOf(terminal);
    const lines = [...usageText(report, layout), ...(budget ? budgetText(budgets, budget, layout) : [])];
    for (const line of lines) terminal.out(line);
  }
  return EXIT.ok;
}

function readSince(text: string): string {
  const since = sinceDay(text, Date.now());
  if (since !== undefined) return since;
  throw new CommandFailed(`--since does not take ${JSON.stringify(text)}.`, [
    "today, 7d, 4w, or a day such as 2026-11-24",
  ]);
}

async function printRequests({ terminal, values }: VerbContext, dir: string, since: string): Promise<number> {
  const from = startOfDay(since);
  if (values.csv !== true && values.json !== true) {
    await showRequests(terminal, dir, from, since);
    return EXIT.ok;
  }
  if (values.csv === true) terminal.write(REQUEST_COLUMNS.join(",") + CSV_BREAK);
  const written = (entry: JournalEntry) =>
    values.csv === true ? requestRow(entry) + CSV_BREAK : `${JSON.stringify(entry)}\n`;
  // What was last written to before that day holds nothing of it.
  const first = listSegments(dir).find(({ modified }) => modified >= from)?.number ?? Number.MAX_SAFE_INTEGER;
  readForward(dir, { segment: first, offset: 0 }, (entry) => {
    if (endOf(entry) >= from) terminal.write(written(entry));
  });
  return EXIT.ok;
}

async function showRequests(terminal: Terminal, dir: string, from: number, since: string): Promise<void> {
  const newest = await readBack(dir, { limit: MOST_SHOWN + 1, filter: { since: from } });
  const shown = newest.slice(0, MOST_SHOWN).map(({ entry }) => entry);
  if (shown.length === 0) return terminal.out(`No request since ${since} is in the journal.`);
  for (const line of requestTable(shown.toReversed(), Date.now(), layoutOf(terminal))) terminal.out(line);
  const { dim } = terminal.paint;
  terminal.out();
  if (newest.length > MOST_SHOWN)
    terminal.out(dim(`The newest ${MOST_SHOWN} since ${since}. All, with everything about them: --csv or --json.`));
  else terminal.out(dim(`${counted(shown.length, "request")} since ${since}. Everything about them: --csv or --json.`));
}

/** Lines are made to fit where somebody watches them. */
function layoutOf({ paint, columns }: Terminal): Layout {
  return process.stdout.isTTY ? { paint, columns } : { paint };
}
