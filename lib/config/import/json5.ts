/**
 * JSON as people write it by hand: comments, commas at the end, single quotes, names without quotes (https://spec.json5.org).
 * @module
 */

export class Json5Error extends Error {
  override readonly name = "Json5Error";
  readonly line: number;
  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", v: "\v", "0": "\0" };
const BLANK = /(?:\s|\uFEFF|\/\/[^\n\r]*|\/\*[\s\S]*?\*\/)*/y;
const NUMBER = /[+-]?(?:0[xX][\da-fA-F]+|Infinity|NaN|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/y;
const NAME = /[\p{L}_$][\p{L}\p{N}_$]*/uy;
const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

/** @throws {Json5Error} with the line of what is wrong */
export function parseJson5(text: string): unknown {
  const reader = new Reader(text);
  const value = reader.value();
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): unknown {
    this.#blank();
    const char = this.#text[this.#at];
    if (char === "{") return this.#object();
    if (char === "[") return this.#array();
    if (char === '"' || char === "'") return this.#string(char);
    const number = this.#match(NUMBER);
    if (number !== undefined) return Number(number);
    const word = this.#match(NAME);
    if (word !== undefined && WORDS.has(word)) return WORDS.get(word);
    return this.#fail("a value");
  }

  end(): void {
    this.#blank();
    if (this.#at < this.#text.length) this.#fail("the end of the file");
  }

  #object(): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    for (this.#at++; !this.#taken("}"); this.#comma("}")) {
      const quote = this.#text[this.#at];
      const key = quote === '"' || quote === "'" ? this.#string(quote) : this.#match(NAME);
      if (key === undefined) return this.#fail("a name");
      if (!this.#taken(":")) this.#fail('":"');
      entries.push([key, this.value()]);
    }
    // Unlike an assignment, this makes an ordinary member of one that is called __proto__.
    return Object.fromEntries(entries);
  }

  #array(): unknown[] {
    const items: unknown[] = [];
    for (this.#at++; !this.#taken("]"); this.#comma("]")) items.push(this.value());
    return items;
  }

  #string(quote: string): string {
    let text = "";
    for (this.#at++; ; this.#at++) {
      const char = this.#text[this.#at];
      if (char === undefined || char === "\n") return this.#fail(`a closing ${quote}`);
      if (char === quote) break;
      text += char === "\\" ? this.#escaped() : char;
    }
    this.#at++;
    return text;
  }

  #escaped(): string {
    const char = this.#text[++this.#at] ?? "";
    if (char === "u" || char === "x") {
      const digits = this.#text.slice(this.#at + 1).match(char === "u" ? /^[\da-fA-F]{4}/ : /^[\da-fA-F]{2}/)?.[0];
      if (digits === undefined) return this.#fail("hexadecimal digits");
      this.#at += digits.length;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    if (char === "\r" && this.#text[this.#at + 1] === "\n") this.#at++;
    if (char === "\n" || char === "\r") return ""; // the line goes on
    return ESCAPES[char] ?? char;
  }

  /** Skips blanks and, if it comes next, the mark. */
  #taken(mark: string): boolean {
    this.#blank();
    if (this.#text[this.#at] !== mark) return false;
    this.#at++;
    return true;
  }

  #comma(closing: string): void {
    if (this.#taken(",")) return this.#blank();
    if (this.#text[this.#at] !== closing) this.#fail(`"," or "${closing}"`);
  }

  #blank(): void {
    this.#match(BLANK);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #fail(wanted: string): never {
    const line = this.#text.slice(0, this.#at).split("\n").length;
    const found = this.#at >= this.#text.length ? "the end of the file" : `"${this.#text[this.#at]}"`;
    throw new Json5Error(`${wanted} was expected, not ${found}`, line);
  }
}
