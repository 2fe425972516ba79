import { dayOf, startOfDay } from "./calendar.ts";
import { addSums, noSums, type Row, type Sums } from "./tally.ts";

/** By what usage can be broken down. */
export const GROUPINGS = ["provider", "model", "route", "day"] as const;
export type Grouping = (typeof GROUPINGS)[number];

export interface UsageGroup extends Sums {
  /** Of the provider, model, route or day. Empty: requests for which nobody was asked. */
  name: string;
  /** Share of the prompts' tokens that came from a prompt cache, 0 to 1; absent without a prompt. */
  cache_hit_rate?: number;
}

/** What was used and what it cost: `ccmctl usage --json`, `GET /api/usage`. */
export interface UsageReport {
  /** First day that counts, `2026-11-24`. */
  since: string;
  by: Grouping;
  /** Days in their order; everything else the dearest first. */
  items: UsageGroup[];
  total: UsageGroup;
}

/** Sums up rows; those of earlier days than `since` do not count. */
export function usageReport(rows: Iterable<Readonly<Row>>, by: Grouping, since: string): UsageReport {
  const groups = new Map<string, Sums>();
  const total = noSums();
  for (const row of rows) {
    if (row.day < since) continue;
    const sums = groups.get(row[by]) ?? noSums();
    addSums(sums, row);
    addSums(total, row);
    groups.set(row[by], sums);
  }
  const items = [...groups].map(([name, sums]) => group(name, sums));
  if (by === "day") items.sort((a, b) => (a.name < b.name ? -1 : 1));
  else items.sort((a, b) => b.cost - a.cost || b.requests - a.requests || (a.name < b.name ? -1 : 1));
  return { since, by, items, total: group("total", total) };
}

function group(name: string, sums: Sums): UsageGroup {
  const prompt = sums.input + sums.cache_read + sums.cache_write;
  return { name, ...sums, ...(prompt > 0 && { cache_hit_rate: sums.cache_read / prompt }) };
}

/**
 * The first day that `--since` means: `today`, a day such as `2026-11-24`, or so many days or weeks up to today (`7d`, `2w`).
 * @param now epoch ms
 * @returns undefined for what is none of these
 */
export function sinceDay(text: string, now: number): string | undefined {
  if (text === "today") return dayOf(now);
  const span = /^(\d{1,4})([dw])$/.exec(text);
  if (!span) return Number.isNaN(startOfDay(text)) ? undefined : text;
  const days = Number(span[1]) * (span[2] === "w" ? 7 : 1);
  const date = new Date(now);
  return days < 1
    ? undefined
    : dayOf(new Date(date.getFullYear(), date.getMonth(), date.getDate() - days + 1).getTime());
}
