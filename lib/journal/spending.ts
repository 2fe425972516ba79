import { dayNamer, dayOf, PERIODS, type Period, periodAt, type Span } from "./calendar.ts";
import type { JournalEntry } from "./entry.ts";
import type { Row } from "./tally.ts";

/** What money was spent on: everything, one provider, or what one rule has routed. */
export type Purpose = { on: "all" } | { on: "provider" | "route"; name: string };

/** US dollars by purpose. */
type Dollars = Map<string, number>;

interface Sum extends Span {
  /** Its first day, and the first that is none of its. */
  days: { from: string; to: string };
  dollars: Dollars;
}

/**
 * What was spent in the running day, week and month, in US dollars. Costs that nobody knows are not in it. Days are kept apart,
 * whenever they are: a clock that jumps into the next month and back again, as that of a machine that wakes up may, finds
 * everything as it was.
 */
export class Spending {
  readonly #now: () => number;
  readonly #nameOf = dayNamer();
  readonly #days = new Map<string, Dollars>();
  /** Of the periods that run now, made of their days. */
  readonly #sums = new Map<Period, Sum>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Counts what an entry cost, attempt by attempt. */
  add(entry: JournalEntry): void {
    const day = this.#nameOf(entry.time + entry.totalMs);
    for (const { cost, provider } of entry.attempts) if (cost) this.#add(day, cost, provider, entry.rule);
  }

  /** Counts a row that was summed earlier. */
  addRow({ day, cost, provider, route }: Readonly<Row>): void {
    if (cost) this.#add(day, cost, provider, route);
  }

  spent(period: Period, purpose: Purpose): number {
    return this.#sum(period).dollars.get(keyOf(purpose)) ?? 0;
  }

  /** When the period began that runs now, and when it will be over. */
  span(period: Period): Span {
    const { from, to } = this.#sum(period);
    return { from, to };
  }

  #add(day: string, cost: number, provider: string, route: string): void {
    const purposes: Purpose[] = [{ on: "all" }, { on: "provider", name: provider }, { on: "route", name: route }];
    const added = new Map(purposes.map((purpose) => [keyOf(purpose), cost]));
    const ofDay = this.#days.get(day) ?? new Map<string, number>();
    this.#days.set(day, ofDay);
    addTo(ofDay, added);
    for (const sum of this.#sums.values()) if (isWithin(day, sum)) addTo(sum.dollars, added);
  }

  /** Is made anew when another period runs. */
  #sum(period: Period): Sum {
    const now = this.#now();
    const known = this.#sums.get(period);
    if (known && now >= known.from && now < known.to) return known;
    const span = periodAt(period, now);
    const fresh: Sum = { ...span, days: { from: dayOf(span.from), to: dayOf(span.to) }, dollars: new Map() };
    for (const [day, dollars] of this.#days) if (isWithin(day, fresh)) addTo(fresh.dollars, dollars);
    this.#sums.set(period, fresh);
    return fresh;
  }
}

/** The first day that counts for a period that runs now, `2026-11-24`. @param now epoch ms */
export function firstDayOfPeriods(now: number): string {
  return dayOf(Math.min(...PERIODS.map((period) => periodAt(period, now).from)));
}

/** Names of days stand in the order of the days. */
function isWithin(day: string, { days }: Sum): boolean {
  return day >= days.from && day < days.to;
}

function addTo(sums: Dollars, more: ReadonlyMap<string, number>): void {
  for (const [key, dollars] of more) sums.set(key, (sums.get(key) ?? 0) + dollars);
}

function keyOf(purpose: Purpose): string {
  return purpose.on === "all" ? "" : `${purpose.on} ${purpose.name}`;
}
