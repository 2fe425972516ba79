/**
 * Where things stand in a TOML file. Loads a parser that keeps positions, so import this file only when it is needed.
 * @module
 */
import { type AST, getStaticTOMLValue, ParseError, parseTOML } from "toml-eslint-parser";
import type { Path } from "./faults.ts";

export type Program = AST.TOMLProgram;

/** A file that is no TOML. */
export class TomlSyntaxError extends Error {
  readonly line: number;
  constructor(message: string, line: number) {
    super(message);
    this.name = "TomlSyntaxError";
    this.line = line;
  }
}

/** @throws {TomlSyntaxError} */
export function parseProgram(text: string): Program {
  try {
    // A byte order mark becomes a space, so that every place keeps its number.
    const source = text.replace(/^\uFEFF/, " ");
    // TOML 1.1 lets an inline table run over several lines, which people write without a second thought.
    return parseTOML(source, { tomlVersion: "1.1" });
  } catch (error) {
    if (error instanceof ParseError) throw new TomlSyntaxError(error.message, error.lineNumber);
    throw error;
  }
}

export function staticValue(program: Program): Record<string, unknown> {
  return getStaticTOMLValue(program) as Record<string, unknown>;
}

/** Line of each key, table and list entry. */
export class Positions {
  readonly #lines = new Map<string, number>();

  constructor(program: Program) {
    for (const node of program.body[0].body) {
      if (node.type === "TOMLKeyValue") this.#addKeyValue([], node);
      else {
        this.#add(node.resolvedKey, node.loc.start.line);
        for (const inner of node.body) this.#addKeyValue(node.resolvedKey, inner);
      }
    }
  }

  /** The line of the innermost part of the path that stands in the file. */
  lineOf(path: Path): number | undefined {
    for (let length = path.length; length > 0; length--) {
      const line = this.#lines.get(JSON.stringify(path.slice(0, length)));
      if (line !== undefined) return line;
    }
    return undefined;
  }

  #addKeyValue(parent: Path, node: AST.TOMLKeyValue): void {
    const path = [...parent, ...node.key.keys.map(keyName)];
    this.#add(path, node.loc.start.line);
    this.#addContent(path, node.value);
  }

  #addContent(path: Path, node: AST.TOMLContentNode): void {
    if (node.type === "TOMLInlineTable") for (const inner of node.body) this.#addKeyValue(path, inner);
    if (node.type !== "TOMLArray") return;
    for (const [index, element] of node.elements.entries()) {
      this.#add([...path, index], element.loc.start.line);
      this.#addContent([...path, index], element);
    }
  }

  /** The first mention counts; a dotted key or header also mentions the tables above it. */
  #add(path: Path, line: number): void {
    for (let length = 1; length <= path.length; length++) {
      const key = JSON.stringify(path.slice(0, length));
      if (!this.#lines.has(key)) this.#lines.set(key, line);
    }
  }
}

/** Every string of the file with its path and the place of its literal, quotes included. */
export function stringValues(program: Program): { path: Path; value: string; range: [number, number] }[] {
  const found: { path: Path; value: string; range: [number, number] }[] = [];
  const visit = (path: Path, node: AST.TOMLContentNode): void => {
    if (node.type === "TOMLArray") for (const [i, element] of node.elements.entries()) visit([...path, i], element);
    else if (node.type === "TOMLInlineTable") visitAll(path, node.body);
    else if (node.kind === "string") found.push({ path, value: node.value, range: node.range });
  };
  const visitAll = (path: Path, body: readonly AST.TOMLKeyValue[]): void => {
    for (const { key, value } of body) visit([...path, ...key.keys.map(keyName)], value);
  };
  for (const node of program.body[0].body) {
    if (node.type === "TOMLKeyValue") visitAll([], [node]);
    else visitAll(node.resolvedKey, node.body);
  }
  return found;
}

export function keyName(key: AST.TOMLBare | AST.TOMLQuoted): string {
  return key.type === "TOMLBare" ? key.name : key.value;
}
