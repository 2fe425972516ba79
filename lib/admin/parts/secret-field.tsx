import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { Change, ConfigPath } from "../state/edit.ts";
import { FieldFrame, faultAt } from "./field-frame.tsx";
import { type Check, SaveAnyway, TRYING_HINT, type TriedSave, useTriedSave } from "./tried-save.tsx";

/** A secret: what is there is shown masked, and only a new one can be typed. */
export function SecretField(props: {
  label: string;
  path: ConfigPath;
  /** Masked. */
  value: string;
  hint?: ComponentChildren;
  /** What is done instead of setting the value at the path. */
  changes?: (value: string) => Change[];
  check?: Check;
}) {
  const { label, path, value, changes } = props;
  const id = useId();
  const draft = useSignal("");
  const tried = useTriedSave(label, props.check);
  const commit = async (save: TriedSave["save"]) => {
    const typed = draft.value;
    if (typed.trim() === "") return;
    const whole = changes?.(typed.trim()) ?? [{ path, value: typed.trim() }];
    if ((await save(whole)) && draft.value === typed) draft.value = "";
  };
  const unsaved = draft.value !== "";
  const problem = unsaved ? (faultAt(path) ?? tried.refused) : undefined;
  return (
    <FieldFrame
      id={id}
      label={label}
      hint={tried.trying ? TRYING_HINT : props.hint}
      problem={problem}
      unsaved={unsaved && !tried.trying}
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
          tried.forget();
        }}
        onBlur={() => tried.refused === undefined && commit(tried.save)}
        onKeyDown={(event) => {
          if (event.key === "Escape") draft.value = "";
          // Enter again is another try, also with the same key.
          if (event.key === "Enter") void commit(tried.save);
        }}
      />
      {unsaved && tried.refused !== undefined && <SaveAnyway onClick={() => commit(tried.saveAnyway)} />}
    </FieldFrame>
  );
}
