import { parseArgs } from "node:util";
import { optionError } from "../option-errors.ts";
import { PRESET_NAMES, type PresetName } from "./presets.ts";

/** What the command line says. */
export interface QuickstartOptions {
  preset: PresetName | undefined;
  /** Keys by provider name. */
  keys: Readonly<Record<string, string>>;
  yes: boolean;
  start: boolean;
  config: string | undefined;
}

/** In the form of `parseArgs`. */
export const QUICKSTART_OPTIONS = {
  preset: { type: "string" },
  "anthropic-key": { type: "string" },
  "openai-key": { type: "string" },
  "groq-key": { type: "string" },
  yes: { type: "boolean", short: "y" },
  start: { type: "boolean" },
  config: { type: "string", short: "c" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
} as const;

export type QuickstartCommand =
  | { do: "run"; options: QuickstartOptions }
  | { do: "help" }
  | { do: "version" }
  | { do: "complain"; message: string };

export function parseQuickstart(args: readonly string[]): QuickstartCommand {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (error) {
    return { do: "complain", message: optionError(error, QUICKSTART_OPTIONS) };
  }
  if (values.help) return { do: "help" };
  if (values.version) return { do: "version" };
  const preset = PRESET_NAMES.find((name, at) => name === values.preset || String(at + 1) === values.preset);
  if (values.preset !== undefined && preset === undefined) {
    return { do: "complain", message: `\`--preset\` is one of ${PRESET_NAMES.join(", ")}, not \`${values.preset}\`` };
  }
  const keys = { anthropic: values["anthropic-key"], openai: values["openai-key"], groq: values["groq-key"] };
  const given = Object.entries(keys).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    do: "run",
    options: {
      preset,
      keys: Object.fromEntries(given),
      yes: values.yes === true,
      start: values.start === true,
      config: values.config,
    },
  };
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: QUICKSTART_OPTIONS, strict: true, allowPositionals: false }).values;
}

export const QUICKSTART_HELP = [
  "ccm-quickstart: set up providers, and start",
  "",
  "Usage  ccm-quickstart                                  asks, step by step",
  "       ccm-quickstart --preset NAME [OPTIONS] --yes    asks nothing, for scripts",
  "",
  "Presets",
  "  1, oauth      Claude Pro/Max and ChatGPT Plus/Pro, by login on the page",
  "  2, api-key    Anthropic first, OpenAI when it fails (two keys)",
  "  3, cost       Groq first, Anthropic when it fails (two keys)",
  "  4, custom     the full template with an example for every provider",
  "",
  "Options",
  "  --anthropic-key KEY, --openai-key KEY, --groq-key KEY",
  "                Better in the environment, where other users cannot see them:",
  "                ANTHROPIC_UPSTREAM_KEY (or ANTHROPIC_API_KEY), OPENAI_API_KEY,",
  "                GROQ_API_KEY",
  "  -y, --yes     replace an existing configuration (a backup is made)",
  "      --start   start the server afterwards",
  "  -c, --config FILE",
  "                set up this file instead of the usual one",
  "  -h, --help, -V, --version",
  "",
  "Example",
  "  export OPENAI_API_KEY=… ANTHROPIC_UPSTREAM_KEY=…",
  "  ccm-quickstart --preset api-key --yes --start",
] as const;
