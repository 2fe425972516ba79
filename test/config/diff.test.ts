import fc from "fast-check";
import { expect, test } from "vitest";
import { diffLines } from "../../lib/config/diff.ts";

test("shows what went and what came, with three lines around", () => {
  const before = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"].join("\n");
  const after = before.replace("2", "two").replace("11", "11\nnew");
  expect(diffLines(before, after)).toEqual([
    "  1",
    "- 2",
    "+ two",
    "  3",
    "  4",
    "  5",
    "…",
    "  9",
    "  10",
    "  11",
    "+ new",
    "  12",
  ]);
  expect(diffLines("", "a\n")).toEqual(["+ a"]);
  expect(diffLines("same\n", "same\n")).toEqual([]);
});

test("what is kept and what came is the new text, what is kept and what went the old one", () => {
  const text = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 6 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before.join("\n"), after.join("\n"));
      if (before.join() === after.join()) {
        expect(lines).toEqual([]);
        return;
      }
      const of = (marks: string) => lines.filter((line) => marks.includes(line[0] ?? "")).map((line) => line.slice(2));
      // Six lines are never so far apart that something is left out, but unchanged ones at the ends may be.
      expect(after.join("\n")).toContain(of(" +").join("\n"));
      expect(before.join("\n")).toContain(of(" -").join("\n"));
    }),
  );
});
