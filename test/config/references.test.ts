// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how references are written
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeReferences, expandReferences, isReference } from "../../lib/config/references.ts";

const ENV = { KEY: "secret", OTHER_1: "more", EMPTY: "" };

describe("references to the environment", () => {
  it.each([
    ["$KEY", "secret"],
    ["${KEY}", "secret"],
    ["Bearer $KEY", "Bearer secret"],
    ["${KEY}-$OTHER_1", "secret-more"],
    ["no reference", "no reference"],
    ["costs $5", "costs $5"],
    ["^claude-.*$", "^claude-.*$"],
    ["$$KEY", "$KEY"],
    ["a$", "a$"],
    ["${not closed", "${not closed"],
  ])("%s is %s", (text, value) => {
    expect(expandReferences(text, ENV)).toEqual({ value });
  });

  it("tell of a variable that is not set, or empty", () => {
    expect(expandReferences("x-$NOPE", ENV)).toEqual({ value: "x-", missing: "NOPE" });
    expect(expandReferences("${EMPTY}", ENV)).toEqual({ value: "", missing: "EMPTY" });
  });

  it("are known from other texts", () => {
    expect(["$KEY", "${KEY}"].every(isReference)).toBe(true);
    expect(["KEY", "$KEY-", "$$KEY", "a$KEY", "$5", ""].some(isReference)).toBe(false);
  });

  it("are never made by accident: an escaped text reads back as it was", () => {
    const texts = fc.oneof(fc.string(), fc.stringMatching(/^[$A{}_a1]{0,12}$/));
    fc.assert(
      fc.property(texts, (text) => {
        expect(expandReferences(escapeReferences(text), ENV)).toEqual({ value: text });
      }),
      { numRuns: 1_000 },
    );
  });
});
