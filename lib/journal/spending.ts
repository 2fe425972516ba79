import { dayOf, PERIODS, type Period, periodAt, type Span, startOfDay } from "./calendar.ts";
import type { JournalEntry } from "./entry.ts";
import type { Row } from "./tally.ts";

/** What money was spent on: everything, one provider, or what one rule has routed. */
export type Purpose = { on: "all" } | { on: "provider" | "route"; name: string };

interface Pot extends Span {
  /** US dollars by purpose. */
  dollars: Map<string, number>;
}

/** What was spent in the running day, week and month, in US dollars. Costs that nobody knows are not in it. */
export class Spending {
  readonly #now: () => number;
  readonly #pots = new Map<Period, Pot>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Counts what an entry cost, attempt by attempt. */
  add(entry: JournalEntry): void {
    const time = entry.time + entry.totalMs;
    for (const { cost, provider } of entry.attempts) if (cost) this.#add(time, cost, provider, entry.rule);
  }

  /** Counts a row that was summed earlier. */
  addRow({ day, cost, provider, route }: Readonly<Row>): void {
    if (cost) this.#add(startOfDay(day), cost, provider, route);
  }

  spent(period: Period, purpose: Purpose): number {
    return this.#pot(period).dollars.get(keyOf(purpose)) ?? 0;
  }

  /** When the period began that runs now, and when it will be over. */
  span(period: Period): Span {
    const { from, to } = this.#pot(period);
    return { from, to };
  }

  #add(time: number, cost: number, provider: string, route: string): void {
    for (const period of PERIODS) {
      const { from, to, dollars } = this.#pot(period);
      if (time < from || time >= to) continue;
      const purposes: Purpose[] = [{ on: "all" }, { on: "provider", name: provider }, { on: "route", name: route }];
      for (const key of purposes.map(keyOf)) dollars.set(key, (dollars.get(key) ?? 0) + cost);
    }
  }

  /** Begins anew when the period is over. */
  #pot(period: Period): Pot {
    const now = this.#now();
    const pot = this.#pots.get(period);
    if (pot && now >= pot.from && now < pot.to) return pot;
    const fresh = { ...periodAt(period, now), dollars: new Map<string, number>() };
    this.#pots.set(period, fresh);
    return fresh;
  }
}

/** The first day that counts for a period that runs now, `2026-11-24`. @param now epoch ms */
export function firstDayOfPeriods(now: number): string {
  return dayOf(Math.min(...PERIODS.map((period) => periodAt(period, now).from)));
}

function keyOf(purpose: Purpose): string {
  return purpose.on === "all" ? "" : `${purpose.on} ${purpose.name}`;
}
