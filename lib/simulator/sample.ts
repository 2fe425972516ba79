import { type Json, record, text } from "./wire.ts";

const MOST_LEVELS = 8;

/**
 * A small value that fits a JSON schema: required properties only, first of an enum, the shortest list allowed.
 * @param hint used for strings, so that a title or a query says something of the request
 */
export function sampleOf(schema: Json, hint: string, level = 0): unknown {
  if ("const" in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if (level > MOST_LEVELS) return null;
  for (const union of ["anyOf", "oneOf", "allOf"] as const) {
    const options = schema[union];
    if (Array.isArray(options) && options.length > 0) return sampleOf(record(options[0]), hint, level + 1);
  }
  switch (typeOf(schema)) {
    case "object":
      return sampleObject(schema, hint, level);
    case "array": {
      const length = typeof schema.minItems === "number" ? schema.minItems : 0;
      return Array.from({ length }, () => sampleOf(record(schema.items), hint, level + 1));
    }
    case "integer":
    case "number":
      return typeof schema.minimum === "number" ? schema.minimum : 1;
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return sampleString(schema, hint);
  }
}

/** The input of a tool call that fits the tool's schema. */
export function sampleInput(schema: Json, hint: string): Json {
  return sampleObject(schema, hint, 0);
}

function sampleObject(schema: Json, hint: string, level: number): Json {
  const properties = record(schema.properties);
  const required = Array.isArray(schema.required) ? schema.required.map(text) : [];
  return Object.fromEntries(
    required
      .filter((name) => name in properties)
      .map((name) => [name, sampleOf(record(properties[name]), hint, level + 1)]),
  );
}

function sampleString(schema: Json, hint: string): string {
  if (schema.format === "uri") return "https://example.com/";
  if (schema.format === "date") return "2026-01-01";
  if (schema.format === "date-time") return "2026-01-01T00:00:00Z";
  const most = typeof schema.maxLength === "number" ? schema.maxLength : 60;
  return (hint.trim() || "example").slice(0, most);
}

function typeOf(schema: Json): string {
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  return text(type).toLowerCase() || ("properties" in schema ? "object" : "string");
}
