import type { Detour } from "../relay/run.ts";
import type { FaultName } from "../simulator/faults.ts";
import type { Simulator } from "../simulator/server.ts";
import type { Simulation } from "./admin/views.ts";

/** Asks for a failure of one provider for this one request: `PROVIDER=FAILURE`, several with commas. */
export const SIMULATE_HEADER = "x-ccm-simulate";

export interface SimulationEvents {
  /** All traffic to the provider fails from now on. */
  begun(simulation: Simulation): void;
  /** It is over, by the clock or because somebody ended it. */
  ended(simulation: Simulation): void;
}

/**
 * Failures on purpose. They are real: the attempt goes to a fake provider on loopback, started on first use, that fails
 * in that way on a real socket.
 */
export class Simulations {
  readonly #now: () => number;
  readonly #events: SimulationEvents;
  readonly #timed = new Map<string, Simulation & { timer: NodeJS.Timeout }>();
  readonly #listeners = new Set<() => void>();
  #simulator: Promise<Simulator> | undefined;

  /** @param now epoch ms */
  constructor(now: () => number, events: SimulationEvents) {
    this.#now = now;
    this.#events = events;
  }

  list(): Simulation[] {
    for (const [provider, { until }] of this.#timed) if (until <= this.#now()) this.#end(provider);
    return [...this.#timed.values()].map(({ provider, failure, until }) => ({ provider, failure, until }));
  }

  set(provider: string, failure: string, seconds: number): void {
    clearTimeout(this.#timed.get(provider)?.timer);
    const simulation = { provider, failure, until: this.#now() + seconds * 1000 };
    const timer = setTimeout(() => this.#end(provider), seconds * 1000).unref();
    this.#timed.set(provider, { ...simulation, timer });
    this.#events.begun(simulation);
    this.#tell();
  }

  clear(provider?: string): void {
    for (const name of provider === undefined ? this.#timed.keys() : [provider]) this.#end(name);
  }

  /** Calls the listener when one begins or ends; the returned function takes it off. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * @param header value of the request's `x-ccm-simulate`
   * @returns what is wrong with it, for the client
   */
  async complaint(header: string, providers: ReadonlyMap<string, unknown>): Promise<string | undefined> {
    const { FAULTS, faultNamed } = await import("../simulator/faults.ts");
    for (const [provider, failure] of asked(header)) {
      if (!providers.has(provider)) {
        const known = [...providers.keys()].join(", ") || "none";
        return `${SIMULATE_HEADER}: no provider is called "${provider}"; configured: ${known}`;
      }
      if (faultNamed(failure) === undefined)
        return `${SIMULATE_HEADER}: "${failure}" is none of ${Object.keys(FAULTS).join(", ")}`;
    }
    return undefined;
  }

  /**
   * @param header value of the request's `x-ccm-simulate`
   * @returns where the attempt goes instead; undefined where nothing is simulated
   */
  async redirect(provider: string, header: string | undefined): Promise<Detour | undefined> {
    const once = header === undefined ? undefined : asked(header).find(([name]) => name === provider)?.[1];
    const words = once ?? this.list().find((simulation) => simulation.provider === provider)?.failure;
    if (words === undefined) return undefined;
    const { faultNamed, patienceWith } = await import("../simulator/faults.ts");
    const fault = faultNamed(words);
    if (fault === undefined) return undefined;
    const patienceMs = patienceWith(fault);
    return {
      baseUrl: await this.#urlOf(fault),
      counts: once === undefined,
      ...(patienceMs !== undefined && { patienceMs }),
    };
  }

  /** Ends all of it, without a word: the server is leaving. */
  async close(): Promise<void> {
    for (const { timer } of this.#timed.values()) clearTimeout(timer);
    await (await this.#simulator)?.close();
  }

  #end(provider: string): void {
    const found = this.#timed.get(provider);
    if (!found) return;
    const { timer, ...simulation } = found;
    clearTimeout(timer);
    this.#timed.delete(provider);
    this.#events.ended(simulation);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  async #urlOf(fault: FaultName): Promise<string> {
    this.#simulator ??= import("../simulator/server.ts").then(({ startSimulator }) =>
      startSimulator({ host: "127.0.0.1" }),
    );
    return `${(await this.#simulator).url}/fault/${fault}`;
  }
}

/** `a=529, b=down`, in pairs. */
function asked(header: string): [provider: string, failure: string][] {
  return header.split(",").map((part) => {
    const at = part.lastIndexOf("=");
    return at < 0 ? [part.trim(), ""] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
  });
}
