import "./test.css";
import { Empty } from "../parts/messages.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { AnswerView } from "./answer-view.tsx";
import { Compared } from "./compared.tsx";
import { type Trial, trials } from "./trial.ts";
import { TrialFormView } from "./trial-form.tsx";

/** Send a message through everything that a real request goes through, and watch where it goes. */
export function TestTab() {
  return (
    <div class="stack">
      <PageHead title="Test">
        Sends a real request through router, failover and provider, as Claude Code would. It uses tokens like any other.
      </PageHead>
      <div class="trial">
        <TrialFormView />
        <div class="trial-results">
          {trials.value.length > 1 && <Compared />}
          <div class={trials.value.length > 1 ? "trial-answers many" : "trial-answers"}>
            {trials.value.length === 0 ? (
              <NothingYet />
            ) : (
              trials.value.map((trial, at) => (
                <section key={at} class="card trial-answer" aria-labelledby={`answer-${at}`}>
                  <AnswerView trial={trial} titleId={`answer-${at}`} title={titleOf(trial, trials.value.length)} />
                </section>
              ))
            )}
          </div>
        </div>
      </div>
    </div>
  );
}

function titleOf({ asked, again }: Trial, count: number): string {
  if (again) return `Sent again: ${asked}`;
  return count > 1 ? `Answer of ${asked}` : "Answer";
}

function NothingYet() {
  return (
    <section class="card trial-answer" aria-labelledby="answer-title">
      <h2 id="answer-title">Answer</h2>
      <Empty title="Nothing sent yet">
        <p>The answer streams in here, with the route it took and every attempt.</p>
      </Empty>
    </section>
  );
}
