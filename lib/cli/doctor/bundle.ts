import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { knownSecrets, redactor } from "../../config/redact.ts";
import { EXIT, tildePath } from "../terminal.ts";
import { CommandFailed, type VerbContext } from "../verb.ts";
import { type Section, sections } from "./bundle-sections.ts";
import { examine } from "./examine.ts";

/** After so long a request that has ended is in the journal. */
const JOURNAL_DELAY_MS = 500;

const PREFACE = `claude-code-mux: what happened here, for a bug report

Plain text. Please read it before you send it, and delete what is nobody's business.

In it:     versions, what \`ccmctl doctor\` found, the server's state, the configuration file, usage of the last
           seven days, the newest requests (who was asked for which model, and what came of it), and the end of the log.
Not in it: what you wrote or a model answered, keys, tokens, passwords, e-mail addresses; a key shows as sk-…abcd.
Look at:   names and addresses in the configuration, and what vendors said of failed requests: their words are told as
           they are, and may quote from a request.
`;

/** \`ccmctl doctor --bundle [FILE]\`: writes down, without secrets, what somebody needs who is to find a fault. */
export async function bundle(context: VerbContext): Promise<number> {
  const { terminal, env, values, operands } = context;
  if (values.json === true) throw new CommandFailed("The bundle is for people: give either --bundle or --json.");
  const now = new Date();
  const file = operands[0] ?? `ccm-bundle-${stamp(now)}.txt`;
  const examination = await examine(context);
  // The journal is written behind: the request that went wrong a moment ago is what this is about.
  if (examination.found.state === "running") await setTimeout(JOURNAL_DELAY_MS);
  const parts = await sections(context, examination, now);
  const { settings } = examination.config;
  const redact = redactor(knownSecrets(settings, env, parts.stateDir));
  const redacted = redact(textOf(parts.sections));
  const text = parts.home === "/" ? redacted : redacted.replaceAll(parts.home, "~");
  if (file === "-") {
    terminal.write(text);
    return EXIT.ok;
  }
  write(file, text);
  const shown = tildePath(resolve(file), env);
  terminal.out(`${terminal.paint.green("✔")} Wrote ${shown} (${Math.ceil(Buffer.byteLength(text) / 1024)} KB).`);
  terminal.out();
  for (const line of PREFACE.split("\n\n")[2]?.trimEnd().split("\n") ?? []) terminal.out(`  ${line}`);
  terminal.out();
  terminal.out(`Read it before you send it: ${terminal.paint.cyan(`less ${quoted(shown)}`)}`);
  return EXIT.ok;
}

function textOf(parts: readonly Section[]): string {
  const bodies = parts.map(({ title, lines }) => `== ${title} ==\n\n${lines.join("\n") || "(nothing)"}\n`);
  return [PREFACE, ...bodies].join("\n");
}

/** The user's alone, and never over something that is there. */
function write(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600, flag: "wx" });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "EEXIST" ? "is there already" : `cannot be written (${code ?? message})`;
    throw new CommandFailed(`${file} ${why}.`, ["Name another file: ccmctl doctor --bundle FILE"]);
  }
}

/** `20261124-0915`, by this machine's clock. */
function stamp(now: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  return `${day}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
}

function quoted(path: string): string {
  return /^[\w~./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
