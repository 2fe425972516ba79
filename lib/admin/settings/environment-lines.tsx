import { useSignal } from "@preact/signals";
import { CopyLine } from "../parts/copy-line.tsx";
import { needsKey } from "../state/store.ts";
import { exportLines, SHELLS, type Shell, unsetLines } from "../words/environment.ts";

/** The lines that bring Claude Code here, and those that take it away again, for each shell. */
export function EnvironmentLines() {
  const shell = useSignal<Shell>("bash");
  return (
    <section class="card" aria-labelledby="env-title">
      <div class="card-head">
        <h2 id="env-title">Point Claude Code here</h2>
        <fieldset class="choice">
          <legend class="sr-only">Shell</legend>
          {SHELLS.map((name) => (
            <label key={name}>
              <input type="radio" name="shell" checked={shell.value === name} onChange={() => (shell.value = name)} />
              <span>{name}</span>
            </label>
          ))}
        </fieldset>
      </div>
      <CopyLine
        label={`the environment for ${shell.value}`}
        text={exportLines(shell.value, location.origin, needsKey.value)}
      />
      <p class="small muted">And back to Anthropic directly:</p>
      <CopyLine label={`the way back for ${shell.value}`} text={unsetLines(shell.value)} />
    </section>
  );
}
