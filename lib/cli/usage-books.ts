import { runningServer } from "../daemon/restart.ts";
import { stateDir } from "../daemon/state-dir.ts";
import { Books } from "../journal/books.ts";
import { journalDir } from "../journal/journal-files.ts";
import { firstDayOfPeriods, Spending } from "../journal/spending.ts";
import { configPath } from "./configuration.ts";
import { stringValue, type VerbContext } from "./verb.ts";

/** The journal's sums, to the newest entry on disk. Reads only, whether or not the server runs. */
export function openBooks(env: NodeJS.ProcessEnv): { books: Books; dir: string } {
  const dir = journalDir(stateDir(env).dir);
  const books = new Books(dir);
  books.load();
  books.catchUp();
  return { books, dir };
}

/** What was spent in the periods that run now. */
export function spendingOf(books: Books): Spending {
  const spending = new Spending();
  for (const row of books.rows(firstDayOfPeriods(Date.now()))) spending.addRow(row);
  return spending;
}

/** The configuration whose budget counts: that of the server that runs, else the one that would be used. */
export async function servedConfig(context: VerbContext): Promise<string> {
  const { env } = context;
  return runningServer(stateDir(env))?.configPath ?? (await configPath(env, stringValue(context, "config")));
}
