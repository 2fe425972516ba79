/** A moment at which something is to happen, unless it is moved or cancelled first. */
export interface Deadline {
  /** Moves the moment to `ms` from now, also when it has come already; not once it was cancelled. */
  move(ms: number): void;
  cancel(): void;
}

interface Entry {
  due: number;
  fire: () => void;
}

/** How exact deadlines are. Moving one costs an assignment, so that every event of every stream may do it. */
const TICK_MS = 25;

/**
 * All deadlines of the process on one interval timer, which runs only while there are any.
 * Times are in ms. Deadlines fire at most one tick late.
 */
export class Timers {
  readonly #now: () => number;
  readonly #entries = new Set<Entry>();
  #interval: NodeJS.Timeout | undefined;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** @param ms 0 or less: never */
  after(ms: number, fire: () => void): Deadline {
    const entry: Entry = { due: this.#due(ms), fire };
    this.#add(entry);
    let cancelled = false;
    return {
      move: (later) => {
        entry.due = this.#due(later);
        if (!cancelled) this.#add(entry);
      },
      cancel: () => {
        cancelled = true;
        this.#remove(entry);
      },
    };
  }

  /** How many deadlines are set. */
  get size(): number {
    return this.#entries.size;
  }

  #due(ms: number): number {
    return ms > 0 ? this.#now() + ms : Number.POSITIVE_INFINITY;
  }

  #tick(): void {
    // Only now: between two requests of a busy client there is often none, and a timer costs more than a look.
    if (this.#entries.size === 0) {
      clearInterval(this.#interval);
      this.#interval = undefined;
      return;
    }
    const now = this.#now();
    for (const entry of this.#entries) {
      if (entry.due > now) continue;
      this.#remove(entry);
      entry.fire();
    }
  }

  #add(entry: Entry): void {
    this.#entries.add(entry);
    this.#interval ??= setInterval(() => this.#tick(), TICK_MS);
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry);
  }
}
