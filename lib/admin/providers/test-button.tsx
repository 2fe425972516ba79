import type { ProviderCheck } from "../../server/admin/views.ts";
import { Icon, type IconName } from "../parts/icons.tsx";
import { duration, sentence } from "../words/format.ts";
import { type TestResult, testProvider, testResults } from "./test-state.ts";

/** Asks the provider for a word, with each thing that Claude Code needs. */
export function TestButton({ name }: { name: string }) {
  return (
    <button
      type="button"
      class="button small"
      disabled={testResults.value[name]?.phase === "testing"}
      onClick={() => testProvider(name)}
      aria-label={`Test ${name}`}
    >
      Test
    </button>
  );
}

/** What came of the last test: a verdict, and below it check by check, in the vendor's own words. */
export function TestOutcome({ name }: { name: string }) {
  return (
    <div role="status" class="test-outcome">
      <Outcome result={testResults.value[name]} />
    </div>
  );
}

function Outcome({ result }: { result: TestResult | undefined }) {
  if (!result) return null;
  switch (result.phase) {
    case "testing":
      return <p class="small muted">Asking it for a few words, a tool call and a look at a picture …</p>;
    case "refused":
      return (
        <p class="small bad-text">
          <b>Not tried:</b> {sentence(result.problem.message)}
        </p>
      );
    default: {
      const { ok, model, ms, checks } = result.view;
      return (
        <>
          <p class={ok ? "ok-text" : "bad-text"}>
            <b>{ok ? "Works" : "Does not work"}</b>{" "}
            <span class="small muted">
              {model !== undefined && <span class="mono">{model}</span>} in {duration(ms)}
            </span>
          </p>
          <ul class="checks-list small">
            {checks.map((check) => (
              <CheckLine key={check.id} check={check} />
            ))}
          </ul>
        </>
      );
    }
  }
}

const OUTCOMES = {
  ok: { icon: "check", word: "fine" },
  failed: { icon: "cross", word: "failed" },
  unclear: { icon: "alert", word: "unclear" },
  skipped: { icon: "stop", word: "not asked" },
} as const satisfies Record<ProviderCheck["outcome"], { icon: IconName; word: string }>;

function CheckLine({ check: { label, outcome, detail, ms } }: { check: ProviderCheck }) {
  const { icon, word } = OUTCOMES[outcome];
  return (
    <li class={outcome}>
      <Icon name={icon} size={14} />
      <span>
        <b>{sentence(label).replace(/\.$/, "")}</b>
        <span class="sr-only"> {word}</span>: {detail}
      </span>
      {ms !== undefined && <span class="muted">{duration(ms)}</span>}
    </li>
  );
}
