import type { ProviderStatus } from "../../server/admin/views.ts";
import { now } from "../state/clock.ts";
import { countdown } from "../words/format.ts";
import { condition, secondsLeft } from "../words/states.ts";
import { StatePill } from "./pill.tsx";

/** How a provider is, with what is left of its pause. It reads the clock, so it counts down by itself. */
export function ProviderStateView({ provider }: { provider: ProviderStatus }) {
  const { word, tone } = condition(provider);
  const left = provider.state === "cooling" ? secondsLeft(provider, now.value) : 0;
  return <StatePill tone={tone} word={left > 0 ? `${word} ${countdown(left)}` : word} />;
}
