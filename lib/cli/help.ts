import { EXIT, type Painter, table } from "./terminal.ts";
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

export function generalHelp(program: ProgramName, paint: Painter): string[] {
  const shown = VERB_NAMES.filter((name) => program === "ccmctl" || verbSpec(name).group === "Server");
  const groups = [...new Set(shown.map((name) => verbSpec(name).group))];
  const width = Math.max(...shown.map((name) => name.length));
  const lines = [
    `${paint.bold(program)}: one address for Claude Code, many AI providers behind it`,
    "",
    `${paint.bold("Usage")}  ${program} VERB [OPTIONS]`,
  ];
  for (const group of groups) {
    const members = shown.filter((name) => verbSpec(name).group === group);
    lines.push("", paint.bold(group));
    lines.push(...table(members.map((name) => [paint.cyan(name.padEnd(width)), verbSpec(name).summary])));
  }
  const more = [
    [`${program} VERB --help`, "options and examples of a verb"],
    [`${program} --version`, "the version"],
    ...(program === "ccm-start" ? [["ccmctl --help", "more verbs: config, env, code, demo, doctor …"]] : []),
    ...(program === "ccmctl" ? [["ccm-quickstart", "the set-up wizard"]] : []),
  ];
  return [...lines, "", paint.bold("More"), ...table(more)];
}

export function verbHelp(program: ProgramName, name: VerbName, paint: Painter): string[] {
  const spec = verbSpec(name);
  const hasOptions = Object.keys(spec.options).length > 0;
  const before = spec.passThrough && hasOptions ? " [OPTIONS]" : "";
  const after = !spec.passThrough && hasOptions ? " [OPTIONS]" : "";
  const usage = `${program}${before} ${name}${spec.operands ? ` ${spec.operands}` : ""}${after}`;
  return [
    `${paint.bold(`${program} ${name}`)}: ${spec.summary}`,
    ...(spec.details ?? []).map((line) => `  ${line}`),
    "",
    `${paint.bold("Usage")}  ${usage}`,
    "",
    paint.bold("Options"),
    ...optionLines(spec, paint),
    "",
    paint.bold("Exit code"),
    ...table((spec.exits ?? EXITS).map(([code, means]) => [code, means])),
    "",
    paint.bold("Examples"),
    ...table(spec.examples.map(([command, does]) => [command.replace(/^ccmctl/, program), paint.dim(does)])),
  ];
}

function optionLines(spec: VerbSpec, paint: Painter): string[] {
  const row = ([name, option]: [string, OptionSpec]) => {
    const short = option.short ? `-${option.short}, ` : "    ";
    return [paint.cyan(`${short}--${name}${option.value ? ` ${option.value}` : ""}`), option.help];
  };
  return table([...Object.entries(spec.options), ["help", HELP_OPTION] as [string, OptionSpec]].map(row));
}
