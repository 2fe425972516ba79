import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { diffLines } from "../config/diff.ts";
import { type Imported, importConfig, NotImportable } from "../config/import/index.ts";
import { parseConfig } from "../config/load.ts";
import { maskText } from "../config/mask.ts";
import type { Settings } from "../config/settings.ts";
import { tildePath, wrap } from "./terminal.ts";
import { CommandFailed, type VerbContext } from "./verb.ts";
import { faultLine } from "./words.ts";

/** Another program's configuration, as ours and sound. */
export interface ReadyImport extends Imported {
  /** Absolute path of the source. */
  file: string;
  settings: Settings;
}

/** Where the host and `install.sh` point Claude Code. */
const USUAL_PORT = 13_456;

/**
 * Reads a file that is to be taken over, and nothing else.
 * @param source as the user gave it
 * @throws {CommandFailed} when it cannot be read, is none that is known, or has faults that make it unusable
 */
export async function readImport(context: VerbContext, source: string): Promise<ReadyImport> {
  const { env, terminal } = context;
  const file = resolve(source);
  const text = await readSource(source);
  const imported = importOrFail(text, source);
  const { faults, settings } = await parseConfig(imported.text, { path: file, env });
  if (faults.length > 0 || !settings) {
    throw new CommandFailed(
      `${source} has faults, so nothing was changed.`,
      faults.map((fault) => faultLine(fault, env, terminal.paint)),
    );
  }
  return { ...imported, file, settings };
}

/** @throws {CommandFailed} when there is no such file */
export function readSource(source: string): Promise<string> {
  return readFile(resolve(source), "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new CommandFailed(`${source} cannot be read: ${error.code ?? error.message}.`);
  });
}

function importOrFail(text: string, source: string): Imported {
  try {
    return importConfig(text, basename(source));
  } catch (error) {
    if (error instanceof NotImportable) throw new CommandFailed(`${source} cannot be taken over: ${error.message}`);
    throw error;
  }
}

/** Says what was not taken over as it stood. */
export function sayImport(context: VerbContext, imported: ReadyImport): void {
  const { terminal } = context;
  const { paint } = terminal;
  terminal.out(`Read as a configuration of ${paint.bold(imported.from)}.`);
  for (const { key, message } of imported.notes) terminal.out(`${paint.yellow("!")} ${paint.cyan(key)}: ${message}`);
  if (imported.left.length > 0) {
    const [first = "", ...more] = wrap(
      `Left out, because nothing here corresponds: ${imported.left.join(", ")}`,
      terminal.columns - 2,
    );
    terminal.out(`${paint.yellow("!")} ${first}`);
    for (const line of more) terminal.out(`  ${line}`);
  }
  const { port, api_keys } = imported.settings.server;
  if (port !== USUAL_PORT || api_keys.length > 0) {
    const what = [port !== USUAL_PORT && `listens on port ${port}`, api_keys.length > 0 && "asks clients for a key"];
    terminal.out(
      `${paint.yellow("!")} The proxy ${what.filter(Boolean).join(" and ")} with it. In shells of Claude Code: eval "$(ccmctl env)"`,
    );
  }
}

/** Prints what would change in a file, secrets masked. @param before its text; empty when there is none */
export async function sayDiff(context: VerbContext, path: string, before: string, after: string): Promise<void> {
  const { terminal, env } = context;
  const { paint } = terminal;
  const lines = diffLines(await maskText(before), await maskText(after));
  terminal.out(paint.bold(`${tildePath(path, env)}:`));
  for (const line of lines)
    terminal.out(line.startsWith("+") ? paint.green(line) : line.startsWith("-") ? paint.red(line) : line);
}
