import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { sampleInput, sampleOf } from "../../lib/simulator/sample.ts";

const SCHEMAS = [
  { type: "object", properties: { command: { type: "string" }, timeout: { type: "number" } }, required: ["command"] },
  {
    type: "object",
    properties: {
      todos: {
        type: "array",
        minItems: 2,
        items: {
          type: "object",
          properties: { status: { enum: ["pending", "done"] }, id: { type: "integer", minimum: 7 } },
          required: ["status", "id"],
          additionalProperties: false,
        },
      },
      kind: { const: "list" },
      note: { anyOf: [{ type: "null" }, { type: "string" }] },
      flag: { type: ["boolean", "null"] },
    },
    required: ["todos", "kind", "note", "flag"],
    additionalProperties: false,
  },
  { type: "object", properties: { title: { type: "string", maxLength: 5 } }, required: ["title"] },
] as const;

test.each(SCHEMAS)("a sample fits its schema: %j", (schema) => {
  const sample = sampleOf(schema, "a longer hint than fits");
  expect(new Ajv({ strict: false }).validate(schema, sample)).toBe(true);
  expect(sampleInput(schema, "a longer hint than fits")).toEqual(sample);
});

test("a schema that contains itself ends", () => {
  const loop: Record<string, unknown> = { type: "object", required: ["self"] };
  loop.properties = { self: loop };
  expect(JSON.stringify(sampleOf(loop, "x"))).toContain('{"self":null}');
});
