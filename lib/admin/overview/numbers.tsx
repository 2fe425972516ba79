import "./numbers.css";
import type { UsageGroup } from "../../journal/usage-report.ts";
import { useRefreshed } from "../state/refresh.ts";
import { requests } from "../state/requests.ts";
import { usage, usageBy } from "../state/usage.ts";
import { compact, dollars, duration, fineDuration, grouped, percent, plural, quantile } from "../words/format.ts";

/** The day in six figures. Times are those of the requests in the list below. */
export function Numbers() {
  useRefreshed(usage.load, usageBy.value);
  const total = usage.data.value?.total;
  const waits = requests.value.flatMap(({ ttftMs }) => (ttftMs === undefined ? [] : [ttftMs]));
  const overheads = requests.value.flatMap(({ attempts: [first] }) => (first ? [first.at] : []));
  return (
    <dl class="numbers" aria-label="Today">
      <Figure name="Requests today" value={total && grouped(total.requests)} note={total && endWords(total)} />
      <Figure name="Saved by failover" value={total && grouped(total.failovers)} note="unseen by the client" />
      <Figure name="First token" {...spread(waits, duration)} />
      <Figure name="Overhead of the mux" {...spread(overheads, fineDuration)} />
      <Figure
        name="Tokens today"
        value={total && compact(promptTokens(total) + total.output)}
        note={total && tokenWords(total)}
      />
      <Figure name="Cost today" value={total && dollars(total.cost)} note={total && costWords(total)} />
    </dl>
  );
}

function Figure({
  name,
  value = "–",
  note = "",
}: {
  name: string;
  value?: string | undefined;
  note?: string | undefined;
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <b>{value}</b>
        <small>{note}</small>
      </dd>
    </div>
  );
}

function spread(values: readonly number[], format: (ms: number) => string): { value?: string; note: string } {
  const [middle, slow] = [quantile(values, 0.5), quantile(values, 0.95)];
  if (middle === undefined || slow === undefined) return { note: "nothing measured yet" };
  return { value: format(middle), note: `median (p50); p95: ${format(slow)}` };
}

/** Tokens of all prompts, wherever they were read from. */
export function promptTokens({ input, cache_read, cache_write }: UsageGroup): number {
  return input + cache_read + cache_write;
}

function endWords({ failed, cancelled }: UsageGroup): string {
  if (failed === 0 && cancelled === 0) return "none failed";
  return [failed > 0 && `${grouped(failed)} failed`, cancelled > 0 && `${grouped(cancelled)} cancelled`]
    .filter(Boolean)
    .join(", ");
}

function tokenWords(total: UsageGroup): string {
  const cached = total.cache_hit_rate === undefined ? "" : `; ${percent(total.cache_hit_rate)} from cache`;
  return `${compact(promptTokens(total))} in, ${compact(total.output)} out${cached}`;
}

/** At the list price of what was asked for it would have been dearer, or is not known. */
function costWords({ saved, unpriced }: UsageGroup): string {
  const words = [
    saved >= 0.005 && `${dollars(saved)} below list price`,
    unpriced > 0 && `${plural(unpriced, "answer")} of unknown price`,
  ].filter(Boolean);
  return words.join("; ") || "at list prices";
}
