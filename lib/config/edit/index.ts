/**
 * Changes single settings in the text of a configuration file: comments, order, spelling and unknown keys stay byte for byte.
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { canonicalise, type Origins } from "../aliases.ts";
import { entryName, isRecord, type Path } from "../faults.ts";
import { fitSchema } from "../fit-schema.ts";
import { isSecretPath, maskSecret } from "../mask.ts";
import { parseProgram, staticValue, TomlSyntaxError } from "../positions.ts";
import { configSchema } from "../schema.ts";
import { takeUnknownKeys } from "../unknown-keys.ts";
import { contentOf, readDocument } from "./document.ts";
import { NoLiteral } from "./literal.ts";
import { EditError, resolveNames } from "./names.ts";
import { put } from "./put.ts";
import { remove } from "./remove.ts";

export { EditError } from "./names.ts";

/**
 * One change. The path is canonical and calls entries of lists by their name: `["providers", "openai", "priority"]`,
 * `["models", "claude-sonnet-5", "providers", "openrouter", "model"]`. A value may be a whole table or list; what it has in
 * common with what is there stays as it is.
 */
export type Change = { path: Path; value: unknown } | { path: Path; delete: true };

/**
 * Makes the changes one after the other. A secret that comes back in its masked form is left as it is.
 * @returns the new text; the same one when there is nothing to change
 * @throws {EditError} when the text is no TOML, a path leads nowhere, or a value cannot be written. Nothing is checked against the
 *   schema: that is `parseConfig`'s business.
 */
export function applyChanges(text: string, changes: readonly Change[]): string {
  return changes.reduce((current, change) => {
    const before = read(current, change.path);
    const next =
      "delete" in change
        ? applyDelete(current, before, change.path)
        : applySet(current, before, change.path, change.value);
    proveNothingElseChanged(before, next, change);
    return next;
  }, text);
}

/** The text in the three forms that a change needs. */
interface State {
  /** What is written, canonical names. */
  tree: Record<string, unknown>;
  origins: Origins;
  /** With defaults, and without keys that the schema does not know. */
  effective: unknown;
  /** The tree fits the schema, so that `effective` is all of it. */
  fits: boolean;
  unknown: readonly Path[];
}

function read(text: string, path: Path): State {
  let raw: Record<string, unknown>;
  try {
    raw = staticValue(parseProgram(text));
  } catch (error) {
    if (error instanceof TomlSyntaxError) throw new EditError(path, `the file is not TOML (line ${error.line})`);
    throw error;
  }
  const { tree, origins } = canonicalise(raw);
  const forSchema = canonicalise(raw).tree;
  const unknown = takeUnknownKeys(configSchema, forSchema).map(({ at }) => at);
  const { tree: effective, faults } = fitSchema(forSchema);
  return { tree, origins, effective, fits: faults.length === 0, unknown };
}

function applySet(text: string, state: State, path: Path, value: unknown): string {
  const { at, isNew } = resolveNames(path, state.tree);
  const name = path.at(-1);
  // An entry that is called by its name need not repeat it.
  const isEntry = isRecord(value) && typeof at.at(-1) === "number" && typeof name === "string";
  const whole = isEntry ? { name, ...value } : value;
  return isNew ? write(text, state, at, whole) : merge(text, at, unmask(whole, nodeAt(state.tree, at), at));
}

function applyDelete(text: string, state: State, path: Path): string {
  const { at, isNew } = resolveNames(path, state.tree);
  return isNew || nodeAt(state.tree, at) === undefined ? text : take(text, state, at);
}

/** Brings what is at a place to the wanted value with as few strokes as possible. */
function merge(text: string, at: Path, value: unknown): string {
  const state = read(text, at);
  const current = nodeAt(state.tree, at);
  const effective = nodeAt(state.effective, at);
  if (isDeepStrictEqual(current, value) || isDeepStrictEqual(effective, value)) return text;
  if (isRecord(value) && isRecord(current)) return mergeTable(text, at, current, value, state.unknown);
  if (isNamedList(value) && isNamedList(current)) return mergeList(text, at, current, value);
  return write(text, state, at, value);
}

function mergeTable(
  text: string,
  at: Path,
  current: Record<string, unknown>,
  value: Record<string, unknown>,
  unknown: readonly Path[],
): string {
  let next = text;
  for (const [key, inner] of Object.entries(value)) if (inner !== undefined) next = merge(next, [...at, key], inner);
  for (const key of Object.keys(current)) {
    if (value[key] !== undefined || unknown.some((path) => isDeepStrictEqual(path, [...at, key]))) continue;
    next = take(next, read(next, at), [...at, key]);
  }
  return next;
}

type Named = Record<string, unknown>;

function mergeList(text: string, at: Path, current: readonly Named[], value: readonly Named[]): string {
  let next = text;
  const wanted = value.map(entryName);
  for (let index = current.length - 1; index >= 0; index--) {
    if (!wanted.includes(entryName(current[index]))) next = take(next, read(next, at), [...at, index]);
  }
  const kept = current.map(entryName).filter((name) => wanted.includes(name));
  const inOrder = kept.every((name, index) => wanted[index] === name);
  if (!inOrder) {
    // The entries take each other's places; their comments cannot go with them.
    const state = read(next, at);
    if (readDocument(next).place(state.origins.written(at))) return write(next, state, at, value);
    return value.reduce<string>(
      (result, entry, index) => write(result, state, [...at, index], entry),
      remove(next, state.origins.written(at)),
    );
  }
  return value.reduce<string>(
    (result, entry, index) =>
      index < kept.length
        ? merge(result, [...at, index], entry)
        : write(result, read(result, at), [...at, index], entry),
    next,
  );
}

/** Writes at the place where the user wrote it, or where it would be written. */
function write(text: string, state: State, at: Path, value: unknown): string {
  if (value === undefined) return take(text, state, at);
  const kind = state.origins.kindOf(at);
  try {
    if (kind === "shared") return put(text, at, value);
    if (kind === "converted") {
      // The alias has another form: the canonical key takes its place.
      const bare = remove(text, state.origins.written(at));
      return write(bare, read(bare, at), at, value);
    }
    const written = state.origins.written(at);
    const parent = at.slice(0, -1);
    const writtenParent = state.origins.written(parent);
    const holder = readDocument(text).place(writtenParent);
    const key = at.at(-1);
    const holds = holder === undefined ? undefined : contentOf(holder);
    const table = nodeAt(state.tree, parent);
    if (
      holds?.type === "TOMLValue" &&
      isRecord(table) &&
      typeof key === "string" &&
      isDeepStrictEqual(written, [...writtenParent, key])
    ) {
      // A route that is written as a mere name gets a further key: it becomes a table.
      return put(text, writtenParent, { ...table, [key]: value });
    }
    return put(text, written, dress(value, written));
  } catch (error) {
    if (error instanceof NoLiteral || error instanceof TypeError) throw new EditError(at, error.message);
    throw error;
  }
}

function take(text: string, state: State, at: Path): string {
  if (state.origins.kindOf(at) === "shared") return text;
  return remove(text, state.origins.written(at));
}

/** In a file of the original's dialect a new mapping is written as its neighbours are. */
function dress(value: unknown, written: Path): unknown {
  if (!written.includes("mappings") || !isRecord(value)) return value;
  const { name, model, ...others } = value;
  return {
    ...(model === undefined ? {} : { actual_model: model }),
    ...others,
    ...(name === undefined ? {} : { provider: name }),
  };
}

/** The value with every secret that came back in its masked form put back. */
function unmask(value: unknown, current: unknown, at: Path): unknown {
  if (typeof value === "string") {
    const masked = value.includes("…") && isSecretPath(at);
    return masked && typeof current === "string" && maskSecret(current) === value ? current : value;
  }
  if (Array.isArray(value)) {
    const old: readonly unknown[] = Array.isArray(current) ? current : [];
    return value.map((entry, index) => {
      const counterpart = isRecord(entry)
        ? old.find((candidate) => entryName(candidate) === entryName(entry))
        : old.find((candidate) => typeof candidate === "string" && maskSecret(candidate) === entry);
      return unmask(entry, counterpart, [...at, index]);
    });
  }
  if (!isRecord(value)) return value;
  const old = isRecord(current) ? current : {};
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unmask(inner, old[key], [...at, key])]));
}

function isNamedList(value: unknown): value is Named[] {
  return Array.isArray(value) && value.length > 0 && value.every((entry) => entryName(entry) !== undefined);
}

function nodeAt(tree: unknown, at: Path): unknown {
  return at.reduce<unknown>(
    (node, key) =>
      isRecord(node) || Array.isArray(node) ? (node as Record<string | number, unknown>)[key] : undefined,
    tree,
  );
}

/** A change that reached further than it was asked to is a mistake of ours, and must not reach the file. */
function proveNothingElseChanged(before: State, text: string, change: Change): void {
  const after = read(text, change.path);
  if (!before.fits || !after.fits) return;
  const { at, isNew } = resolveNames(change.path, before.tree);
  const entryIsGone = "delete" in change && typeof at.at(-1) === "number" && !isNew;
  const place = optionalPart(at, before.effective, after.effective);
  const rest = entryIsGone ? after.effective : without(after.effective, place);
  if (!isDeepStrictEqual(without(before.effective, entryIsGone ? at : place), rest)) {
    throw new EditError(change.path, "the change would have changed something else as well; edit the file by hand");
  }
}

/** Some sections count only when they are written (`[budget]`): with their first setting all of their defaults come to be. */
function optionalPart(at: Path, before: unknown, after: unknown): Path {
  const isThere = (tree: unknown, place: Path) => nodeAt(tree, place) !== undefined;
  for (let depth = 1; depth < at.length; depth++) {
    const place = at.slice(0, depth);
    if (typeof place.at(-1) === "string" && isThere(before, place) !== isThere(after, place)) return place;
  }
  return at;
}

function without(tree: unknown, at: Path): unknown {
  const [key, ...rest] = at;
  if (key === undefined) return undefined;
  if (Array.isArray(tree) && typeof key === "number") {
    return rest.length === 0
      ? tree.filter((_, index) => index !== key)
      : tree.map((entry, index) => (index === key ? without(entry, rest) : entry));
  }
  if (!isRecord(tree)) return tree;
  return Object.fromEntries(
    Object.entries(tree).flatMap(([name, value]) => {
      if (name !== key) return [[name, value]];
      return rest.length === 0 ? [] : [[name, without(value, rest)]];
    }),
  );
}
