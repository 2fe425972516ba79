import { EXIT, glossary, type Painter, type Terminal, wrap } from "./terminal.ts";
import type { OptionSpec, VerbSpec } from "./verb.ts";
import { VERB_NAMES, type VerbName, verbSpec } from "./verb-table.ts";

/** The names under which the program is started. `ccm-start` shows only the verbs of the server. */
export type ProgramName = "ccmctl" | "ccm-start";

const HELP_OPTION: OptionSpec = { type: "boolean", short: "h", help: "show this help" };

/** What every verb answers that has nothing special to say. */
const EXITS = [
  [String(EXIT.ok), "done"],
  [String(EXIT.failed), "not done; the reason is told"],
  [String(EXIT.usage), "the command line makes no sense"],
] as const;

/** Longer lines are hard to read. */
const WIDEST = 100;
/** Room for the word before a verb's usage. */
const USAGE = " ".repeat("Usage  ".length);

type Page = Pick<Terminal, "paint" | "columns">;

export function generalHelp(program: ProgramName, { paint, columns }: Page): string[] {
  const width = Math.min(columns, WIDEST);
  const shown = VERB_NAMES.filter((name) => program === "ccmctl" || verbSpec(name).group === "Server");
  const groups = [...new Set(shown.map((name) => verbSpec(name).group))];
  const longest = Math.max(...shown.map((name) => name.length));
  const lines = [
    `${paint.bold(program)}: one address for Claude Code, many AI providers behind it`,
    "",
    `${paint.bold("Usage")}  ${program} VERB [OPTIONS]`,
  ];
  for (const group of groups) {
    const members = shown.filter((name) => verbSpec(name).group === group);
    lines.push("", paint.bold(group));
    lines.push(
      ...glossary(
        members.map((name) => [paint.cyan(name.padEnd(longest)), verbSpec(name).summary]),
        width,
      ),
    );
  }
  const other: [string, string] =
    program === "ccmctl"
      ? ["ccm-quickstart", "the set-up wizard"]
      : ["ccmctl --help", "more verbs: config, env, code, demo, doctor …"];
  const more: [string, string][] = [
    [`${program} VERB --help`, "options and examples of a verb"],
    [`${program} --version`, "the version"],
    other,
  ];
  return [...lines, "", paint.bold("More"), ...glossary(more, width)];
}

export function verbHelp(program: ProgramName, name: VerbName, { paint, columns }: Page): string[] {
  const width = Math.min(columns, WIDEST);
  const spec = verbSpec(name);
  const hasOptions = Object.keys(spec.options).length > 0;
  const before = spec.passThrough && hasOptions ? " [OPTIONS]" : "";
  const after = !spec.passThrough && hasOptions ? " [OPTIONS]" : "";
  const usage = `${program}${before} ${name}${spec.operands ? ` ${spec.operands}` : ""}${after}`;
  return [
    ...wrap(`${paint.bold(`${program} ${name}`)}: ${spec.summary}`, width),
    ...(spec.details ?? []).flatMap((paragraph) => wrap(paragraph, width - 2).map((line) => `  ${line}`)),
    ...(spec.parts
      ? [
          "",
          ...glossary(
            spec.parts.map(([part, does]) => [paint.cyan(part), does]),
            width,
          ),
        ]
      : []),
    "",
    ...wrap(usage, width - USAGE.length).map((line, at) => (at === 0 ? `${paint.bold("Usage")}  ` : USAGE) + line),
    "",
    paint.bold("Options"),
    ...glossary(optionRows(spec, paint), width),
    "",
    paint.bold("Exit code"),
    ...glossary(spec.exits ?? EXITS, width),
    "",
    paint.bold("Examples"),
    ...glossary(
      spec.examples.map(([command, does]) => [command.replace(/^ccmctl/, program), does]),
      width,
    ),
  ];
}

function optionRows(spec: VerbSpec, paint: Painter): [string, string][] {
  return [...Object.entries(spec.options), ["help", HELP_OPTION] as const].map(([name, option]) => {
    const short = option.short ? `-${option.short}, ` : "    ";
    return [paint.cyan(`${short}--${name}${option.value ? ` ${option.value}` : ""}`), option.help];
  });
}
