import "./first-run.css";
import type { StatusView } from "../../server/admin/views.ts";
import { CopyLine } from "../parts/copy-line.tsx";
import { addressOf } from "../state/place.ts";
import { here } from "../state/store.ts";
import { exportLines } from "../words/environment.ts";

/** From nothing to a first answered request: the very lines to type. */
export function FirstRun({ status }: { status: StatusView }) {
  const ready = status.providers.some((provider) => provider.state === "ok");
  return (
    <section class="card first-run" aria-labelledby="first-run-title">
      <h2 id="first-run-title">{ready ? "Ready for the first request" : "Three steps to the first answer"}</h2>
      <ol class="steps">
        <li class={ready ? "done" : ""}>
          <h3>{ready ? "A provider is set up" : "Give it a provider"}</h3>
          {!ready && (
            <>
              <p>
                <a class="button primary" href={addressOf("providers", "+")}>
                  Add a provider
                </a>
              </p>
              <p class="small muted">Or let the wizard ask, in a terminal:</p>
              <CopyLine label="the wizard's command" text="ccm-quickstart" />
              <p class="small muted">
                Or edit <span class="mono">{status.config.path}</span>; a change is live as soon as it is saved.
              </p>
            </>
          )}
        </li>
        <li>
          <h3>Point Claude Code at it</h3>
          <p>In the terminal where you start Claude Code:</p>
          <CopyLine label="the environment" text={exportLines("bash", here.value)} />
        </li>
        <li>
          <h3>Start Claude Code</h3>
          <CopyLine label="the start of Claude Code" text="claude" />
          <p class="small muted">
            Or both at once, with nothing to remember: <code>ccmctl code</code>. To see an answer without leaving this
            page, <a href={addressOf("test")}>send a test message</a>.
          </p>
        </li>
      </ol>
    </section>
  );
}
