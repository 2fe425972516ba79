import type { BudgetView } from "../../journal/budget.ts";
import type { UsageView } from "../../server/admin/views.ts";
import { Pill } from "../parts/pill.tsx";
import { now } from "../state/clock.ts";
import { addressOf } from "../state/place.ts";
import { dollars, percent, sentence, span } from "../words/format.ts";
import type { Tone } from "../words/states.ts";

const STATES = {
  free: { word: "within", tone: "ok" },
  warn: { word: "nearly used up", tone: "warn" },
  stop: { word: "used up", tone: "bad" },
} as const satisfies Record<BudgetView["state"], { word: string; tone: Tone }>;

/** Each limit that is set: how much of it is used, when it is free again, and what happens at its end. */
export function Budgets({ view }: { view: UsageView }) {
  return (
    <section class="card budgets" aria-labelledby="budgets-title">
      <h3 id="budgets-title">Budgets</h3>
      {view.budgets.length === 0 ? (
        <p class="small muted">
          No limit is set. <a href={addressOf("settings", "budget")}>Set one</a> to be told before it is spent, and to
          stop there or go on with a cheaper model.
        </p>
      ) : (
        <>
          <ul>
            {view.budgets.map((budget) => (
              <Budget key={budget.key} budget={budget} warnAt={view.warn_at ?? 1} />
            ))}
          </ul>
          <p class="small muted">{stopWords(view)}</p>
        </>
      )}
    </section>
  );
}

function Budget({ budget, warnAt }: { budget: BudgetView; warnAt: number }) {
  const { word, tone } = STATES[budget.state];
  return (
    <li>
      <div class="budget-head">
        <span>{sentence(budget.title).replace(/\.$/, "")}</span>
        <Pill tone={tone}>{word}</Pill>
      </div>
      <meter
        class={tone}
        min={0}
        max={1}
        value={Math.min(1, budget.used)}
        aria-label={`${budget.title}: ${percent(budget.used)} used, ${word}`}
      />
      <p class="small muted">
        <b>{dollars(budget.spent)}</b> of {dollars(budget.limit)} ({percent(budget.used)}), warned from{" "}
        {percent(warnAt)} · anew in {span(Math.max(0, (budget.resets_at - now.value) / 1_000))}
      </p>
    </li>
  );
}

function stopWords({ at_stop, at_stop_model }: UsageView): string {
  return at_stop === "cheaper"
    ? `Once one is used up, ${at_stop_model ?? "a cheaper model"} serves instead.`
    : "Once one is used up, requests that would exceed it are refused.";
}
