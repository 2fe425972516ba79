import type { Schema } from "../shared/schema.ts";

/** What Gemini's schemas cannot say, in words: the keyword's value to a hint, or undefined where there is nothing to say. */
const HINTS: Readonly<Record<string, (value: unknown, kept: Schema) => string | undefined>> = {
  exclusiveMinimum: (value) => (typeof value === "number" ? `greater than ${value}` : undefined),
  exclusiveMaximum: (value) => (typeof value === "number" ? `less than ${value}` : undefined),
  multipleOf: (value) => (typeof value === "number" ? `multiple of ${value}` : undefined),
  uniqueItems: (value) => (value === true ? "no duplicates" : undefined),
  format: (value, kept) => (kept.format === undefined && typeof value === "string" ? `format ${value}` : undefined),
  pattern: (value, kept) =>
    typeof value === "string" && kept.type === "string" && kept.pattern === undefined ? `matches ${value}` : undefined,
  patternProperties: (value) => `names match ${Object.keys(value ?? {}).join(" or ")}`,
  propertyNames: (value) => namesHint(value),
  additionalProperties: (value) => valuesHint(value),
  examples: (value) => (Array.isArray(value) && value.length > 0 ? `for example ${list(value)}` : undefined),
  deprecated: (value) => (value === true ? "deprecated" : undefined),
};

/** Longer hints would cost more than they help. */
const LONGEST = 200;

/** The cleaned schema with its description, to which the hints of what was left out are added. */
export function describe(schema: Schema, kept: Schema): Schema {
  const hints: string[] = [];
  for (const [keyword, hint] of Object.entries(HINTS)) {
    const text = schema[keyword] === undefined ? undefined : hint(schema[keyword], kept);
    if (text !== undefined && text.length <= LONGEST) hints.push(text);
  }
  const said = typeof schema.description === "string" ? schema.description : "";
  const description = [said, hints.length > 0 ? `(${hints.join("; ")})` : ""].filter((part) => part !== "").join(" ");
  return description === "" ? kept : { ...kept, description };
}

function namesHint(names: unknown): string | undefined {
  const { pattern, enum: values } = (names ?? {}) as { pattern?: unknown; enum?: unknown };
  if (typeof pattern === "string") return `names match ${pattern}`;
  return Array.isArray(values) ? `names are of ${list(values)}` : undefined;
}

function valuesHint(values: unknown): string | undefined {
  const type = (values as { type?: unknown } | null)?.type;
  return typeof type === "string" ? `any names, values are of type ${type}` : undefined;
}

function list(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(", ");
}
