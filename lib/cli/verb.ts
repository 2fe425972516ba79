import type { Terminal } from "./terminal.ts";

/** One option of a verb, as parsed and as explained. */
export interface OptionSpec {
  type: "string" | "boolean";
  short?: string;
  /** Placeholder of its value in the help. */
  value?: string;
  help: string;
  /** The only values it takes. */
  choices?: readonly string[];
  /** Its value is a port, a count …: a whole number in this range. */
  range?: readonly [number, number];
}

/** What the help says of a verb, and what it accepts. */
export interface VerbSpec {
  group: "Server" | "Claude Code" | "Configuration" | "What happened" | "Try it" | "Installation";
  summary: string;
  /** What stands behind the verb. */
  operands?: string;
  /** The only words that may stand first behind the verb. */
  operandChoices?: readonly string[];
  /** The operand is a file. */
  operandIsFile?: boolean;
  /** Fewest and most operands. Default none. */
  operandCount?: readonly [number, number];
  /** Everything behind the verb belongs to another program. */
  passThrough?: boolean;
  /** Longer explanation, one paragraph an entry. */
  details?: readonly string[];
  /** What it does, operand by operand. */
  parts?: readonly (readonly [operand: string, does: string])[];
  options: Readonly<Record<string, OptionSpec>>;
  /** What its exit codes mean, where that is more than done and not done. */
  exits?: readonly (readonly [code: string, means: string])[];
  examples: readonly (readonly [command: string, does: string])[];
}

export interface VerbContext {
  terminal: Terminal;
  env: NodeJS.ProcessEnv;
  values: Readonly<Record<string, string | boolean | undefined>>;
  operands: readonly string[];
}

/** @returns the exit code */
export type RunVerb = (context: VerbContext) => Promise<number>;

/** An expected failure: one sentence for the user, and what to do about it. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
  readonly exitCode: number;
  readonly advice: readonly string[];
  constructor(message: string, advice: readonly string[] = [], exitCode = 1) {
    super(message);
    this.advice = advice;
    this.exitCode = exitCode;
  }
}

export function stringValue(context: VerbContext, name: string): string | undefined {
  const value = context.values[name];
  return typeof value === "string" ? value : undefined;
}

export function numberValue(context: VerbContext, name: string): number | undefined {
  const value = stringValue(context, name);
  return value === undefined ? undefined : Number(value);
}
