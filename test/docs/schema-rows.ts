/** @module Reads keys, types and defaults out of the configuration's schema, for the reference. */
import type { GenericSchema } from "valibot";

/** One key of the configuration. */
export interface SchemaRow {
  /** Dotted; `[]` marks a list of tables. */
  key: string;
  type: string;
  /** As TOML; empty where there is none. */
  default: string;
}

/** What the walk needs to know of valibot's schema objects. */
interface Node {
  type: string;
  entries?: Record<string, Node>;
  wrapped?: Node;
  item?: Node;
  value?: Node;
  options?: readonly unknown[];
  literal?: unknown;
  default?: unknown;
}

/** All keys below a schema, in its order. */
export function schemaRows(schema: GenericSchema): SchemaRow[] {
  return rowsOf(schema as unknown as Node, "", undefined);
}

function rowsOf(node: Node, key: string, fallback: unknown): SchemaRow[] {
  if (node.type === "optional" && node.wrapped) return rowsOf(node.wrapped, key, node.default);
  if (node.entries)
    return Object.entries(node.entries).flatMap(([name, entry]) =>
      rowsOf(entry, key === "" ? name : `${key}.${name}`, undefined),
    );
  if (node.type === "array" && node.item?.entries) return rowsOf(node.item, `${key}[]`, undefined);
  if (node.type === "record" && node.value?.entries) return rowsOf(node.value, `${key}.NAME`, undefined);
  return [{ key, type: typeOf(node), default: fallback === undefined ? "" : toml(fallback) }];
}

function typeOf(node: Node): string {
  switch (node.type) {
    case "picklist":
      return (node.options ?? []).map((option) => JSON.stringify(option)).join(" · ");
    case "union":
      return (node.options as Node[]).map(typeOf).join(" · ");
    case "literal":
      return JSON.stringify(node.literal);
    case "array":
      return `list of ${typeOf(node.item ?? { type: "any" })}s`;
    case "record":
      return "table";
    case "string":
      return "text";
    case "boolean":
      return "true or false";
    default:
      return node.type;
  }
}

function toml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toml).join(", ")}]`;
  return typeof value === "object" ? "{}" : JSON.stringify(value);
}
