/**
 * Reads TOML as it is usually written: one key a line, tables, lists of tables, strings, numbers. Dates, strings of several
 * lines, dotted keys, other bases, and every mistake are left to the thorough parser of `positions.ts`.
 *
 * It goes from token to token by regular expressions. A parser that steps over each letter is so busy at a start that V8
 * compiles it to machine code: five megabytes of an idle server.
 * @module
 */

type Table = Record<string, unknown>;

/** Not for us to read, or not TOML. */
class NotPlain extends Error {}

const BLANK = /(?:[ \t]|\r?\n|#(?:[^\p{Cc}]|\t)*)*/uy;
const SPACE = /[ \t]*/y;
const LINE_END = /[ \t]*(?:#(?:[^\p{Cc}]|\t)*)?(?:\r?\n|$)/uy;
const BARE = /[A-Za-z0-9_-]+/y;
const BASIC = /"(?:[^"\\\p{Cc}]|\\[btnfr"\\])*"/uy;
const LITERAL = /'[^'\p{Cc}]*'/uy;
const BOOLEAN = /true|false/y;
const NUMBER = /[+-]?(?:0|[1-9](?:_?\d)*)(?:\.\d(?:_?\d)*)?(?:[eE][+-]?\d(?:_?\d)*)?/y;

/** @returns undefined for what is not written plainly: ask the thorough parser */
export function readPlainToml(text: string): Table | undefined {
  try {
    return new PlainReader(text).read();
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

class PlainReader {
  readonly #text: string;
  #at = 0;
  /** Tables that headers may still add to, and whether a header of their own was there. */
  readonly #tables = new Map<unknown, boolean>();
  /** Lists that headers have made. */
  readonly #lists = new Set<unknown>();

  constructor(text: string) {
    this.#text = text;
  }

  /** @throws {NotPlain} */
  read(): Table {
    const root: Table = {};
    let table = root;
    for (;;) {
      this.#take(BLANK);
      if (this.#at === this.#text.length) return root;
      if (this.#is("[[")) table = this.#newItem(root, this.#path("]]"));
      else if (this.#is("[")) table = this.#newTable(root, this.#path("]"));
      else this.#pair(table);
      this.#need(LINE_END);
    }
  }

  /** The keys of a header, behind its opening bracket. */
  #path(close: string): string[] {
    const path: string[] = [];
    do {
      this.#take(SPACE);
      path.push(this.#key());
      this.#take(SPACE);
    } while (this.#is("."));
    if (!this.#is(close)) throw new NotPlain();
    return path;
  }

  #newTable(root: Table, path: string[]): Table {
    const parent = this.#walk(root, path.slice(0, -1));
    const name = path.at(-1) ?? "";
    if (!Object.hasOwn(parent, name)) return this.#table(parent, name, true);
    if (this.#tables.get(parent[name]) !== false) throw new NotPlain(); // there already, or no table
    this.#tables.set(parent[name], true);
    return parent[name] as Table;
  }

  #newItem(root: Table, path: string[]): Table {
    const parent = this.#walk(root, path.slice(0, -1));
    const name = path.at(-1) ?? "";
    if (!Object.hasOwn(parent, name)) {
      parent[name] = [];
      this.#lists.add(parent[name]);
    }
    const list = parent[name];
    if (!this.#lists.has(list)) throw new NotPlain();
    const item: Table = {};
    (list as Table[]).push(item);
    this.#tables.set(item, true);
    return item;
  }

  /** The table in which a header's last key stands; in a list the newest item. */
  #walk(root: Table, path: string[]): Table {
    let table = root;
    for (const name of path) {
      const found = Object.hasOwn(table, name) ? table[name] : this.#table(table, name, false);
      const next = this.#lists.has(found) ? (found as Table[]).at(-1) : found;
      if (!this.#tables.has(next)) throw new NotPlain();
      table = next as Table;
    }
    return table;
  }

  #table(parent: Table, name: string, hasHeader: boolean): Table {
    const table: Table = {};
    parent[name] = table;
    this.#tables.set(table, hasHeader);
    return table;
  }

  #pair(table: Table): void {
    const key = this.#key();
    if (Object.hasOwn(table, key)) throw new NotPlain();
    this.#take(SPACE);
    if (!this.#is("=")) throw new NotPlain();
    this.#take(SPACE);
    table[key] = this.#value();
  }

  #key(): string {
    const key = this.#take(BARE) ?? this.#string();
    if (key === undefined || key === "__proto__") throw new NotPlain();
    return key;
  }

  #value(): unknown {
    const string = this.#string();
    if (string !== undefined) return string;
    if (this.#is("[")) return this.#array();
    if (this.#is("{")) return this.#inlineTable();
    const boolean = this.#take(BOOLEAN);
    if (boolean !== undefined) return boolean === "true";
    const digits = this.#need(NUMBER).replaceAll("_", "");
    const number = Number(digits);
    if (Object.is(number, -0) || (/^[+-]?\d+$/.test(digits) && !Number.isSafeInteger(number))) throw new NotPlain();
    return number;
  }

  #string(): string | undefined {
    const basic = this.#take(BASIC);
    if (basic !== undefined) return basic.includes("\\") ? JSON.parse(basic) : basic.slice(1, -1);
    return this.#take(LITERAL)?.slice(1, -1);
  }

  #array(): unknown[] {
    const items: unknown[] = [];
    for (;;) {
      this.#take(BLANK);
      if (this.#is("]")) return items;
      items.push(this.#value());
      this.#take(BLANK);
      if (this.#is("]")) return items;
      if (!this.#is(",")) throw new NotPlain();
    }
  }

  #inlineTable(): Table {
    const table: Table = {};
    this.#take(SPACE);
    if (this.#is("}")) return table;
    for (;;) {
      this.#take(SPACE);
      this.#pair(table);
      this.#take(SPACE);
      if (this.#is("}")) return table;
      if (!this.#is(",")) throw new NotPlain();
    }
  }

  #is(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  /** @returns what stands here, if it does; the place moves behind it */
  #take(token: RegExp): string | undefined {
    token.lastIndex = this.#at;
    const found = token.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #need(token: RegExp): string {
    const found = this.#take(token);
    if (found === undefined) throw new NotPlain();
    return found;
  }
}
