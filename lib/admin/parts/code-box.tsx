import type { ComponentChildren } from "preact";

/** Text with its own line ends. It scrolls by itself, so the keyboard must be able to reach it. */
export function CodeBox({ label, name = "", children }: { label: string; name?: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be scrollable without a mouse
    <section class={`code-box ${name}`} aria-label={label} tabIndex={0}>
      <pre>{children}</pre>
    </section>
  );
}
