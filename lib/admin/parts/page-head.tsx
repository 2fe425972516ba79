import type { ComponentChildren } from "preact";

/** A tab's title and the sentence that says what it is for. */
export function PageHead({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <header class="page-head">
      <h1>{title}</h1>
      <p class="muted">{children}</p>
    </header>
  );
}
