import type { JournalEntry } from "./entry.ts";
import { MEASURES } from "./tally.ts";
import type { UsageReport } from "./usage-report.ts";

type Cell = string | number | undefined;

/** A report as CSV (RFC 4180), with a line of names first. The total is left out: whoever reads it adds up by himself. */
export function usageCsv({ by, items }: UsageReport): string {
  const columns = [...MEASURES, "cache_hit_rate"] as const;
  return csv(
    [by, ...columns],
    items.map((item) => [item.name, ...columns.map((column) => item[column])]),
  );
}

/** Names of the columns of `requestRow`. */
export const REQUEST_COLUMNS = [
  "time",
  "id",
  "session",
  "class",
  "path",
  "stream",
  "route",
  "reason",
  "requested",
  "served_as",
  "provider",
  "model",
  "outcome",
  "status",
  "stop_reason",
  "attempts",
  "failures",
  "first_ms",
  "total_ms",
  "input",
  "cache_read",
  "cache_write",
  "cache_write_1h",
  "output",
  "thinking",
  "searches",
  "cost",
  "list_cost",
  "bytes_in",
  "bytes_out",
  "vendor_request_id",
  "rescue",
  "error",
] as const;

/** One request as a line of CSV, in the order of `REQUEST_COLUMNS`. Each attempt in full is in the JSON only. */
export function requestRow(entry: JournalEntry): string {
  const { usage, attempts, rescue } = entry;
  const cells: Record<(typeof REQUEST_COLUMNS)[number], Cell> = {
    time: new Date(entry.time).toISOString(),
    id: entry.id,
    session: entry.session,
    class: entry.class,
    path: entry.path,
    stream: String(entry.stream),
    route: entry.rule,
    reason: entry.reason,
    requested: entry.requested,
    served_as: entry.model,
    provider: entry.provider,
    model: entry.upstreamModel,
    outcome: entry.outcome,
    status: entry.status,
    stop_reason: entry.stopReason,
    attempts: attempts.length,
    failures: failuresOf(attempts),
    first_ms: entry.ttftMs,
    total_ms: entry.totalMs,
    input: usage?.input_tokens,
    cache_read: usage?.cache_read_input_tokens,
    cache_write: usage?.cache_creation_input_tokens,
    cache_write_1h: usage?.cache_creation?.ephemeral_1h_input_tokens,
    output: usage?.output_tokens,
    thinking: usage?.output_tokens_details?.thinking_tokens,
    searches: usage?.server_tool_use?.web_search_requests,
    cost: entry.cost,
    list_cost: entry.listCost,
    bytes_in: entry.bytesIn,
    bytes_out: entry.bytesOut,
    vendor_request_id: attempts.at(-1)?.requestId,
    rescue: rescue && `${rescue.kind} ${rescue.from} → ${rescue.to}`,
    error: entry.error,
  };
  return line(REQUEST_COLUMNS.map((column) => cells[column]));
}

/** `anthropic:overloaded(529,12ms) groq:timeout(-,30000ms)` */
function failuresOf(attempts: JournalEntry["attempts"]): string {
  return attempts
    .flatMap(({ provider, failure, status, ms }) =>
      failure ? `${provider}:${failure}(${status ?? "-"},${Math.round(ms)}ms)` : [],
    )
    .join(" ");
}

function csv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map(line).join(CSV_BREAK);
}

function line(cells: readonly Cell[]): string {
  return cells.map(quoted).join(",");
}

/** Ends a line, as RFC 4180 has it. */
export const CSV_BREAK = "\r\n";

/** A text that a spreadsheet would take for a formula is kept from being one. */
function quoted(cell: Cell): string {
  if (cell === undefined) return "";
  if (typeof cell === "number") return String(cell);
  const text = /^[=+\-@\t\r\n]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
