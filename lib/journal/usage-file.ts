import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Ledger } from "./ledger.ts";
import { namesIn, type Position } from "./segments.ts";
import type { SessionSums } from "./sessions.ts";
import { DIMENSIONS, MEASURES, type Row } from "./tally.ts";

/** What `usage-2026-11.json` holds. */
interface UsageFile {
  /** What stands before this place of the journal is counted. */
  up_to: Position;
  sessions: [string, SessionSums][];
  columns: string[];
  rows: (string | number)[][];
}

const COLUMNS: readonly (keyof Row)[] = [...DIMENSIONS, ...MEASURES];
const NAME = /^usage-(\d{4}-\d{2})\.json$/;

/** The months for which sums are kept, the oldest first. */
export function listMonths(dir: string): string[] {
  return namesIn(dir)
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .sort();
}

export function usagePath(dir: string, month: string): string {
  return join(dir, `usage-${month}.json`);
}

/** @returns undefined where there is no such file, or it cannot be understood: it can be counted again */
export function readUsageFile(dir: string, month: string): Ledger | undefined {
  let text: string;
  try {
    text = readFileSync(usagePath(dir, month), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return ledgerOf(month, JSON.parse(text) as UsageFile);
  } catch {
    return undefined;
  }
}

/** Replaces the file as a whole. */
export async function writeUsageFile(dir: string, ledger: Ledger): Promise<void> {
  const { path, next } = paths(dir, ledger);
  await writeFile(next, textOf(ledger), { mode: 0o600 });
  await rename(next, path);
}

export function writeUsageFileSync(dir: string, ledger: Ledger): void {
  const { path, next } = paths(dir, ledger);
  writeFileSync(next, textOf(ledger), { mode: 0o600 });
  renameSync(next, path);
}

function paths(dir: string, { month }: Ledger): { path: string; next: string } {
  const path = usagePath(dir, month);
  return { path, next: `${path}.${process.pid}` };
}

function textOf({ upTo, sessions, tally }: Ledger): string {
  const file: UsageFile = {
    up_to: upTo,
    sessions: sessions.entries(),
    columns: [...COLUMNS],
    rows: [...tally.rows].map((row) => COLUMNS.map((column) => row[column])),
  };
  return JSON.stringify(file);
}

function ledgerOf(month: string, file: UsageFile): Ledger {
  const ledger = new Ledger(month, file.up_to);
  ledger.sessions.restore(file.sessions);
  for (const values of file.rows) {
    const row = Object.fromEntries(file.columns.map((column, at) => [column, values[at]]));
    for (const dimension of DIMENSIONS) row[dimension] ??= "";
    for (const measure of MEASURES) if (typeof row[measure] !== "number") row[measure] = 0;
    ledger.tally.addRow(row as Row);
  }
  return ledger;
}
