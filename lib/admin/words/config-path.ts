/** Paths into the configuration, for people and for comparison. Pure. */

type Path = readonly (string | number)[];

/** `models."a.b".strategy`: the form in which the server names the place of a fault. */
export function pathText(path: Path): string {
  return path
    .map((key, at) => {
      if (typeof key === "number") return `[${key + 1}]`;
      const name = /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
      return at === 0 ? name : `.${name}`;
    })
    .join("");
}

/** Does a fault's place lie at the path, or inside it? */
export function isAt(faultPath: string, path: Path): boolean {
  const place = pathText(path);
  return faultPath === place || faultPath.startsWith(`${place}.`) || faultPath.startsWith(`${place}[`);
}

/** What stands at a path; entries of lists are found by their name. */
export function valueAt(tree: unknown, path: Path): unknown {
  return path.reduce<unknown>((node, key) => {
    if (Array.isArray(node))
      return typeof key === "number" ? node[key] : node.find((entry) => (entry as { name?: unknown }).name === key);
    return typeof node === "object" && node !== null ? (node as Record<string, unknown>)[key] : undefined;
  }, tree);
}

/** A value as it may be read in a sentence. */
export function valueText(value: unknown): string {
  if (value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) return "not set";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value) && value.every((entry) => typeof entry !== "object")) return value.join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
