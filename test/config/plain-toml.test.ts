import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPlainToml } from "../../lib/config/plain-toml.ts";
import { parseProgram, staticValue } from "../../lib/config/positions.ts";

const TEMPLATES = new URL("../../templates/", import.meta.url);
const files = readdirSync(TEMPLATES, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".toml"));
const textOf = (name: string) => readFileSync(new URL(name, TEMPLATES), "utf8");
const thorough = (text: string) => staticValue(parseProgram(text));

describe("the small reader", () => {
  it.each(files)("reads what we write, as the thorough parser does: %s", (name) => {
    const text = textOf(name);
    expect(readPlainToml(text)).toEqual(thorough(text));
    expect(readPlainToml(text.replaceAll("\n", "\r\n"))).toEqual(thorough(text));
  });

  it.each([
    ["numbers", "a = 1_000\nb = -2.5e+3\nc = +7\nd = 0\n"],
    ["strings", `a = "\\"quoted\\" \\\\ \\n\\t\\b\\f\\r"\nb = 'C:\\x'\nc = ""\nd = "α – 語"\n`],
    ["quoted keys", `"a b" = 1\n'c.d' = 2\n["e f".g]\nh = 3\n`],
    ["lists over several lines", "a = [ # one\n  1, # two\n\n  2,\n]\nb = [[1], [], [{ x = [1] }]]\n"],
    ["inline tables", "a = { b = { c = 1 }, 'd' = true }\ne = {}\n"],
    ["tables under tables", "[a.b.c]\nx = 1\n[a]\ny = 2\n[a.b]\nz = 3\n"],
    ["lists of tables", "[[a]]\nx = 1\n[a.b]\n[[a.c]]\n[[a.c]]\n[[a]]\n[a.b]\ny = 2\n"],
    ["names that objects have already", "toString = 1\n[constructor]\nvalueOf = 2\n"],
    ["nothing", " \t\n# nothing\r\n"],
  ])("reads %s", (_what, text) => {
    expect(readPlainToml(text)).toEqual(thorough(text));
  });

  it.each([
    ["a date", "a = 1979-05-27\n"],
    ["another base", "a = 0xff\n"],
    ["a number beyond the exact ones", "a = 9007199254740993\n"],
    ["minus zero", "a = -0\n"],
    ["a string of several lines", 'a = """\nb"""\n'],
    ["a Unicode escape", 'a = "\\u00e9"\n'],
    ["a dotted key", "a.b = 1\n"],
    ["an inline table over several lines", "a = { b = 1,\n c = 2 }\n"],
    ["a prototype", "__proto__ = 1\n"],
  ])("leaves %s to the thorough parser", (_what, text) => {
    expect(readPlainToml(text)).toBeUndefined();
    expect(() => thorough(text)).not.toThrow();
  });

  it.each([
    ["a key twice", "a = 1\na = 2\n"],
    ["a table twice", "[a]\n[a]\n"],
    ["a table in place of a list", "[[a]]\n[a]\n"],
    ["a list in place of a table", "[a]\n[[a]]\n"],
    ["more of a closed table", "a = { b = 1 }\n[a.c]\n"],
    ["more of a closed list", "a = []\n[[a]]\n"],
    ["a table in place of a value", "a = 1\n[a.b]\n"],
    ["two keys in a line", "a = 1 b = 2\n"],
    ["leading zeros", "a = 01\n"],
    ["a control character", 'a = "\u0001"\n'],
    ["no value", "a =\n"],
  ])("refuses %s, as the thorough parser does", (_what, text) => {
    expect(readPlainToml(text)).toBeUndefined();
    expect(() => thorough(text)).toThrow();
  });

  it("never reads what the thorough parser would refuse or read differently", () => {
    const bits = [
      "[",
      "]",
      "[[",
      "]]",
      "{",
      "}",
      "=",
      ".",
      ",",
      '"',
      "'",
      "\\",
      "#",
      "\n",
      "\r",
      "\t",
      " ",
      "_",
      "-",
      "0",
      "7",
    ];
    const words = [
      ...bits,
      "e1",
      "a",
      "true",
      "server",
      "[server]\n",
      "[[models]]\n",
      "name = 1\n",
      '"x"',
      "\u0085",
      "é",
    ];
    const cut = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.integer({ min: 0, max: 12 }),
      word: fc.constantFrom("", ...words),
    });
    const texts = files.map(textOf);
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.array(cut, { minLength: 1, maxLength: 4 }), (original, cuts) => {
        let text = original;
        for (const { at, length, word } of cuts) {
          const from = Math.floor(at * text.length);
          text = text.slice(0, from) + word + text.slice(from + length);
        }
        const plain = readPlainToml(text);
        if (plain) expect(plain).toEqual(thorough(text));
      }),
      { numRuns: 400 },
    );
  });

  it("agrees on texts of nothing but tokens", () => {
    const token = fc.constantFrom(
      "[",
      "]",
      "[[",
      "]]",
      "{",
      "}",
      " = ",
      ".",
      ", ",
      "a",
      "b",
      '"c"',
      "1",
      "2.5",
      "true",
      "\n",
      "\n",
      " ",
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 14 }), (tokens) => {
        const text = tokens.join("");
        const plain = readPlainToml(text);
        if (plain) expect(plain).toEqual(thorough(text));
      }),
      { numRuns: 3000 },
    );
  });
});
