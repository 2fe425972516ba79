import type { TelemetryConfig } from "../../config/schema.ts";
import type { JournalEntry } from "../../journal/entry.ts";
import { Measures } from "./measures.ts";
import { postJson } from "./post.ts";
import { type ProviderName, type Span, spansOf } from "./spans.ts";
import { attributes } from "./values.ts";

export interface ExporterOptions {
  config: TelemetryConfig;
  version: string;
  providerName: ProviderName;
  /** Epoch ms. */
  now: () => number;
  /** Told once in a row of failures. */
  onTrouble: (error: Error) => void;
}

/** Spans are gathered for so long, or until there are so many; a collector that is away costs no more memory than these. */
const SEND_AFTER_MS = 5_000;
const MOST_WAITING = 2_000;
/** How long a collector may be silent; and while the server wants to leave: who stops it does not wait for that. */
const PATIENCE_MS = { running: 10_000, leaving: 1_000 };

/** Sends spans and metrics of requests that have ended. Never stands in a request's way. */
export class Exporter {
  readonly #options: ExporterOptions;
  readonly #measures: Measures;
  readonly #resource: object;
  #spans: Span[] = [];
  #timer: NodeJS.Timeout | undefined;
  readonly #clock: NodeJS.Timeout | undefined;
  #inTrouble = false;
  #patienceMs = PATIENCE_MS.running;

  constructor(options: ExporterOptions) {
    this.#options = options;
    this.#measures = new Measures(options.now(), options.providerName);
    this.#resource = {
      attributes: attributes({ "service.name": "claude-code-mux", "service.version": options.version }),
    };
    const { metrics, interval_seconds } = options.config;
    if (metrics) this.#clock = setInterval(() => void this.#sendMetrics(), interval_seconds * 1000).unref();
  }

  add(entry: JournalEntry): void {
    this.#measures.add(entry);
    if (!this.#options.config.traces) return;
    this.#spans.push(...spansOf(entry, this.#options.providerName));
    if (this.#spans.length > MOST_WAITING) this.#spans.splice(0, this.#spans.length - MOST_WAITING);
    this.#timer ??= setTimeout(() => void this.#sendSpans(), SEND_AFTER_MS).unref();
  }

  /** Sends what is left. */
  async close(): Promise<void> {
    clearInterval(this.#clock);
    this.#patienceMs = PATIENCE_MS.leaving;
    await Promise.all([this.#sendSpans(), ...(this.#options.config.metrics ? [this.#sendMetrics()] : [])]);
  }

  async #sendSpans(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const spans = this.#spans.splice(0);
    if (spans.length === 0) return;
    const scopeSpans = [{ scope: this.#scope, spans }];
    await this.#post("/v1/traces", { resourceSpans: [{ resource: this.#resource, scopeSpans }] });
  }

  async #sendMetrics(): Promise<void> {
    const metrics = this.#measures.metrics(this.#options.now());
    if (metrics.length === 0) return;
    const scopeMetrics = [{ scope: this.#scope, metrics }];
    await this.#post("/v1/metrics", { resourceMetrics: [{ resource: this.#resource, scopeMetrics }] });
  }

  get #scope(): object {
    return { name: "claude-code-mux", version: this.#options.version };
  }

  async #post(path: string, value: unknown): Promise<void> {
    const { endpoint, headers } = this.#options.config;
    try {
      await postJson(endpoint.replace(/\/+$/, "") + path, value, { headers, patienceMs: this.#patienceMs });
      this.#inTrouble = false;
    } catch (error) {
      if (!this.#inTrouble) this.#options.onTrouble(error instanceof Error ? error : new Error(String(error)));
      this.#inTrouble = true;
    }
  }
}
