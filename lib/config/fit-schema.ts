import * as v from "valibot";
import { type Finding, isRecord, type Path } from "./faults.ts";
import { readIssue } from "./issues.ts";
import { type ConfigTree, configSchema } from "./schema.ts";

/** More rounds than the schema is deep: each takes away what the last one refused. */
const MOST_ROUNDS = 8;

/**
 * Checks a canonical file against the schema. What does not fit is told and then left out, so that everything else can still
 * be checked: with faults the tree is good for finding more of them, and for nothing else.
 * @param canonical is changed
 */
export function fitSchema(canonical: Record<string, unknown>): { tree: ConfigTree; faults: Finding[] } {
  const faults: Finding[] = [];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const checked = v.safeParse(configSchema, canonical);
    if (checked.success) return { tree: checked.output, faults };
    const found = checked.issues.map(readIssue);
    faults.push(...found);
    for (const { at } of found) leaveOut(canonical, at);
  }
  return { tree: v.parse(configSchema, {}), faults };
}

/** Was this name made up in the place of one that is missing? Nothing more need be said of its owner. */
export function isMadeUp(name: string): boolean {
  return name.startsWith("\u0000");
}

/** A provider of which nothing but its place is known. */
const ANY_PROVIDER = { type: "anthropic-compatible", base_url: "http://localhost" };

function leaveOut(tree: Record<string, unknown>, at: Path): void {
  const parent = nodeAt(tree, at.slice(0, -1));
  const key = at.at(-1);
  const name = `\u0000${at.join(".")}`;
  if (Array.isArray(parent) && typeof key === "number") {
    // An entry keeps its place, or the places of those behind it would change.
    if (at.at(-2) === "providers" || at.at(-2) === "models")
      parent[key] = at[0] === "providers" ? { name, ...ANY_PROVIDER } : { name };
    else parent[key] = "";
    return;
  }
  if (!isRecord(parent) || typeof key !== "string") return;
  if (key === "name") parent.name = name;
  else if (at[0] === "providers" && key === "type") Object.assign(parent, ANY_PROVIDER);
  else if (at[0] === "models" && at.includes("price")) removePrice(tree, at);
  else delete parent[key];
}

function removePrice(tree: Record<string, unknown>, at: Path): void {
  const mapping = nodeAt(tree, at.slice(0, at.indexOf("price")));
  if (isRecord(mapping)) delete mapping.price;
}

function nodeAt(tree: unknown, at: Path): unknown {
  return at.reduce<unknown>(
    (node, key) =>
      isRecord(node) || Array.isArray(node) ? (node as Record<string | number, unknown>)[key] : undefined,
    tree,
  );
}
