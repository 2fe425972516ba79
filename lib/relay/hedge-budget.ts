/** One request in so many may be asked twice. */
const ONE_IN = 20;
/** Requests whose share may be saved up. */
const MOST_SAVED = 100;
/** Bounds how many requests are hedged. */
export class HedgeBudget {
  #saved = 0;

  /** A request has come. */
  count(): void {
    this.#saved = Math.min(MOST_SAVED, this.#saved + 1);
  }

  take(): boolean {
    if (this.#saved < ONE_IN) return false;
    this.#saved -= ONE_IN;
    return true;
  }
}
