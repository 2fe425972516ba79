import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** A button for what cannot be taken back lightly: it first says in place what will happen, and asks once more. */
export function ConfirmButton(props: {
  label: string;
  /** For screen readers, where several buttons have the same label. */
  name?: string;
  yes: string;
  /** Of the button that does it; `danger` where something is lost. */
  tone?: "danger" | "primary";
  onYes: () => unknown;
  children: ComponentChildren;
}) {
  const asking = useSignal(false);
  const first = useRef<HTMLButtonElement>(null);
  const no = useRef<HTMLButtonElement>(null);
  const wasAsking = useRef(false);
  useEffect(() => {
    if (asking.value) no.current?.focus();
    else if (wasAsking.current) first.current?.focus();
    wasAsking.current = asking.value;
  }, [asking.value]);
  if (!asking.value) {
    return (
      <button
        ref={first}
        type="button"
        class="button small"
        aria-label={props.name}
        onClick={() => (asking.value = true)}
      >
        {props.label}
      </button>
    );
  }
  const act = () => {
    asking.value = false;
    props.onYes();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset has no words of its own to be named by
    <div class="confirm" role="group" aria-label={props.name ?? props.label}>
      <div class="small">{props.children}</div>
      <p class="buttons">
        <button ref={no} type="button" class="button small" onClick={() => (asking.value = false)}>
          Leave it
        </button>
        <button type="button" class={`button small ${props.tone ?? "danger"}`} onClick={act}>
          {props.yes}
        </button>
      </p>
    </div>
  );
}
