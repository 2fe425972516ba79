import type { ComponentChildren } from "preact";
import { type ConfigPath, outcome } from "../state/edit.ts";
import { isAt } from "../words/config-path.ts";

/** Why the server refused the last save because of this place; undefined when it did not. */
export function faultAt(path: ConfigPath): string | undefined {
  const last = outcome.value;
  return last?.phase === "refused" ? last.faults.find((fault) => isAt(fault.path, path))?.message : undefined;
}

interface FrameProps {
  /** Of the control inside. */
  id: string;
  label: string;
  hint?: ComponentChildren;
  problem?: string | undefined;
  /** Typed, but not in the file yet. */
  unsaved?: boolean;
  /** The name is for screen readers only: what stands beside says it. */
  bare?: boolean;
  children: ComponentChildren;
}

/** A control with its name above it, and below it what it means, or what is wrong with it. */
export function FieldFrame({ id, label, hint, problem, unsaved = false, bare = false, children }: FrameProps) {
  return (
    <div class="field">
      <label for={id} class={bare ? "sr-only" : ""}>
        {label}
      </label>
      {children}
      <p class="field-hint" id={`${id}-hint`}>
        {problem !== undefined ? (
          <span class="bad-text" role="alert">
            Not saved: {problem}
          </span>
        ) : unsaved ? (
          <span class="unsaved">Not saved yet: press Enter, or leave the field. Esc takes it back.</span>
        ) : (
          hint
        )}
      </p>
    </div>
  );
}
