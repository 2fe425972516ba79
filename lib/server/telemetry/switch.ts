import type { TelemetryConfig } from "../../config/schema.ts";
import type { ServerContext } from "../context.ts";
import type { Exporter } from "./exporter.ts";

/** Names of the GenAI conventions for vendors that have one; others go by their catalogue id. */
const KNOWN_NAMES: Readonly<Record<string, string>> = {
  gemini: "gcp.gemini",
  "vertex-ai": "gcp.vertex_ai",
  mistral: "mistral_ai",
  xai: "x_ai",
};

/**
 * Sends telemetry while the configuration names a collector. Until then nothing of it is loaded.
 * @returns what sends the rest and ends it
 */
export function keepTelemetry(context: ServerContext): () => Promise<void> {
  let used: TelemetryConfig | undefined;
  let exporter: Promise<Exporter> | undefined;
  let unsubscribe: (() => void) | undefined;

  const stop = async (): Promise<void> => {
    unsubscribe?.();
    const ended = exporter;
    used = exporter = unsubscribe = undefined;
    await (await ended)?.close();
  };
  const follow = (): void => {
    const config = context.config.settings.telemetry;
    const wanted = config && config.endpoint !== "" && (config.traces || config.metrics) ? config : undefined;
    if (JSON.stringify(wanted) === JSON.stringify(used)) return;
    void stop();
    if (!wanted) return;
    used = wanted;
    const loaded = load(context, wanted);
    exporter = loaded;
    unsubscribe = context.journal.subscribe((entry, final) => {
      if (final) void loaded.then((ready) => ready.add(entry));
    });
  };

  follow();
  const forget = context.onConfigChange(follow);
  return async () => {
    forget();
    await stop();
  };
}

async function load(context: ServerContext, config: TelemetryConfig): Promise<Exporter> {
  const { Exporter } = await import("./exporter.ts");
  return new Exporter({
    config,
    version: context.version,
    providerName: (name) => {
      const id = context.config.settings.providers.get(name)?.type.id;
      return id === undefined ? name : (KNOWN_NAMES[id] ?? id);
    },
    now: Date.now,
    onTrouble: (error) => context.log.write("warn", `telemetry cannot be sent: ${error.message}`),
  });
}
