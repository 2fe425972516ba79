import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { REQUEST_COLUMNS, requestRow, usageCsv } from "../../lib/journal/csv.ts";
import type { JournalEntry } from "../../lib/journal/entry.ts";
import { Tally } from "../../lib/journal/tally.ts";
import { sinceDay, usageReport } from "../../lib/journal/usage-report.ts";
import { parseCsv } from "../support/csv.ts";
import { answered } from "./entries.ts";

const noon = (day: string) => Date.parse(`${day}T12:00:00`);

function tallied(entries: readonly JournalEntry[]) {
  const tally = new Tally();
  for (const entry of entries) tally.add(entry);
  return tally.rows;
}

const failure = { provider: "a", model: "m", wire: "anthropic", at: 1, ms: 2, failure: "overloaded" } as const;
const rescued = answered({ time: noon("2026-11-23"), provider: "b", rule: "background", cost: 0.5, listCost: 2 });
rescued.attempts.unshift({ ...failure, usage: { input_tokens: 50, output_tokens: 5 }, cost: 0.25 });
rescued.cost = 0.75;
const failed = answered({ time: noon("2026-11-24"), outcome: "failed", attempts: [failure] });
for (const key of ["provider", "upstreamModel", "usage", "cost"] as const) delete failed[key];

const ENTRIES = [
  answered({
    time: noon("2026-11-22"),
    provider: "a",
    cost: 1,
    usage: {
      input_tokens: 100,
      output_tokens: 30,
      cache_read_input_tokens: 800,
      cache_creation_input_tokens: 100,
      output_tokens_details: { thinking_tokens: 20 },
    },
  }),
  rescued,
  answered({ time: noon("2026-11-24"), outcome: "cancelled", provider: "a" }, {}),
  failed,
];

describe("a report of usage", () => {
  it("counts a request where it ended, and each attempt's tokens and money where they were used", () => {
    const { items, total } = usageReport(tallied(ENTRIES), "provider", "2026-11-22");
    expect(items.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(items[0]).toMatchObject({
      requests: 3,
      failures: 2,
      cancelled: 1,
      input: 250,
      cache_read: 800,
      thinking: 20,
    });
    expect(items[1]).toMatchObject({ requests: 1, failovers: 1, cost: 0.5, input: 100 });
    expect(total).toMatchObject({ requests: 4, failed: 1 });
    expect(total.cost).toBeCloseTo(1 + 0.75 + 0.01, 9);
    expect(total.saved).toBeCloseTo(2 - 0.75, 9);
  });

  it("says how much of the prompts came from the cache", () => {
    const [day] = usageReport(tallied(ENTRIES), "day", "2026-11-22").items;
    expect(day).toMatchObject({ name: "2026-11-22", cache_hit_rate: 0.8 });
    expect(usageReport([], "day", "2026-11-22").total.cache_hit_rate).toBeUndefined();
  });

  it.each(["provider", "model", "route", "day"] as const)("has the same total by %s", (by) => {
    const { items, total } = usageReport(tallied(ENTRIES), by, "2026-01-01");
    expect(items.reduce((sum, { cost }) => sum + cost, 0)).toBeCloseTo(total.cost, 9);
    expect(items.reduce((sum, { requests }) => sum + requests, 0)).toBe(4);
  });

  it("leaves out days before the first one", () => {
    expect(usageReport(tallied(ENTRIES), "day", "2026-11-23").items.map(({ name }) => name)).toEqual([
      "2026-11-23",
      "2026-11-24",
    ]);
  });

  it("counts answers of unknown cost apart", () => {
    const { cost: _cost, ...unknown } = answered();
    for (const attempt of unknown.attempts) delete attempt.cost;
    expect(usageReport(tallied([unknown]), "provider", "2026-01-01").total).toMatchObject({ unpriced: 1, cost: 0 });
  });
});

describe("CSV", () => {
  it("has the figures of the report", () => {
    const report = usageReport(tallied(ENTRIES), "provider", "2026-01-01");
    const [header = [], ...rows] = parseCsv(usageCsv(report));
    const at = header.indexOf("cost");
    expect(rows.reduce((sum, row) => sum + Number(row[at]), 0)).toBeCloseTo(report.total.cost, 9);
  });

  it("has all that is known of a request, but for the attempts' details", () => {
    const entry = answered({
      session: "s",
      class: "main",
      stopReason: "end_turn",
      ttftMs: 30,
      listCost: 0.5,
      error: "none",
      rescue: { kind: "restart", from: "a", to: "b", at: 9 },
      usage: {
        input_tokens: 1,
        output_tokens: 2,
        cache_read_input_tokens: 3,
        cache_creation_input_tokens: 4,
        cache_creation: { ephemeral_1h_input_tokens: 5 },
        output_tokens_details: { thinking_tokens: 6 },
        server_tool_use: { web_search_requests: 7 },
      },
    });
    const first = {
      provider: "a",
      model: "m",
      wire: "anthropic",
      at: 1,
      ms: 12.4,
      status: 529,
      failure: "overloaded",
    } as const;
    const served = entry.attempts.map((attempt) => ({ ...attempt, requestId: "req_v" }));
    const [row = []] = parseCsv(requestRow({ ...entry, attempts: [first, ...served] }));
    const cells = Object.fromEntries(REQUEST_COLUMNS.map((column, at) => [column, row[at]]));
    expect(Object.entries(cells).filter(([, cell]) => cell === "")).toEqual([]);
    expect(cells).toMatchObject({
      failures: "a:overloaded(529,12ms)",
      attempts: "2",
      thinking: "6",
      cache_write_1h: "5",
    });
    expect(cells).toMatchObject({ reason: entry.reason, rescue: "restart a → b", vendor_request_id: "req_v" });
  });

  it("is read back as it was, whatever clients call a model; what a spreadsheet would run is disarmed", () => {
    const names = fc.string({ unit: fc.constantFrom(..."ab,\"'\r\n\t =+-@é"), maxLength: 8 });
    fc.assert(
      fc.property(names, names, (requested, session) => {
        const rows = parseCsv(requestRow(answered({ requested, session })));
        expect(rows).toHaveLength(1);
        const [row = []] = rows;
        expect(row).toHaveLength(REQUEST_COLUMNS.length);
        for (const [column, text] of Object.entries({ requested, session })) {
          const cell = row[REQUEST_COLUMNS.indexOf(column as "session")] ?? "";
          expect(cell).not.toMatch(/^[=+\-@\t\r\n]/);
          expect([text, `'${text}`]).toContain(cell);
        }
      }),
    );
  });
});

describe("--since", () => {
  const now = noon("2026-11-24");
  it.each([
    ["today", "2026-11-24"],
    ["1d", "2026-11-24"],
    ["7d", "2026-11-18"],
    ["2w", "2026-11-11"],
    ["30d", "2026-10-26"],
    ["2026-02-01", "2026-02-01"],
  ])("takes %s as %s", (text, day) => expect(sinceDay(text, now)).toBe(day));

  it.each(["", "7", "0d", "yesterday", "2026-02-30", "-1d", "7D"])("does not take %j", (text) =>
    expect(sinceDay(text, now)).toBeUndefined(),
  );
});
