import { useSignal } from "@preact/signals";
import { CodeBox } from "../parts/code-box.tsx";
import type { Trial } from "./trial.ts";

/** The request as it was sent, and the answer as it came, word for word. */
export function RawView({ trial }: { trial: Trial }) {
  // Long answers are not written out twice while they stream, unless somebody looks.
  const open = useSignal(false);
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
        </>
      )}
    </details>
  );
}

/** JSON with its lines; an image's data is only hinted at. What is no JSON stays as it is. */
function readable(text: string): string {
  try {
    const hint = (key: string, value: unknown) =>
      key === "data" && typeof value === "string" && value.length > 80
        ? `${value.slice(0, 40)}… (${value.length} characters)`
        : value;
    return JSON.stringify(JSON.parse(text, hint), null, 2);
  } catch {
    return text;
  }
}
