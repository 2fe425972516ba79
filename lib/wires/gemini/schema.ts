import { type Schema, toolSchema } from "../shared/schema.ts";
import { describe } from "./schema-hints.ts";
import { merged, type Scope, scopeOf } from "./schema-refs.ts";

/**
 * The values of an enumeration that Gemini only takes as strings, kept on the cleaned schema under this key, so that
 * arguments can be given back as what the client's schema asks for. Not part of the JSON.
 */
export const VALUES: unique symbol = Symbol("values");

export type CleanSchema = Schema & { [VALUES]?: readonly unknown[] };

type TypeName = "string" | "number" | "integer" | "boolean" | "array" | "object";

/** The limits that Gemini knows for values of each type. All others are refused or ignored, and become words of the description. */
const LIMITS: Readonly<Record<TypeName, readonly string[]>> = {
  string: ["minLength", "maxLength"],
  number: ["minimum", "maximum"],
  integer: ["minimum", "maximum"],
  boolean: [],
  array: ["minItems", "maxItems"],
  object: ["minProperties", "maxProperties"],
};

/** Keywords by which a schema without `type` shows which one it means. */
const SIGNS: readonly (readonly [TypeName, readonly string[]])[] = [
  ["object", ["properties", "additionalProperties", "patternProperties", "propertyNames", "required", "minProperties"]],
  ["array", ["items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"]],
  ["string", ["pattern", "minLength", "maxLength", "format"]],
  ["number", ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]],
];

/** Keywords that say what a value is, not only how it is limited. */
const SHAPES = new Set(["type", "properties", "items", "enum", "const", "$ref", "anyOf", "oneOf", "allOf"]);

const STRING_FORMATS: readonly unknown[] = ["date-time", "enum"];

/**
 * A tool's input schema in what Gemini understands. Keywords are only looked for where schemas stand: properties may have
 * any name, and data stays data.
 * @returns undefined for a tool without arguments, whose declaration has no schema at all
 * @see https://ai.google.dev/api/caching#Schema
 */
export function parameterSchema(schema: unknown): CleanSchema | undefined {
  const scope = scopeOf(schema);
  const root = toolSchema(isSchema(schema) ? inlined(schema, scope) : {}, "plain");
  const cleaned = clean(root, scope) ?? {};
  // An object of free form has no properties, but takes arguments.
  const takesAny = root.additionalProperties !== undefined && root.additionalProperties !== false;
  return cleaned.properties !== undefined || takesAny ? cleaned : undefined;
}

/** A root that says what it is only by reference, and the choices in it, spelled out. */
function inlined(schema: Schema, scope: Scope): Schema {
  const own = merged(schema, scope).schema;
  const spell = (choices: unknown) =>
    Array.isArray(choices)
      ? choices.map((choice) => (isSchema(choice) ? merged(choice, scope).schema : choice))
      : undefined;
  return { ...own, anyOf: spell(own.anyOf), oneOf: spell(own.oneOf) };
}

/** A schema for structured output, cleaned in the same way. */
export function answerSchema(schema: unknown): CleanSchema {
  return clean(schema, scopeOf(schema)) ?? { type: "object" };
}

/** @returns undefined for a schema that no value satisfies */
function clean(value: unknown, outer: Scope): CleanSchema | undefined {
  if (value === false) return undefined;
  if (!isSchema(value)) return {};
  const { schema, scope } = merged(value, outer);
  const { types, nullable } = typesOf(schema);
  const result = combined(schema, types, scope);
  return nullable ? withNull(result) : result;
}

/** The schema by its kind: a choice of values, of schemas, or of types, or just one type. */
function combined(schema: Schema, types: readonly TypeName[], scope: Scope): CleanSchema {
  const values = enumOf(schema);
  if (values.length > 0) return enumeration(schema, values);
  const branches = branchesOf(schema, types, scope);
  const [only] = branches;
  if (only) return branches.length > 1 ? { anyOf: branches } : only;
  const [type] = types;
  return type === undefined ? describe(schema, commonOf(schema)) : ofType(schema, type, scope);
}

/** Gemini enumerates strings only. */
function enumeration(schema: Schema, values: readonly unknown[]): CleanSchema {
  const strings = values.map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
  const isTyped = strings.some((string, i) => string !== values[i]);
  const { default: _typed, example: _too, ...common } = commonOf(schema);
  return describe(schema, {
    type: "string",
    ...(isTyped ? common : commonOf(schema)),
    enum: [...new Set(strings)],
    ...(isTyped && { [VALUES]: values }),
  });
}

/**
 * What may be chosen from: `anyOf` and `oneOf`, or several types. Gemini wants a choice to stand alone, so each branch
 * takes over what stood beside it. Branches that only narrow it down cannot be told.
 */
function branchesOf(schema: Schema, types: readonly TypeName[], scope: Scope): CleanSchema[] {
  const { anyOf: _any, oneOf: _one, ...beside } = schema;
  const choices = choicesOf(schema).filter((choice): choice is Schema => isSchema(choice) && !isNull(choice));
  if (choices.some((choice) => Object.keys(choice).some((key) => SHAPES.has(key))))
    return choices
      .map((choice) => {
        const own = merged(choice, scope);
        const description = [beside.description, own.schema.description].filter((part) => typeof part === "string");
        return clean({ ...own.schema, description: description.join(" "), allOf: [beside] }, own.scope);
      })
      .filter((branch) => branch !== undefined)
      .flatMap((branch) => (Array.isArray(branch.anyOf) ? (branch.anyOf as CleanSchema[]) : [branch]));
  return types.length > 1 ? types.map((type) => ofType(schema, type, scope)) : [];
}

function ofType(schema: Schema, type: TypeName, scope: Scope): CleanSchema {
  const kept: CleanSchema = { type, ...commonOf(schema), ...limitsOf(schema, LIMITS[type]) };
  if (type === "string" && STRING_FORMATS.includes(schema.format)) kept.format = schema.format;
  if (type === "string" && isSimplePattern(schema.pattern)) kept.pattern = schema.pattern;
  if (type === "array") kept.items = itemsOf(schema, scope);
  if (type === "object") Object.assign(kept, propertiesOf(schema, scope));
  return describe(schema, kept);
}

/** None at all instead of an empty set, which is refused. */
function propertiesOf({ properties, required }: Schema, scope: Scope): Schema {
  const cleaned = Object.entries(isSchema(properties) ? properties : {})
    .map(([name, value]) => [name, clean(value, scope)] as const)
    .filter(([, property]) => property !== undefined);
  if (cleaned.length === 0) return {};
  const known = new Set<unknown>(cleaned.map(([name]) => name));
  const names = (Array.isArray(required) ? required : []).filter((name) => known.has(name));
  return { properties: Object.fromEntries(cleaned), ...(names.length > 0 && { required: names }) };
}

/** Gemini wants to know of every array what it holds; of a tuple it can be told only what may stand in it. */
function itemsOf({ items, prefixItems }: Schema, scope: Scope): CleanSchema {
  const tuple = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : undefined;
  const cleaned = tuple ? clean({ anyOf: tuple }, scope) : clean(items ?? {}, scope);
  const isKnown = cleaned?.type !== undefined || cleaned?.anyOf !== undefined;
  return cleaned && isKnown ? cleaned : { type: "string", ...cleaned };
}

function commonOf({ title, default: usual, example }: Schema): Schema {
  return {
    ...(typeof title === "string" && { title }),
    ...(usual != null && { default: usual }),
    ...(example != null && { example }),
  };
}

function limitsOf(schema: Schema, limits: readonly string[]): Schema {
  return Object.fromEntries(
    limits.filter((limit) => typeof schema[limit] === "number").map((limit) => [limit, schema[limit]]),
  );
}

/** Google's patterns know no look-around and no references. */
function isSimplePattern(pattern: unknown): boolean {
  return typeof pattern === "string" && !/\(\?<?[=!]|\\[1-9k]/.test(pattern);
}

function typesOf(schema: Schema): { types: TypeName[]; nullable: boolean } {
  const said = Array.isArray(schema.type) ? schema.type : [schema.type];
  const types = said.filter((type) => typeof type === "string" && Object.hasOwn(LIMITS, type)) as TypeName[];
  const nullable =
    schema.nullable === true ||
    schema.const === null ||
    said.includes("null") ||
    choicesOf(schema).some(isNull) ||
    (Array.isArray(schema.enum) && schema.enum.includes(null));
  if (types.length > 0) return { types: [...new Set(types)], nullable };
  if (said.includes("null")) return { types: ["string"], nullable };
  const sign = SIGNS.find(([, keywords]) => keywords.some((keyword) => schema[keyword] !== undefined));
  return { types: sign ? [sign[0]] : [], nullable };
}

function enumOf(schema: Schema): unknown[] {
  const values = Array.isArray(schema.enum) ? schema.enum : "const" in schema ? [schema.const] : [];
  return values.filter((value) => value !== null);
}

function choicesOf({ anyOf, oneOf }: Schema): unknown[] {
  return [anyOf, oneOf].find(Array.isArray) ?? [];
}

function isNull(schema: unknown): boolean {
  return isSchema(schema) && (schema.type === "null" || schema.const === null);
}

/** A choice must stand alone, so what is said of it is said of each branch. */
function withNull(schema: CleanSchema): CleanSchema {
  return Array.isArray(schema.anyOf)
    ? { ...schema, anyOf: schema.anyOf.map((branch: Schema) => ({ ...branch, nullable: true })) }
    : { ...schema, nullable: true };
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
