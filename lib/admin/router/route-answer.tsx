import type { RouteView } from "../../server/admin/views.ts";
import { Pill } from "../parts/pill.tsx";
import { sentence } from "../words/format.ts";
import { ruleWord } from "../words/rules.ts";

/** A decision, step by step. */
export function RouteAnswer({ answer }: { answer: RouteView }) {
  return (
    <div class="route-answer">
      {answer.outcome === "routed" ? (
        <>
          <p>
            <Pill tone="info">{ruleWord(answer.rule ?? "")}</Pill> <strong class="mono">{answer.model}</strong>
          </p>
          <p class="small muted">{sentence(answer.reason)}</p>
          <ol class="numbered small">
            {answer.providers.map(({ provider, model, standIn, why }) => (
              <li key={`${provider} ${model}`}>
                <strong>{provider}</strong> <span class="mono">{model}</span>{" "}
                {standIn && <Pill tone="warn">stand-in</Pill>} <span class="muted">{why}</span>
              </li>
            ))}
          </ol>
        </>
      ) : (
        <p class="bad-text">{sentence(answer.reason)}</p>
      )}
      {answer.setAside.map(({ provider, model, why }) => (
        <p key={`${provider} ${model}`} class="small muted">
          Left out: {provider}, {why}
        </p>
      ))}
      <details open>
        <summary>Step by step</summary>
        <ul class="tried small">
          {answer.tried.map(({ rule, fired, why }) => (
            <li key={rule}>
              <Pill tone={fired ? "ok" : "quiet"}>{fired ? "fired" : "passed"}</Pill> <b>{ruleWord(rule)}</b>
              <span class="muted">{why}</span>
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}
