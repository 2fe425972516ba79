import { bundle } from "../doctor/bundle.ts";
import { examine } from "../doctor/examine.ts";
import type { Finding } from "../doctor/finding.ts";
import { EXIT, type Painter } from "../terminal.ts";
import { CommandFailed, type VerbContext } from "../verb.ts";

export async function run(context: VerbContext): Promise<number> {
  const { terminal, values, operands } = context;
  if (values.bundle === true) return bundle(context);
  if (operands[0] !== undefined)
    throw new CommandFailed(
      `\`doctor\` takes a file only for its bundle.`,
      ["ccmctl doctor --bundle FILE"],
      EXIT.usage,
    );
  const { findings } = await examine(context);
  const sick = findings.some(({ level }) => level === "wrong");
  if (values.json === true) {
    terminal.out(JSON.stringify({ healthy: !sick, findings }, null, 2));
  } else {
    for (const finding of findings) for (const line of findingLines(finding, terminal.paint)) terminal.out(line);
    terminal.out();
    terminal.out(sick ? "Mend what is marked with ✖, then run ccmctl doctor again." : "Nothing is wrong.");
  }
  return sick ? EXIT.failed : EXIT.ok;
}

function findingLines({ level, what, mend }: Finding, paint: Painter): string[] {
  const mark = { ok: paint.green("✔"), hint: paint.yellow("!"), wrong: paint.red("✖") }[level];
  return [`${mark} ${what}`, ...(mend === undefined ? [] : [`  ${paint.dim("→")} ${paint.cyan(mend)}`])];
}
