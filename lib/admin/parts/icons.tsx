import type { Tab } from "../state/place.ts";

const PATHS = {
  overview: "M3 12h4l3-8 4 16 3-8h4",
  providers: "M4 5h16v5H4zM4 14h16v5H4zM8 7.5h.01M8 16.5h.01",
  models: "M12 3l8 4.5v9L12 21l-8-4.5v-9zM12 12l8-4.5M12 12v9M12 12L4 7.5",
  router:
    "M4 6h5c5 0 5 12 10 12h1M4 18h5c2 0 3.2-1.9 4.3-4.2M14.7 9.5C15.8 7.5 17 6 19 6h1M17.5 3.5L20 6l-2.5 2.5M17.5 15.5L20 18l-2.5 2.5",
  test: "M5 4l14 8-14 8z",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  check: "M5 12.5l4.5 4.5L19 7.5",
  cross: "M6 6l12 12M18 6L6 18",
  back: "M15 5l-7 7 7 7",
  stop: "M7 7h10v10H7z",
  alert: "M12 4l9 16H3zM12 10v4M12 17h.01",
  clock: "M12 3a9 9 0 100 18 9 9 0 000-18zM12 7v5l3 2",
  up: "M12 19V6M6 11l6-6 6 6",
  down: "M12 5v13M6 13l6 6 6-6",
  grip: "M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01",
  arrow: "M5 12h14M13 6l6 6-6 6",
} as const satisfies Record<Tab, string> & Record<string, string>;

export type IconName = keyof typeof PATHS;

/** A line drawing of 24 by 24, in the colour of the text. It says nothing to screen readers: a word stands beside it. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width={size} height={size} aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** Three ways that become one. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" />
      <path d="M6 9h4c5 0 5 7 10 7h6M6 23h4c5 0 5-7 10-7M6 16h20" />
    </svg>
  );
}
