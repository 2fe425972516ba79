import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { BackupView } from "../../server/admin/views.ts";
import { ConfirmButton } from "../parts/confirm-button.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Problem } from "../parts/messages.tsx";
import { getJson, sendJson } from "../state/api.ts";
import { save, undo, undoable } from "../state/edit.ts";
import { resource } from "../state/resource.ts";
import { bytes, dateAndClock } from "../words/format.ts";
import { anchorOf } from "./settings-nav.tsx";

const PATH = "/api/config/backups";
const backups = resource(async () => (await getJson<{ items: BackupView[] }>(PATH)).items);

/** Ways back: undo, copies of the file, the template. */
export function Backups() {
  const problem = useSignal<string | undefined>(undefined);
  useEffect(() => void backups.load(), []);
  const make = async () => {
    try {
      backups.take((await sendJson<{ items: BackupView[] }>("POST", PATH)).items);
      problem.value = undefined;
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
  };
  const replace = async (what: string, body: { backup: string } | { template: "custom" }) => {
    if (await save(what, body)) await backups.load();
  };
  const last = undoable.value;
  return (
    <section class="card" id={anchorOf("backups")} aria-labelledby="backups-title">
      <h2 id="backups-title">Ways back</h2>
      <p class="small muted">
        {last
          ? `The last change of this visit: ${last.what}.`
          : "Nothing was changed in this visit, or the file was changed elsewhere since."}
      </p>
      <div class="buttons">
        <button type="button" class="button" disabled={!last} onClick={undo}>
          Undo the last change
        </button>
        <button type="button" class="button" onClick={make}>
          Make a backup
        </button>
        <ConfirmButton
          label="Reset to the template …"
          yes="Back up and reset"
          onYes={() => replace("the file was reset to the template", { template: "custom" })}
        >
          The template takes the file's place: providers, models and routes of yours are gone from it. A backup is made
          first.
        </ConfirmButton>
      </div>
      {problem.value !== undefined && <Problem>{problem.value}</Problem>}
      <Loaded from={backups} what="the backups">
        {(list) => (
          <ul class="lines backups">
            {list.map(({ name, time, bytes: size }) => (
              <li key={name}>
                <span>
                  {dateAndClock(time)} <span class="muted small">{bytes(size)}</span>
                  <br />
                  <span class="mono muted small">{name}</span>
                </span>
                <ConfirmButton
                  label="Put back …"
                  name={`Put back ${name}`}
                  yes="Put it back"
                  onYes={() => replace(`put back ${name}`, { backup: name })}
                >
                  This copy takes the file's place. What is there now is backed up first.
                </ConfirmButton>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  );
}
