import { readTemplate } from "../../config/create.ts";
import { parseConfig } from "../../config/load.ts";
import { writeAtomic } from "../../config/write-atomic.ts";
import { prepareFolder, replaceConfig } from "../config-file.ts";
import { type Terminal, tildePath } from "../terminal.ts";
import { CommandFailed } from "../verb.ts";
import { faultLine } from "../words.ts";
import { withKeys } from "./fill-in.ts";
import type { QuickstartOptions } from "./options.ts";
import type { PresetName } from "./presets.ts";

/** What every part of the wizard needs. */
export interface Session {
  terminal: Terminal;
  env: NodeJS.ProcessEnv;
  options: QuickstartOptions;
  /** The file that is to be set up. */
  path: string;
  /** There is something of the user's in it. */
  exists: boolean;
}

/**
 * Makes a configuration from a preset and puts it in its place.
 * @param keys by provider name
 * @returns path of the backup of what was there
 * @throws {CommandFailed} when the result would not work; nothing is written then
 */
export async function writePreset(
  session: Session,
  name: PresetName,
  keys: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const { path, env, terminal } = session;
  const text = await withKeys(await readTemplate(name), keys);
  const { faults } = await parseConfig(text, { path, env });
  if (faults.length > 0) {
    throw new CommandFailed(
      "The configuration that this would make has faults, so nothing was written.",
      faults.map((fault) => faultLine(fault, env, terminal.paint)),
    );
  }
  if (session.exists) return replaceConfig(path, text, new Date());
  await prepareFolder(path);
  await writeAtomic(path, text);
  return undefined;
}

/** What was written, in one sentence. */
export function writtenWords({ path, env }: Session, backup: string | undefined): string {
  const kept = backup === undefined ? "" : ` The one before is kept as ${tildePath(backup, env)}.`;
  return `Wrote ${tildePath(path, env)}.${kept}`;
}
