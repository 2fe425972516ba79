import type { JournalEntry } from "../../journal/entry.ts";
import { Histogram } from "../../journal/meter.ts";
import type { ProviderName } from "./spans.ts";
import { attributes, nanos } from "./values.ts";

/** Bucket ends that the GenAI conventions ask for. https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/ */
const TOKEN_ENDS = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864] as const;
const SECOND_ENDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92] as const;

const HISTOGRAMS = {
  "gen_ai.client.token.usage": { unit: "{token}", ends: TOKEN_ENDS },
  "gen_ai.client.operation.duration": { unit: "s", ends: SECOND_ENDS },
  "gen_ai.client.operation.time_to_first_chunk": { unit: "s", ends: SECOND_ENDS },
} as const;

type HistogramName = keyof typeof HISTOGRAMS;
type Labels = Readonly<Record<string, string>>;

const CUMULATIVE = 2;

/** Measurements since the start, as cumulative OTLP metrics. */
export class Measures {
  readonly #since: number;
  readonly #nameOf: ProviderName;
  readonly #histograms = new Map<string, { name: HistogramName; labels: Labels; histogram: Histogram }>();
  readonly #dollars = new Map<string, { labels: Labels; sum: number }>();

  /** @param since epoch ms */
  constructor(since: number, nameOf: ProviderName) {
    this.#since = since;
    this.#nameOf = nameOf;
  }

  add(entry: JournalEntry): void {
    for (const { provider, model, ms, usage, failure, cost, at } of entry.attempts) {
      const labels = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": this.#nameOf(provider),
        "gen_ai.request.model": model,
      };
      const outcome = failure ? { ...labels, "error.type": failure } : labels;
      this.#measure("gen_ai.client.operation.duration", outcome, ms / 1000);
      if (usage) {
        const { input_tokens, cache_read_input_tokens = 0, cache_creation_input_tokens = 0, output_tokens } = usage;
        const input = input_tokens + cache_read_input_tokens + cache_creation_input_tokens;
        this.#measure("gen_ai.client.token.usage", { ...labels, "gen_ai.token.type": "input" }, input);
        this.#measure("gen_ai.client.token.usage", { ...labels, "gen_ai.token.type": "output" }, output_tokens);
      }
      if (!failure && usage && entry.stream && entry.ttftMs !== undefined)
        this.#measure("gen_ai.client.operation.time_to_first_chunk", labels, Math.max(0, entry.ttftMs - at) / 1000);
      if (cost !== undefined) this.#spend(labels, cost);
    }
  }

  /** @param now epoch ms */
  metrics(now: number): object[] {
    const time = { startTimeUnixNano: nanos(this.#since), timeUnixNano: nanos(now) };
    const all = [...this.#histograms.values()];
    const histograms = (Object.keys(HISTOGRAMS) as HistogramName[]).flatMap((name) => {
      const dataPoints = all
        .filter((kept) => kept.name === name)
        .map(({ labels, histogram: { counts, sum } }) => ({
          attributes: attributes(labels),
          ...time,
          count: String(counts.reduce((total, count) => total + count, 0)),
          sum,
          bucketCounts: counts.map(String),
          explicitBounds: [...HISTOGRAMS[name].ends],
        }));
      const { unit } = HISTOGRAMS[name];
      return dataPoints.length === 0
        ? []
        : [{ name, unit, histogram: { aggregationTemporality: CUMULATIVE, dataPoints } }];
    });
    const spent = [...this.#dollars.values()].map(({ labels, sum }) => ({
      attributes: attributes(labels),
      ...time,
      asDouble: sum,
    }));
    const sum = { aggregationTemporality: CUMULATIVE, isMonotonic: true, dataPoints: spent };
    return [...histograms, ...(spent.length === 0 ? [] : [{ name: "ccm.cost", unit: "{USD}", sum }])];
  }

  #measure(name: HistogramName, labels: Labels, value: number): void {
    const key = `${name}\n${Object.values(labels).join("\n")}`;
    const kept = this.#histograms.get(key) ?? { name, labels, histogram: new Histogram(HISTOGRAMS[name].ends) };
    kept.histogram.add(value);
    this.#histograms.set(key, kept);
  }

  #spend(labels: Labels, cost: number): void {
    const key = Object.values(labels).join("\n");
    const kept = this.#dollars.get(key) ?? { labels, sum: 0 };
    kept.sum += cost;
    this.#dollars.set(key, kept);
  }
}
