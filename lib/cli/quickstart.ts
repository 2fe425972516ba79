/** @module Entry of `ccm-quickstart`, the set-up wizard. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { readTemplate } from "../config/create.ts";
import { configPath } from "./configuration.ts";
import { failureLines } from "./failure-lines.ts";
import { EXIT, processTerminal, type Terminal } from "./terminal.ts";
import { CommandFailed } from "./verb.ts";
import { VERSION } from "./version.ts";
import { parseQuickstart, QUICKSTART_HELP } from "./wizard/options.ts";
import { runScripted } from "./wizard/scripted.ts";
import type { Session } from "./wizard/session.ts";

const PROGRAM = "ccm-quickstart";

async function main(args: readonly string[], terminal: Terminal, env: NodeJS.ProcessEnv): Promise<number> {
  const command = parseQuickstart(args);
  switch (command.do) {
    case "version":
      terminal.out(`${PROGRAM} ${VERSION}`);
      return EXIT.ok;
    case "help":
      for (const line of QUICKSTART_HELP) terminal.out(line);
      return EXIT.ok;
    case "complain":
      throw new CommandFailed(command.message, [`See: ${PROGRAM} --help`], EXIT.usage);
    case "run": {
      const { options } = command;
      const path = await configPath(env, options.config);
      const session: Session = { terminal, env, options, path, exists: existsSync(path) && !(await isUntouched(path)) };
      if (options.preset !== undefined && (options.yes || !terminal.interactive)) {
        return runScripted(session, options.preset);
      }
      if (terminal.interactive) return (await import("./wizard/interactive.ts")).runInteractive(session);
      throw new CommandFailed(
        "There is no terminal to ask questions on.",
        [
          "Say what to set up instead:",
          "  ANTHROPIC_UPSTREAM_KEY=… OPENAI_API_KEY=… ccm-quickstart --preset api-key --yes --start",
          "  ccm-quickstart --preset oauth|api-key|cost|custom --yes",
        ],
        EXIT.usage,
      );
    }
  }
}

/** What an installation has put there, and nobody has changed, is no configuration yet. */
async function isUntouched(path: string): Promise<boolean> {
  const [text, template] = await Promise.all([readFile(path, "utf8"), readTemplate("custom")]);
  return text === template;
}

delete process.env.CCM_PROGRAM; // ours alone, not for what we start
const terminal = processTerminal(process.env);
process.exitCode = await main(process.argv.slice(2), terminal, process.env).catch((error: unknown) => {
  const { lines, exitCode } = failureLines(error, PROGRAM, terminal.paint);
  for (const line of lines) terminal.err(line);
  return exitCode;
});
