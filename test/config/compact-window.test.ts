import { describe, expect, test } from "vitest";
import { compactVariables } from "../../lib/config/compact-window.ts";
import { settingsOf } from "../support/settings.ts";

/** A model of these windows (undefined: nobody knows), the route that leads to it, and one more model. */
async function variables(windows: readonly (number | undefined)[], more = ""): Promise<Record<string, string>> {
  const mapping = (window: number | undefined, at: number) =>
    `{ name = "p${at}", model = "own", capabilities = { ${window === undefined ? "" : `context_window = ${window}`} } }`;
  const providers = windows.map(
    (_, at) =>
      `[[providers]]\nname = "p${at}"\ntype = "openai-compatible"\nbase_url = "http://127.0.0.1:9"\nauth_type = "none"\n`,
  );
  return compactVariables(
    await settingsOf(`${providers.join("")}
[[models]]
name = "main"
providers = [${windows.map(mapping).join(", ")}]
[[models]]
name = "long"
providers = [{ name = "p0", model = "own", capabilities = { context_window = 400000 } }]
[router.default]
model = "main"
${more}`),
  );
}

describe("Claude Code is told when to summarise", () => {
  test("by the largest window in the way of the main conversation", async () => {
    expect(await variables([131_072, 200_000])).toEqual({ CLAUDE_CODE_AUTO_COMPACT_WINDOW: "200000" });
  });

  test("by the long_context route's, which takes over", async () => {
    const long = '[router.long_context]\nmodel = "long"';
    expect(await variables([131_072], long)).toEqual({ CLAUDE_CODE_AUTO_COMPACT_WINDOW: "400000" });
    expect(await variables([131_072], `${long}\nenabled = false`)).toEqual({
      CLAUDE_CODE_AUTO_COMPACT_WINDOW: "131072",
    });
  });

  test("by a share of the least that it can read, where the window is smaller still", async () => {
    expect(await variables([32_768])).toEqual({
      CLAUDE_CODE_AUTO_COMPACT_WINDOW: "100000",
      CLAUDE_AUTOCOMPACT_PCT_OVERRIDE: "26",
    });
  });

  test("not at all where it is right by itself, or nobody knows", async () => {
    expect(await variables([1_000_000])).toEqual({});
    expect(await variables([131_072, undefined])).toEqual({});
    expect(compactVariables(undefined)).toEqual({});
    expect(compactVariables(await settingsOf(""))).toEqual({});
  });
});
