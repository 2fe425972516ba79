import type { ComponentChildren } from "preact";
import { Icon } from "./icons.tsx";

/** Something went wrong: what, and how to mend it. */
export function Problem({ children }: { children: ComponentChildren }) {
  return (
    <div class="message bad" role="alert">
      <Icon name="alert" />
      <div>{children}</div>
    </div>
  );
}

/** Something to know. */
export function Note({ children }: { children: ComponentChildren }) {
  return (
    <div class="message quiet">
      <div>{children}</div>
    </div>
  );
}

/** Nothing here yet, why, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** Stands where something will be, in about its size, so that nothing jumps when it comes. */
export function Waiting({ what, rows = 3 }: { what: string; rows?: number }) {
  return (
    <div class="waiting" role="status">
      <span class="sr-only">Loading {what}</span>
      {Array.from({ length: rows }, (_, row) => (
        <i key={row} aria-hidden="true" />
      ))}
    </div>
  );
}
