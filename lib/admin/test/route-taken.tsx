import { Pill } from "../parts/pill.tsx";
import { sentence } from "../words/format.ts";
import { ruleWord } from "../words/rules.ts";
import type { TrialDecision } from "./trial.ts";

/** The decision, as the response's headers told it before the first word. */
export function RouteTaken({ decision }: { decision: TrialDecision }) {
  const { rule, reason, model, provider, attempts } = decision;
  return (
    <div class="route-taken">
      <p class="route-chain">
        {rule !== "" && (
          <span>
            <Pill tone="info">{ruleWord(rule)}</Pill>
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
      {reason !== "" && <p class="small muted">{sentence(reason)}</p>}
    </div>
  );
}
