import { expect, test } from "vitest";
import { exportLines, SHELLS, unsetLines } from "../../lib/admin/words/environment.ts";
import { clientEnv, setLine, unsetLine, variablesOfOurs } from "../../lib/cli/client-env.ts";

const URL = "http://127.0.0.1:13456";

test.each(SHELLS.flatMap((shell) => [[shell, "proxy"] as const, [shell, "subscription"] as const]))(
  "the page's lines for %s and %s are those of ccmctl env",
  (shell, profile) => {
    const { set, unset } = clientEnv(URL, profile, undefined);
    const lines = [
      ...Object.entries(set).map(([name, value]) => setLine(shell, name, value)),
      ...unset.map((name) => unsetLine(shell, name)),
    ];
    expect(exportLines(shell, URL, false, profile).split("\n")).toEqual(lines);
  },
);

test.each(SHELLS)("and the way back for %s is that of ccmctl env --unset", (shell) => {
  const names = variablesOfOurs({}, undefined);
  expect(unsetLines(shell).split("\n")).toEqual(names.map((name) => unsetLine(shell, name)));
});

test("where the server asks for a key, the lines say which one to put in", () => {
  expect(exportLines("bash", URL, true)).toContain('ANTHROPIC_API_KEY="one-of-server.api_keys"');
});
