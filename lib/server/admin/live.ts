import type { JournalEntry } from "../../journal/entry.ts";
import type { AdminDeps } from "./deps.ts";
import type { LiveEvents } from "./views.ts";

/** One event of the live stream, not yet written out. */
export type LiveEvent = { [K in keyof LiveEvents]: { event: K; data: LiveEvents[K] } }[keyof LiveEvents];

/** Where news comes from. */
type Sources = Pick<AdminDeps, "journal" | "onConfigChange" | "status"> & {
  health: Pick<AdminDeps["health"], "subscribe">;
  simulations: Pick<AdminDeps["simulations"], "subscribe">;
};

/** More requests than this waiting for one slow reader: the oldest are dropped; the page reads the journal anyway. */
const MOST_WAITING = 200;

/**
 * What one reader of the live stream has not seen yet. Newer news of the same thing replaces older, so a reader that does
 * not keep up costs a bounded amount of memory and still ends up with the truth.
 */
export class News {
  #requests = new Map<string, JournalEntry>();
  #health = false;
  #status = true;
  #wake: (() => void) | undefined;
  readonly #sources: Sources;
  readonly #ends: (() => void)[];

  constructor(sources: Sources) {
    this.#sources = sources;
    this.#ends = [
      sources.journal.subscribe((entry) => this.#request(entry)),
      sources.health.subscribe(() => this.#tell(() => (this.#health = true))),
      sources.onConfigChange(() => this.#tell(() => (this.#status = true))),
      sources.simulations.subscribe(() => this.#tell(() => (this.#status = true))),
    ];
  }

  #request(entry: JournalEntry): void {
    this.#tell(() => {
      this.#requests.delete(entry.id);
      this.#requests.set(entry.id, entry);
      const oldest = this.#requests.keys().next().value;
      if (this.#requests.size > MOST_WAITING && oldest !== undefined) this.#requests.delete(oldest);
      // Totals change when a request ends.
      if (entry.outcome !== "running") this.#status = true;
    });
  }

  #tell(change: () => void): void {
    change();
    this.#wake?.();
  }

  /** Resolves when there is news, when `ms` have passed, or when `signal` aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#status || this.#health || this.#requests.size > 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done);
      this.#wake = done;
    });
  }

  /** Hands out what is new and forgets it. */
  take(): LiveEvent[] {
    const events: LiveEvent[] = [...this.#requests.values()].map((data) => ({ event: "request", data }));
    if (this.#status) events.unshift({ event: "status", data: this.#sources.status() });
    else if (this.#health) events.unshift({ event: "health", data: this.#sources.status().providers });
    this.#requests.clear();
    this.#status = false;
    this.#health = false;
    return events;
  }

  close(): void {
    for (const end of this.#ends) end();
    this.#wake?.();
  }
}
