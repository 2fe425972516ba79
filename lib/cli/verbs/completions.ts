import { bashCompletions } from "../completions/bash.ts";
import { fishCompletions } from "../completions/fish.ts";
import { zshCompletions } from "../completions/zsh.ts";
import type { COMPLETED_SHELLS } from "../table/installation.ts";
import { EXIT } from "../terminal.ts";
import type { VerbContext } from "../verb.ts";

const SCRIPTS: Readonly<Record<(typeof COMPLETED_SHELLS)[number], () => string>> = {
  bash: bashCompletions,
  zsh: zshCompletions,
  fish: fishCompletions,
};

export async function run({ terminal, operands }: VerbContext): Promise<number> {
  const [shell = ""] = operands;
  terminal.write(SCRIPTS[shell as keyof typeof SCRIPTS]()); // the table of verbs lets no other word pass
  return EXIT.ok;
}
