import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson5 } from "../../../lib/config/import/json5.ts";

test("reads whatever JSON says", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(parseJson5(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("and what people add to it by hand", () => {
  const text = `\uFEFF// a comment
  { /* another
       one */ unquoted: 'it\\'s "so"', "trailing": [1, .5, +2, 0xFF, -1e3,], $dollar_1: null, "a\\u0041\\x42": "one \\
line", "url": "http://x/*y*/", __proto__: 1, }
  // the end`;
  expect(Object.entries(parseJson5(text) as object)).toEqual([
    ["unquoted", `it's "so"`],
    ["trailing", [1, 0.5, 2, 255, -1000]],
    ["$dollar_1", null],
    ["aAB", "one line"],
    ["url", "http://x/*y*/"],
    ["__proto__", 1],
  ]);
});

describe("names the line of what it cannot read", () => {
  test.each([
    ["", 1, "a value was expected, not the end of the file"],
    ["{\n  a: 1\n  b: 2\n}", 3, '"," or "}" was expected, not "b"'],
    ['{ "a" 1 }', 1, '":" was expected, not "1"'],
    ["[1,,2]", 1, 'a value was expected, not ","'],
    ['{"a": "x\n"}', 1, 'a closing "'],
    ['{"a": "\\uZZ"}', 1, "hexadecimal digits"],
    ["{} {}", 1, 'the end of the file was expected, not "{"'],
    ["{a: nonsense}", 1, "a value"],
  ])("%j", (text, line, message) => {
    expect(() => parseJson5(text)).toThrow(
      expect.objectContaining({ line, message: expect.stringContaining(message) }),
    );
  });
});
