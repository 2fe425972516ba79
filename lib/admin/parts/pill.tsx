import type { ComponentChildren } from "preact";
import type { Tone } from "../words/states.ts";

/** A short word in a tone. The tone only repeats what the word says. */
export function Pill({
  tone = "quiet",
  title,
  children,
}: {
  tone?: Tone;
  title?: string;
  children: ComponentChildren;
}) {
  return (
    <span class={`pill ${tone}`} title={title}>
      {children}
    </span>
  );
}

/** A pill with a dot before it: the state of something that lives. */
export function StatePill({ tone, word }: { tone: Tone; word: string }) {
  return (
    <span class={`pill state ${tone}`}>
      <i class="dot" aria-hidden="true" />
      {word}
    </span>
  );
}
