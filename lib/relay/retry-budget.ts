/** So many retries may always be under way … */
const ALWAYS = 3;
/** … and beyond that, this share of the requests that are. */
const SHARE = 0.2;

/**
 * Bounds the retries of all requests together, so that an outage does not multiply the traffic of those who suffer from it
 * (the idea is Envoy's retry budget). Moving on to another provider is no retry.
 */
export class RetryBudget {
  #active = 0;
  #retrying = 0;

  /** A request begins; the returned function ends it. */
  begin(): () => void {
    this.#active++;
    return () => {
      this.#active--;
    };
  }

  /** @returns undefined when the budget is used up, else a function that gives the place back */
  take(): (() => void) | undefined {
    if (this.#retrying >= Math.max(ALWAYS, this.#active * SHARE)) return undefined;
    this.#retrying++;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#retrying--;
    };
  }
}
