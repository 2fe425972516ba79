import { isRecord } from "../faults.ts";

/** A value that TOML has no place for. */
export class NoLiteral extends Error {
  constructor(message: string) {
    super(message);
    this.name = "NoLiteral";
  }
}

export type StringStyle = "basic" | "literal";

/**
 * A value as TOML, on one line; a list of tables has a line for each.
 * @param style quotes of a text that may be written either way
 * @throws {NoLiteral} for null, a function, a number that is none
 */
export function literal(value: unknown, style: StringStyle = "basic"): string {
  if (typeof value === "string") return textLiteral(value, style);
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new NoLiteral(`${value} is not a number that can be written`);
    return String(value);
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => literal(item, style));
    return value.length > 0 && value.every(isRecord)
      ? `[\n${items.map((item) => `  ${item},\n`).join("")}]`
      : `[${items.join(", ")}]`;
  }
  if (isRecord(value)) {
    const entries = definedEntries(value).map(([key, inner]) => `${keyLiteral(key)} = ${oneLine(inner)}`);
    return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
  }
  throw new NoLiteral(`${value === null ? "null" : typeof value} cannot be written into the file`);
}

/** Lines `key = value` for the body of a table. */
export function bodyLines(table: Record<string, unknown>): string[] {
  return definedEntries(table).map(([key, value]) => `${keyLiteral(key)} = ${literal(value)}`);
}

export function keyLiteral(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : textLiteral(key, "basic");
}

function textLiteral(text: string, style: StringStyle): string {
  // A literal string has no escapes: it can hold neither its own quote nor control characters.
  if (style === "literal" && !/['\p{Cc}]/u.test(text)) return `'${text}'`;
  const escaped = text.replace(/["\\\p{Cc}]/gu, (char) => {
    if (char === '"' || char === "\\") return `\\${char}`;
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return `"${escaped}"`;
}

/** An inline table stays on one line, as TOML 1.0 has it. */
function oneLine(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(oneLine).join(", ")}]` : literal(value);
}

function definedEntries(table: Record<string, unknown>): [string, unknown][] {
  return Object.entries(table).filter(([, value]) => value !== undefined);
}
