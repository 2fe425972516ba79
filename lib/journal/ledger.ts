import { monthOf } from "./calendar.ts";
import type { JournalEntry } from "./entry.ts";
import type { Position } from "./segments.ts";
import { Sessions } from "./sessions.ts";
import { Tally } from "./tally.ts";

/**
 * What a stretch of the journal sums up to: from where the ledger of the month before ends, up to `upTo`. Whatever stands
 * behind that place is not counted yet, so a ledger can be written down at any time and be brought up to date by reading on.
 */
export class Ledger {
  readonly month: string;
  readonly tally = new Tally();
  readonly sessions = new Sessions();
  upTo: Position;

  /** @param month `2026-11` */
  constructor(month: string, upTo: Position) {
    this.month = month;
    this.upTo = upTo;
  }

  /** Does an entry belong to a later ledger, so that this one is complete? */
  isBefore(entry: JournalEntry): boolean {
    return monthOf(this.tally.dayOf(entry)) > this.month;
  }

  /** Counts the entry that stands at `upTo`. @param after the place behind it */
  add(entry: JournalEntry, after: Position): void {
    this.tally.add(entry);
    this.sessions.add(entry);
    this.upTo = after;
  }

  /** The ledger of the month in which the entry ended. It goes on where this one ends, and knows its conversations. */
  next(entry: JournalEntry): Ledger {
    const next = new Ledger(monthOf(this.tally.dayOf(entry)), this.upTo);
    next.sessions.restore(this.sessions.entries());
    return next;
  }
}
