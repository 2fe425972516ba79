import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { diffLines } from "../../lib/config/diff.ts";
import { parseConfig } from "../../lib/config/load.ts";
import { addMissing } from "../../lib/config/migrate.ts";

const template = await readFile(join(import.meta.dirname, "../../templates/ccm-config.toml"), "utf8");

/** The template of a version that did not know these yet. */
const older = template
  .replace(/\n# How much of the journal[\s\S]*?journal_days = 30\n/, "\n")
  .replace(/\n# -+\n# Telemetry[\s\S]*$/, "");

const treeOf = async (text: string) => (await parseConfig(text, { path: "", env: {} })).tree;

describe("addMissing", () => {
  test("adds what the newer template has, in its place, as a comment", async () => {
    const mine = older.replace('level = "info"', 'level = "warn" # mine');
    const { text, added } = await addMissing(mine, older, template);
    expect(added).toEqual(["logging.journal_mb", "logging.journal_days", "telemetry"]);
    const changes = diffLines(mine, text).filter((line) => !line.startsWith(" "));
    expect(changes.filter((line) => line.startsWith("-"))).toEqual([]);
    expect(changes).toEqual(expect.arrayContaining(["+ #journal_mb = 100", "+ #[telemetry]", "+ #traces = true"]));
    expect(text.indexOf("#journal_mb")).toBeLessThan(text.indexOf("[performance]"));
    expect(await treeOf(text)).toEqual(await treeOf(mine));
  });

  test("has nothing to add the second time, nor where the file has it already", async () => {
    const once = await addMissing(older, older, template);
    expect(await addMissing(once.text, older, template)).toEqual({ text: once.text, added: [] });
    expect(await addMissing(template, older, template)).toEqual({ text: template, added: [] });
  });

  test("does not bring back what the user took out", async () => {
    const bare = "[server]\nport = 4000\n";
    const { added } = await addMissing(bare, older, template);
    expect(added).toEqual(["telemetry"]);
  });

  test("without an older template whatever the file lacks is missing; it means the same afterwards", async () => {
    const bare = '[server]\nport = 4000\n[[providers]]\nname = "a"\ntype = "openai"\n[retry]\nmax_attempts = 2';
    const { text, added } = await addMissing(bare, "", template);
    expect(added).toEqual(expect.arrayContaining(["server.host", "retry.backoff_multiplier", "router", "budget"]));
    expect(await treeOf(text)).toEqual(await treeOf(bare));
  });

  test("leaves sections alone that are written in another way, and files that are no TOML", async () => {
    const inline = 'logging = { level = "warn" }\n';
    expect((await addMissing(inline, older, template)).added).toEqual(["telemetry"]);
    expect(await addMissing("[server\n", older, template)).toEqual({ text: "[server\n", added: [] });
  });
});
