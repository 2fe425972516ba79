import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { type Change, type ConfigPath, saveChanges } from "../state/edit.ts";
import { FieldFrame, faultAt } from "./field-frame.tsx";

/** A secret: what is there is shown masked, and only a new one can be typed. */
export function SecretField(props: {
  label: string;
  path: ConfigPath;
  /** Masked. */
  value: string;
  hint?: ComponentChildren;
  /** What is done instead of setting the value at the path. */
  changes?: (value: string) => Change[];
  /** Tries it out before it is saved. @returns why it is better not saved */
  check?: (changes: Change[]) => Promise<string | undefined>;
}) {
  const { label, path, value, changes, check } = props;
  const id = useId();
  const draft = useSignal("");
  const checking = useSignal(false);
  const refused = useSignal<string | undefined>(undefined);
  const whole = () => {
    const typed = draft.value.trim();
    return changes?.(typed) ?? [{ path, value: typed }];
  };
  const save = async () => {
    if (!(await saveChanges(label, ...whole()))) return;
    draft.value = "";
    refused.value = undefined;
  };
  const commit = async () => {
    if (draft.value.trim() === "" || checking.value) return;
    checking.value = true;
    refused.value = await check?.(whole());
    if (refused.value === undefined) await save();
    checking.value = false;
  };
  const unsaved = draft.value !== "";
  const problem = unsaved ? (faultAt(path) ?? refused.value) : undefined;
  return (
    <FieldFrame
      id={id}
      label={label}
      hint={checking.value && check ? "It is tried out before it is saved …" : props.hint}
      problem={problem}
      unsaved={unsaved && !checking.value}
    >
      <input
        id={id}
        type="password"
        autocomplete="new-password"
        value={draft}
        placeholder={value === "" ? "none" : value}
        aria-invalid={problem === undefined ? undefined : "true"}
        aria-describedby={`${id}-hint`}
        onInput={(event) => {
          draft.value = event.currentTarget.value;
          refused.value = undefined;
        }}
        onBlur={() => refused.value === undefined && commit()}
        onKeyDown={(event) => {
          if (event.key === "Escape") draft.value = "";
          // Enter again is another try, also with the same key.
          if (event.key === "Enter") void commit();
        }}
      />
      {unsaved && refused.value !== undefined && (
        <p class="buttons">
          <button type="button" class="button small" onClick={save}>
            Save it all the same
          </button>
        </p>
      )}
    </FieldFrame>
  );
}
