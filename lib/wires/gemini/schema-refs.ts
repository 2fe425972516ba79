import type { Schema } from "../shared/schema.ts";

/** Where a schema stands: the document for references, those being followed, and how much more may come. */
export interface Scope {
  readonly root: unknown;
  readonly following: readonly string[];
  /** Shared by the whole document: references and choices that hold each other could grow without end. */
  readonly left: { schemas: number };
}

/** Deeper nesting of references is no schema that a model could use. */
const DEEPEST = 8;
/** And neither is one with more parts than this; what is beyond becomes an object of any form. */
const MOST_SCHEMAS = 5_000;

export function scopeOf(root: unknown): Scope {
  return { root, following: [], left: { schemas: MOST_SCHEMAS } };
}

/**
 * A schema without detours: what its `$ref` refers to, with the members of its `allOf` merged into it. Of what several of
 * them say the schema's own word counts, then the first member's; properties and demands are those of all.
 */
export function merged(schema: Schema, outer: Scope): { schema: Schema; scope: Scope } {
  if (--outer.left.schemas < 0) return { schema: { type: "object" }, scope: outer };
  const { schema: resolved, scope } = resolve(schema, outer);
  const { allOf, ...own } = resolved;
  if (!Array.isArray(allOf)) return { schema: resolved, scope };
  return {
    schema: allOf.filter(isSchema).reduce((all, member) => join(all, merged(member, scope).schema), own),
    scope,
  };
}

/** A cycle ends in an object of which only the name is told. */
function resolve(schema: Schema, scope: Scope): { schema: Schema; scope: Scope } {
  const { $ref, ...rest } = schema;
  if (typeof $ref !== "string") return { schema, scope };
  const target = lookUp($ref, scope.root);
  if (!isSchema(target)) return { schema: rest, scope };
  if (scope.following.includes($ref) || scope.following.length >= DEEPEST) {
    const description = rest.description ?? `a ${$ref.slice($ref.lastIndexOf("/") + 1)} again`;
    return { schema: { type: "object", description }, scope };
  }
  return resolve({ ...target, ...rest }, { ...scope, following: [...scope.following, $ref] });
}

function join(own: Schema, other: Schema): Schema {
  const properties = { ...objectOf(other.properties), ...objectOf(own.properties) };
  const required = [...listOf(own.required), ...listOf(other.required)];
  return {
    ...other,
    ...own,
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(required.length > 0 && { required: [...new Set(required)] }),
  };
}

/** Follows a reference within the document, `#` or a JSON pointer. */
function lookUp(ref: string, root: unknown): unknown {
  if (ref === "#") return root;
  if (!ref.startsWith("#/")) return undefined;
  let target = root;
  for (const step of ref.slice(2).split("/")) {
    const name = decoded(step).replaceAll("~1", "/").replaceAll("~0", "~");
    target = typeof target === "object" && target !== null ? (target as Schema)[name] : undefined;
  }
  return target;
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step; // no URI encoding, only a stray percent sign
  }
}

function objectOf(value: unknown): Schema {
  return isSchema(value) ? value : {};
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
