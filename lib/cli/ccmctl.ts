/** @module Entry of `ccmctl` and `ccm-start`. */
import { parseCommand } from "./args.ts";
import { failureLines } from "./failure-lines.ts";
import { generalHelp, type ProgramName, verbHelp } from "./help.ts";
import { runVerb } from "./run-verb.ts";
import { EXIT, processTerminal, type Terminal } from "./terminal.ts";
import { VERSION } from "./version.ts";

const program: ProgramName = process.env.CCM_PROGRAM === "ccm-start" ? "ccm-start" : "ccmctl";
delete process.env.CCM_PROGRAM; // ours alone, not for what we start

async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  const command = parseCommand(args);
  switch (command.do) {
    case "version":
      terminal.out(`${program} ${VERSION}`);
      return EXIT.ok;
    case "help":
      for (const line of command.verb ? verbHelp(program, command.verb, terminal) : generalHelp(program, terminal))
        terminal.out(line);
      return EXIT.ok;
    case "complain":
      terminal.err(`${program}: ${command.message}`);
      terminal.err(`See: ${program}${command.about ? ` ${command.about}` : ""} --help`);
      return EXIT.usage;
    case "run":
      return runVerb(command.verb, {
        terminal,
        env: process.env,
        values: command.values,
        operands: command.operands,
      });
  }
}

const terminal = processTerminal(process.env);
process.exitCode = await main(process.argv.slice(2), terminal).catch((error: unknown) => {
  const { lines, exitCode } = failureLines(error, program, terminal.paint);
  for (const line of lines) terminal.err(line);
  return exitCode;
});
