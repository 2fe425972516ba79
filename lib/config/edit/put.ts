import type { AST } from "toml-eslint-parser";
import { isRecord, type Path } from "../faults.ts";
import { keyName } from "../positions.ts";
import {
  contentOf,
  type Document,
  lineEnd,
  lineStart,
  type Place,
  readDocument,
  samePath,
  splice,
  startsWith,
} from "./document.ts";
import { bodyLines, keyLiteral, literal } from "./literal.ts";

/**
 * Writes a value at a path; the rest of the text stays as it is. What is there already is replaced in its place; what is not is
 * added where a reader would look for it.
 * @param path written keys and list positions; the position after the last adds to a list
 */
export function put(text: string, path: Path, value: unknown): string {
  const document = readDocument(text);
  const place = document.place(path);
  if (place) return replaceValue(document, place, value);
  const key = path.at(-1);
  const parentPath = path.slice(0, -1);
  if (typeof key === "number") return append(document, parentPath, value);
  if (key === undefined) throw new TypeError("the path is empty");
  return addKey(document, parentPath, key, value);
}

function replaceValue({ text, newline }: Document, place: Place, value: unknown): string {
  const old = contentOf(place);
  const [start, end] = old.range;
  const style = old.type === "TOMLValue" && old.kind === "string" && old.style === "literal" ? "literal" : "basic";
  return splice(text, start, end, withNewlines(literal(value, style), newline));
}

function addKey(document: Document, parent: Path, key: string, value: unknown): string {
  const { text, newline, tables } = document;
  const line = withNewlines(`${keyLiteral(key)} = ${literal(value)}`, newline);
  const place = document.place(parent);
  if (place) {
    const content = contentOf(place);
    if (content.type === "TOMLInlineTable") return addInline(text, content, line);
    throw new TypeError(`${parent.join(".")} is no table`);
  }
  const sibling = dottedSibling(document, parent);
  if (sibling) {
    const prefix = sibling.prefix.map(keyLiteral).join(".");
    return insertLine(document, sibling.node.range[1], lineIndent(text, sibling.node.range[0]), `${prefix}.${line}`);
  }
  // A section of its own reads better than a long line.
  if (isSection(parent) && isRecord(value) && Object.keys(value).length > 0) {
    return addBlock(document, [...parent, key], `[${[...parent, key].map(segment).join(".")}]`, value);
  }
  const table = tables.find((candidate) => samePath(candidate.resolvedKey, parent));
  if (table) return addLine(document, table, line);
  if (isSection(parent)) return addBlock(document, parent, `[${parent.map(segment).join(".")}]`, { [key]: value });
  // The table itself is missing inside something that is there.
  return put(text, parent, { [key]: value });
}

/** `server`, `router.default`: tables that have a header; not what is inside a list. */
function isSection(path: Path): boolean {
  return path.every((segment) => typeof segment === "string");
}

function segment(key: string | number): string {
  return keyLiteral(String(key));
}

/** Adds a line to the body of a table: behind its last entry, else behind the header. */
function addLine(document: Document, table: AST.TOMLTable, line: string): string {
  const last = table.body.at(-1);
  const indent = last ? lineIndent(document.text, last.range[0]) : lineIndent(document.text, table.range[0]);
  return insertLine(document, last ? last.range[1] : table.key.range[1], indent, line);
}

function insertLine({ text, newline }: Document, behind: number, indent: string, line: string): string {
  const at = lineEnd(text, behind);
  const broken = text[at - 1] === "\n";
  return splice(text, at, at, `${broken ? "" : newline}${indent}${line}${newline}`);
}

function lineIndent(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset), offset))?.[0] ?? "";
}

function addInline(text: string, table: AST.TOMLInlineTable, entry: string): string {
  const last = table.body.at(-1);
  if (last) return splice(text, last.range[1], last.range[1], `, ${entry}`);
  return splice(text, table.range[0], table.range[1], `{ ${entry} }`);
}

/** An entry like `a.b = 1`, next to which `a.c` is to stand. */
function dottedSibling(document: Document, parent: Path): { node: AST.TOMLKeyValue; prefix: string[] } | undefined {
  const bodies = [
    { at: [] as Path, entries: document.top },
    ...document.tables.map((table) => ({ at: table.resolvedKey as Path, entries: table.body })),
  ];
  for (const { at, entries } of bodies) {
    const found = entries.filter((node) => {
      const path = [...at, ...node.key.keys.map(keyName)];
      return path.length > parent.length && startsWith(path, parent) && parent.length > at.length;
    });
    const node = found.at(-1);
    if (node) return { node, prefix: parent.slice(at.length).map(String) };
  }
  return undefined;
}

/** Adds a value to a list: to one in brackets, or as a block `[[list]]`. */
function append(document: Document, path: Path, value: unknown): string {
  const place = document.place(path);
  if (place) {
    const content = contentOf(place);
    if (content.type !== "TOMLArray") throw new TypeError(`${path.join(".")} is no list`);
    return appendElement(document, content, value);
  }
  const isBlock = document.tables.some(
    (table) => startsWith(table.resolvedKey, path) && table.resolvedKey.length > path.length,
  );
  if (!isBlock && !isSection(path)) return put(document.text, path, [value]);
  if (!isRecord(value)) return put(document.text, path, [value]);
  const keys = path.filter((key) => typeof key === "string");
  return addBlock(document, path, `[[${keys.map(segment).join(".")}]]`, value);
}

function appendElement({ text, newline, program }: Document, list: AST.TOMLArray, value: unknown): string {
  const written = withNewlines(Array.isArray(value) ? literal(value).replace(/\n\s*/g, " ") : literal(value), newline);
  const last = list.elements.at(-1);
  if (!last) return splice(text, list.range[0], list.range[1], `[${written}]`);
  const comma = program.tokens.find((token) => token.range[0] >= last.range[1]);
  const hasComma = comma?.value === "," && comma.range[1] <= list.range[1];
  const ownLine = text.slice(lineStart(text, last.range[0]), last.range[0]).trim() === "";
  if (!ownLine) return splice(text, last.range[1], last.range[1], `, ${written}`);
  const indent = lineIndent(text, last.range[0]);
  const behind = hasComma ? comma.range[1] : last.range[1];
  const end = lineEnd(text, behind);
  // The closing bracket may stand on the line of the last value.
  if (end > list.range[1] - 1) return splice(text, last.range[1], last.range[1], `,${newline}${indent}${written}`);
  const added = splice(text, end, end, `${indent}${written},${newline}`);
  return hasComma ? added : splice(added, last.range[1], last.range[1], ",");
}

/**
 * Adds a block with a header of its own, behind the last one of its kind: what stands in the file together stays together.
 * Comments that follow that one keep their place before what comes next.
 */
function addBlock(document: Document, path: Path, header: string, body: Record<string, unknown>): string {
  const { text, newline, tables } = document;
  const lines = [header, ...bodyLines(body)].map((line) => withNewlines(line, newline)).join(newline);
  const kin = path
    .map((_, index) => path.slice(0, path.length - index))
    .map((prefix) => tables.filter((table) => startsWith(table.resolvedKey, prefix)).at(-1))
    .find((table) => table !== undefined);
  if (!kin) {
    const gap = text.trim() === "" ? "" : text.endsWith("\n") ? newline : newline + newline;
    return `${text}${gap}${lines}${newline}`;
  }
  const at = lineEnd(text, kin.body.at(-1)?.range[1] ?? kin.key.range[1]);
  const broken = text[at - 1] === "\n";
  return splice(text, at, at, `${broken ? "" : newline}${newline}${lines}${newline}`);
}

function withNewlines(text: string, newline: string): string {
  return newline === "\n" ? text : text.replaceAll("\n", newline);
}
