import type { NamePattern } from "./settings.ts";

/** A pattern that is none, or one that could not be matched in linear time. `message` says what is wrong with it. */
export class PatternError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PatternError";
  }
}

const LONGEST_PATTERN = 2_000;
/** Longer than any model's name; what is longer matches nothing, so that no name can cost more than a moment. */
const LONGEST_NAME = 512;

/**
 * A pattern on model names in the syntax of Rust's `regex` and of RE2: unanchored, inline flags such as `(?i)`, no look-around
 * and no back-references. Always runs in time linear in the name, whoever wrote the pattern or the name.
 * @throws {PatternError}
 */
export async function compilePattern(source: string): Promise<NamePattern> {
  if (source.length > LONGEST_PATTERN) throw new PatternError(`is longer than ${LONGEST_PATTERN} characters`);
  return compileSimple(source) ?? (await compileRe2(source));
}

/**
 * Patterns of literals, `.*`, `^`, `$` and `|`, with or without a leading `(?i)`: nearly all that people write, and the defaults.
 * They are matched by plain searching, without a pattern engine.
 * @returns undefined for every other pattern
 */
export function compileSimple(source: string): NamePattern | undefined {
  const ignoreCase = source.startsWith("(?i)");
  // Lower-casing by ASCII only would differ from the engine on letters like İ or the Kelvin sign.
  if (ignoreCase && !/^[\x20-\x7e]*$/.test(source)) return undefined;
  const branches: Branch[] = [];
  for (const text of splitBranches(ignoreCase ? source.slice(4).toLowerCase() : source)) {
    const branch = readBranch(text);
    if (!branch) return undefined;
    branches.push(branch);
  }
  return {
    source,
    test(name) {
      if (name.length > LONGEST_NAME) return false;
      const subject = ignoreCase ? lowerAscii(name) : name;
      return branches.some((branch) => matches(branch, subject));
    },
  };
}

/** The literals of a branch in order, with anything between them. */
interface Branch {
  start: boolean;
  end: boolean;
  literals: string[];
}

function splitBranches(source: string): string[] {
  return source.match(/(?:\\.|[^\\|])+|(?<=\||^)(?=\||$)/gs) ?? [""];
}

function readBranch(text: string): Branch | undefined {
  const start = text.startsWith("^");
  let rest = start ? text.slice(1) : text;
  const end = /(?:^|[^\\])(?:\\\\)*\$$/.test(rest);
  if (end) rest = rest.slice(0, -1);
  const literals: string[] = [];
  let literal = "";
  for (let at = 0; at < rest.length; at++) {
    const char = rest[at] as string;
    if (char === "." && rest[at + 1] === "*" && rest[at + 2] !== "?" && rest[at + 2] !== "+") {
      literals.push(literal);
      literal = "";
      at++;
    } else if (char === "\\" && /[^A-Za-z0-9\s]/.test(rest[at + 1] ?? "")) {
      literal += rest[++at];
    } else if (/[\w\-/:@ ,=<>!%&;'"~#]/.test(char) && !"*+?{".includes(rest[at + 1] || " ")) {
      literal += char;
    } else {
      return undefined;
    }
    // A quantifier after an escaped character would apply to it.
    if (literal !== "" && "*+?{".includes(rest[at + 1] || " ")) return undefined;
  }
  literals.push(literal);
  return { start, end, literals };
}

function matches({ start, end, literals }: Branch, name: string): boolean {
  // `.` does not match a line break; model names hold none, so such a name matches nothing but a lone literal.
  if (literals.length > 1 && /[\n\r]/.test(name)) return false;
  const [first = "", ...others] = literals;
  const last = others.pop();
  if (last === undefined) {
    if (start && end) return name === first;
    if (start) return name.startsWith(first);
    return end ? name.endsWith(first) : name.includes(first);
  }
  let at = start ? (name.startsWith(first) ? 0 : -1) : name.indexOf(first);
  if (at < 0) return false;
  at += first.length;
  for (const literal of others) {
    const found = name.indexOf(literal, at);
    if (found < 0) return false;
    at = found + literal.length;
  }
  return end ? name.length - last.length >= at && name.endsWith(last) : name.indexOf(last, at) >= 0;
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

async function compileRe2(source: string): Promise<NamePattern> {
  const { RE2JS } = await import("re2js");
  try {
    const pattern = RE2JS.compile(source);
    return { source, test: (name) => name.length <= LONGEST_NAME && pattern.matcher(name).find() };
  } catch (error) {
    throw new PatternError(explain(source, error instanceof Error ? error.message : String(error)));
  }
}

function explain(source: string, engine: string): string {
  if (/\(\?<?[=!]/.test(source)) return "uses look-around, which cannot be matched in bounded time; write it without";
  if (/\\[1-9]/.test(source)) return "uses a back-reference, which cannot be matched in bounded time; write it without";
  return `is not a valid pattern (${engine.replace(/^error parsing regexp: /, "")})`;
}
