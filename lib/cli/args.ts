import { parseArgs } from "node:util";
import { didYouMean, optionError } from "./option-errors.ts";
import type { OptionSpec, VerbContext, VerbSpec } from "./verb.ts";
import { isVerb, VERB_NAMES, type VerbName, verbSpec } from "./verb-table.ts";

export type Command =
  | { do: "help"; verb?: VerbName }
  | { do: "version" }
  | { do: "run"; verb: VerbName; values: VerbContext["values"]; operands: string[] }
  /** The command line makes no sense; `about` is the verb whose help would clear it up. */
  | { do: "complain"; message: string; about?: VerbName };

const COMMON: Readonly<Record<string, OptionSpec>> = {
  help: { type: "boolean", short: "h", help: "show this help" },
  version: { type: "boolean", short: "V", help: "show the version" },
};

/**
 * Reads a command line. Options may stand before or after the verb; what stands behind a verb that hands everything on
 * (`code`) is left as it is.
 */
export function parseCommand(args: readonly string[]): Command {
  const at = verbPosition(args);
  const word = at === undefined ? undefined : args[at];
  if (at === undefined || word === undefined) return withoutVerb(args);
  if (word === "help") return helpFor(args[at + 1]);
  if (!isVerb(word)) return { do: "complain", message: `there is no verb \`${word}\`${didYouMean(word, VERB_NAMES)}` };
  const spec = verbSpec(word);
  if (spec.passThrough) {
    const behind = args.slice(at + 1);
    const asksForHelp = behind.length === 1 && (behind[0] === "--help" || behind[0] === "-h");
    return asksForHelp ? { do: "help", verb: word } : parseFor(word, args.slice(0, at), behind);
  }
  return parseFor(word, [...args.slice(0, at), ...args.slice(at + 1)]);
}

function withoutVerb(args: readonly string[]): Command {
  const known = Object.entries(COMMON).flatMap(([name, { short }]) => [`--${name}`, `-${short}`]);
  const strange = args.find((arg) => arg.startsWith("-") && !known.includes(arg));
  if (args.includes("--version") || args.includes("-V")) return { do: "version" };
  if (strange !== undefined && !args.includes("--help")) {
    return { do: "complain", message: `\`${strange}\` needs a verb beside it` };
  }
  return { do: "help" };
}

function helpFor(word: string | undefined): Command {
  if (word === undefined || word.startsWith("-")) return { do: "help" };
  if (isVerb(word)) return { do: "help", verb: word };
  return { do: "complain", message: `there is no verb \`${word}\`${didYouMean(word, VERB_NAMES)}` };
}

function parseFor(verb: VerbName, args: string[], handedOn?: readonly string[]): Command {
  const spec = verbSpec(verb);
  const options = { ...spec.options, ...COMMON };
  const complain = (message: string): Command => ({ do: "complain", message, about: verb });
  let parsed: { values: Record<string, string | boolean | undefined>; positionals: string[] };
  try {
    parsed = parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    return complain(optionError(error, options));
  }
  if (parsed.values.help) return { do: "help", verb };
  if (parsed.values.version) return { do: "version" };
  const { values, positionals } = parsed;
  const wrong = wrongValue(values, options) ?? wrongCount(spec, positionals) ?? wrongWord(verb, positionals[0]);
  if (wrong) return complain(wrong);
  return { do: "run", verb, values, operands: handedOn ? [...handedOn] : positionals };
}

/** The first word that is neither an option nor the value of one. */
function verbPosition(args: readonly string[]): number | undefined {
  const everyOption = Object.assign({}, ...VERB_NAMES.map((name) => verbSpec(name).options), COMMON);
  const { tokens } = parseArgs({
    args: [...args],
    options: everyOption,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  return tokens.find((token) => token.kind === "positional")?.index;
}

function wrongValue(values: VerbContext["values"], options: Readonly<Record<string, OptionSpec>>): string | undefined {
  for (const [name, value] of Object.entries(values)) {
    const { choices, range } = options[name] ?? {};
    if (typeof value !== "string") continue;
    if (choices && !choices.includes(value)) {
      return `\`--${name}\` is one of ${choices.join(", ")}, not \`${value}\``;
    }
    if (range && !(/^\d+$/.test(value) && Number(value) >= range[0] && Number(value) <= range[1])) {
      return `\`--${name}\` is a whole number from ${range[0]} to ${range[1]}, not \`${value}\``;
    }
  }
  return undefined;
}

function wrongCount(spec: VerbSpec, operands: readonly string[]): string | undefined {
  const [fewest, most] = spec.operandCount ?? [0, 0];
  if (operands.length < fewest) return `something is missing: ${spec.operands}`;
  if (operands.length > most) return `\`${operands[most]}\` is too much here`;
  return undefined;
}

function wrongWord(verb: VerbName, word: string | undefined): string | undefined {
  const { operandChoices } = verbSpec(verb);
  if (operandChoices === undefined || word === undefined || operandChoices.includes(word)) return undefined;
  return `there is no \`${verb} ${word}\`${didYouMean(word, operandChoices)}`;
}
