import type { StatusView } from "../../server/admin/views.ts";
import { plural } from "./format.ts";
import { condition, type Tone } from "./states.ts";

export interface Verdict {
  tone: Tone;
  title: string;
  detail: string;
}

/** Is it working? One glance, one sentence. */
export function verdict({ providers, config, simulations }: StatusView): Verdict {
  const enabled = providers.filter((provider) => provider.state !== "disabled");
  const ready = enabled.filter((provider) => provider.state === "ok");
  const count = `${ready.length} of ${plural(enabled.length, "provider")} ready`;
  if (enabled.length === 0) {
    return { tone: "quiet", title: "No provider is set up yet", detail: "Requests have nowhere to go." };
  }
  if (ready.length === 0) {
    const resting = enabled.some((provider) => provider.state === "cooling");
    return resting
      ? { tone: "bad", title: "Every provider is resting", detail: "Each is asked again as its pause ends." }
      : { tone: "bad", title: "No provider can answer", detail: "Give one a key or a login." };
  }
  if (!config.valid) return { tone: "warn", title: "Working, but the configuration file has faults", detail: count };
  if (simulations.length > 0) {
    return { tone: "warn", title: "Working, with a simulated failure", detail: `${count} · ${simulated(simulations)}` };
  }
  return ready.length === enabled.length
    ? { tone: "ok", title: "Everything is working", detail: count }
    : { tone: "warn", title: "Working, with fewer providers", detail: `${count} · ${missing(enabled)}` };
}

const MOST_NAMED = 3;

/** Who is out, and why. */
function missing(enabled: StatusView["providers"]): string {
  const out = enabled.filter(({ state }) => state !== "ok");
  const named = out
    .slice(0, MOST_NAMED)
    .map((provider) => `${provider.name}: ${condition(provider).word.toLowerCase()}`);
  return out.length > MOST_NAMED ? `${named.join(", ")} …` : named.join(", ");
}

function simulated(simulations: StatusView["simulations"]): string {
  return `made to fail: ${simulations.map(({ provider }) => provider).join(", ")}`;
}
