import Ajv from "ajv";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allowsStrict, outputSchema, toolSchema } from "../../../lib/wires/shared/schema.ts";

describe("tool schemas", () => {
  it("lose what describes the document, wherever it is a keyword", () => {
    const cleaned = toolSchema({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $id: "x",
      type: "object",
      properties: { a: { $comment: "why", type: "array", items: { $schema: "y", type: "string" } } },
      additionalProperties: false,
    });
    expect(cleaned).toEqual({
      type: "object",
      properties: { a: { type: "array", items: { type: "string" } } },
      additionalProperties: false,
    });
  });

  it("keep properties and data that are called like keywords", () => {
    const schema = {
      type: "object",
      properties: {
        $schema: { type: "string" },
        $id: { type: "string" },
        properties: { type: "object", properties: { format: { type: "string" } } },
        choice: { enum: [{ $schema: "data" }], default: { $id: "data" }, const: { $comment: "data" } },
      },
      $defs: { $comment: { type: "string" } },
    };
    expect(toolSchema(schema)).toEqual(schema);
  });

  it.each([undefined, null, {}, "no schema", { type: "string" }, { properties: 7 }])(
    "are an object with properties, even from %j",
    (schema) => {
      expect(toolSchema(schema)).toMatchObject({ type: "object", properties: {} });
    },
  );

  it("have no union at the root: the variants become one object", () => {
    const anyOf = [
      {
        type: "object",
        properties: { path: { type: "string" }, mode: { type: "string" } },
        required: ["path", "mode"],
      },
      { type: "object", properties: { url: { type: "string" }, mode: { type: "number" } }, required: ["url", "mode"] },
    ];
    expect(toolSchema({ anyOf, properties: { mode: { const: 1 } } })).toEqual({
      type: "object",
      properties: { path: { type: "string" }, url: { type: "string" }, mode: { const: 1 } },
      required: ["mode"],
    });
    expect(toolSchema({ allOf: anyOf }).required).toEqual(["path", "mode", "url"]);
    expect(toolSchema({ properties: { a: { anyOf } } })).toMatchObject({ properties: { a: { anyOf } } });
  });

  it("whose root only points somewhere become what it points to", () => {
    const $defs = { Input: { type: "object", properties: { a: { $ref: "#/$defs/Input" } }, required: ["a"] } };
    expect(toolSchema({ $ref: "#/$defs/Input", $defs })).toEqual({ ...$defs.Input, $defs });
    expect(toolSchema({ $ref: "#" })).toEqual({ type: "object", properties: {} });
    expect(toolSchema({ $ref: "#/nowhere" })).toEqual({ type: "object", properties: {} });
  });

  it("follow a vendor's dialect", () => {
    const tuple = { properties: { p: { type: "array", items: [{ type: "number" }, { type: "string" }] } } };
    expect(toolSchema(tuple, "moonshot").properties).toEqual({
      p: { type: "array", prefixItems: [{ type: "number" }, { type: "string" }] },
    });
    const union = { properties: { p: { type: "string", anyOf: [{ minLength: 1 }, { type: "null" }] } } };
    expect(toolSchema(union, "moonshot").properties).toEqual({
      p: { anyOf: [{ type: "string", minLength: 1 }, { type: "null" }] },
    });
    const closed = {
      type: "object",
      properties: { additionalProperties: { type: "string", additionalProperties: false } },
      additionalProperties: false,
    };
    expect(toolSchema(closed, "xai")).toEqual({
      type: "object",
      properties: { additionalProperties: { type: "string" } },
    });
  });

  it("still accept what they accepted before", () => {
    const leaf = fc.constantFrom<Record<string, unknown>>(
      { type: "string" },
      { type: "integer", minimum: 0 },
      { enum: ["a", 1] },
      { $comment: "x", type: "null" },
    );
    const object = (inner: fc.Arbitrary<Record<string, unknown>>) =>
      fc.record({
        type: fc.constant("object"),
        properties: fc.dictionary(fc.constantFrom("a", "b", "$schema", "properties"), inner, { maxKeys: 3 }),
        $schema: fc.constant("https://json-schema.org/draft/2020-12/schema"),
        additionalProperties: fc.boolean(),
      });
    const value = fc.dictionary(
      fc.constantFrom("a", "b", "$schema", "properties"),
      fc.oneof(
        fc.constant("a"),
        fc.nat(),
        fc.constant(null),
        fc.object({ maxDepth: 1, key: fc.constantFrom("a", "b") }),
      ),
    );
    fc.assert(
      fc.property(object(fc.oneof(leaf, object(leaf))), value, (schema, data) => {
        const { $schema: _ignored, ...bare } = schema;
        const ajv = new Ajv({ strict: false, validateSchema: false });
        const before = ajv.compile(
          JSON.parse(
            JSON.stringify(bare, (key, inner) => (key === "$schema" && typeof inner === "string" ? undefined : inner)),
          ) as object,
        );
        expect(ajv.compile(toolSchema(schema))(data)).toBe(before(data));
      }),
      { numRuns: 100 },
    );
  });
});

describe("output schemas", () => {
  it("keep their root as it is", () => {
    expect(outputSchema({ $schema: "x", type: "array", items: { type: "string" } })).toEqual({
      type: "array",
      items: { type: "string" },
    });
  });

  it("are strict where every object is closed and demands all it has", () => {
    const inner = {
      type: "object",
      properties: { b: { type: "string" } },
      required: ["b"],
      additionalProperties: false,
    };
    const strict = {
      type: "object",
      properties: { a: inner, list: { type: "array", items: inner } },
      required: ["a", "list"],
      additionalProperties: false,
    };
    expect(allowsStrict(strict)).toBe(true);
    expect(allowsStrict({ ...strict, required: ["a"] })).toBe(false);
    expect(allowsStrict({ ...strict, additionalProperties: true })).toBe(false);
    expect(allowsStrict({ ...strict, properties: { ...strict.properties, a: { ...inner, required: [] } } })).toBe(
      false,
    );
    expect(allowsStrict({ ...strict, properties: { ...strict.properties, list: { items: { type: "object" } } } })).toBe(
      false,
    );
    expect(allowsStrict({ type: "string", enum: [{ type: "object" }] })).toBe(true);
  });
});
