import type { Signal } from "@preact/signals";
import { useId } from "preact/hooks";

/** One of a few, all in view. */
export function RadioChoice<T extends string>(props: {
  legend: string;
  value: Signal<T>;
  choices: readonly { value: T; label: string }[];
}) {
  const name = useId();
  return (
    <fieldset class="choice">
      <legend class="sr-only">{props.legend}</legend>
      {props.choices.map(({ value, label }) => (
        <label key={value}>
          <input
            type="radio"
            name={name}
            checked={props.value.value === value}
            onChange={() => (props.value.value = value)}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}
