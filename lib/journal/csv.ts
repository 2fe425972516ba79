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
  "route",
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
  "output",
  "thinking",
  "cost",
  "list_cost",
  "bytes_in",
  "bytes_out",
  "vendor_request_id",
] as const;

/** One request as a line of CSV, in the order of `REQUEST_COLUMNS`. */
export function requestRow(entry: JournalEntry): string {
  const { usage, attempts } = entry;
  const cells: Record<(typeof REQUEST_COLUMNS)[number], Cell> = {
    time: new Date(entry.time).toISOString(),
    id: entry.id,
    session: entry.session,
    class: entry.class,
    route: entry.rule,
    requested: entry.requested,
    served_as: entry.model,
    provider: entry.provider,
    model: entry.upstreamModel,
    outcome: entry.outcome,
    status: entry.status,
    stop_reason: entry.stopReason,
    attempts: attempts.length,
    failures: attempts.flatMap(({ provider, failure }) => (failure ? `${provider}:${failure}` : [])).join(" "),
    first_ms: entry.ttftMs,
    total_ms: entry.totalMs,
    input: usage?.input_tokens,
    cache_read: usage?.cache_read_input_tokens,
    cache_write: usage?.cache_creation_input_tokens,
    output: usage?.output_tokens,
    thinking: usage?.output_tokens_details?.thinking_tokens,
    cost: entry.cost,
    list_cost: entry.listCost,
    bytes_in: entry.bytesIn,
    bytes_out: entry.bytesOut,
    vendor_request_id: attempts.at(-1)?.requestId,
  };
  return line(REQUEST_COLUMNS.map((column) => cells[column]));
}

function csv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map(line).join("\n");
}

function line(cells: readonly Cell[]): string {
  return cells.map(quoted).join(",");
}

/** A text that a spreadsheet would take for a formula is kept from being one. */
function quoted(cell: Cell): string {
  if (cell === undefined) return "";
  if (typeof cell === "number") return String(cell);
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
