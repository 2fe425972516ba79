import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePattern, compileSimple, PatternError } from "../../lib/config/patterns.ts";

describe("patterns on model names", () => {
  it.each([
    ["^claude-", ["claude-opus-5"], ["my-claude-opus", "Claude-opus"]],
    ["(?i)claude.*haiku", ["claude-3-5-haiku-20241022", "CLAUDE HAIKU"], ["claude-opus", "haiku-claude"]],
    ["batch_.*", ["batch_1", "my batch_"], ["batch"]],
    ["^gpt-4$|^gpt-5", ["gpt-4", "gpt-5-mini"], ["gpt-4o", "x-gpt-5"]],
    ["gpt-4\\.1", ["gpt-4.1-mini"], ["gpt-4x1"]],
    ["^(?:opus|sonnet)-[0-9]+$", ["opus-5"], ["opus-x", "opus-5-5"]],
    ["(?i)^CLAUDE-(opus|sonnet)", ["Claude-Opus-5"], ["claude-haiku"]],
    ["", ["anything", ""], []],
  ])("%s", async (source, matching, others) => {
    const pattern = await compilePattern(source);
    expect(pattern.source).toBe(source);
    for (const name of matching) expect([name, pattern.test(name)]).toEqual([name, true]);
    for (const name of others) expect([name, pattern.test(name)]).toEqual([name, false]);
  });

  it.each([
    ["(?=claude)", /look-around/],
    ["(?<!x)claude", /look-around/],
    ["(a)\\1", /back-reference/],
    ["[a", /not a valid pattern \(missing closing \]/],
    ["a".repeat(3_000), /longer than 2000 characters/],
  ])("%s is refused with a reason", async (source, message) => {
    await expect(compilePattern(source)).rejects.toThrow(PatternError);
    await expect(compilePattern(source)).rejects.toThrow(message);
  });

  it("match the defaults without a pattern engine", () => {
    for (const source of ["^claude-", "(?i)claude.*haiku", "batch_.*"]) expect(compileSimple(source)).toBeDefined();
    for (const source of ["a.b", "a+", "[ab]", "(a)", "a{2}", "a?", "\\d", "a.*?b"]) {
      expect(compileSimple(source)).toBeUndefined();
    }
  });

  it("agree with a pattern engine wherever they do without one", () => {
    const piece = fc.constantFrom("a", "b", "ab", "-", "A", "\\.", "\\$", ".*", "|", "^", "$", "1", " ");
    const sources = fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join(""));
    const names = fc.stringMatching(/^[abAB.$ 1-]{0,12}$/);
    fc.assert(
      fc.property(sources, names, fc.boolean(), (body, name, ignoreCase) => {
        const simple = compileSimple(`${ignoreCase ? "(?i)" : ""}${body}`);
        if (simple) expect(simple.test(name)).toBe(new RegExp(body, ignoreCase ? "i" : "").test(name));
      }),
      { numRuns: 2_000 },
    );
  });

  it("cost next to nothing on a hostile name", async () => {
    for (const source of ["(a+)+$", "(?i)a.*a.*a.*a.*b", "(x+x+)+y", "^claude-"]) {
      const pattern = await compilePattern(source);
      expect(pattern.test(`${"a".repeat(10_000)}!`)).toBe(false);
      expect(pattern.test(`${"x".repeat(10_000)}!`)).toBe(false);
    }
  });
});
