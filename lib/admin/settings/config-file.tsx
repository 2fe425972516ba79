import type { ConfigView } from "../../server/admin/views.ts";
import { CodeBox } from "../parts/code-box.tsx";
import { FaultList } from "../parts/fault-list.tsx";
import { plural } from "../words/format.ts";

/** The file itself, secrets masked, with its faults at their lines. */
export function ConfigFile({ view }: { view: ConfigView }) {
  const faulty = new Set([...view.faults, ...view.notes].map(({ line }) => line));
  return (
    <section class="card" aria-labelledby="file-title">
      <h2 id="file-title">The file</h2>
      <p class="small muted mono">{view.path}</p>
      <FaultList
        title={`${plural(view.faults.length, "fault")}; what worked before stays in use`}
        faults={view.faults}
        tone="bad"
      />
      <FaultList title={`${plural(view.notes.length, "note")}`} faults={view.notes} tone="warn" />
      <details open={view.faults.length > 0}>
        <summary>Show its text (keys are masked)</summary>
        <CodeBox name="file" label="Text of the configuration file">
          {view.text.split("\n").map((line, at) => (
            <code key={at} class={faulty.has(at + 1) ? "faulty" : ""}>
              {line}
              {"\n"}
            </code>
          ))}
        </CodeBox>
      </details>
    </section>
  );
}
