import type { AST } from "toml-eslint-parser";
import type { Path } from "../faults.ts";
import { keyName } from "../positions.ts";
import { type Document, lineEnd, lineStart, readDocument, splice, startsWith } from "./document.ts";

/**
 * Takes out what stands at a path, with all that is inside it; the rest of the text stays as it is. Comments above a block stay:
 * whether they belong to it, only their writer knows.
 */
export function remove(text: string, path: Path): string {
  const document = readDocument(text);
  const place = document.place(path);
  if (place?.kind === "entry") {
    return place.inline
      ? removeInline(document, place.node)
      : removeLines(text, place.node.range[0], place.node.range[1]);
  }
  if (place?.kind === "element") return removeElement(document, place.list, place.node);
  const spans = [...blockSpans(document, path), ...dottedSpans(document, path)].sort((a, b) => b[0] - a[0]);
  return spans.reduce((rest, [start, end]) => removeLines(rest, start, end), text);
}

/** Tables at or below the path. */
function blockSpans({ tables }: Document, path: Path): [number, number][] {
  return tables
    .filter((table) => startsWith(table.resolvedKey, path))
    .map((table) => [table.range[0], table.body.at(-1)?.range[1] ?? table.key.range[1]]);
}

/** Entries like `a.b = 1` for the path `a`. */
function dottedSpans({ tables, top }: Document, path: Path): [number, number][] {
  const bodies: { at: Path; body: readonly AST.TOMLKeyValue[] }[] = [
    { at: [], body: top },
    ...tables
      .filter((table) => !startsWith(table.resolvedKey, path))
      .map((table) => ({ at: table.resolvedKey, body: table.body })),
  ];
  return bodies.flatMap(({ at, body }) =>
    body.filter((node) => startsWith([...at, ...node.key.keys.map(keyName)], path)).map((node) => node.range),
  );
}

/** Whole lines, with a blank one where two would be left together. */
function removeLines(text: string, start: number, end: number): string {
  const from = lineStart(text, start);
  let to = lineEnd(text, end);
  const blankBefore = from === 0 || /\n[ \t]*\r?\n$/.test(text.slice(0, from));
  const blankAfter = /^[ \t]*\r?\n/.exec(text.slice(to));
  if (blankBefore && blankAfter) to += blankAfter[0].length;
  return splice(text, from, to, "");
}

function removeInline({ text }: Document, node: AST.TOMLKeyValue): string {
  const table = node.parent;
  if (table.type !== "TOMLInlineTable") throw new TypeError("the entry is not inside an inline table");
  const index = table.body.indexOf(node);
  const next = table.body[index + 1];
  const previous = table.body[index - 1];
  if (next) return splice(text, node.range[0], next.range[0], "");
  if (previous) return splice(text, previous.range[1], node.range[1], "");
  return splice(text, table.range[0], table.range[1], "{}");
}

function removeElement({ text, program }: Document, list: AST.TOMLArray, node: AST.TOMLContentNode): string {
  const index = list.elements.indexOf(node);
  const next = list.elements[index + 1];
  const previous = list.elements[index - 1];
  const comma = program.tokens.find((token) => token.range[0] >= node.range[1]);
  const end = comma?.value === "," && comma.range[1] <= list.range[1] ? comma.range[1] : node.range[1];
  const before = text.slice(lineStart(text, node.range[0]), node.range[0]);
  const after = text.slice(end, lineEnd(text, end));
  // A value with lines of its own goes with them, and with the comment behind it.
  if (before.trim() === "" && /^\s*(?:#.*)?$/.test(after.trimEnd()) && lineEnd(text, end) < list.range[1]) {
    return splice(text, lineStart(text, node.range[0]), lineEnd(text, end), "");
  }
  if (next) return splice(text, node.range[0], next.range[0], "");
  if (previous) return splice(text, previous.range[1], node.range[1], "");
  return splice(text, list.range[0], list.range[1], "[]");
}
