import { execFile } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JournalEntry } from "../../lib/journal/entry.ts";
import type { UsageReport } from "../../lib/journal/usage-report.ts";
import { type Mux, startMux } from "../support/mux.ts";
import { answered } from "./entries.ts";

const ENTRIES = 100_000;
/** As a proxy in use writes them: a conversation of 40 000 tokens, one answer in fifty after a failover. */
const MB_ALLOWED = 100;
const BATCH = 1_500;
const CCMCTL = resolve(import.meta.dirname, "../../dist/ccmctl.js");

let mux: (Mux & { server: { context: { stateDir: string } } }) | undefined;
let dir = "";

beforeAll(async () => {
  const started = await startMux({ config: `[logging]\njournal_mb = ${MB_ALLOWED}\n` });
  mux = started;
  dir = started.server.context.stateDir;
  const { files } = started.server.context.journal;
  if (!files) throw new Error("the server keeps no journal");
  const now = Date.now();
  for (let at = 0; at < ENTRIES; at++) {
    files.append(likeReal(at, now - (ENTRIES - at) * 6_000));
    if (at % BATCH === 0) await files.flush();
  }
  await files.flush();
  await get("/api/status"); // loads the API
}, 120_000);
afterAll(() => mux?.close());

function likeReal(at: number, time: number): JournalEntry {
  const provider = ["anthropic-oauth", "openrouter", "groq"][at % 3] ?? "";
  const usage = { input_tokens: 2_000 + (at % 700), output_tokens: 300, cache_read_input_tokens: 40_000 };
  const entry = answered({
    time,
    provider,
    usage,
    cost: 0.01,
    listCost: 0.02,
    session: `5f0c0a2e-1111-4222-8333-${String(at % 400).padStart(12, "0")}`,
    class: "main",
    stopReason: "tool_use",
    ttftMs: 812.3,
  });
  if (at % 50 === 0)
    entry.attempts.unshift({
      provider: "a-first",
      model: "claude-sonnet-5-5",
      wire: "anthropic",
      at: 0.8,
      ms: 240.5,
      status: 529,
      failure: "overloaded",
      message: "Overloaded",
    });
  return entry;
}

/** Prints how long it took: seen by people, and no test of the machine's mood. */
async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  console.info(`${ENTRIES} entries: ${what} ${(performance.now() - began).toFixed(0)} ms`);
  return result;
}

async function get<T>(path: string): Promise<T> {
  return (await (await fetch(`${mux?.url}${path}`)).json()) as T;
}

describe("a hundred thousand requests", () => {
  type List = { items: JournalEntry[]; next?: string };

  it("are listed, filtered and searched without reading more than needed", async () => {
    const first = await timed("the newest page", () => get<List>("/api/journal?limit=50"));
    expect(first.items).toHaveLength(50);
    const second = await timed("the next page", () => get<List>(`/api/journal?limit=50&before=${first.next}`));
    expect(second.items[0]?.time).toBe((first.items.at(-1)?.time ?? 0) - 6_000);
    const filtered = await timed("a filter", () => get<List>("/api/journal?provider=groq&limit=50"));
    expect(filtered.items).toHaveLength(50);
    const none = await timed("a text that is nowhere", () => get<List>("/api/journal?text=Nothing%20Like%20It"));
    expect(none.items).toEqual([]);
    const rare = await timed("a session's oldest", () => get<List>("/api/journal?outcome=cut"));
    expect(rare.items).toEqual([]);
  });

  it("are summed up at once, in the API and in the terminal", async () => {
    for (const by of ["provider", "day"]) {
      const report = await timed(`GET /api/usage by ${by}`, () => get<UsageReport>(`/api/usage?since=30d&by=${by}`));
      expect(report.total).toMatchObject({ requests: ENTRIES, failures: ENTRIES / 50, cache_read: ENTRIES * 40_000 });
      expect(report.total.cost).toBeCloseTo(ENTRIES * 0.01, 2);
      expect(report.total.saved).toBeCloseTo(ENTRIES * 0.01, 2);
    }
    if (!existsSync(CCMCTL)) return console.info("skipped: ccmctl is not built");
    const env = { PATH: process.env.PATH, HOME: dir, CCM_HOME: dir };
    const usage = () => promisify(execFile)(process.execPath, [CCMCTL, "usage", "--since", "30d", "--json"], { env });
    const { stdout } = await timed("ccmctl usage, its start included,", usage);
    expect((JSON.parse(stdout) as UsageReport).total.requests).toBe(ENTRIES);
  });

  it("fit into the room that a hundred megabytes are", () => {
    const journal = join(dir, "journal");
    const bytes = readdirSync(journal).reduce((sum, name) => sum + statSync(join(journal, name)).size, 0);
    console.info(`${ENTRIES} entries: ${(bytes / 1024 / 1024).toFixed(0)} MB on disk`);
    expect(bytes).toBeLessThan(MB_ALLOWED * 1024 * 1024);
  });
});
