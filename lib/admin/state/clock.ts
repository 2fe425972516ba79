import { signal } from "@preact/signals";

/** Epoch ms, fresh once a second: for countdowns and "how long ago". */
export const now = signal(Date.now());

setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, 1_000);
