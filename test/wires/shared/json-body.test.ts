import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { enclosed, jsonBody, jsonItems } from "../../../lib/wires/shared/json-body.ts";

describe("a body as JSON", () => {
  it("is what JSON.stringify writes", () => {
    const fields = fc.dictionary(
      fc.string(),
      fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue()), fc.constant(undefined)),
    );
    fc.assert(
      fc.property(fields, (value) => {
        expect(String(jsonBody(value))).toBe(JSON.stringify(value));
      }),
    );
  });

  it.each([
    ["one that fits", 20],
    ["one that is longer than what is written at once", 100_000],
  ])("keeps every character of a text: %s", (_what, length) => {
    for (const letter of ["a", "é", "–", "😀", '"', "\ud800"]) {
      const value = {
        input: Array.from({ length: 10 }, (_, n) => ({ text: letter.repeat(length + n) })),
        last: letter,
      };
      expect(String(jsonBody(value))).toBe(JSON.stringify(value));
    }
  });

  it("is not changed by the one that is written after it", () => {
    const first = jsonBody({ text: "first" });
    jsonBody({ text: "other" });
    expect(String(first)).toBe('{"text":"first"}');
  });

  it("ends with the tools, which are not copied", () => {
    const tools = [...jsonItems([{ name: "Read" }, { name: "Write" }]), ...jsonItems([{ type: "search" }])];
    const body = jsonBody({ model: "m", messages: [] }, tools);
    expect(JSON.parse(String(body))).toEqual({
      model: "m",
      messages: [],
      tools: [{ name: "Read" }, { name: "Write" }, { type: "search" }],
    });
    for (const items of tools) expect(body.parts).toContain(items);
    expect(String(jsonBody({}, tools))).toMatch(/^\{"tools":\[\{"name":"Read"\},.*\]\}$/);
  });

  it("has no tools where there are none", () => {
    expect(jsonItems([])).toEqual([]);
    expect(jsonItems(undefined)).toEqual([]);
    expect(String(jsonBody({ model: "m" }, []))).toBe('{"model":"m"}');
  });

  it("goes into an envelope", () => {
    const envelope = enclosed('{"model":"m","request":', jsonBody({ contents: [1] }, jsonItems([2])));
    expect(String(envelope)).toBe('{"model":"m","request":{"contents":[1],"tools":[2]}}');
    expect(String(enclosed('{"a":', '{"b":1}'))).toBe('{"a":{"b":1}}');
  });
});
