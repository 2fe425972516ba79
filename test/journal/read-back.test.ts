import { appendFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JournalEntry } from "../../lib/journal/entry.ts";
import { matches } from "../../lib/journal/filter.ts";
import { readBack } from "../../lib/journal/read-back.ts";
import { segmentPath } from "../../lib/journal/segments.ts";
import { answered, tempDirs } from "./entries.ts";

const tempDir = tempDirs();
const EVERYTHING = 1_000_000;

function write(path: string, entries: readonly JournalEntry[]): void {
  writeFileSync(path, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
}

describe("a search through the files", () => {
  it("finds a text wherever it stands, in whatever letters, and nothing else", async () => {
    const letters = fc.string({ unit: fc.constantFrom(...'aAzZéÉüÜЖж漢 "\\/()*+.^$[]{}|-'), maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.array(letters, { minLength: 1, maxLength: 12 }), letters, async (names, text) => {
        const dir = tempDir();
        const entries = names.map((requested) => answered({ requested }));
        write(segmentPath(dir, 1), entries);
        for (const asked of [text, text.toUpperCase(), text.toLowerCase(), names[0] ?? ""]) {
          const found = await readBack(dir, { limit: EVERYTHING, filter: { text: asked } });
          const wanted = entries.filter((entry) => matches(entry, { text: asked })).reverse();
          expect(found.map(({ entry }) => entry.id)).toEqual(wanted.map(({ id }) => id));
        }
      }),
      { numRuns: 100 },
    );
  });

  it("reads every line once, however long the lines and wherever a stretch of the file ends", async () => {
    const dir = tempDir();
    const entries = Array.from({ length: 3_000 }, (_, at) => answered({ reason: "x".repeat((at * 7919) % 3_000) }));
    write(segmentPath(dir, 1), entries.slice(0, 1_700));
    write(segmentPath(dir, 2), entries.slice(1_700));
    appendFileSync(segmentPath(dir, 2), '{"id":"req_half');
    const found = await readBack(dir, { limit: EVERYTHING });
    expect(found.map(({ entry }) => entry)).toEqual(entries.toReversed());
    for (const { entry, at } of [found[0], found[1_234], found[2_999]].filter((one) => one !== undefined)) {
      const [next] = await readBack(dir, { limit: 1, before: at });
      expect(next?.entry.id).toBe(entries[entries.findIndex(({ id }) => id === entry.id) - 1]?.id);
    }
  });
});
