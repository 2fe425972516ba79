import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { JournalEntry } from "../../lib/journal/entry.ts";
import { Journal, type JournalQuery } from "../../lib/journal/journal.ts";
import { JournalFiles } from "../../lib/journal/journal-files.ts";
import { answered, tempDirs } from "./entries.ts";

const tempDir = tempDirs();

function journalIn(dir: string): Journal {
  const files = new JournalFiles(join(dir, "journal"), {
    retention: () => ({ maxBytes: 20_000_000, maxMs: 1e12 }),
    onTrouble: (error) => {
      throw error;
    },
  });
  return new Journal(files);
}

function finished(
  journal: Journal,
  count: number,
  fields: (at: number) => Partial<JournalEntry> = () => ({}),
): string[] {
  return Array.from({ length: count }, (_, at) => {
    const entry = answered(fields(at));
    journal.begin(entry);
    journal.end(entry);
    return entry.id;
  });
}

/** Turns every page. */
async function pages(journal: Journal, query: Omit<JournalQuery, "before">): Promise<string[][]> {
  const found: string[][] = [];
  for (let before: string | undefined; ; ) {
    const page = await journal.list({ ...query, ...(before !== undefined && { before }) });
    found.push(page.items.map(({ id }) => id));
    if (page.next === undefined) return found;
    before = page.next;
  }
}

describe("the list of requests", () => {
  it.each([1, 50, 100, 101, 320])("shows %i requests once each, the newest first, page by page", async (count) => {
    const journal = journalIn(tempDir());
    const ids = finished(journal, count).reverse();
    const turned = await pages(journal, { limit: 50 });
    expect(turned.flat()).toEqual(ids);
    expect(turned.slice(0, -1).every((page) => page.length === 50)).toBe(true);
    expect(turned).toHaveLength(Math.ceil(count / 50));
  });

  it("shows after a restart what was there before", async () => {
    const dir = tempDir();
    const before = journalIn(dir);
    const ids = finished(before, 3);
    await before.get("req_ccm_nobody"); // whoever reads the files has everything written first
    const again = journalIn(dir);
    ids.push(...finished(again, 2));
    expect((await pages(again, { limit: 2 })).flat()).toEqual(ids.reverse());
    expect((await again.get(ids[4] ?? ""))?.id).toBe(ids[4]);
    expect(await again.get("req_ccm_nobody")).toBeUndefined();
  });

  it("goes on behind a request that has left memory since the page was read", async () => {
    const journal = journalIn(tempDir());
    const old = finished(journal, 10);
    const { next } = await journal.list({ limit: 4 });
    expect(next).toBe(old[6]);
    finished(journal, 150);
    const { items } = await journal.list({ limit: 10, ...(next !== undefined && { before: next }) });
    expect(items.map(({ id }) => id)).toEqual(old.slice(0, 6).reverse());
  });

  it("shows requests that are still under way, and never loses sight of them", async () => {
    const journal = journalIn(tempDir());
    const running = answered({ outcome: "running" });
    journal.begin(running);
    finished(journal, 300);
    const { items } = await journal.list({ limit: 10, outcome: "running" });
    expect(items).toEqual([running]);
    running.outcome = "ok";
    journal.end(running);
    expect((await pages(journal, { limit: 200 })).flat().filter((id) => id === running.id)).toHaveLength(1);
  });

  it("keeps the newest in memory when there are no files", async () => {
    const journal = new Journal();
    const ids = finished(journal, 150);
    expect((await pages(journal, { limit: 30 })).flat()).toEqual(ids.slice(-100).reverse());
  });
});

describe("a filter", () => {
  const failure = { provider: "broken", model: "m", wire: "anthropic", at: 1, ms: 2, failure: "overloaded" } as const;
  const kinds: Partial<JournalEntry>[] = [
    { provider: "anthropic", session: "one", class: "main" },
    { provider: "openrouter", requested: "claude-opus-5-5", rule: "background", reason: 'Er sagte „GRÜSSE“ \\ "hi"' },
    { attempts: [failure], outcome: "failed", error: "overloaded: try later" },
    { session: "one", class: "auxiliary", upstreamModel: "glm-4.7" },
  ];
  const filters: [string, Omit<JournalQuery, "limit">, number[]][] = [
    ["provider that answered", { provider: "openrouter" }, [1]],
    ["provider that failed", { provider: "broken" }, [2]],
    ["requested model", { model: "claude-opus-5-5" }, [1]],
    ["upstream model", { model: "glm-4.7" }, [3]],
    ["session", { session: "one" }, [0, 3]],
    ["route", { route: "background" }, [1]],
    ["class", { class: "auxiliary" }, [3]],
    ["outcome", { outcome: "failed" }, [2]],
    ["text in any letter case", { text: "OVERLOADED: try" }, [2]],
    ["text with what JSON escapes", { text: '„grüsse“ \\ "HI"' }, [1]],
    ["two conditions", { session: "one", class: "main" }, [0]],
    ["nothing that is there", { provider: "elsewhere" }, []],
  ];

  it.each(filters)("finds by %s, in memory and on disk alike", async (_name, filter, wanted) => {
    const dir = tempDir();
    const journal = journalIn(dir);
    const ids = finished(journal, 240, (at) => (at % 40 < 4 ? (kinds[at % 40] ?? {}) : {}));
    const expected = ids.filter((_, at) => wanted.includes(at % 40)).reverse();
    expect((await pages(journal, { limit: 3, ...filter })).flat()).toEqual(expected);
    expect((await pages(journalIn(dir), { limit: 100, ...filter })).flat()).toEqual(expected);
  });

  it("finds what ended since a moment", async () => {
    const dir = tempDir();
    const journal = journalIn(dir);
    const start = Date.UTC(2026, 10, 24);
    const ids = finished(journal, 240, (at) => ({ time: start + at * 1_000, totalMs: 500 }));
    const since = start + 200 * 1_000;
    expect((await pages(journal, { limit: 7, since })).flat()).toEqual(ids.slice(200).reverse());
    expect((await pages(journalIn(dir), { limit: 7, since })).flat()).toEqual(ids.slice(200).reverse());
  });
});

describe("totals since the start", () => {
  it("count what the client saw", () => {
    const journal = new Journal();
    const failed = { provider: "a", model: "m", wire: "anthropic", at: 1, ms: 2, failure: "overloaded" } as const;
    const saved = answered({ provider: "b" });
    saved.attempts.unshift(failed);
    const hedged = answered({ provider: "b" });
    const { failure: _none, ...slow } = failed;
    hedged.attempts.unshift({ ...slow, lost: true });
    const lost = answered({ outcome: "failed", attempts: [failed] });
    for (const entry of [answered(), saved, hedged, lost, answered({ outcome: "cancelled" })]) {
      journal.begin(entry);
      journal.end(entry);
    }
    journal.begin(answered({ outcome: "running" }));
    expect(journal.totals).toEqual({ requests: 6, ended: 5, failed: 1, failovers: 1, cancelled: 1 });
    expect(journal.ofProvider("a")).toMatchObject({ requests: 3, failures: 2 });
  });
});

it("tells of what another server has written, once, and not as ended here", async () => {
  const dir = tempDir();
  const [before, after] = [journalIn(dir), journalIn(dir)];
  const heard: [string, boolean][] = [];
  after.subscribe(({ id }, final) => heard.push([id, final]));
  const [theirs = ""] = finished(before, 1);
  await before.files?.flush();
  await after.files?.rows("2020-01-01");
  const [ours = ""] = finished(after, 1);
  await after.files?.rows("2020-01-01");
  expect(heard).toEqual([
    [theirs, false],
    [ours, false],
    [ours, true],
  ]);
  expect(after.totals.requests).toBe(1);
});
