import { isRecord, type Path } from "../faults.ts";

/** Something that was not taken over as it stood, for people. Never holds a secret. */
export interface ImportNote {
  /** Where it stands in the source, e.g. `Providers[2].transformer`. */
  key: string;
  message: string;
}

/** A source, and the book that is kept of it: whatever nobody asked for is listed at the end, so that nothing is lost unsaid. */
export class Account {
  readonly #tree: unknown;
  readonly #read = new Set<string>();
  readonly notes: ImportNote[] = [];

  constructor(tree: unknown) {
    this.#tree = tree;
  }

  /** The value at a path, with all that is below it counted as used. */
  take(...path: Path): unknown {
    this.#read.add(JSON.stringify(path));
    return this.peek(...path);
  }

  /** The value at a path, which stays to be accounted for. */
  peek(...path: Path): unknown {
    return path.reduce<unknown>(
      (node, key) =>
        isRecord(node) || Array.isArray(node) ? (node as Record<string | number, unknown>)[key] : undefined,
      this.#tree,
    );
  }

  /** The text at a path; undefined, and unaccounted for, when there is something else. */
  text(...path: Path): string | undefined {
    const value = this.peek(...path);
    if (typeof value !== "string") return undefined;
    this.take(...path);
    return value;
  }

  number(...path: Path): number | undefined {
    const value = this.peek(...path);
    if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
    this.take(...path);
    return value;
  }

  /** The entries of a list, by their paths; none where there is no list. */
  list(...path: Path): Path[] {
    const value = this.peek(...path);
    if (!Array.isArray(value)) return [];
    if (value.length === 0) this.take(...path);
    return value.map((_, index) => [...path, index]);
  }

  /** The texts of a list; other entries stay to be accounted for. */
  texts(...path: Path): string[] {
    return this.list(...path).flatMap((at) => this.text(...at) ?? []);
  }

  keys(...path: Path): string[] {
    const value = this.peek(...path);
    return isRecord(value) ? Object.keys(value) : [];
  }

  /** Says something of what stands at a path, which is accounted for by that. */
  say(path: Path, message: string): void {
    this.take(...path);
    this.notes.push({ key: keyOf(path), message });
  }

  /** The paths that nobody took, each as high up as it can be said. */
  rest(): Path[] {
    return this.#restOf(this.#tree, []);
  }

  #restOf(node: unknown, path: Path): Path[] {
    if (this.#read.has(JSON.stringify(path))) return [];
    const start = JSON.stringify(path).slice(0, -1);
    const isPartlyRead = path.length === 0 || [...this.#read].some((read) => read.startsWith(`${start},`));
    if (Array.isArray(node) && isPartlyRead) return node.flatMap((item, index) => this.#restOf(item, [...path, index]));
    if (isRecord(node) && isPartlyRead)
      return Object.entries(node).flatMap(([key, item]) => this.#restOf(item, [...path, key]));
    return [path];
  }
}

/** `Providers[2].transformer`; entries are counted from 0, as the source's own program does. */
export function keyOf(path: Path): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`))
    .join("")
    .replace(/^\./, "");
}
