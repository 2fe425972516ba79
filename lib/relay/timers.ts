/** A moment at which something is to happen, unless it is moved or cancelled first. */
export interface Deadline {
  /** Moves the moment to `ms` from now, also when it has come already; not once it was cancelled. */
  move(ms: number): void;
  cancel(): void;
}

/** The least that Node's timers wait: a timer that was set in a long turn of the loop may come so much too early. */
const LEAST_MS = 1;
/** The most that they can wait: what is longer would come at once. */
const MOST_MS = 2 ** 31 - 1;
/** A timer that comes so much too late tells that the process was stopped, or was busy: not that anybody was silent. */
const OVERSLEPT_MS = 1_000;
/** So long is left then to what came in the meantime, and waits to be read. */
const CATCH_UP_MS = 2_000;

/**
 * All deadlines of the process on one timer, which is set for the earliest of them: moving one costs an assignment, so that
 * every event of every stream may do it, and wakes nobody. Times are in ms. Deadlines fire as exactly as Node's timers, except
 * after the process was stopped for a while: Node runs timers before it reads what lies in the sockets, so that every stream
 * would seem to have been silent.
 */
export class Timers {
  readonly #now: () => number;
  /**
   * In no order. A list whose places are filled again, and no `Set`: V8's sets leave their outgrown tables behind, the old
   * ones holding on to the new, so that what a finished request had in one of them stayed in memory until a full collection.
   */
  readonly #entries: Entry[] = [];
  #alarm: NodeJS.Timeout | undefined;
  #alarmAt = Number.POSITIVE_INFINITY;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** @param ms 0 or less: never */
  after(ms: number, fire: () => void): Deadline {
    const entry = new Entry(this, fire);
    this.set(entry, ms);
    return entry;
  }

  /** How many deadlines are set. */
  get size(): number {
    return this.#entries.length;
  }

  /** For the entries themselves: the moment is `ms` from now. */
  set(entry: Entry, ms: number): void {
    const due = ms > 0 ? this.#now() + ms : Number.POSITIVE_INFINITY;
    entry.due = due;
    if (entry.place < 0) entry.place = this.#entries.push(entry) - 1;
    if (due < this.#alarmAt) this.#wakeAt(due);
  }

  /** For the entries themselves: nothing is to happen any more. */
  remove(entry: Entry): void {
    if (entry.place < 0) return;
    const last = this.#entries.pop();
    if (last && last !== entry) {
      this.#entries[entry.place] = last;
      last.place = entry.place;
    }
    entry.place = -1;
  }

  /** Lets happen what is due. Comes by itself; to be called where the clock is moved by hand. */
  look(): void {
    const now = this.#now();
    this.#alarmAt = now;
    try {
      for (const entry of this.#entries.filter(({ due }) => due <= now)) {
        if (entry.place < 0 || entry.due > now) continue; // one that fired before has changed it
        this.remove(entry);
        entry.fire();
      }
    } finally {
      let next = Number.POSITIVE_INFINITY;
      for (const { due } of this.#entries) next = Math.min(next, due);
      this.#wakeAt(next);
    }
  }

  /** The timer has come. */
  #wake(): void {
    const now = this.#now();
    if (now - this.#alarmAt > OVERSLEPT_MS)
      for (const entry of this.#entries) entry.due = Math.max(entry.due, now + CATCH_UP_MS);
    this.look();
  }

  #wakeAt(due: number): void {
    clearTimeout(this.#alarm);
    this.#alarmAt = due;
    this.#alarm =
      due === Number.POSITIVE_INFINITY
        ? undefined
        : // What a deadline guards, a connection, keeps the process alive by itself.
          setTimeout(() => this.#wake(), Math.min(Math.max(LEAST_MS, Math.ceil(due - this.#now())), MOST_MS)).unref();
  }
}

/** One deadline; a class, because a request sets several. */
class Entry implements Deadline {
  due = 0;
  /** Where in the list it stands; -1: nowhere. */
  place = -1;
  readonly fire: () => void;
  readonly #timers: Timers;
  #cancelled = false;

  constructor(timers: Timers, fire: () => void) {
    this.#timers = timers;
    this.fire = fire;
  }

  move(ms: number): void {
    if (!this.#cancelled) this.#timers.set(this, ms);
  }

  cancel(): void {
    this.#cancelled = true;
    this.#timers.remove(this);
  }
}
