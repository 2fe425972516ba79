import { expect, test } from "vitest";
import { exportLines, SHELLS, unsetLines } from "../../lib/admin/words/environment.ts";
import { clientEnv, setLine, unsetLine, variablesOfOurs } from "../../lib/cli/client-env.ts";

const URL = "http://127.0.0.1:13456";
const compaction = { CLAUDE_CODE_AUTO_COMPACT_WINDOW: "200000" };
const here = { origin: URL, needsKey: false, compaction };

test.each(SHELLS.flatMap((shell) => [[shell, "proxy"] as const, [shell, "subscription"] as const]))(
  "the page's lines for %s and %s are those of ccmctl env",
  (shell, profile) => {
    const { set, unset } = clientEnv({ url: URL, profile, serverKey: undefined, compaction }, {});
    const lines = [
      ...Object.entries(set).map(([name, value]) => setLine(shell, name, value)),
      ...unset.map((name) => unsetLine(shell, name)),
    ];
    expect(exportLines(shell, here, profile).split("\n")).toEqual(lines);
  },
);

test.each(SHELLS)("and the way back for %s is that of ccmctl env --unset", (shell) => {
  const names = variablesOfOurs(compaction, { serverKey: undefined, compaction });
  expect(unsetLines(shell, here).split("\n")).toEqual(names.map((name) => unsetLine(shell, name)));
});

test("where the server asks for a key, the lines say which one to put in", () => {
  expect(exportLines("bash", { ...here, needsKey: true })).toContain('ANTHROPIC_API_KEY="one-of-server.api_keys"');
});
