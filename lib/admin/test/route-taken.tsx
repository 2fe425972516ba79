import { Pill } from "../parts/pill.tsx";
import { ruleWord } from "../words/rules.ts";
import type { TrialDecision } from "./trial.ts";

/** The decision, as the response's headers told it at once; the reason follows from the journal. */
export function RouteTaken({ decision, reason }: { decision: TrialDecision; reason: string | undefined }) {
  const { route, model, provider, attempts } = decision;
  return (
    <div class="route-taken">
      <p class="route-chain">
        {route !== "" && (
          <span>
            <Pill tone="info">{ruleWord(route)}</Pill>
          </span>
        )}
        {model !== "" && <span class="mono">{model}</span>}
        {provider !== "" && (
          <span>
            <b>{provider}</b>
            {Number(attempts) > 1 && <span class="muted"> at attempt {attempts}</span>}
          </span>
        )}
      </p>
      {reason !== undefined && <p class="small muted">{reason}</p>}
    </div>
  );
}
