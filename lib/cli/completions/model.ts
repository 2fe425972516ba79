/** @module What there is to complete, taken from the table of verbs; how each shell is told, is beside. */
import type { OptionSpec } from "../verb.ts";
import { VERB_NAMES, verbSpec } from "../verb-table.ts";
import { QUICKSTART_OPTIONS } from "../wizard/options.ts";
import { PRESET_NAMES } from "../wizard/presets.ts";

export interface CompletedOption {
  /** `--port` */
  long: string;
  /** `-p` */
  short?: string;
  help: string;
  /** What it takes; absent: nothing. */
  value?: "file" | "words" | "other";
  words: readonly string[];
}

export interface CompletedVerb {
  name: string;
  summary: string;
  options: readonly CompletedOption[];
  /** What may stand first behind it. */
  words: readonly string[];
  /** Files may stand behind it. */
  files: boolean;
  /** `ccm-start` has it, too. */
  isOfServer: boolean;
}

/** Options of every verb. */
const HELP: CompletedOption = { long: "--help", short: "-h", help: "show help", words: [] };

export function completedVerbs(): CompletedVerb[] {
  return VERB_NAMES.map((name) => {
    const spec = verbSpec(name);
    return {
      name,
      summary: spec.summary,
      options: [...Object.entries(spec.options).map(([option, it]) => completedOption(option, it)), HELP],
      words: spec.operandChoices ?? [],
      files: spec.operandIsFile === true,
      isOfServer: spec.group === "Server",
    };
  });
}

function completedOption(name: string, { short, help, type, value, choices }: OptionSpec): CompletedOption {
  const takes = type === "boolean" ? undefined : choices ? "words" : isFile(value) ? "file" : "other";
  return {
    long: `--${name}`,
    ...(short !== undefined && { short: `-${short}` }),
    help,
    ...(takes !== undefined && { value: takes }),
    words: choices ?? [],
  };
}

function isFile(value: string | undefined): boolean {
  return value !== undefined && /FILE|DIR/.test(value);
}

/** The wizard has options only. */
export function quickstartOptions(): CompletedOption[] {
  return Object.entries(QUICKSTART_OPTIONS).map(([name, { type, ...rest }]) =>
    completedOption(name, {
      type,
      help: "",
      ...rest,
      ...(name === "preset" && { choices: PRESET_NAMES }),
      ...(name === "config" && { value: "FILE" }),
    }),
  );
}
