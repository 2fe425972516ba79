import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { findProgram } from "./find-program.ts";
import { CommandFailed } from "./verb.ts";

/** Editors to fall back on, the friendliest first. */
const USUAL = ["nano", "vim", "vi", "emacs"];

/** The user's editor as a shell command. @throws {CommandFailed} when there is none */
export function editorCommand(env: NodeJS.ProcessEnv): string {
  const command = env.VISUAL || env.EDITOR || USUAL.find((name) => findProgram(name, env));
  if (!command) throw new CommandFailed("No editor was found.", ["Name one: EDITOR=nano ccmctl config edit"]);
  return command;
}

/**
 * A copy of a file to edit, so that the file itself is never broken for a moment. It has the same ending, for the
 * editor's colours, and lies in the same directory, for nobody else's eyes.
 */
export class Draft {
  readonly path: string;

  constructor(original: string, text: string) {
    this.path = join(dirname(original), `.draft-${process.pid}-${basename(original)}`);
    writeFileSync(this.path, text, { mode: 0o600 });
  }

  /** @returns the text as the editor left it @throws {CommandFailed} when the editor fails */
  edit(env: NodeJS.ProcessEnv): string {
    const command = editorCommand(env);
    // The variable may hold arguments (`code --wait`), so a shell reads it; the path is handed over, not pasted in.
    const done = spawnSync("sh", ["-c", `${command} "$1"`, "sh", this.path], { stdio: "inherit", env });
    if (done.status !== 0) {
      this.discard();
      throw new CommandFailed(`The editor (${command}) ended with exit code ${done.status}; nothing was changed.`);
    }
    return readFileSync(this.path, "utf8");
  }

  discard(): void {
    rmSync(this.path, { force: true });
  }
}
