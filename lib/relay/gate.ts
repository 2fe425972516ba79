import type { Timers } from "./timers.ts";

interface Waiting {
  enter: (admitted: boolean) => void;
}

/** Lets so many in at a time; the others wait in line, first come first served, for a bounded time. */
export class Gate {
  readonly #timers: Timers;
  readonly #line: Waiting[] = [];
  #inside = 0;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** How many are inside. */
  get inside(): number {
    return this.#inside;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#line.length;
  }

  /**
   * Waits to be let in; whoever is let in must `leave`.
   * @param limit how many may be inside; read anew each time, so that a changed configuration counts at once
   * @param options.waitMs longest wait, 0 for none; `longest`: how long the line may get
   * @param options.onGiveUp is handed a function that ends the wait, for a client that goes away
   * @returns false when there was no place in time
   */
  enter(
    limit: number,
    options: { waitMs: number; longest: number; onGiveUp?: (giveUp: () => void) => void },
  ): Promise<boolean> {
    if (this.#inside < limit && this.#line.length === 0) {
      this.#inside++;
      return Promise.resolve(true);
    }
    if (options.waitMs <= 0 || this.#line.length >= options.longest) return Promise.resolve(false);
    return new Promise((resolve) => {
      const waiting: Waiting = {
        enter: (admitted) => {
          deadline.cancel();
          resolve(admitted);
        },
      };
      const giveUp = (): void => {
        const at = this.#line.indexOf(waiting);
        if (at < 0) return;
        this.#line.splice(at, 1);
        waiting.enter(false);
      };
      const deadline = this.#timers.after(options.waitMs, giveUp);
      this.#line.push(waiting);
      options.onGiveUp?.(giveUp);
    });
  }

  /** Gives the place to the next in line, or frees it. */
  leave(): void {
    const next = this.#line.shift();
    if (next) next.enter(true);
    else this.#inside--;
  }
}
