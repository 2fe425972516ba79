import "./charts.css";
import { signal, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { ChartBucket, ChartView } from "../../server/admin/views.ts";
import { Loaded } from "../parts/loaded.tsx";
import { RadioChoice } from "../parts/radio-choice.tsx";
import { getJson } from "../state/api.ts";
import { useRefreshed } from "../state/refresh.ts";
import { resource } from "../state/resource.ts";
import { clock, compact, dateAndClock, dollars, duration, plural } from "../words/format.ts";
import { PlotView } from "./plot-view.tsx";

type Span = "hour" | "day" | "week";

const SPANS = [
  { value: "hour", label: "Hour" },
  { value: "day", label: "Day" },
  { value: "week", label: "Week" },
] as const satisfies readonly { value: Span; label: string }[];

const span = signal<Span>("hour");
const chart = resource(() => getJson<ChartView>(`/api/chart?span=${span.value}`));

/** Requests and waiting times over the last hour, day or week. */
export function Charts() {
  useRefreshed(chart.load, span.value);
  return (
    <section aria-labelledby="charts-title">
      <div class="section-head">
        <h2 id="charts-title">What flowed</h2>
        <RadioChoice legend="The last" value={span} choices={SPANS} />
      </div>
      <Loaded from={chart} what="the charts">
        {({ items }) => <Both items={items} />}
      </Loaded>
    </section>
  );
}

function Both({ items }: { items: readonly ChartBucket[] }) {
  const at = useSignal<number | undefined>(undefined);
  const times = useMemo(() => items.map(({ time }) => time), [items]);
  const counts = useMemo(
    () => [
      { color: "--bad", columns: true, values: items.map(({ ok, failed }) => ok + failed) },
      { color: "--ok", columns: true, values: items.map(({ ok }) => ok) },
      { color: "--warn", columns: true, values: items.map(({ saved }) => saved) },
    ],
    [items],
  );
  const waits = useMemo(
    () => [
      { color: "--line-strong", values: items.map(({ first_p95 }) => first_p95 ?? null) },
      { color: "--accent", values: items.map(({ first_p50 }) => first_p50 ?? null) },
    ],
    [items],
  );
  const onPoint = (place: number | undefined) => (at.value = place);
  const sum = total(items);
  return (
    <>
      <div class="charts">
        <figure class="card">
          <figcaption>
            Requests <span class="key ok">answered</span> <span class="key warn">of them saved by failover</span>{" "}
            <span class="key bad">failed</span>
          </figcaption>
          <PlotView
            label={`Requests in this time: ${plural(sum.ok, "answered", "answered")}, ${sum.saved} of them saved by failover, ${sum.failed} failed`}
            times={times}
            lines={counts}
            format={(value) => (Number.isInteger(value) ? compact(value) : "")}
            onPoint={onPoint}
          />
        </figure>
        <figure class="card">
          <figcaption>
            First token <span class="key accent">median</span> <span class="key line">95 of 100 are faster</span>
          </figcaption>
          <PlotView label={waitWords(items)} times={times} lines={waits} format={duration} onPoint={onPoint} />
        </figure>
      </div>
      <p class="small muted chart-point">
        {at.value === undefined ? `In all: ${words(sum)}` : `From ${pointWords(items[at.value])}`}
      </p>
    </>
  );
}

function total(items: readonly ChartBucket[]) {
  const sum = { ok: 0, failed: 0, saved: 0, tokens_in: 0, tokens_out: 0, cost: 0 };
  for (const item of items) for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += item[key];
  return sum;
}

function words({ ok, failed, saved, tokens_in, tokens_out, cost }: ReturnType<typeof total>): string {
  return `${ok} answered, ${saved} saved by failover, ${failed} failed · ${compact(tokens_in)} tokens in, ${compact(tokens_out)} out · ${dollars(cost)}`;
}

function pointWords(bucket: ChartBucket | undefined): string {
  if (!bucket) return "";
  const when = Date.now() - bucket.time > 20 * 3_600_000 ? dateAndClock(bucket.time) : clock(bucket.time);
  const { first_p50, first_p95 } = bucket;
  const first =
    first_p50 === undefined || first_p95 === undefined
      ? ""
      : ` · first token ${duration(first_p50)}, 95 %: ${duration(first_p95)}`;
  return `${when} on: ${words(bucket)}${first}`;
}

function waitWords(items: readonly ChartBucket[]): string {
  const medians = items.flatMap(({ first_p50 }) => (first_p50 === undefined ? [] : [first_p50]));
  if (medians.length === 0) return "Time to the first token: nothing measured in this time";
  return `Time to the first token: medians between ${duration(Math.min(...medians))} and ${duration(Math.max(...medians))}`;
}
