/**
 * `GET /metrics`: Prometheus' text format, written when somebody asks. Counters begin with the server.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { budgetStates, shareUsed } from "../journal/budget.ts";
import { BUCKETS, type Histogram, type Measured, type Meter } from "../journal/meter.ts";
import { addSums, noSums, type Sums } from "../journal/tally.ts";
import type { ServerContext } from "./context.ts";
import { statusView } from "./status.ts";

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number, suffix?: string];

export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export function metricsText(context: ServerContext): string {
  return [
    ...requests(context.journal.meter),
    ...durations(context.journal.meter),
    ...state(context),
    ...processMetrics(),
  ]
    .filter(({ samples }) => samples.length > 0)
    .map(familyText)
    .join("");
}

interface Family {
  name: string;
  type: "counter" | "gauge" | "histogram";
  help: string;
  samples: Sample[];
}

function requests({ tally, failures, rescues }: Meter): Family[] {
  const rows = [...tally.rows];
  const byModel = summed(rows, ({ provider, model }) => ({ provider, model }));
  const of = (read: (sums: Sums) => number): Sample[] =>
    byModel.map(([labels, sums]): Sample => [labels, read(sums)]).filter(([, value]) => value !== 0);
  const outcomes = summed(rows, ({ provider, model, route }) => ({ provider, model, route })).flatMap(
    ([labels, { requests, failed, cancelled }]): Sample[] =>
      Object.entries({ ok: requests - failed - cancelled, failed, cancelled })
        .filter(([, count]) => count > 0)
        .map(([outcome, count]) => [{ ...labels, outcome }, count]),
  );
  const tokens = byModel.flatMap(([labels, sums]): Sample[] =>
    (["input", "cache_read", "cache_write", "output", "thinking"] as const)
      .filter((kind) => sums[kind] > 0)
      .map((kind) => [{ ...labels, kind }, sums[kind]]),
  );
  const reasons = [...failures].flatMap(([provider, counts]): Sample[] =>
    [...counts].map(([reason, count]) => [{ provider, reason }, count]),
  );
  return [
    family("ccm_requests_total", "counter", "Requests that ended, where they ended.", outcomes),
    family("ccm_attempt_failures_total", "counter", "Failed attempts at providers, by reason.", reasons),
    family("ccm_failovers_total", "counter", "Requests that were answered after another provider had failed.", [
      [{}, rows.reduce((sum, { failovers }) => sum + failovers, 0)],
    ]),
    family("ccm_splices_total", "counter", "Answers that broke off and were brought to their end elsewhere.", [
      ...Object.entries(rescues).map(([kind, count]): Sample => [{ kind }, count]),
    ]),
    family("ccm_tokens_total", "counter", "Tokens as billed; thinking is part of output.", tokens),
    family(
      "ccm_cost_dollars_total",
      "counter",
      "US dollars by list price or own prices; plans cost nothing.",
      of((s) => s.cost),
    ),
    family(
      "ccm_unpriced_answers_total",
      "counter",
      "Answers whose cost is not known.",
      of((s) => s.unpriced),
    ),
    family(
      "ccm_saved_dollars",
      "gauge",
      "By how much it was cheaper than the list price of what was asked for.",
      of((s) => s.saved),
    ),
  ];
}

const DURATION_FAMILIES: Readonly<Record<Measured, readonly [name: string, help: string]>> = {
  first: ["ccm_time_to_first_token_seconds", "From the request's arrival to the first content sent."],
  total: ["ccm_request_duration_seconds", "From the request's arrival to the end of its answer."],
  overhead: [
    "ccm_overhead_seconds",
    "From the request's arrival until the first provider is asked, receiving it included.",
  ],
};

function durations({ durations }: Meter): Family[] {
  return (Object.keys(DURATION_FAMILIES) as Measured[]).map((what) => {
    const [name, help] = DURATION_FAMILIES[what];
    const samples = [...durations[what]].flatMap(([provider, histogram]) =>
      buckets(histogram, BUCKETS[what], { provider }),
    );
    return family(name, "histogram", help, samples);
  });
}

function buckets({ counts, sum }: Histogram, ends: readonly number[], labels: Labels): Sample[] {
  let count = 0;
  const cumulative = counts.map((inBucket, at): Sample => {
    count += inBucket;
    return [{ ...labels, le: at < ends.length ? String(ends[at]) : "+Inf" }, count, "_bucket"];
  });
  return [...cumulative, [labels, sum, "_sum"], [labels, count, "_count"]];
}

function state(context: ServerContext): Family[] {
  const { providers, version } = statusView(context);
  const { budget } = context.config.settings;
  const { files } = context.journal;
  const limits = budget && files ? budgetStates(budget, files.spending) : [];
  const used = limits.map((limit): Sample => {
    const { purpose, period } = limit;
    return [{ period, on: purpose.on, name: purpose.on === "all" ? "" : purpose.name }, shareUsed(limit)];
  });
  return [
    family("ccm_provider_up", "gauge", "1 while the provider may be asked.", [
      ...providers.map(({ name, state }): Sample => [{ provider: name, state }, state === "ok" ? 1 : 0]),
    ]),
    family("ccm_requests_active", "gauge", "Requests under way.", [[{}, context.gate.inside]]),
    family("ccm_requests_waiting", "gauge", "Requests that wait for a place.", [[{}, context.gate.waiting]]),
    family("ccm_clients_awaited", "gauge", "Clients that broke off just now and may be back for their answer.", [
      [{}, context.comebacks.waitedFor],
    ]),
    family("ccm_comebacks_total", "counter", "Clients that broke off and came back to the answer under way.", [
      [{}, context.comebacks.total],
    ]),
    family("ccm_budget_used_ratio", "gauge", "Share of each limit that is used up.", used),
    family("ccm_build_info", "gauge", "The version that runs.", [[{ version, node: process.version }, 1]]),
  ];
}

/** The names that every client library of Prometheus gives them. */
function processMetrics(): Family[] {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const startedAt = Date.now() / 1000 - process.uptime();
  return [
    family("process_cpu_seconds_total", "counter", "Processor time used.", [[{}, (user + system) / 1e6]]),
    family("process_resident_memory_bytes", "gauge", "Memory that is in RAM, Node's own code included.", [[{}, rss]]),
    family("process_private_memory_bytes", "gauge", "Memory that is the process's alone.", optional(privateBytes())),
    family("process_start_time_seconds", "gauge", "When the process began.", [[{}, startedAt]]),
    family("process_open_fds", "gauge", "Open files and connections.", optional(openFiles())),
    family("nodejs_heap_size_used_bytes", "gauge", "Memory that JavaScript uses.", [[{}, heapUsed]]),
  ];
}

function optional(value: number | undefined): Sample[] {
  return value === undefined ? [] : [[{}, value]];
}

/** Linux only. */
function privateBytes(): number | undefined {
  const found = onLinux(() => /^Anonymous:\s+(\d+) kB/m.exec(readFileSync("/proc/self/smaps_rollup", "utf8"))?.[1]);
  return found === undefined ? undefined : Number(found) * 1024;
}

function openFiles(): number | undefined {
  return onLinux(() => readdirSync("/proc/self/fd").length);
}

/** Some containers hide /proc; then there is nothing to tell. */
function onLinux<T>(read: () => T): T | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    return read();
  } catch {
    return undefined;
  }
}

function summed<R extends Sums>(rows: readonly R[], labelsOf: (row: R) => Labels): [Labels, Sums][] {
  const groups = new Map<string, [Labels, Sums]>();
  for (const row of rows) {
    const labels = labelsOf(row);
    const key = JSON.stringify(labels);
    const found = groups.get(key) ?? [labels, noSums()];
    addSums(found[1], row);
    groups.set(key, found);
  }
  return [...groups.values()];
}

function family(name: string, type: Family["type"], help: string, samples: Sample[]): Family {
  return { name, type, help, samples };
}

function familyText({ name, type, help, samples }: Family): string {
  const lines = samples.map(([labels, value, suffix = ""]) => `${name}${suffix}${labelText(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
