import { readFile } from "node:fs/promises";
import { parseConfig } from "../config/load.ts";
import { confirm } from "./ask.ts";
import { replaceConfig } from "./config-file.ts";
import { Draft } from "./editor.ts";
import type { Terminal } from "./terminal.ts";
import { CommandFailed } from "./verb.ts";
import { faultLine } from "./words.ts";

/**
 * Opens a configuration in the user's editor and keeps what comes back only when it is sound.
 * @param text what to begin with, where that is not the file itself
 * @returns `unchanged`, or `saved`
 * @throws {CommandFailed} when the result has faults and the user gives up; the file is as it was
 */
export async function editConfig(
  path: string,
  context: { terminal: Terminal; env: NodeJS.ProcessEnv },
  text?: string,
): Promise<"saved" | "unchanged"> {
  const { terminal, env } = context;
  const before = text ?? (await readFile(path, "utf8"));
  const draft = new Draft(path, before);
  try {
    for (;;) {
      const after = draft.edit(env);
      if (after === before && text === undefined) return "unchanged";
      const { faults } = await parseConfig(after, { path, env });
      if (faults.length === 0) {
        await replaceConfig(path, after, new Date());
        return "saved";
      }
      const lines = faults.map((fault) => faultLine(fault, env, terminal.paint));
      terminal.err(`What you wrote has ${faults.length === 1 ? "a fault" : `${faults.length} faults`}:`);
      for (const line of lines) terminal.err(`  ${line}`);
      if (await confirm(terminal, "Go on editing?", "yes")) continue;
      throw new CommandFailed("Not kept: the configuration is as it was before.");
    }
  } finally {
    draft.discard();
  }
}
