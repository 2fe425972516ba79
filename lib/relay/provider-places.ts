import type { Provider } from "../config/settings.ts";
import { Gate } from "./gate.ts";
import type { Timers } from "./timers.ts";

/** How long a request waits for a place at the only provider that is left. */
const WAIT_MS = 5_000;
const LONGEST_LINE = 100;

/** The places at providers that take only so many requests at a time (`max_concurrent_requests`). */
export class ProviderPlaces {
  readonly #timers: Timers;
  readonly #gates = new Map<string, Gate>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /**
   * @param mayWait nobody else is left to be asked, so waiting is better than moving on
   * @returns a function that gives the place back; undefined when there was none in time
   */
  async enter(
    { name, maxConcurrentRequests }: Provider,
    mayWait: boolean,
    onGiveUp: (giveUp: () => void) => void,
  ): Promise<(() => void) | undefined> {
    if (maxConcurrentRequests === undefined) return () => undefined;
    const gate = this.#gates.get(name) ?? new Gate(this.#timers);
    this.#gates.set(name, gate);
    const options = { waitMs: mayWait ? WAIT_MS : 0, longest: LONGEST_LINE, onGiveUp };
    return (await gate.enter(maxConcurrentRequests, options)) ? () => gate.leave() : undefined;
  }
}
