import { didYouMean, entryName, isRecord, type Path } from "../faults.ts";

/** A change that cannot be made; `path` is the one that was asked for. */
export class EditError extends Error {
  readonly path: Path;
  constructor(path: Path, message: string) {
    super(`${path.join(".")}: ${message}`);
    this.name = "EditError";
    this.path = path;
  }
}

/**
 * Turns names of list entries into positions: `providers.openai.priority` into `providers[2].priority`. A name that no entry has
 * is the place behind the last one, if the path ends there: a new entry.
 * @param tree canonical
 * @throws {EditError}
 */
export function resolveNames(path: Path, tree: unknown): { at: Path; isNew: boolean } {
  const at: (string | number)[] = [];
  let node = tree;
  for (const [index, segment] of path.entries()) {
    const list = listAt(node, at);
    if (!list) {
      at.push(segment);
      node = isRecord(node) ? node[segment] : undefined;
      continue;
    }
    const position = typeof segment === "number" ? segment : list.findIndex((entry) => entryName(entry) === segment);
    const isLast = index === path.length - 1;
    if (position < 0 || position >= list.length) {
      if (!isLast || position > list.length) throw new EditError(path, unknownEntry(segment, list));
      return { at: [...at, list.length], isNew: true };
    }
    at.push(position);
    node = list[position];
  }
  return { at, isNew: false };
}

/** The lists that have no entry yet count as well: their first one must find its place. */
function listAt(node: unknown, at: Path): readonly unknown[] | undefined {
  if (Array.isArray(node)) return node;
  const isList =
    (at.length === 1 && (at[0] === "providers" || at[0] === "models")) || (at.length === 3 && at[2] === "providers");
  return node === undefined && isList ? [] : undefined;
}

function unknownEntry(segment: string | number, list: readonly unknown[]): string {
  const names = list.map(entryName).filter((name) => name !== undefined);
  return `there is no entry "${segment}".${typeof segment === "string" ? didYouMean(segment, names) : ""}`;
}
