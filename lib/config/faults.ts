/** Where something stands in the file: keys and list positions from the top. */
export type Path = readonly (string | number)[];

/** Something that is wrong with the configuration, or worth knowing about it. Never holds a secret. */
export interface Fault {
  /** The file. */
  path: string;
  /** 1 is the first; absent where the fault has no place in the file. */
  line?: number;
  /** The key as the user wrote it, with names instead of list positions, e.g. `providers.openai.base_url`. */
  key: string;
  /** What is wrong and how to mend it, one sentence or two. */
  message: string;
}

/** A fault before its place in the file is looked up; the path is that of the canonical form. */
export interface Finding {
  at: Path;
  message: string;
}

/** `ccm-config.toml:12: providers.openai.wire: must be one of …`, for terminals and logs. */
export function formatFault(fault: Fault): string {
  const place = fault.line === undefined ? fault.path : `${fault.path}:${fault.line}`;
  return [place, fault.key, fault.message].filter((part) => part !== "").join(": ");
}

/**
 * The key for people: entries of a list are called by their name where it has one that no other entry of the list has.
 * @param tree the file as it was parsed
 */
export function formatKey(path: Path, tree: unknown): string {
  let node = tree;
  let key = "";
  for (const segment of path) {
    if (typeof segment === "number") {
      const name = uniqueName(node, segment);
      key += name === undefined ? `[${segment + 1}]` : `.${quoted(name)}`;
    } else {
      key += `${key === "" ? "" : "."}${quoted(segment)}`;
    }
    node = isRecord(node) || Array.isArray(node) ? (node as Record<string | number, unknown>)[segment] : undefined;
  }
  return key;
}

/** The name by which an entry of a list can be called; the original's dialect names a mapping's provider `provider`. */
export function entryName(entry: unknown): string | undefined {
  if (!isRecord(entry)) return undefined;
  const name = entry.name ?? entry.provider;
  return typeof name === "string" && name !== "" ? name : undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** ` Did you mean "priority"?` when one of the candidates is close to what was written, else nothing. */
export function didYouMean(written: string, candidates: Iterable<string>): string {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(written.length / 3)) + 1;
  const word = written.toLowerCase();
  for (const candidate of candidates) {
    const other = candidate.toLowerCase();
    const isPart = word.length >= 4 && (other.startsWith(word) || word.startsWith(other));
    // `treshold` for `threshold_tokens`: the beginning alone may be meant.
    const beginning = word.length >= 6 ? editDistance(word, other.slice(0, word.length + 1)) + 1 : word.length;
    const distance = isPart ? 0.5 : Math.min(editDistance(word, other), beginning);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best === undefined ? "" : ` Did you mean "${best}"?`;
}

function uniqueName(list: unknown, index: number): string | undefined {
  if (!Array.isArray(list)) return undefined;
  const name = entryName(list[index]);
  return name !== undefined && list.filter((entry) => entryName(entry) === name).length === 1 ? name : undefined;
}

function quoted(name: string): string {
  return /^[\w-]+$/.test(name) ? name : JSON.stringify(name);
}

/** Edits (insert, delete, replace, swap of neighbours) that turn one word into the other. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    [before, previous] = [previous, row];
  }
  return previous[b.length] ?? 0;
}

/** Tells of something at a key of the provider. */
export type Tell = (key: Path, message: string) => void;
