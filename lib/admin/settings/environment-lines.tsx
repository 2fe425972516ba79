import { useSignal } from "@preact/signals";
import { CopyLine } from "../parts/copy-line.tsx";
import { RadioChoice } from "../parts/radio-choice.tsx";
import { here } from "../state/store.ts";
import { exportLines, PROFILES, type Profile, SHELLS, type Shell, unsetLines } from "../words/environment.ts";

const PROFILE_CHOICES = (Object.keys(PROFILES) as Profile[]).map((value) => ({ value, label: PROFILES[value].label }));

/** The lines that bring Claude Code here, and those that take it away again, for each shell and each way to pay. */
export function EnvironmentLines() {
  const shell = useSignal<Shell>("bash");
  const profile = useSignal<Profile>("proxy");
  return (
    <section class="card" aria-labelledby="env-title">
      <div class="card-head env-head">
        <h2 id="env-title">Point Claude Code here</h2>
        <div class="buttons">
          <RadioChoice legend="Credentials" value={profile} choices={PROFILE_CHOICES} />
          <RadioChoice legend="Shell" value={shell} choices={SHELLS.map((value) => ({ value, label: value }))} />
        </div>
      </div>
      <p class="small muted">{PROFILES[profile.value].says}</p>
      <CopyLine
        label={`the environment for ${shell.value}`}
        text={exportLines(shell.value, here.value, profile.value)}
      />
      <p class="small muted">And back to Anthropic directly:</p>
      <CopyLine label={`the way back for ${shell.value}`} text={unsetLines(shell.value, here.value)} />
    </section>
  );
}
