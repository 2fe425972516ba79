import type { Simulator } from "../simulator/server.ts";

/** Asks for a failure of one provider for this one request: `PROVIDER=FAILURE`, several with commas. */
export const SIMULATE_HEADER = "x-ccm-simulate";

/** A provider that is made to fail on purpose for all traffic. `until` in epoch ms. */
export interface Simulation {
  provider: string;
  failure: string;
  until: number;
}

/**
 * Failures on purpose. They are real: the attempt goes to a fake provider on loopback, started on first use, that fails
 * in that way on a real socket.
 */
export class Simulations {
  readonly #now: () => number;
  readonly #timed = new Map<string, Simulation>();
  #simulator: Promise<Simulator> | undefined;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  list(): Simulation[] {
    for (const [provider, { until }] of this.#timed) if (until <= this.#now()) this.#timed.delete(provider);
    return [...this.#timed.values()];
  }

  set(provider: string, failure: string, seconds: number): void {
    this.#timed.set(provider, { provider, failure, until: this.#now() + seconds * 1000 });
  }

  clear(provider?: string): void {
    if (provider === undefined) this.#timed.clear();
    else this.#timed.delete(provider);
  }

  /**
   * @param header value of the request's `x-ccm-simulate`
   * @returns where the attempt goes instead, and whether its failure counts against the provider's health; undefined where
   *   nothing is simulated
   */
  async redirect(
    provider: string,
    header: string | undefined,
  ): Promise<{ baseUrl: string; counts: boolean } | undefined> {
    const asked = header?.split(",").map((part) => part.trim().split("="));
    const once = asked?.find(([name]) => name === provider)?.[1];
    const failure = once ?? this.list().find((s) => s.provider === provider)?.failure;
    if (failure === undefined) return undefined;
    const { isFaultName } = await import("../simulator/faults.ts");
    if (!isFaultName(failure)) return undefined;
    const simulator = await this.#start();
    return { baseUrl: `${simulator.url}/fault/${failure}`, counts: once === undefined };
  }

  async close(): Promise<void> {
    await (await this.#simulator)?.close();
  }

  #start(): Promise<Simulator> {
    this.#simulator ??= import("../simulator/server.ts").then(({ startSimulator }) =>
      startSimulator({ host: "127.0.0.1" }),
    );
    return this.#simulator;
  }
}
