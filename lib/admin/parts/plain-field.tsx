import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { ConfigPath } from "../state/edit.ts";
import { FieldFrame, faultAt } from "./field-frame.tsx";
import { type Suggestion, Suggestions } from "./suggestions.tsx";

/** A text field of a form that is saved as a whole. */
export function PlainField(props: {
  label: string;
  path: ConfigPath;
  value: string;
  required?: boolean;
  secret?: boolean;
  placeholder?: string;
  hint?: ComponentChildren;
  suggestions?: readonly Suggestion[];
  problem?: string | undefined;
  onInput: (value: string) => void;
  onFocus?: () => void;
}) {
  const id = useId();
  const { suggestions } = props;
  const problem = props.problem ?? faultAt(props.path);
  return (
    <FieldFrame id={id} label={props.label} hint={props.hint} problem={problem}>
      <input
        id={id}
        {...(props.secret
          ? ({ type: "password" } as const)
          : ({ type: "text", list: suggestions && `${id}-list` } as const))}
        autocomplete={props.secret ? "new-password" : "off"}
        spellcheck={false}
        required={props.required}
        placeholder={props.placeholder}
        value={props.value}
        aria-invalid={problem === undefined ? undefined : "true"}
        aria-describedby={`${id}-hint`}
        onFocus={props.onFocus}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      {suggestions && <Suggestions id={`${id}-list`} values={suggestions} />}
    </FieldFrame>
  );
}
