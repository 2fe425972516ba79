/**
 * The object without the fields at these dotted paths; a path goes through arrays into each of their items.
 * @returns the very same object when there is nothing to drop
 */
export function dropFields(object: Record<string, unknown>, paths: readonly string[] = []): Record<string, unknown> {
  return paths.reduce((rest, path) => without(rest, path.split(".")) as Record<string, unknown>, object);
}

function without(value: unknown, [key, ...deeper]: string[]): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => without(item, [key ?? "", ...deeper]));
    return items.some((item, i) => item !== value[i]) ? items : value;
  }
  if (typeof value !== "object" || value === null || key === undefined || !(key in value)) return value;
  const { [key]: inner, ...rest } = value as Record<string, unknown>;
  if (deeper.length === 0) return rest;
  const kept = without(inner, deeper);
  return kept === inner ? value : { ...value, [key]: kept };
}
