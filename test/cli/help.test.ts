import { describe, expect, test } from "vitest";
import { generalHelp, verbHelp } from "../../lib/cli/help.ts";
import { glossary, painter, table, widthOf } from "../../lib/cli/terminal.ts";
import { VERB_NAMES } from "../../lib/cli/verb-table.ts";
import { QUICKSTART_HELP } from "../../lib/cli/wizard/options.ts";

const COLUMNS = 80;

describe.each([false, true])("help in a terminal of eighty columns (in colour: %j)", (coloured) => {
  const page = { paint: painter(coloured), columns: COLUMNS };
  const tooWide = (lines: readonly string[]) => lines.filter((line) => widthOf(line) > COLUMNS);

  test.each(VERB_NAMES)("%s: no line is wider", (name) => {
    expect(tooWide(verbHelp("ccmctl", name, page))).toEqual([]);
  });

  test("the list of verbs, and the wizard's", () => {
    expect(tooWide([...generalHelp("ccmctl", page), ...generalHelp("ccm-start", page), ...QUICKSTART_HELP])).toEqual(
      [],
    );
  });
});

test("what a name means stands beside it, broken where it would not fit; below a name that is much longer", () => {
  const rows = [
    ["-a", "one two three four"],
    ["--much-longer", "five"],
    ["-b", ""],
  ] as const;
  expect(glossary(rows, 20)).toEqual(["  -a   one two three", "       four", "  --much-longer", "       five", "  -b"]);
});

test("columns stay aligned beside names in signs that take two columns, and in letters with marks over them", () => {
  const rows = [
    ["硅基流动", "ok"],
    ["Größe", "ok"],
    ["cafe\u0301", "ok"],
    ["한국 🚀", "ok"],
  ];
  expect(rows.map(([name = ""]) => widthOf(name))).toEqual([8, 5, 4, 7]);
  expect(table(rows, 0, 2)).toEqual(["硅基流动  ok", "Größe     ok", "cafe\u0301      ok", "한국 🚀   ok"]);
});
