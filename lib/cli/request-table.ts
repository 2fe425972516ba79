import { FAILURE_REASONS } from "../catalog/failure-reasons.ts";
import { dollars } from "../journal/budget.ts";
import { dayOf } from "../journal/calendar.ts";
import type { JournalEntry } from "../journal/entry.ts";
import { aligned, amount, type Layout } from "./usage-text.ts";

/** Requests as people read them, one a line; `entries` from the oldest to the newest. */
export function requestTable(entries: readonly JournalEntry[], now: number, layout: Layout): string[] {
  const { paint } = layout;
  const header = ["time", "asked → answered", "took", "prompt", "output", "cost", "outcome"];
  const rows = entries.map((entry) => [
    clock(entry.time, now),
    `${entry.requested} → ${entry.provider ?? "nobody"}`,
    seconds(entry.totalMs),
    entry.usage === undefined ? "-" : amount(promptOf(entry.usage)),
    entry.usage === undefined ? "-" : amount(entry.usage.output_tokens),
    entry.cost === undefined ? (entry.usage === undefined ? "-" : "unknown") : dollars(entry.cost),
    outcome(entry),
  ]);
  return aligned([header, ...rows], 1, layout).map((line, at) => {
    const entry = entries[at - 1];
    if (!entry) return paint.dim(line);
    if (entry.outcome === "ok") return entry.attempts.length > 1 ? paint.yellow(line) : line;
    return entry.outcome === "failed" || entry.outcome === "cut" ? paint.red(line) : paint.dim(line);
  });
}

function promptOf({ input_tokens, cache_read_input_tokens = 0, cache_creation_input_tokens = 0 }: Usage): number {
  return input_tokens + cache_read_input_tokens + cache_creation_input_tokens;
}
type Usage = NonNullable<JournalEntry["usage"]>;

/** `ok`, `529`, `ok, 2nd try`; of one that failed, why. */
function outcome({ outcome, attempts, status }: JournalEntry): string {
  const { failure } = attempts.at(-1) ?? {};
  if (outcome === "failed" || outcome === "cut")
    return failure === undefined ? String(status) : FAILURE_REASONS[failure].label;
  const tries = attempts.filter((attempt) => !attempt.lost).length;
  return outcome === "ok" && tries > 1 ? `ok, ${tries} tries` : outcome;
}

/** `09:12:31` today, `24 Nov 09:12` before. */
function clock(time: number, now: number): string {
  const date = new Date(time);
  if (dayOf(time) === dayOf(now)) return date.toLocaleTimeString("en-GB");
  const day = date.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  return `${day} ${date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}`;
}

function seconds(ms: number): string {
  return ms < 9_950 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}
