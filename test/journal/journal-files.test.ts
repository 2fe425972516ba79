import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Books } from "../../lib/journal/books.ts";
import { dayOf } from "../../lib/journal/calendar.ts";
import type { JournalEntry } from "../../lib/journal/entry.ts";
import { JournalFiles, type JournalFilesOptions } from "../../lib/journal/journal-files.ts";
import { listSegments } from "../../lib/journal/segments.ts";
import { addSums, noSums, type Sums, Tally } from "../../lib/journal/tally.ts";
import { answered, tempDirs } from "./entries.ts";

const tempDir = tempDirs();
const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 24, 12);
const ROOMY = { maxBytes: 100_000_000, maxMs: 365 * DAY_MS };

function open(dir: string, options: Partial<JournalFilesOptions> = {}): JournalFiles {
  return new JournalFiles(join(dir, "journal"), {
    retention: () => ROOMY,
    now: () => NOW,
    onTrouble: (error) => {
      throw error;
    },
    ...options,
  });
}

function codeOf(error: NodeJS.ErrnoException | undefined): string {
  return error ? (error.code ?? "") : "over";
}

async function written(files: JournalFiles, entries: readonly JournalEntry[]): Promise<void> {
  for (const entry of entries) files.append(entry);
  await files.flush();
}

async function totals(files: JournalFiles): Promise<Sums> {
  return sumOf(await files.rows("2020-01-01"));
}

function sumOf(rows: Iterable<Readonly<Sums>>): Sums {
  const sums = noSums();
  for (const row of rows) addSums(sums, row);
  return { ...sums, cost: round(sums.cost), saved: round(sums.saved) };
}

function expected(entries: readonly JournalEntry[]): Sums {
  const tally = new Tally();
  for (const entry of entries) tally.add(entry);
  return sumOf(tally.rows);
}

const round = (dollars: number) => Math.round(dollars * 1e6) / 1e6;
const idsOf = async (files: JournalFiles, limit = 1_000) =>
  (await files.read({ limit })).map(({ entry }) => entry.id).reverse();

describe("the journal's files", () => {
  it("give back what was written, the newest first, and are the user's alone", async () => {
    const dir = tempDir();
    const entries = [answered(), answered(), answered()];
    const files = open(dir);
    await written(files, entries);
    expect((await files.read({ limit: 2 })).map(({ entry }) => entry)).toEqual([entries[2], entries[1]]);
    expect((await files.find(entries[0]?.id ?? ""))?.entry).toEqual(entries[0]);
    expect(await files.find("req_ccm_nobody")).toBeUndefined();
    await files.close();
    expect(statSync(join(dir, "journal")).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(join(dir, "journal")))
      expect([name, statSync(join(dir, "journal", name)).mode & 0o777]).toEqual([name, 0o600]);
  });

  it("write by themselves, a moment after a request", async () => {
    const dir = tempDir();
    const files = open(dir);
    files.append(answered());
    await expect.poll(() => listSegments(join(dir, "journal")).length).toBe(1);
    await files.close();
  });

  it("lose nothing that was written when the process is killed, sums included", async () => {
    const dir = tempDir();
    const entries = [answered({ cost: 0.25 }), answered({ cost: 0.5 })];
    await written(open(dir), entries); // not closed: as if killed
    const again = open(dir);
    expect(await totals(again)).toEqual(expected(entries));
    expect(again.spending.spent("day", { on: "all" })).toBeCloseTo(0.75, 9);
    expect(await idsOf(again)).toEqual(entries.map(({ id }) => id));
  });

  it("count each entry once, however often the server is started, killed, or stopped", async () => {
    const step = fc.record({ write: fc.integer({ min: 0, max: 4 }), end: fc.constantFrom("kill", "close", "go on") });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        const dir = tempDir();
        const all: JournalEntry[] = [];
        let files = open(dir);
        for (const { write, end } of steps) {
          const entries = Array.from({ length: write }, () => answered());
          all.push(...entries);
          await written(files, entries);
          if (end === "close") await files.close();
          if (end !== "go on") files = open(dir);
        }
        expect(await totals(files)).toEqual(expected(all));
        expect(files.spending.spent("month", { on: "all" })).toBeCloseTo(expected(all).cost, 9);
      }),
      { numRuns: 30 },
    );
  });

  it("count what another server writes at the same time, as it does during a restart", async () => {
    const dir = tempDir();
    const [old, young] = [open(dir), open(dir)];
    const entries = Array.from({ length: 9 }, () => answered());
    for (const [at, entry] of entries.entries()) await written(at % 3 === 0 ? young : old, [entry]);
    await old.close();
    expect(await totals(young)).toEqual(expected(entries));
    expect(young.spending.spent("day", { on: "provider", name: "primary" })).toBeCloseTo(0.09, 9);
    await young.close();
    expect(await totals(open(dir))).toEqual(expected(entries));
  });

  it("pass over a line that a crash has cut off, and begin the next on a line of its own", async () => {
    const dir = tempDir();
    const [first, second] = [answered(), answered()];
    await written(open(dir), [first]);
    const [segment] = listSegments(join(dir, "journal"));
    appendFileSync(segment?.path ?? "", JSON.stringify(answered()).slice(0, 40));
    const again = open(dir);
    expect(await idsOf(again)).toEqual([first.id]);
    await written(again, [second]);
    expect(await idsOf(again)).toEqual([first.id, second.id]);
    expect(await totals(again)).toEqual(expected([first, second]));
  });

  it("find entries and sums again when the sums were lost", async () => {
    const dir = tempDir();
    const entries = [answered(), answered()];
    const files = open(dir);
    await written(files, entries);
    await files.close();
    const sums = readdirSync(join(dir, "journal")).find((name) => name.startsWith("usage-")) ?? "";
    writeFileSync(join(dir, "journal", sums), "{");
    expect(await totals(open(dir))).toEqual(expected(entries));
    rmSync(join(dir, "journal", sums));
    expect(await totals(open(dir))).toEqual(expected(entries));
  });

  it("count nothing for what is no number among the sums", async () => {
    const dir = tempDir();
    const files = open(dir);
    await written(files, [answered({ usage: { input_tokens: 4321, output_tokens: 10 } })]);
    await files.close();
    const sums = join(dir, "journal", "usage-2026-11.json");
    writeFileSync(sums, readFileSync(sums, "utf8").replace("4321", '"04321"'));
    expect(await totals(open(dir))).toMatchObject({ requests: 1, input: 0, output: 10 });
  });

  it("keep the sums when the entries are deleted, and go on", async () => {
    const dir = tempDir();
    const [before, after] = [answered(), answered()];
    const files = open(dir);
    await written(files, [before]);
    await files.close();
    for (const { path } of listSegments(join(dir, "journal"))) rmSync(path);
    const again = open(dir);
    await written(again, [after]);
    expect(await totals(again)).toEqual(expected([before, after]));
    expect(await idsOf(again)).toEqual([after.id]);
    await again.close();
    expect(await totals(open(dir))).toEqual(expected([before, after]));
  });

  it("come back when the state directory is deleted under a running server", async () => {
    const dir = tempDir();
    const files = open(dir);
    await written(files, [answered()]);
    rmSync(join(dir, "journal"), { recursive: true });
    const later = answered();
    await written(files, [later]);
    expect(await idsOf(files)).toEqual([later.id]);
  });

  it("stay within their bound and lose only the oldest", async () => {
    const dir = tempDir();
    const maxBytes = 40_000;
    const files = open(dir, { retention: () => ({ ...ROOMY, maxBytes }) });
    const entries = Array.from({ length: 400 }, () => answered());
    for (let at = 0; at < entries.length; at += 4) {
      await written(files, entries.slice(at, at + 4));
      const bytes = listSegments(join(dir, "journal")).reduce((sum, segment) => sum + segment.bytes, 0);
      expect(bytes).toBeLessThanOrEqual(maxBytes * 1.05);
    }
    const kept = await idsOf(files);
    expect(kept.length).toBeGreaterThan(40);
    expect(kept).toEqual(entries.slice(-kept.length).map(({ id }) => id));
    expect(await totals(files)).toEqual(expected(entries));
  });

  it("drop what is too old", async () => {
    const dir = tempDir();
    let now = Date.now();
    const files = open(dir, { now: () => now, retention: () => ({ ...ROOMY, maxMs: 30 * DAY_MS }) });
    const write = async () => {
      const entry = answered({ time: now });
      await written(files, [entry]);
      const path = listSegments(join(dir, "journal")).at(-1)?.path ?? "";
      utimesSync(path, now / 1000, now / 1000);
      return entry.id;
    };
    const first = await write();
    now += 5 * DAY_MS;
    const second = await write(); // in a file of its own: the first file spans more than a tenth of what is kept
    expect(await idsOf(files)).toEqual([first, second]);
    now += 28 * DAY_MS;
    const third = await write();
    expect(await idsOf(files)).toEqual([second, third]);
  });

  it("keep a ledger a month, whichever server turns the page", async () => {
    const dir = tempDir();
    const on = (day: string, cost: number) => answered({ time: Date.parse(`${day}T12:00:00`), cost });
    const entries = [
      on("2026-10-30", 1),
      on("2026-10-31", 2),
      on("2026-11-01", 4),
      on("2026-10-31", 8),
      on("2026-12-01", 16),
    ];
    const [one, other] = [open(dir), open(dir)];
    await written(one, entries.slice(0, 2));
    await written(other, entries.slice(2));
    await other.close();
    await one.close();
    for (const files of [open(dir), open(dir)]) {
      const byDay: Record<string, number> = {};
      for (const { day, cost } of await files.rows("2026-10-31")) byDay[day] = (byDay[day] ?? 0) + cost;
      expect(byDay).toEqual({ "2026-10-31": 10, "2026-11-01": 4, "2026-12-01": 16 });
      await written(files, []);
    }
    expect(readdirSync(join(dir, "journal")).filter((name) => name.startsWith("usage-"))).toEqual([
      "usage-2026-10.json",
      "usage-2026-11.json",
      "usage-2026-12.json",
    ]);
  });

  it("are read by other programs without being touched", async () => {
    const dir = tempDir();
    const entries = [answered(), answered({ time: Date.parse("2026-12-02T12:00:00") })];
    const files = open(dir);
    await written(files, entries.slice(0, 1));
    await files.close();
    await written(files, entries.slice(1));
    const before = readdirSync(join(dir, "journal")).map((name) => [
      name,
      readFileSync(join(dir, "journal", name), "utf8"),
    ]);
    const books = new Books(join(dir, "journal"));
    books.load();
    books.catchUp();
    expect(sumOf(books.rows("2020-01-01"))).toEqual(expected(entries));
    expect(
      readdirSync(join(dir, "journal")).map((name) => [name, readFileSync(join(dir, "journal", name), "utf8")]),
    ).toEqual(before);
  });

  it("tell once when they cannot be written, and catch up when they can", async () => {
    const dir = tempDir();
    writeFileSync(join(dir, "journal"), "in the way");
    const trouble: string[] = [];
    const files = open(dir, { onTrouble: (error) => trouble.push(codeOf(error)) });
    const entries = [answered(), answered(), answered()];
    await written(files, entries.slice(0, 1));
    await written(files, entries.slice(1, 2));
    expect(trouble).toEqual(["EEXIST"]);
    expect(files.spending.spent("day", { on: "all" })).toBeCloseTo(0.02, 9);
    rmSync(join(dir, "journal"));
    await written(files, entries.slice(2));
    expect(trouble).toEqual(["EEXIST", "over"]);
    expect(await idsOf(files)).toEqual(entries.map(({ id }) => id));
    expect(await totals(files)).toEqual(expected(entries));
  });

  it("do not stand in a server's way when they cannot be read", async () => {
    const dir = tempDir();
    mkdirSync(join(dir, "journal", "usage-2026-11.json"), { recursive: true });
    const trouble: string[] = [];
    const files = open(dir, { onTrouble: (error) => trouble.push(codeOf(error)) });
    expect(trouble).toEqual(["EISDIR"]);
    const entry = answered();
    await written(files, [entry]);
    expect(await idsOf(files)).toEqual([entry.id]);
  });
});

describe("money spent", () => {
  it("is counted for the running day, week and month, by provider and by route", async () => {
    const dir = tempDir();
    let now = Date.parse("2026-11-25T12:00:00"); // a Wednesday
    const on = (day: string, provider: string, rule: string, cost: number) =>
      answered({ time: Date.parse(`${day}T09:00:00`), provider, rule, cost });
    await written(open(dir, { now: () => now }), [
      on("2026-10-31", "a", "model", 100),
      on("2026-11-02", "a", "model", 1),
      on("2026-11-23", "b", "background", 2),
      on("2026-11-25", "a", "background", 4),
    ]);
    const { spending } = open(dir, { now: () => now });
    const spent = () => (["day", "week", "month"] as const).map((period) => spending.spent(period, { on: "all" }));
    expect(spent()).toEqual([4, 6, 7]);
    expect(spending.spent("month", { on: "provider", name: "a" })).toBe(5);
    expect(spending.spent("week", { on: "route", name: "background" })).toBe(6);
    now = Date.parse("2026-11-26T00:00:00");
    expect(spent()).toEqual([0, 6, 7]);
    expect(dayOf(spending.span("day").from)).toBe("2026-11-26");
    now = Date.parse("2026-12-01T00:00:00");
    expect(spent()).toEqual([0, 0, 0]);
  });

  it("is not forgotten over a clock that jumps into the next month, and back again", async () => {
    let now = Date.parse("2026-11-25T12:00:00");
    const { spending } = open(tempDir(), { now: () => now });
    const spent = () => (["day", "week", "month"] as const).map((period) => spending.spent(period, { on: "all" }));
    const pay = (time: string, cost: number) => spending.add(answered({ time: Date.parse(time), cost }));
    pay("2026-11-25T11:00:00", 4);
    now = Date.parse("2026-12-25T12:00:00");
    expect(spent()).toEqual([0, 0, 0]);
    pay("2026-12-25T11:00:00", 8);
    expect(spent()).toEqual([8, 8, 8]);
    now = Date.parse("2026-11-25T13:00:00");
    expect(spent()).toEqual([4, 4, 4]);
    pay("2026-11-25T13:00:00", 1);
    expect(spent()).toEqual([5, 5, 5]);
  });

  it("remembers a week that began in the month before", async () => {
    const dir = tempDir();
    const now = () => Date.parse("2026-12-02T12:00:00"); // a Wednesday
    const files = open(dir, { now });
    await written(files, [answered({ time: Date.parse("2026-11-30T12:00:00"), cost: 3 })]);
    await written(files, [answered({ time: Date.parse("2026-12-01T12:00:00"), cost: 4 })]);
    await files.close();
    const { spending } = open(dir, { now });
    expect([spending.spent("week", { on: "all" }), spending.spent("month", { on: "all" })]).toEqual([7, 4]);
  });
});
