import type { Decision, NoRoute } from "../../../routing/decision.ts";
import type { RouteView } from "../views.ts";

/** A decision as it may be shown: without the providers' keys and headers. */
export function routeView(outcome: Decision | NoRoute): RouteView {
  if ("kind" in outcome) {
    const { kind, message, tried, setAside } = outcome;
    return { found: false, kind, message, tried, set_aside: setAside };
  }
  const { rule, reason, requested, model, strategy, tried, setAside } = outcome;
  const candidates = outcome.candidates.map(({ mapping, why }) => ({
    provider: mapping.provider.name,
    model: mapping.model,
    stand_in: mapping.standIn,
    why,
  }));
  return { found: true, rule, reason, requested, model, strategy, candidates, set_aside: setAside, tried };
}
