import type { RequestFacts } from "../anthropic/facts.ts";
import type { InboundRequest } from "../anthropic/request.ts";
import type { Mapping, Model } from "../config/settings.ts";
import type { Candidate, HealthView } from "./decision.ts";

/** What a strategy may go by. */
export interface Circumstances {
  request: InboundRequest;
  facts: RequestFacts;
  /** Identifies the conversation. */
  session: string;
  model: Model;
  health: HealthView;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Epoch ms. */
  now: number;
}

/** Puts mappings that can all serve in the order in which they are to be tried, and says why. */
export type Strategy = (mappings: readonly Mapping[], at: Circumstances) => Candidate[];

/** The mapping that answered this conversation last, and when (epoch ms). */
export function lastServer(
  mappings: readonly Mapping[],
  { health, session }: Circumstances,
): { mapping: Mapping; at: number } | undefined {
  let last: { mapping: Mapping; at: number } | undefined;
  for (const mapping of mappings) {
    const at = health.lastServed(session, mapping.provider.name, mapping.model);
    if (at !== undefined && (!last || at > last.at)) last = { mapping, at };
  }
  return last;
}
