import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import type { UsageReport } from "../../lib/journal/usage-report.ts";
import { buildHouse, type House, type HouseOptions } from "./house.ts";

let house: House | undefined;
afterEach(async () => {
  await house?.close();
  house = undefined;
});

const PRICED = "priced-model";
const CONFIG = `
[[models]]
name = "${PRICED}"
providers = [
  { name = "a", priority = 1, model = "model-of-a", price = { input = 1000, output = 2000 } },
  { name = "b", priority = 2, model = 'a "model" of \\b', price = { input = 500, output = 100 } },
]
[budget]
day = 1
`;

async function build(options: HouseOptions = {}): Promise<House> {
  house = await buildHouse({ config: CONFIG, ...options });
  return house;
}

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** Reads the exposition format as strictly as a scraper does: each family announced once, before its samples. */
function parse(text: string): Sample[] {
  const families = new Set<string>();
  let current = "";
  return text
    .trimEnd()
    .split("\n")
    .flatMap((line) => {
      const announced = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line);
      if (announced?.[1] === "HELP") {
        current = announced[2] ?? "";
        expect(families.has(current)).toBe(false);
        families.add(current);
      }
      if (announced) {
        expect(announced[2]).toBe(current);
        if (announced[1] === "TYPE") expect(["counter", "gauge", "histogram"]).toContain(announced[3]);
        return [];
      }
      const found = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line);
      if (!found) throw new Error(`no sample: ${line}`);
      const [, name = "", labelText = "", value] = found;
      expect(name.replace(/_(?:bucket|sum|count)$/, "")).toBe(current.replace(/_(?:bucket|sum|count)$/, ""));
      const labels = [...labelText.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"(?:,|$)/g)].map(([, key, text = ""]) => [
        key,
        JSON.parse(`"${text}"`) as string,
      ]);
      return [{ name, labels: Object.fromEntries(labels) as Record<string, string>, value: Number(value) }];
    });
}

async function scrape({ mux }: House): Promise<Sample[]> {
  const response = await fetch(`${mux.url}/metrics`);
  expect(response.headers.get("content-type")).toContain("text/plain; version=0.0.4");
  const samples = parse(await response.text());
  expect(samples.every(({ value }) => Number.isFinite(value))).toBe(true);
  return samples;
}

function sum(samples: readonly Sample[], name: string, labels: Record<string, string> = {}): number {
  return samples
    .filter(
      (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    )
    .reduce((total, { value }) => total + value, 0);
}

describe("GET /metrics", () => {
  it("counts requests, failures by reason, failovers, tokens and money", async () => {
    const here = await build({ a: (_request, reply) => reply.error(529, "overloaded_error", "busy") });
    await here.ask({ model: PRICED });
    await here.ask({ model: PRICED });
    const samples = await scrape(here);
    expect(sum(samples, "ccm_requests_total", { provider: "b", outcome: "ok", route: "model" })).toBe(2);
    expect(sum(samples, "ccm_attempt_failures_total", { provider: "a", reason: "overloaded" })).toBe(2);
    expect(sum(samples, "ccm_failovers_total")).toBe(2);
    expect(sum(samples, "ccm_tokens_total", { kind: "input" })).toBe(24);
    expect(sum(samples, "ccm_tokens_total", { kind: "cache_read" })).toBe(8);
    expect(sum(samples, "ccm_cost_dollars_total", { model: 'a "model" of \\b' })).toBeCloseTo(
      (2 * (16 * 500 + 7 * 100)) / 1e6,
      9,
    );
  });

  it("agrees with the usage report and the journal to the cent", async () => {
    const here = await build();
    for (let n = 0; n < 5; n++) await here.ask({ model: PRICED, stream: n % 2 === 0 });
    const report = (await (await fetch(`${here.mux.url}/api/usage?since=today`)).json()) as UsageReport;
    expect(report.total.requests).toBe(5);
    expect(sum(await scrape(here), "ccm_cost_dollars_total")).toBeCloseTo(report.total.cost, 6);
    const page = (await (await fetch(`${here.mux.url}/api/journal`)).json()) as { items: { cost: number }[] };
    expect(page.items.reduce((total, { cost }) => total + cost, 0)).toBeCloseTo(report.total.cost, 6);
  });

  it("measures durations in buckets that add up", async () => {
    const here = await build();
    for (let n = 0; n < 3; n++) await here.ask({ model: PRICED });
    const samples = await scrape(here);
    for (const name of ["ccm_time_to_first_token_seconds", "ccm_request_duration_seconds", "ccm_overhead_seconds"]) {
      const buckets = samples.filter((sample) => sample.name === `${name}_bucket`).map(({ value }) => value);
      expect(buckets).toEqual(buckets.toSorted((a, b) => a - b));
      expect(sum(samples, `${name}_bucket`, { le: "+Inf" })).toBe(3);
      expect(sum(samples, `${name}_count`)).toBe(3);
    }
  });

  it("tells of the providers, the budget and the process", async () => {
    const here = await build();
    await here.ask({ model: PRICED });
    const samples = await scrape(here);
    expect(sum(samples, "ccm_provider_up", { state: "ok" })).toBe(2);
    expect(sum(samples, "ccm_budget_used_ratio", { period: "day", on: "all" })).toBeCloseTo(0.03, 9);
    expect(sum(samples, "process_resident_memory_bytes")).toBeGreaterThan(0);
    expect(sum(samples, "ccm_requests_active")).toBe(0);
  });

  it("tells a scraper before the first request, and no web page ever", async () => {
    const here = await build();
    await scrape(here);
    const { status } = await fetch(`${here.mux.url}/metrics`, { headers: { origin: "http://evil.example" } });
    expect(status).toBe(403);
  });
});

describe("the Grafana dashboard", () => {
  it("asks only for metrics and labels that there are", async () => {
    const here = await build({ a: (_request, reply) => reply.error(529, "overloaded_error", "busy") });
    await here.ask({ model: PRICED });
    const samples = await scrape(here);
    const { panels } = JSON.parse(readFileSync("templates/grafana-dashboard.json", "utf8")) as {
      panels: { title: string; targets: { expr: string }[] }[];
    };
    const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    expect(expressions.length).toBeGreaterThan(15);
    for (const expression of expressions) {
      const names = expression.match(/\b(?:ccm|process|nodejs)_[a-z_]+/g) ?? [];
      expect(names.length, expression).toBeGreaterThan(0);
      const labels = [
        ...[...expression.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = ""]) => list.split(", ")),
        ...[...expression.matchAll(/([a-z_]+)(?:=~?|!=|!~)"/g)].map(([, label = ""]) => label),
      ];
      for (const name of names) {
        const known = samples.filter((sample) => sample.name === name);
        expect(known.length, name).toBeGreaterThan(0);
        for (const label of labels) expect(Object.keys(known[0]?.labels ?? {}), `${name} by ${label}`).toContain(label);
      }
    }
  });
});
