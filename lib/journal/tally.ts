import { isNobodysFault } from "../catalog/failure-reasons.ts";
import { dayNamer } from "./calendar.ts";
import type { JournalEntry } from "./entry.ts";

/** What is summed. Tokens in Anthropic's arithmetic; money in US dollars. */
export const MEASURES = [
  /** Requests that ended here: at the provider that answered, else at the last that was asked. */
  "requests",
  /** Of them: without an answer, or with one that was cut. */
  "failed",
  /** Of them: taken back by the client. */
  "cancelled",
  /** Of them: answered after another provider had failed. */
  "failovers",
  /** Attempts that failed here, whether or not the request did. */
  "failures",
  "input",
  "cache_read",
  "cache_write",
  "output",
  /** Part of `output`. */
  "thinking",
  "cost",
  /** Answers whose cost is not known; `cost` is without them. */
  "unpriced",
  /** By how much the answers were cheaper than by the list price of the model that was asked for, where both are known. */
  "saved",
] as const;

export type Measure = (typeof MEASURES)[number];
export type Sums = Record<Measure, number>;

/** By what sums are kept apart. */
export const DIMENSIONS = [
  /** On the user's calendar: the day on which the request ended. */
  "day",
  /** Empty where nobody was asked. */
  "provider",
  /** The provider's own model. */
  "model",
  /** The configured model. */
  "served_as",
  /** The rule that chose it. */
  "route",
] as const;

export type Dimension = (typeof DIMENSIONS)[number];
export type Row = Record<Dimension, string> & Sums;

/** Names can be made up by clients, so a day has no more rows than this; the rest is summed under one name. */
const MOST_ROWS_A_DAY = 1_000;
const OTHERS = "(other)";

export function noSums(): Sums {
  return Object.fromEntries(MEASURES.map((measure) => [measure, 0])) as Sums;
}

/** Adds one row's sums to others. */
export function addSums(sums: Sums, more: Readonly<Sums>): void {
  for (const measure of MEASURES) sums[measure] += more[measure];
}

/** Sums of entries by day, provider, model and route. */
export class Tally {
  readonly #rows = new Map<string, Row>();
  readonly #rowsOfDay = new Map<string, number>();
  readonly #dayOf: (time: number) => string;

  /** @param dayOf names the day of a moment */
  constructor(dayOf = dayNamer()) {
    this.#dayOf = dayOf;
  }

  get rows(): Iterable<Readonly<Row>> {
    return this.#rows.values();
  }

  /** The day that an entry counts for. */
  dayOf(entry: JournalEntry): string {
    return this.#dayOf(entry.time + entry.totalMs);
  }

  /** Counts an entry that is final. */
  add(entry: JournalEntry): void {
    const day = this.dayOf(entry);
    const { model, rule, attempts } = entry;
    const last = attempts.at(-1);
    const provider = entry.provider ?? last?.provider ?? "";
    const home = this.#row(day, provider, entry.upstreamModel ?? last?.model ?? "", model, rule);
    home.requests++;
    if (entry.outcome === "failed" || entry.outcome === "cut") home.failed++;
    if (entry.outcome === "cancelled" || entry.outcome === "declined") home.cancelled++;
    if (isFailover(entry)) home.failovers++;
    if (entry.cost !== undefined && entry.listCost !== undefined) home.saved += entry.listCost - entry.cost;
    for (const attempt of attempts) {
      if (!attempt.failure && !attempt.usage) continue;
      const row =
        attempt.provider === home.provider && attempt.model === home.model
          ? home
          : this.#row(day, attempt.provider, attempt.model, model, rule);
      if (attempt.failure && !isNobodysFault(attempt.failure)) row.failures++;
      if (!attempt.usage) continue;
      row.input += attempt.usage.input_tokens;
      row.cache_read += attempt.usage.cache_read_input_tokens ?? 0;
      row.cache_write += attempt.usage.cache_creation_input_tokens ?? 0;
      row.output += attempt.usage.output_tokens;
      row.thinking += attempt.usage.output_tokens_details?.thinking_tokens ?? 0;
      if (attempt.cost === undefined) row.unpriced++;
      else row.cost += attempt.cost;
    }
  }

  /** Takes in a row that was summed earlier. */
  addRow(row: Readonly<Row>): void {
    addSums(this.#row(row.day, row.provider, row.model, row.served_as, row.route), row);
  }

  #row(day: string, provider: string, model: string, servedAs: string, route: string): Row {
    const key = `${day}\n${provider}\n${model}\n${servedAs}\n${route}`;
    const found = this.#rows.get(key);
    if (found) return found;
    const ofDay = (this.#rowsOfDay.get(day) ?? 0) + 1;
    if (ofDay > MOST_ROWS_A_DAY && model !== OTHERS) return this.#row(day, provider, OTHERS, OTHERS, route);
    this.#rowsOfDay.set(day, ofDay);
    const row: Row = { day, provider, model, served_as: servedAs, route, ...noSums() };
    this.#rows.set(key, row);
    return row;
  }
}

/** Answered, though another provider had failed before. */
export function isFailover({ outcome, attempts, provider }: JournalEntry): boolean {
  return outcome === "ok" && attempts.some((attempt) => attempt.failure && attempt.provider !== provider);
}
