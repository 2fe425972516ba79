import { LOG_LEVELS } from "../config/schema.ts";
import type { Painter } from "./terminal.ts";

type Level = (typeof LOG_LEVELS)[number];

/** Which lines of the log are wanted. */
export interface LogFilter {
  /** This level and what is graver. */
  level?: Level | undefined;
  /** Holds this text; letter case does not matter. */
  text?: string | undefined;
}

/** Keeps the wanted lines. What has no level, such as the trace of a crash, belongs to the line before it. */
export function logFilter({ level, text }: LogFilter): (line: string) => boolean {
  const most = level === undefined ? LOG_LEVELS.length : LOG_LEVELS.indexOf(level);
  const wanted = text?.toLowerCase();
  let last: Level | undefined;
  return (line) => {
    last = levelOf(line) ?? last;
    const grave = last === undefined || LOG_LEVELS.indexOf(last) <= most;
    return grave && (wanted === undefined || line.toLowerCase().includes(wanted));
  };
}

/** A line for programs: as the server writes it with `logging.format = "json"`, whichever format it wrote. */
export function jsonLine(line: string): string {
  if (line.startsWith("{")) return line;
  const parts = PARTS.exec(line);
  const level = levelOf(line);
  if (!parts || level === undefined) return JSON.stringify({ message: line });
  const [, time, , message, facts = ""] = parts;
  const read = [...facts.matchAll(FACT)].map(([, key = "", value = ""]) => [key.slice(0, -1), factValue(value)]);
  return JSON.stringify({ time, level, message, ...Object.fromEntries(read) });
}

/** Texts stand in quotes where they have to; numbers never do. */
function factValue(text: string): unknown {
  if (!/^(?:".*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e-?\d+)?)$/s.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text; // not written by the server
  }
}

/** Time, level, message, facts. */
const PARTS = /^(\S+) (\w+) +(.*?)( {2}\w+=.*)?$/s;

/** A line with its time dimmed, its level in colour, and what went wrong standing out among the facts. */
export function paintLine(line: string, paint: Painter): string {
  const parts = PARTS.exec(line);
  const level = levelOf(line);
  if (!parts || level === undefined) return level === "error" ? paint.red(line) : line;
  const [, time = "", , message = "", facts = ""] = parts;
  const colour = { error: paint.red, warn: paint.yellow, info: paint.green, debug: paint.dim, trace: paint.dim }[level];
  return `${paint.dim(time)} ${colour(level.padEnd(5))} ${message}${paintFacts(facts, paint)}`;
}

/** `key=value`, or `key="a value with blanks"`. */
const FACT = /(\w+=)("(?:[^"\\]|\\.)*"|\S*)/g;

function paintFacts(facts: string, paint: Painter): string {
  const colours: Readonly<Record<string, Painter["dim"]>> = {
    "error=": paint.red,
    "attempts=": paint.yellow,
    "rescue=": paint.yellow,
    "cost=": paint.bold,
    "id=": paint.cyan,
  };
  return facts.replace(
    FACT,
    (_fact, key: string, value: string) => paint.dim(key) + (colours[key] ?? paint.dim)(value),
  );
}

/** Of a line for people, or of one in JSON. */
function levelOf(line: string): Level | undefined {
  const word = /^\d{4}-\S+ (\w+) /.exec(line)?.[1] ?? /^\{"time":"[^"]*","level":"(\w+)"/.exec(line)?.[1];
  return LOG_LEVELS.find((level) => level === word);
}
