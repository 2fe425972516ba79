import type { AST } from "toml-eslint-parser";
import type { Path } from "../faults.ts";
import { keyName, type Program, parseProgram } from "../positions.ts";

/** A part of the file that can be replaced or taken out by itself. */
export type Place =
  /** `key = value`, in the body of a table or inside an inline table. */
  | { kind: "entry"; node: AST.TOMLKeyValue; inline: boolean }
  /** A value of a list in brackets. */
  | { kind: "element"; node: AST.TOMLContentNode; list: AST.TOMLArray };

/** A TOML text with the places of everything in it. */
export interface Document {
  text: string;
  newline: string;
  program: Program;
  /** Tables with a header of their own, in the order of the file. */
  tables: readonly AST.TOMLTable[];
  /** Entries before the first header. */
  top: readonly AST.TOMLKeyValue[];
  place(path: Path): Place | undefined;
}

/** @throws {TomlSyntaxError} */
export function readDocument(text: string): Document {
  const program = parseProgram(text);
  const nodes = program.body[0].body;
  const places = new Map<string, Place>();
  const addEntry = (parent: Path, node: AST.TOMLKeyValue, inline: boolean): void => {
    const path = [...parent, ...node.key.keys.map(keyName)];
    places.set(JSON.stringify(path), { kind: "entry", node, inline });
    addContent(path, node.value);
  };
  const addContent = (path: Path, node: AST.TOMLContentNode): void => {
    if (node.type === "TOMLInlineTable") for (const entry of node.body) addEntry(path, entry, true);
    if (node.type !== "TOMLArray") return;
    for (const [index, element] of node.elements.entries()) {
      places.set(JSON.stringify([...path, index]), { kind: "element", node: element, list: node });
      addContent([...path, index], element);
    }
  };
  const tables = nodes.filter((node) => node.type === "TOMLTable");
  const top = nodes.filter((node) => node.type === "TOMLKeyValue");
  for (const node of top) addEntry([], node, false);
  for (const table of tables) for (const entry of table.body) addEntry(table.resolvedKey, entry, false);
  return {
    text,
    newline: text.includes("\r\n") ? "\r\n" : "\n",
    program,
    tables,
    top,
    place: (path) => places.get(JSON.stringify(path)),
  };
}

export function startsWith(path: Path, prefix: Path): boolean {
  return prefix.length <= path.length && prefix.every((segment, index) => segment === path[index]);
}

export function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && startsWith(a, b);
}

/** The value that stands at a place. */
export function contentOf(place: Place): AST.TOMLContentNode {
  return place.kind === "entry" ? place.node.value : place.node;
}

/** Offset of the first character of the line. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/** Offset behind the line break of the line, or of the end of the text. */
export function lineEnd(text: string, offset: number): number {
  const at = text.indexOf("\n", offset);
  return at < 0 ? text.length : at + 1;
}

export function splice(text: string, start: number, end: number, replacement: string): string {
  return text.slice(0, start) + replacement + text.slice(end);
}
