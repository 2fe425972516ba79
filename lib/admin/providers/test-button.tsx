import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { addressOf } from "../state/place.ts";
import { change } from "../test/trial.ts";
import { duration } from "../words/format.ts";
import { type TestResult, testAfterSave, testProvider } from "./test-state.ts";

/** Asks the provider for a word, and says what came of it. */
export function TestButton({ name }: { name: string }) {
  const result = useSignal<TestResult | undefined>(undefined);
  const run = async () => {
    result.value = { phase: "testing" };
    result.value = await testProvider(name);
  };
  useEffect(() => {
    if (testAfterSave.value !== name) return;
    testAfterSave.value = undefined;
    void run();
  }, [name]);
  return (
    <>
      <button
        type="button"
        class="button small"
        disabled={result.value?.phase === "testing"}
        onClick={run}
        aria-label={`Test ${name}`}
      >
        Test
      </button>
      <span class="small" role="status">
        <Words name={name} result={result.value} />
      </span>
    </>
  );
}

function Words({ name, result }: { name: string; result: TestResult | undefined }) {
  if (!result) return null;
  switch (result.phase) {
    case "testing":
      return <>Asking it …</>;
    case "unavailable":
      return (
        <>
          This server has no test of its own.{" "}
          <a href={addressOf("test")} onClick={() => change({ provider: name })}>
            Send it a message
          </a>
        </>
      );
    default:
      return (
        <span class={result.ok ? "ok-text" : "bad-text"}>
          {result.ok ? "Works" : "Does not work"}
          {result.ms !== undefined && ` (${duration(result.ms)})`}: {result.message}
        </span>
      );
  }
}
