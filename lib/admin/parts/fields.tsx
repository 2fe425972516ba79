/** Controls that belong to one place of the configuration and save by themselves. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId } from "preact/hooks";
import { type Change, type ConfigPath, markDraft, saveChanges } from "../state/edit.ts";
import { pathText } from "../words/config-path.ts";
import { fromText, type TextKind, toText } from "../words/field-text.ts";
import { headerChanges } from "../words/restructure.ts";
import { FieldFrame, faultAt } from "./field-frame.tsx";
import { type Suggestion, Suggestions } from "./suggestions.tsx";
import { type Check, SaveAnyway, TRYING_HINT, type TriedSave, useTriedSave } from "./tried-save.tsx";

interface FieldProps<T> {
  label: string;
  path: ConfigPath;
  value: T;
  hint?: ComponentChildren;
  /** What is done instead of setting the value at the path. */
  changes?: (value: T | undefined) => Change[];
}

type TextFieldProps = FieldProps<unknown> & {
  kind?: TextKind;
  placeholder?: string;
  suggestions?: readonly Suggestion[];
  onSaved?: (value: unknown) => void;
  check?: Check | undefined;
  /** Shown under the field, from what is typed in it. */
  below?: (text: string) => ComponentChildren;
};

/** Text, a number, or a list of lines. It is saved when the field is left or Enter is pressed, and not before. */
export function TextField(props: TextFieldProps) {
  const { label, path, value, hint, kind = "text", placeholder, suggestions, changes } = props;
  const id = useId();
  const saved = toText(kind, value);
  const draft = useSignal<string | undefined>(undefined);
  const unreadable = useSignal<string | undefined>(undefined);
  const text = draft.value ?? saved;
  const unsaved = draft.value !== undefined && draft.value !== saved;
  useEffect(() => {
    markDraft(pathText(path), unsaved);
    return () => markDraft(pathText(path), false);
  }, [pathText(path), unsaved]);
  const tried = useTriedSave(label, props.check);
  const forget = () => {
    draft.value = undefined;
    unreadable.value = undefined;
  };
  const commit = async (save: TriedSave["save"]) => {
    if (!unsaved) return forget();
    const read = fromText(kind, text);
    unreadable.value = read.problem;
    if (read.problem !== undefined) return;
    if (!(await save(changes?.(read.value) ?? [changeOf(path, read.value)]))) return;
    if (draft.value === text) forget();
    props.onSaved?.(read.value);
  };
  const problem = unreadable.value ?? (unsaved ? (faultAt(path) ?? tried.refused) : undefined);
  const control = {
    id,
    value: text,
    placeholder,
    spellcheck: false,
    autocomplete: "off",
    "aria-invalid": problem === undefined ? undefined : ("true" as const),
    "aria-describedby": `${id}-hint`,
    onInput: (event: { currentTarget: { value: string } }) => {
      draft.value = event.currentTarget.value;
      tried.forget();
    },
    onChange: () => commit(tried.save),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === "Escape") forget();
      // Nothing has changed for the browser, but what did not work may work now.
      if (event.key === "Enter" && tried.refused !== undefined) void commit(tried.save);
    },
  };
  return (
    <FieldFrame
      id={id}
      label={label}
      hint={tried.trying ? TRYING_HINT : hint}
      problem={problem}
      unsaved={unsaved && !tried.trying}
    >
      {kind === "lines" ? (
        <textarea {...control} class="mono" rows={Math.max(2, text.split("\n").length)} />
      ) : (
        <input {...control} inputMode={kind === "number" ? "decimal" : "text"} list={suggestions && `${id}-list`} />
      )}
      {suggestions && <Suggestions id={`${id}-list`} values={suggestions} />}
      {unsaved && tried.refused !== undefined && <SaveAnyway onClick={() => commit(tried.saveAnyway)} />}
      {props.below?.(text)}
    </FieldFrame>
  );
}

/** Names with their values, one a line. Only the lines that were changed are saved: others may show a mask. */
export function HeadersField(props: { label: string; path: ConfigPath; value: Record<string, string>; hint: string }) {
  const { path, value } = props;
  return (
    <TextField
      {...props}
      kind="lines"
      value={Object.entries(value).map(([name, one]) => `${name}: ${one}`)}
      changes={(lines) => headerChanges(path, value, Array.isArray(lines) ? lines : [])}
    />
  );
}

export interface Choice {
  value: string;
  label: string;
}

/** One of several; saved at once. An empty value takes the setting out of the file. */
export function SelectField(props: FieldProps<string> & { choices: readonly Choice[]; bare?: boolean }) {
  const { label, path, value, hint, changes, choices, bare = false } = props;
  const id = useId();
  const { shown, send } = usePending(value);
  // What the file says stays choosable, even where it names something that does not exist.
  const all = choices.some((choice) => choice.value === value)
    ? choices
    : [{ value, label: `${value} (does not exist)` }, ...choices];
  const pick = (next: string) => send(next, () => saveChanges(label, ...(changes?.(next) ?? [changeOf(path, next)])));
  return (
    <FieldFrame id={id} label={label} hint={hint} problem={faultAt(path)} bare={bare}>
      <select
        id={id}
        value={shown}
        aria-describedby={`${id}-hint`}
        onChange={(event) => pick(event.currentTarget.value)}
      >
        {all.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </FieldFrame>
  );
}

/** Yes or no; saved at once. */
export function SwitchField(props: FieldProps<boolean> & { name?: string }) {
  const { label, path, value, hint, changes, name } = props;
  const { shown, send } = usePending(value);
  const flip = () =>
    send(!value, () => saveChanges(name ?? label, ...(changes?.(!value) ?? [{ path, value: !value }])));
  const problem = faultAt(path);
  return (
    <div>
      <label class="check">
        <input type="checkbox" checked={shown} onChange={flip} aria-label={name} />
        {label}
      </label>
      {hint && <p class="field-hint">{hint}</p>}
      {problem !== undefined && <p class="small bad-text">Not saved: {problem}</p>}
    </div>
  );
}

/** What was chosen is shown while it is being saved; afterwards what the file says, whichever it is. */
function usePending<T>(value: T): { shown: T; send: (next: T, save: () => Promise<unknown>) => Promise<void> } {
  const pending = useSignal<{ value: T } | undefined>(undefined);
  return {
    shown: pending.value ? pending.value.value : value,
    async send(next, save) {
      pending.value = { value: next };
      await save();
      pending.value = undefined;
    },
  };
}

function changeOf(path: ConfigPath, value: unknown): Change {
  return value === undefined || value === "" ? { path, delete: true } : { path, value };
}
