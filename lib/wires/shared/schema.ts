import type { Quirks } from "../../catalog/types.ts";

export type Schema = Record<string, unknown>;

/** Keywords whose value maps names to schemas: the keys in there are the user's words, not keywords. */
const MAPS = new Set(["properties", "$defs", "definitions", "patternProperties", "dependentSchemas"]);
/** Keywords whose value is data and must stay as it is. */
const DATA = new Set(["const", "enum", "default", "examples", "required", "type"]);
/** Keywords that describe the document, not the data; other vendors' validators stumble over them. */
const NOISE = new Set(["$schema", "$id", "$comment"]);

const UNIONS = ["allOf", "anyOf", "oneOf"] as const;

/** What a vendor's validator wants changed in each schema, besides the noise. */
const DIALECTS: Readonly<Record<NonNullable<Quirks["schemaDialect"]>, (schema: Schema) => Schema>> = {
  openai: (schema) => schema,
  plain: (schema) => schema,
  xai: ({ additionalProperties: _dropped, ...rest }) => rest,
  moonshot: (schema) => typeIntoBranches(tupleToPrefix(schema)),
};

/**
 * A tool's input schema as vendors of OpenAI's protocols accept it: an object at the root, with `properties`, without
 * `$schema` and its like. Property names and data inside the schema are never touched.
 */
export function toolSchema(schema: unknown, dialect: Quirks["schemaDialect"] = "openai"): Schema {
  const root = isSchema(schema) ? mergeRootUnions(resolveRootRef(schema)) : {};
  const cleaned = clean(root, DIALECTS[dialect]);
  return { ...cleaned, type: "object", properties: isSchema(cleaned.properties) ? cleaned.properties : {} };
}

/** A schema for structured output: cleaned in the same way, but its root may be anything. */
export function outputSchema(schema: unknown, dialect: Quirks["schemaDialect"] = "openai"): Schema {
  return clean(isSchema(schema) ? schema : { type: "object" }, DIALECTS[dialect]);
}

/**
 * Can OpenAI's strict mode hold the schema? Every object must forbid further properties and require all it has.
 */
export function allowsStrict(schema: unknown): boolean {
  if (!isSchema(schema)) return true;
  if (schema.type === "object" || isSchema(schema.properties)) {
    const names = Object.keys(isSchema(schema.properties) ? schema.properties : {});
    const required = Array.isArray(schema.required) ? schema.required : [];
    if (schema.additionalProperties !== false || !names.every((name) => required.includes(name))) return false;
  }
  return Object.entries(schema).every(([key, value]) => subschemas(key, value).every(allowsStrict));
}

function clean(schema: Schema, adapt: (schema: Schema) => Schema): Schema {
  const cleaned: Schema = {};
  for (const [key, value] of Object.entries(schema)) {
    if (NOISE.has(key)) continue;
    cleaned[key] = DATA.has(key) ? value : cleanValue(key, value, adapt);
  }
  return adapt(cleaned);
}

function cleanValue(key: string, value: unknown, adapt: (schema: Schema) => Schema): unknown {
  if (MAPS.has(key) && isSchema(value))
    return Object.fromEntries(
      Object.entries(value).map(([name, sub]) => [name, isSchema(sub) ? clean(sub, adapt) : sub]),
    );
  if (Array.isArray(value)) return value.map((item) => (isSchema(item) ? clean(item, adapt) : item));
  return isSchema(value) ? clean(value, adapt) : value;
}

/** The schemas directly inside a keyword's value. */
function subschemas(key: string, value: unknown): unknown[] {
  if (DATA.has(key)) return [];
  if (MAPS.has(key)) return isSchema(value) ? Object.values(value) : [];
  return Array.isArray(value) ? value : [value];
}

/** A root that only points into the document becomes what it points to; the definitions stay for other references. */
function resolveRootRef(schema: Schema): Schema {
  const { $ref, ...rest } = schema;
  if (typeof $ref !== "string" || !$ref.startsWith("#")) return schema;
  let target: unknown = schema;
  for (const step of $ref.slice(2).split("/"))
    target = isSchema(target)
      ? target[decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~")]
      : undefined;
  return isSchema(target) && target !== schema ? { ...target, ...rest } : rest;
}

/**
 * Functions must not have a union at the root: its variants become one object that takes the properties of all of them.
 * What every variant requires stays required (in `allOf`: what any requires).
 */
function mergeRootUnions(schema: Schema): Schema {
  if (!UNIONS.some((keyword) => Array.isArray(schema[keyword]))) return schema;
  const { allOf, anyOf, oneOf, ...root } = schema;
  let properties: Schema = isSchema(root.properties) ? root.properties : {};
  const required = new Set(stringsOf(root.required));
  for (const variants of [allOf, anyOf, oneOf]) {
    const objects = (Array.isArray(variants) ? variants : []).filter(isSchema).map(mergeRootUnions);
    properties = Object.assign({}, ...objects.map((object) => object.properties), properties);
    const demands = objects.map((object) => stringsOf(object.required));
    const kept =
      variants === allOf ? demands.flat() : (demands[0] ?? []).filter((name) => demands.every((d) => d.includes(name)));
    for (const name of kept) required.add(name);
  }
  return { ...root, properties, ...(required.size > 0 && { required: [...required] }) };
}

/** Moonshot's validator knows tuples by their newer name only. */
function tupleToPrefix(schema: Schema): Schema {
  if (!Array.isArray(schema.items)) return schema;
  const { items, ...rest } = schema;
  return { ...rest, prefixItems: items };
}

/** Moonshot refuses a `type` beside `anyOf`: each branch has to have its own. */
function typeIntoBranches(schema: Schema): Schema {
  if (schema.type === undefined || !Array.isArray(schema.anyOf)) return schema;
  const { type, anyOf, ...rest } = schema;
  return { ...rest, anyOf: (anyOf as unknown[]).map((branch) => (isSchema(branch) ? { type, ...branch } : branch)) };
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === "string") : [];
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
