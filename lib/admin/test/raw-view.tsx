import { useSignal } from "@preact/signals";
import { CodeBox } from "../parts/code-box.tsx";
import { Exchange } from "../parts/exchange.tsx";
import { readable } from "../words/raw-text.ts";
import type { Trial } from "./trial.ts";

/** Both sides word for word: between this page and the server, and between the server and each provider that was asked. */
export function RawView({ trial }: { trial: Trial }) {
  // Long answers are not written out twice while they stream, unless somebody looks.
  const open = useSignal(false);
  const id = trial.decision?.requestId ?? "";
  return (
    <details class="raw-view" onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary>Raw request and response</summary>
      {open.value && (
        <>
          <h3>POST /v1/messages</h3>
          <CodeBox name="file" label={`Request to ${trial.asked}, raw`}>
            {readable(trial.sent)}
          </CodeBox>
          <h3>{trial.status === 0 ? "No answer yet" : `Answer ${trial.status}`}</h3>
          <CodeBox name="file" label={`Response of ${trial.asked}, raw`}>
            {readable(trial.received)}
          </CodeBox>
          {id !== "" && trial.totalMs !== undefined && (
            <>
              <h3>Between the server and the providers</h3>
              <Exchange id={id} sides="upstream" />
            </>
          )}
        </>
      )}
    </details>
  );
}
