import { stateDir } from "../daemon/state-dir.ts";
import { Books } from "../journal/books.ts";
import { journalDir } from "../journal/journal-files.ts";

/** The journal's sums, to the newest entry on disk. Reads only, whether or not the server runs. */
export function openBooks(env: NodeJS.ProcessEnv): { books: Books; dir: string } {
  const dir = journalDir(stateDir(env).dir);
  const books = new Books(dir);
  books.load();
  books.catchUp();
  return { books, dir };
}
