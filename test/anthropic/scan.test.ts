import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isTooDeep, MAX_DEPTH, scanItems, scanObject, scanTopLevel } from "../../lib/anthropic/scan.ts";

const values = fc.jsonValue({ maxDepth: 5 });
const objects = fc.dictionary(fc.string({ unit: "binary" }), values, { maxKeys: 8 });
const indents = fc.constantFrom(undefined, 1, "\t", "  ");

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

describe("scanTopLevel", () => {
  test("property: finds the keys and values that JSON.parse finds, or leaves it to a parser", () => {
    fc.assert(
      fc.property(objects, indents, (object, indent) => {
        const raw = Buffer.from(JSON.stringify(object, null, indent));
        const found = scanTopLevel(raw);
        if (Object.keys(object).some((key) => JSON.stringify(key) !== `"${key}"`)) {
          expect(found).toBeUndefined();
          return;
        }
        const read = [...(found ?? [])].map(([key, { start, end }]) => [
          key,
          JSON.parse(raw.toString("utf8", start, end)),
        ]);
        expect(read).toEqual(Object.entries(JSON.parse(raw.toString())));
      }),
    );
  });

  test("property: a document damaged anywhere outside of its strings is refused whenever JSON.parse refuses it", () => {
    const damage = fc.constantFrom("", ",", ":", "[", "]", "{", "}", "0", "-", "x", " ", "nul", ".");
    fc.assert(
      fc.property(objects, fc.nat(), damage, fc.nat({ max: 2 }), (object, position, put, cut) => {
        const text = JSON.stringify(object).replace(/"(?:[^"\\]|\\.)*"/g, '"k"');
        const at = position % (text.length + 1);
        const damaged = text.slice(0, at) + put + text.slice(at + cut);
        if (scanTopLevel(Buffer.from(damaged))) expect(parsed(damaged)).toBeTypeOf("object");
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ["nothing", ""],
    ["space", "  \n"],
    ["an array", "[1]"],
    ["a string", '"{}"'],
    ["bytes behind the end", '{"a":1}x'],
    ["two documents", '{"a":1}{"a":2}'],
    ["a byte order mark", '\ufeff{"a":1}'],
    ["an open object", '{"a":1'],
    ["an open string", '{"a":"b}'],
    ["a quote that is escaped", '{"a":"b\\"}'],
    ["a comma too many", '{"a":1,}'],
    ["a comma too many in an array", '{"a":[1,]}'],
    ["no comma", '{"a":1 "b":2}'],
    ["no colon", '{"a" 1}'],
    ["no value", '{"a":}'],
    ["no key", "{:1}"],
    ["a bare key", "{a:1}"],
    ["brackets that do not match", '{"a":[{]}}'],
    ["a literal that is none", '{"a":tru}'],
    ["a number that is none", '{"a":01}'],
    ["a comment", '{"a":1/* */}'],
    ["NaN", '{"a":NaN}'],
    ["doubled keys", '{"a":1,"a":2}'],
    ["an escaped key", '{"mod\\u0065l":1}'],
  ])("refuses %s", (_, text) => {
    expect(scanTopLevel(Buffer.from(text))).toBeUndefined();
  });

  test.each([
    ["an empty object", "{}", []],
    ["space everywhere", ' \n{ "a"\t:\r 1 , "b" : [ ] }\n ', ["1", "[ ]"]],
    ["brackets and escapes inside strings", '{"a":"}]\\\\","b":"\\"{"}', ['"}]\\\\"', '"\\"{"']],
    ["escapes at the end of a long string", `{"a":"${"x".repeat(60)}\\\\","b":1}`, [`"${"x".repeat(60)}\\\\"`, "1"]],
    ["numbers of every form", '{"a":-0,"b":1.5e+10,"c":0.1E-2}', ["-0", "1.5e+10", "0.1E-2"]],
    ["characters of several bytes", '{"é":"世界","z":"🙂"}', ['"世界"', '"🙂"']],
    [
      "bytes that are no UTF-8 in a value",
      Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]),
      ['"\ufffd"'],
    ],
  ])("reads %s", (_, text, expected) => {
    const raw = Buffer.from(text);
    const found = [...(scanTopLevel(raw)?.values() ?? [])];
    expect(found.map(({ start, end }) => raw.toString("utf8", start, end))).toEqual(expected);
  });

  test("a key named like a property of every object is a key like others", () => {
    const found = scanTopLevel(Buffer.from('{"__proto__":1,"constructor":2}'));
    expect([...(found?.keys() ?? [])]).toEqual(["__proto__", "constructor"]);
  });
});

describe("scanItems and scanObject", () => {
  test("property: give the items of an array and the keys of an object anywhere in a document", () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), values)), indents, (items, indent) => {
        const raw = Buffer.from(JSON.stringify({ before: [], items }, null, indent));
        const range = scanTopLevel(raw)?.get("items");
        const found = range && scanItems(raw, range);
        const read = found?.map((item) =>
          Object.fromEntries(
            [...(scanObject(raw, item) ?? [])].map(([key, at]) => [
              key,
              JSON.parse(raw.toString("utf8", at.start, at.end)),
            ]),
          ),
        );
        expect(read).toEqual(JSON.parse(JSON.stringify(items)));
      }),
    );
  });

  test("what is no array has no items, what is no object no keys", () => {
    const raw = Buffer.from('{"a":{"b":1}}');
    expect(scanItems(raw, { start: 0, end: raw.length })).toBeUndefined();
    expect(scanObject(raw, { start: 5, end: 9 })).toBeUndefined();
  });
});

describe("depth", () => {
  const nested = (depth: number) => `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`;

  test("is read up to the limit and refused beyond it", () => {
    const most = Buffer.from(nested(MAX_DEPTH - 1));
    expect(scanTopLevel(most)).toBeDefined();
    expect(isTooDeep(most)).toBe(false);
    const more = Buffer.from(nested(MAX_DEPTH));
    expect(scanTopLevel(more)).toBeUndefined();
    expect(isTooDeep(more)).toBe(true);
  });

  test("of a million open brackets costs neither stack nor memory", () => {
    const raw = Buffer.from(`{"a":${"[".repeat(1_000_000)}`);
    expect(scanTopLevel(raw)).toBeUndefined();
    expect(isTooDeep(raw)).toBe(true);
  });

  test("does not count brackets inside strings", () => {
    expect(isTooDeep(Buffer.from(`{"a":"${"[".repeat(5_000)}"}`))).toBe(false);
    expect(isTooDeep(Buffer.from(`{"a":"${"[".repeat(5_000)}`))).toBe(false);
  });
});
