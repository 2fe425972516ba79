import { useRef } from "preact/hooks";
import type { ConfigFault, ConfigView } from "../../server/admin/views.ts";
import { Note } from "../parts/messages.tsx";
import { outcome } from "../state/edit.ts";
import { plural } from "../words/format.ts";
import { anchorOf } from "./settings-nav.tsx";
import { dropText, editText, saveText, textCheck, textDraft } from "./text-draft.ts";

/** The file itself, keys masked, to be read and written, with its faults at their lines. */
export function ConfigEditor({ view }: { view: ConfigView }) {
  const draft = textDraft.value;
  const refused = outcome.value?.phase === "refused" && draft ? outcome.value.faults : undefined;
  const check = draft ? textCheck.value : view;
  const faults = refused ?? check?.faults ?? [];
  const notes = check?.notes ?? [];
  return (
    <section class="card" id={anchorOf("file")} aria-labelledby="file-title">
      <div class="card-head">
        <h2 id="file-title">The file</h2>
        {draft && <span class="unsaved small">Not saved yet</span>}
      </div>
      <p class="small muted">
        <span class="mono">{view.path}</span>. Keys are masked; a mask that stays as it is leaves its key as it is.
      </p>
      {draft && draft.base !== view.etag && (
        <Note>The file was changed since you began. Saving shows both versions and lets you choose.</Note>
      )}
      <TextWithLines text={draft?.text ?? view.text} faults={faults} notes={notes} />
      <p class="buttons">
        <button type="button" class="button primary" disabled={!draft} onClick={saveText}>
          Save the file
        </button>
        <button type="button" class="button" disabled={!draft} onClick={dropText}>
          Drop my changes
        </button>
        <span class="small muted" role="status">
          {draft && (check ? verdict(faults, notes) : "Checking …")}
        </span>
      </p>
    </section>
  );
}

function verdict(faults: readonly ConfigFault[], notes: readonly ConfigFault[]): string {
  if (faults.length > 0) return `${plural(faults.length, "fault")}: it would not be saved.`;
  return notes.length > 0 ? `No fault, ${plural(notes.length, "note")}.` : "No fault.";
}

function TextWithLines(props: { text: string; faults: readonly ConfigFault[]; notes: readonly ConfigFault[] }) {
  const { text, faults, notes } = props;
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const bad = new Set(faults.map(({ line }) => line));
  const odd = new Set(notes.map(({ line }) => line));
  const lines = text.split("\n");
  const follow = () => {
    if (gutter.current && area.current) gutter.current.scrollTop = area.current.scrollTop;
  };
  const saveByKey = (event: KeyboardEvent) => {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void saveText();
  };
  const goToLine = (line: number) => {
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    area.current?.focus();
    area.current?.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  };
  return (
    <>
      <div class="editor">
        <div class="editor-lines" ref={gutter} aria-hidden="true">
          {lines.map((_, at) => (
            <i key={at} class={bad.has(at + 1) ? "bad" : odd.has(at + 1) ? "warn" : ""}>
              {at + 1}
            </i>
          ))}
        </div>
        <textarea
          ref={area}
          aria-label="Text of the configuration file"
          aria-describedby="file-faults"
          spellcheck={false}
          autocomplete="off"
          wrap="off"
          value={text}
          onInput={(event) => editText(event.currentTarget.value)}
          onScroll={follow}
          onKeyDown={saveByKey}
        />
      </div>
      <ul class="editor-faults small" id="file-faults">
        {[
          ...faults.map((fault) => ({ ...fault, tone: "bad-text" })),
          ...notes.map((note) => ({ ...note, tone: "" })),
        ].map(({ line, path, message, tone }) => (
          <li key={`${line} ${path} ${message}`} class={tone}>
            {line !== undefined && (
              <button type="button" class="button small" onClick={() => goToLine(line)}>
                Line {line}
              </button>
            )}{" "}
            {path !== "" && <code>{path}</code>} {message}
          </li>
        ))}
      </ul>
    </>
  );
}
