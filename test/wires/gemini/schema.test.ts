/** Cases 72 to 74: tool schemas in what Gemini understands, and arguments back in what the client asked for. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { restoreValues } from "../../../lib/wires/gemini/argument-values.ts";
import { answerSchema, parameterSchema } from "../../../lib/wires/gemini/schema.ts";
import { schemaFaults } from "../../support/validators/gemini.ts";
import { call, chunk, type Json, messageOf, play } from "./support.ts";

/** As JSON, which is all that Google sees, and found without fault. */
function cleaned(schema: unknown): Json | undefined {
  const made = parameterSchema(schema);
  if (made === undefined) return undefined;
  expect(schemaFaults(made)).toEqual([]);
  return JSON.parse(JSON.stringify(made)) as Json;
}
const object = (properties: Json, more: Json = {}) => ({ type: "object", properties, ...more });
/** What becomes of a single property. */
const property = (schema: unknown, more: Json = {}) =>
  (cleaned(object({ it: schema }, more))?.properties as Json | undefined)?.it;

describe("72: tools without arguments", () => {
  it.each([
    [{ type: "object" }],
    [{ type: "object", properties: {} }],
    [{}],
    [undefined],
    [null],
    ["x"],
    [object({}, { additionalProperties: false })],
  ])("%j declares no parameters", (schema) => expect(cleaned(schema)).toBeUndefined());

  it("an object of free form is none of them", () => {
    expect(cleaned({ type: "object", additionalProperties: true })).toEqual({ type: "object" });
    expect(cleaned({ type: "object", additionalProperties: { type: "string" } })).toEqual({
      type: "object",
      description: "(any names, values are of type string)",
    });
  });
});

describe("73: keywords", () => {
  const EVERYTHING = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "urn:x",
    $comment: "c",
    $anchor: "a",
    $defs: { d: { type: "string" } },
    definitions: { d: { type: "string" } },
    type: "object",
    title: "Title",
    description: "Described.",
    additionalProperties: false,
    propertyNames: { pattern: "^a" },
    patternProperties: { "^x": { type: "string" } },
    dependentSchemas: { a: {} },
    dependentRequired: { a: ["b"] },
    unevaluatedProperties: false,
    not: { required: ["z"] },
    if: { required: ["a"] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON schema
    then: { required: ["b"] },
    else: {},
    readOnly: true,
    writeOnly: false,
    deprecated: true,
    "x-vendor": 1,
    encrypted: true,
    enumTitles: ["a"],
    minProperties: 1,
    maxProperties: 9,
    required: ["format", "gone"],
    properties: {
      format: { type: "string", format: "uri", contentEncoding: "base64", minLength: 2, pattern: "^h" },
      properties: { type: "object", properties: { type: { type: "string" }, const: { type: "number", const: 3 } } },
      title: { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 9, multipleOf: 3, minimum: 1 },
      default: {
        type: "array",
        items: { type: "string" },
        uniqueItems: true,
        contains: { type: "string" },
        minItems: 1,
      },
      enum: { type: "string", enum: ["a", "b"], examples: ["a"], default: "a" },
      $ref: { type: "boolean" },
      required: { type: "string", format: "date-time" },
      never: false,
      any: true,
    },
  };

  it("only the known ones remain, and properties may be called like keywords", () => {
    const schema = cleaned(EVERYTHING);
    expect(schema).toEqual({
      type: "object",
      title: "Title",
      description: "Described. (names match ^x; names match ^a; deprecated)",
      minProperties: 1,
      maxProperties: 9,
      required: ["format"],
      properties: {
        format: { type: "string", minLength: 2, pattern: "^h", description: "(format uri)" },
        properties: {
          type: "object",
          properties: { type: { type: "string" }, const: { type: "string", enum: ["3"] } },
        },
        title: { type: "number", minimum: 1, description: "(greater than 0; less than 9; multiple of 3)" },
        default: { type: "array", items: { type: "string" }, minItems: 1, description: "(no duplicates)" },
        enum: { type: "string", enum: ["a", "b"], default: "a", description: '(for example "a")' },
        $ref: { type: "boolean" },
        required: { type: "string", format: "date-time" },
        any: {},
      },
    });
  });

  it("a property may have any name at all", () => {
    const odd = JSON.parse(
      '{"type":"object","properties":{"__proto__":{"type":"string"},"constructor":{"type":"number"}},"required":["__proto__"]}',
    );
    expect(JSON.stringify(parameterSchema(odd))).toBe(JSON.stringify(odd));
  });

  it("structured output is cleaned in the same way, whatever its root", () => {
    expect(answerSchema({ type: "array", items: { const: "x" } })).toEqual({
      type: "array",
      items: { type: "string", enum: ["x"] },
    });
    expect(answerSchema(undefined)).toEqual({});
  });
});

describe("74: forms", () => {
  it.each([
    ["const", { const: "x" }, { type: "string", enum: ["x"] }],
    ["a number as const", { const: 5 }, { type: "string", enum: ["5"] }],
    ["numbers", { type: "integer", enum: [1, 2] }, { type: "string", enum: ["1", "2"] }],
    ["values and null", { enum: ["a", null] }, { type: "string", enum: ["a"], nullable: true }],
    ["a type or null", { type: ["string", "null"], minLength: 1 }, { type: "string", minLength: 1, nullable: true }],
    ["null alone", { type: "null" }, { type: "string", nullable: true }],
    [
      "several types",
      { type: ["string", "number"], minLength: 1, minimum: 0, description: "d" },
      {
        anyOf: [
          { type: "string", minLength: 1, description: "d" },
          { type: "number", minimum: 0, description: "d" },
        ],
      },
    ],
    [
      "oneOf",
      { description: "d", oneOf: [{ type: "string" }, { type: "number", description: "n" }] },
      {
        anyOf: [
          { type: "string", description: "d" },
          { type: "number", description: "d n" },
        ],
      },
    ],
    ["anyOf with null", { anyOf: [{ type: "string" }, { type: "null" }] }, { type: "string", nullable: true }],
    [
      "a choice with null",
      { anyOf: [{ type: "string" }, { type: "number" }, { type: "null" }] },
      {
        anyOf: [
          { type: "string", nullable: true },
          { type: "number", nullable: true },
        ],
      },
    ],
    ["a choice of one", { description: "d", anyOf: [{ type: "string" }] }, { type: "string", description: "d" }],
    [
      "a choice inside a choice",
      { anyOf: [{ type: "string" }, { anyOf: [{ type: "number" }, { type: "boolean" }] }] },
      { anyOf: [{ type: "string" }, { type: "number" }, { type: "boolean" }] },
    ],
    [
      "a choice that only demands",
      { type: "object", properties: { a: { type: "string" } }, anyOf: [{ required: ["a"] }, { required: ["b"] }] },
      { type: "object", properties: { a: { type: "string" } } },
    ],
    [
      "a choice beside properties",
      {
        type: "object",
        properties: { id: { type: "string" } },
        required: ["id"],
        anyOf: [{ properties: { a: { type: "string" } }, required: ["a"] }, { properties: { b: { type: "number" } } }],
      },
      {
        anyOf: [
          object({ id: { type: "string" }, a: { type: "string" } }, { required: ["a", "id"] }),
          object({ id: { type: "string" }, b: { type: "number" } }, { required: ["id"] }),
        ],
      },
    ],
    [
      "allOf",
      {
        allOf: [
          { properties: { a: { type: "string" } }, required: ["a"] },
          { properties: { b: { type: "number" } }, required: ["b"], description: "second" },
        ],
      },
      object({ a: { type: "string" }, b: { type: "number" } }, { required: ["a", "b"], description: "second" }),
    ],
    ["an array of anything", { type: "array" }, { type: "array", items: { type: "string" } }],
    [
      "a tuple",
      { type: "array", prefixItems: [{ type: "string" }, { type: "number" }] },
      { type: "array", items: { anyOf: [{ type: "string" }, { type: "number" }] } },
    ],
    [
      "an older tuple",
      { type: "array", items: [{ type: "string" }, { type: "string" }] },
      { type: "array", items: { anyOf: [{ type: "string" }, { type: "string" }] } },
    ],
    ["a type that only shows", { properties: { a: { type: "string" } } }, object({ a: { type: "string" } })],
    ["items that only show", { items: { type: "number" } }, { type: "array", items: { type: "number" } }],
    [
      "a pattern that looks around",
      { type: "string", pattern: "^(?!a)" },
      { type: "string", description: "(matches ^(?!a))" },
    ],
    ["limits that are none", { type: "string", minLength: "3", maxLength: null, pattern: 7 }, { type: "string" }],
    ["a type that is none", { type: "toString", description: "d" }, { description: "d" }],
    ["words that are none", { type: "string", description: 7, title: {} }, { type: "string" }],
  ])("%s", (_name, schema, wanted) => expect(property(schema)).toEqual(wanted));

  it("references are followed, in the root too", () => {
    const $defs = { name: { type: "string", minLength: 1 }, "a/b": { $ref: "#/$defs/name" } };
    expect(property({ $ref: "#/$defs/a~1b", description: "d" }, { $defs })).toEqual({
      type: "string",
      minLength: 1,
      description: "d",
    });
    expect(property({ $ref: "https://elsewhere.org/x", description: "d" })).toEqual({ description: "d" });
    const root = { $ref: "#/$defs/args", $defs: { args: object({ a: { type: "string" } }) } };
    expect(cleaned(root)).toEqual(object({ a: { type: "string" } }));
    const choice = {
      anyOf: [{ $ref: "#/$defs/x" }, { $ref: "#/$defs/y" }],
      $defs: { x: object({ a: { type: "string" } }), y: object({ b: { type: "string" } }) },
    };
    expect(cleaned(choice)).toEqual(object({ b: { type: "string" }, a: { type: "string" } }));
    const all = {
      allOf: [{ $ref: "#/$defs/x" }],
      $defs: { x: object({ a: { type: "string" } }, { required: ["a"] }) },
    };
    expect(cleaned(all)).toEqual(object({ a: { type: "string" } }, { required: ["a"] }));
  });

  it("a cycle ends in an object that tells its name, and doubling references end at all", () => {
    const tree = { $defs: { node: object({ next: { $ref: "#/$defs/node" } }) } };
    expect(property({ $ref: "#/$defs/node" }, tree)).toEqual(
      object({ next: { type: "object", description: "a node again" } }),
    );
    expect(cleaned({ ...object({ self: { $ref: "#" } }) })).toEqual(
      object({ self: object({ self: { type: "object", description: "a # again" } }) }),
    );
    const bomb: Json = {};
    for (let i = 0; i < 30; i++) {
      const next = { $ref: `#/$defs/d${i + 1}` };
      bomb[`d${i}`] = object({ a: next, b: next, c: next, d: next, e: next, f: next });
    }
    expect(JSON.stringify(cleaned({ ...object({ it: { $ref: "#/$defs/d0" } }), $defs: bomb }))?.length).toBeLessThan(
      1e6,
    );
    expect(cleaned({ allOf: [{ $ref: "#" }], properties: { a: { type: "string" } } })).toMatchObject({
      type: "object",
    });
  });
});

describe("arguments come back as what the client asked for", () => {
  const schema = object({
    level: { type: "integer", enum: [1, 2] },
    flag: { const: true },
    list: { type: "array", items: { enum: [1.5, "1.5", null] } },
    deep: object({ pick: { anyOf: [{ enum: [7] }, { type: "string" }] } }),
    plain: { type: "string" },
  });

  it("strings that stand for numbers and flags become those, and nothing else changes", () => {
    const restore = (value: unknown) => restoreValues(value, parameterSchema(schema));
    expect(restore({ level: "2", flag: "true", plain: "2", extra: "1", deep: { pick: "7" } })).toEqual({
      level: 2,
      flag: true,
      plain: "2",
      extra: "1",
      deep: { pick: 7 },
    });
    expect(restore({ list: ["1.5", null] })).toEqual({ list: ["1.5", null] });
    const untouched = { level: "3", plain: "x", list: "no list" };
    expect(restore(untouched)).toBe(untouched);
  });

  it("in an answer too", () => {
    const request = { tools: [{ name: "set", input_schema: schema }] };
    const played = play([chunk([call("set", { level: "2" })], { finish: "STOP" })], { request });
    expect(messageOf(played).content[0]?.input).toEqual({ level: 2 });
  });
});

describe("any schema", () => {
  const keyword = fc.constantFrom(
    ..."type format description enum const items prefixItems properties required anyOf oneOf allOf $ref nullable".split(
      " ",
    ),
    ..."additionalProperties patternProperties not minimum exclusiveMinimum minLength pattern default $defs title".split(
      " ",
    ),
  );
  const json = fc.oneof(
    fc.constantFrom("string", "number", "object", "array", "null", "#", "#/$defs/x", "#/properties/a"),
    fc.jsonValue({ maxDepth: 1 }),
  );
  const { schema } = fc.letrec((tie) => ({
    schema: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.boolean(),
      fc.dictionary(
        keyword,
        fc.oneof(
          json,
          tie("schema"),
          fc.array(tie("schema"), { maxLength: 3 }),
          fc.dictionary(fc.constantFrom("a", "type", "x", "format"), tie("schema"), { maxKeys: 3 }),
        ),
        { maxKeys: 5 },
      ),
    ),
  }));

  it("becomes one that Google accepts, or none", () => {
    fc.assert(
      fc.property(schema, (value) => {
        cleaned(value);
        expect(schemaFaults(JSON.parse(JSON.stringify(answerSchema(value))))).toEqual([]);
      }),
      { numRuns: 1500 },
    );
  });
});
