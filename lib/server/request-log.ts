import type { JournalEntry } from "../journal/entry.ts";
import type { Logger } from "./log.ts";

/** One line for a request that is over: what was asked, who answered, what happened on the way, what it cost. */
export function logRequest(log: Logger, entry: JournalEntry): void {
  const { provider, upstreamModel, attempts, usage } = entry;
  const isWell = entry.outcome !== "failed" && entry.outcome !== "cut";
  // One attempt that went well is told by the rest of the line.
  const isPlain = attempts.length === 0 || (attempts.length === 1 && isWell && !attempts[0]?.simulated);
  log.write(isWell ? "info" : "warn", `${entry.requested} → ${provider ?? "nobody"}`, {
    outcome: entry.outcome,
    status: entry.status,
    ms: Math.round(entry.totalMs),
    first_ms: entry.ttftMs === undefined ? undefined : Math.round(entry.ttftMs),
    in: usage?.input_tokens,
    cached: usage?.cache_read_input_tokens,
    out: usage?.output_tokens,
    cost: entry.cost === undefined ? undefined : Number(entry.cost.toFixed(6)),
    attempts: isPlain ? undefined : story(entry),
    comebacks: entry.comebacks,
    rescue: entry.rescue && `${entry.rescue.kind} ${entry.rescue.from} → ${entry.rescue.to}`,
    error: entry.error,
    route: entry.rule,
    model: upstreamModel,
    class: entry.class,
    session: entry.session,
    id: entry.id,
    // One for each attempt: the vendor that failed is asked about its own.
    vendor_id: attempts.flatMap(({ requestId }) => requestId ?? []).join(",") || undefined,
  });
}

/** `anthropic:overloaded(529,12ms,simulated) → openrouter:ok(200,900ms)` */
function story({ attempts }: JournalEntry): string {
  return attempts
    .map(({ provider, failure, lost, status, ms, simulated }) => {
      const end = failure ?? (lost ? "not needed" : "ok");
      return `${provider}:${end}(${status ?? "-"},${Math.round(ms)}ms${simulated ? ",simulated" : ""})`;
    })
    .join(" → ");
}
