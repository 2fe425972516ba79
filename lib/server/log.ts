import type { LOG_LEVELS } from "../config/schema.ts";

export type LogLevel = (typeof LOG_LEVELS)[number];

/** The server's own log: one line an event, for people or for machines. */
export interface Logger {
  /** @param facts shown behind the sentence, or as fields of the JSON line; never a secret */
  write(level: LogLevel, message: string, facts?: Record<string, unknown>): void;
  configure(options: { level: LogLevel; format: "json" | "text" }): void;
  /** The last warning or error, for `status`. */
  readonly lastError: { time: number; message: string } | undefined;
}

const RANK: Readonly<Record<LogLevel, number>> = { error: 0, warn: 1, info: 2, debug: 3, trace: 4 };

/**
 * @param out takes one line without its line break
 * @param people takes what is meant for people instead, without time and level: somebody watches a terminal
 */
export function createLogger(
  out: (line: string, level: LogLevel) => void,
  now: () => Date = () => new Date(),
  people?: (text: string, level: LogLevel) => void,
): Logger {
  let level: LogLevel = "info";
  let format: "json" | "text" = "text";
  let lastError: Logger["lastError"];
  return {
    write(at, message, facts = {}) {
      if (at === "error") lastError = { time: now().getTime(), message };
      if (RANK[at] > RANK[level]) return;
      const time = now().toISOString();
      if (format === "json") out(JSON.stringify({ time, level: at, message, ...facts }), at);
      else if (people) people(plain(message) + inWords(facts), at);
      else out(`${time} ${at.padEnd(5)} ${plain(message)}${inWords(facts)}`, at);
    },
    configure(options) {
      level = options.level;
      format = options.format;
    },
    get lastError() {
      return lastError;
    },
  };
}

function inWords(facts: Record<string, unknown>): string {
  let words = "";
  for (const key in facts) {
    const value = facts[key];
    if (value !== undefined && value !== "") words += ` ${key}=${inWord(value)}`;
  }
  return words === "" ? "" : ` ${words}`;
}

function inWord(value: unknown): string {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && !NEEDS_QUOTES.test(value) ? value : plain(JSON.stringify(value));
}

const NEEDS_QUOTES = /[\s="\p{Cc}]/u;

/** Names come from clients: they may neither begin a line of their own nor command a terminal. */
function plain(text: string): string {
  return text.replace(CONTROL_CHARACTERS, " ");
}

const CONTROL_CHARACTERS = /\p{Cc}/gu;
