import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JournalEntry } from "../../lib/journal/entry.ts";
import type { UsageReport } from "../../lib/journal/usage-report.ts";
import { parseCsv } from "../support/csv.ts";
import { startMux } from "../support/mux.ts";
import { type Recording, recordings } from "../support/recordings.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";
import { type Bill, dollars, READERS, type Tariff } from "./bill.ts";

const CCMCTL = resolve(import.meta.dirname, "../../dist/ccmctl.js");

type Wire = keyof typeof READERS;

/** Prices that no two kinds of tokens share, so that one taken for another shows. */
const OWN: Tariff = { input: 2, output: 11, cacheRead: 0.3, cacheWrite: 2.5, search: 0 };
/** https://platform.claude.com/docs/en/about-claude/pricing, as of 2026-11: the catalogue's own price is tested with it. */
const CLAUDE = {
  model: "claude-opus-4-8",
  tariff: { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25, search: 0.01 },
};
const OPUS = { "claude-opus-4-7": CLAUDE.tariff };
/** https://docs.x.ai/docs/models: what the recordings were billed at. */
const GROK: Tariff = { input: 0.3, output: 0.5, cacheRead: 0.075, cacheWrite: 0.3, search: 0 };

/** Who sends each folder of recordings. Vendors whose answers have peculiarities are configured as themselves. */
const VENDORS: readonly { folder: string; wire: Wire; type: string; tariff: Tariff }[] = [
  { folder: "anthropic", wire: "anthropic", type: "anthropic", tariff: CLAUDE.tariff },
  { folder: "openai-chat/alibaba", wire: "openai-chat", type: "openai-compatible", tariff: OWN },
  { folder: "openai-chat/deepseek", wire: "openai-chat", type: "deepseek", tariff: OWN },
  { folder: "openai-chat/groq", wire: "openai-chat", type: "groq", tariff: OWN },
  { folder: "openai-chat/mistral", wire: "openai-chat", type: "mistral", tariff: OWN },
  { folder: "openai-chat/moonshotai", wire: "openai-chat", type: "moonshot", tariff: OWN },
  { folder: "openai-chat/openai", wire: "openai-chat", type: "openai", tariff: OWN },
  { folder: "openai-chat/perplexity", wire: "openai-chat", type: "openai-compatible", tariff: OWN },
  { folder: "openai-chat/xai", wire: "openai-chat", type: "xai", tariff: GROK },
  { folder: "openai-responses", wire: "openai-responses", type: "openai", tariff: OWN },
  { folder: "openai-responses-azure", wire: "openai-responses", type: "openai-compatible", tariff: OWN },
  { folder: "openai-responses-open", wire: "openai-responses", type: "lmstudio", tariff: OWN },
  { folder: "openai-responses-xai", wire: "openai-responses", type: "xai", tariff: OWN },
  { folder: "gemini", wire: "gemini", type: "gemini", tariff: OWN },
];

function configFor(url: string): string {
  const parts = VENDORS.map(({ folder, wire, type, tariff }) => {
    const { input, output, cacheRead, cacheWrite } = tariff;
    const own = `price = { input = ${input}, output = ${output}, cache_read = ${cacheRead}, cache_write = ${cacheWrite} }`;
    const model = type === "anthropic" ? `model = "${CLAUDE.model}"` : `model = "recorded", ${own}`;
    return `
[[providers]]
name = "${folder}"
type = "${type}"
wire = "${wire}"
base_url = "${url}"
api_key = "k"
[[models]]
name = "${folder}"
providers = [{ name = "${folder}", ${model} }]
`;
  });
  return `${parts.join("")}\n[retry]\nmax_attempts = 1\n`;
}

/** One answer of a vendor, as it is sent again. */
interface Sent {
  title: string;
  vendor: (typeof VENDORS)[number];
  payloads: string[];
  stream: boolean;
  bill: Bill;
}

/** A recording may hold several answers, and be there both streamed and whole. */
function answersOf({ name, events, answer }: Recording, vendor: Sent["vendor"]): Sent[] {
  const streams = answersIn((events ?? []).map(whole)).map((payloads) => ({ payloads, stream: true }));
  const all = answer ? [...streams, { payloads: [String(answer)], stream: false }] : streams;
  return all.flatMap(({ payloads, stream }, at) => {
    const bill = READERS[vendor.wire](payloads.map((payload) => JSON.parse(payload) as Record<string, unknown>));
    const title = `${vendor.folder}/${name} ${stream ? "streamed" : "whole"} ${at + 1}`;
    return bill ? [{ title, vendor, payloads, stream, bill }] : [];
  });
}

/** One recording has lost the last bracket of some of its lines. */
function whole(line: string): string {
  try {
    JSON.parse(line);
    return line;
  } catch {
    return `${line}}`;
  }
}

function answersIn(events: readonly string[]): string[][] {
  const answers: string[][] = [];
  for (const event of events) {
    const { type = "" } = JSON.parse(event) as { type?: string };
    const begins = ["message_start", "response.created"].includes(type);
    if (answers.length === 0 || begins) answers.push([]);
    answers.at(-1)?.push(event);
  }
  return answers;
}

function owed({ bill, vendor }: Sent): number {
  return dollars(bill, vendor.tariff, OPUS);
}

/** It holds nothing but calls of OpenAI's own tools, for which Claude Code never asks: an empty answer, but billed. */
function isEmpty({ title, payloads }: Sent): boolean {
  const hasOwnTools = /apply-patch-tool|local-shell-tool|openai-shell-tool/.test(title);
  return hasOwnTools && !payloads.some((payload) => /"type": ?"message"/.test(payload));
}

const SENT = VENDORS.flatMap((vendor) =>
  recordings(vendor.folder).flatMap((recording) => answersOf(recording, vendor)),
);
if (SENT.length === 0) console.info("skipped: what recorded answers cost, since none are on this machine");

describe.skipIf(SENT.length === 0)("what a recorded answer cost", () => {
  let upstream: Upstream;
  let mux: Awaited<ReturnType<typeof startMux>>;
  const billed: number[] = [];
  beforeAll(async () => {
    upstream = await startUpstream((_request, reply) => reply.destroy());
    mux = await startMux({ config: configFor(upstream.url) });
  });
  afterAll(async () => {
    await mux?.close();
    await upstream?.close();
  });

  async function journalOf({ vendor, payloads, stream }: Sent): Promise<JournalEntry> {
    upstream.handle((_request, reply) =>
      stream
        ? reply.sse(payloads, { named: vendor.wire !== "openai-chat", done: vendor.wire === "openai-chat" })
        : reply.json(JSON.parse(payloads[0] ?? "")),
    );
    const response = await fetch(`${mux.url}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        model: vendor.folder,
        max_tokens: 4096,
        stream,
        messages: [{ role: "user", content: "Say it again." }],
      }),
    });
    await response.text();
    const entry = await mux.server.context.journal.get(response.headers.get("x-ccm-request-id") ?? "");
    if (!entry) throw new Error(`no entry for ${vendor.folder}, HTTP ${response.status}`);
    return entry;
  }

  test.each(SENT)("$title", async (sent) => {
    const entry = await journalOf(sent);
    const { bill, vendor } = sent;
    expect(entry.outcome).toBe(isEmpty(sent) ? "failed" : "ok");
    expect(entry.attempts).toHaveLength(1);
    const usage = entry.attempts[0]?.usage;
    const seen = {
      input: usage?.input_tokens,
      cacheRead: usage?.cache_read_input_tokens ?? 0,
      cacheWrite: usage?.cache_creation_input_tokens ?? 0,
      hourWrite: usage?.cache_creation?.ephemeral_1h_input_tokens ?? 0,
      output: usage?.output_tokens,
      thinking: usage?.output_tokens_details?.thinking_tokens ?? 0,
    };
    const { searches, vendorDollars, aside: _aside, ...counts } = bill;
    expect(seen).toEqual(counts);
    expect(entry.cost).toBeCloseTo(owed(sent), 9);
    if (vendorDollars !== undefined) expect(entry.cost).toBeCloseTo(vendorDollars, 9);
    if (vendor.tariff.search > 0) expect(usage?.server_tool_use?.web_search_requests ?? 0).toBe(searches);
    billed.push(entry.cost ?? Number.NaN);
  });

  test("the sums agree: usage, metrics, CSV, and what was worked out", async () => {
    const sum = SENT.reduce((total, sent) => total + owed(sent), 0);
    expect(billed.reduce((total, cost) => total + cost, 0)).toBeCloseTo(sum, 6);
    for (const by of ["provider", "model", "route", "day"]) {
      const report = (await (await fetch(`${mux.url}/api/usage?since=today&by=${by}`)).json()) as UsageReport;
      expect(report.total.cost).toBeCloseTo(sum, 6);
      expect(report.total.unpriced).toBe(0);
      expect(report.items.reduce((total, { cost }) => total + cost, 0)).toBeCloseTo(sum, 6);
    }
    const metrics = await (await fetch(`${mux.url}/metrics`)).text();
    const told = [...metrics.matchAll(/^ccm_cost_dollars_total\{.*\} (\S+)$/gm)].map(([, value]) => Number(value));
    expect(told.reduce((total, value) => total + value, 0)).toBeCloseTo(sum, 6);

    if (!existsSync(CCMCTL)) return console.info("skipped: ccmctl is not built");
    const { stateDir } = mux.server.context;
    const csv = async (...args: string[]) => {
      const env = { PATH: process.env.PATH, HOME: stateDir, CCM_HOME: stateDir };
      const { stdout } = await promisify(execFile)(process.execPath, [CCMCTL, "usage", "--csv", ...args], { env });
      const [header = [], ...rows] = parseCsv(stdout.replace(/\r\n$/, ""));
      const column = header.indexOf("cost");
      return rows.reduce((total, row) => total + Number(row[column]), 0);
    };
    expect(await csv()).toBeCloseTo(sum, 6);
    expect(await csv("--by", "request")).toBeCloseTo(sum, 6);
  });
});
