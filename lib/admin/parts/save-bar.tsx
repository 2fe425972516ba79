import { now } from "../state/clock.ts";
import { outcome, save, undo, undoable } from "../state/edit.ts";
import { clock, sentence } from "../words/format.ts";
import { Icon } from "./icons.tsx";

const SAVED_SHOWN_MS = 20_000;

/** What became of the last change, in truth: under way, in the file, or not saved and why. */
export function SaveBar() {
  const last = outcome.value;
  const stale = last?.phase === "saved" && now.value - last.at > SAVED_SHOWN_MS;
  const shown = last && !stale && last.phase !== "conflict" ? last : undefined;
  return (
    <div class="save-bar" role="status" aria-live="polite">
      {shown && (
        <div class={`save-card ${shown.phase}`}>
          <div class="save-words">
            <SaveWords />
          </div>
          {shown.phase === "saved" && undoable.value && (
            <button type="button" class="button small" onClick={undo}>
              Undo
            </button>
          )}
          {shown.phase === "failed" && (
            <button type="button" class="button small" onClick={() => save(shown.what, shown.body)}>
              Try again
            </button>
          )}
          {shown.phase !== "saving" && (
            <button type="button" class="quiet-button" onClick={() => (outcome.value = undefined)} aria-label="Dismiss">
              <Icon name="cross" />
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function SaveWords() {
  const last = outcome.value;
  switch (last?.phase) {
    case "saving":
      return <>Saving: {last.what} …</>;
    case "saved":
      return (
        <>
          <Icon name="check" /> <b>Saved</b> at {clock(last.at)}: {last.what}
        </>
      );
    case "failed":
      return (
        <>
          <b>Not saved</b>: {last.what}. {sentence(last.message)}
        </>
      );
    case "refused":
      return (
        <>
          <b>Not saved</b>: {last.what}. {last.faults.length === 0 && sentence(last.message)}
          <ul>
            {last.faults.map(({ path, message }) => (
              <li key={`${path} ${message}`}>
                <code>{path}</code> {message}
              </li>
            ))}
          </ul>
        </>
      );
    default:
      return null;
  }
}
