import { goTo, place, TABS, type Tab } from "../state/place.ts";
import { Icon } from "./icons.tsx";

const LABELS = {
  overview: "Overview",
  providers: "Providers",
  models: "Models",
  router: "Router",
  test: "Test",
  settings: "Settings",
} as const satisfies Record<Tab, string>;

/** The six tabs, by the ARIA pattern: one stop for the Tab key; arrows, Home and End move between them. */
export function TabList() {
  const open = place.value.tab;
  return (
    <div class="tabs" role="tablist" aria-label="Sections" onKeyDown={(event) => moveByKey(event, open)}>
      {TABS.map((tab) => (
        <button
          type="button"
          key={tab}
          role="tab"
          id={`tab-${tab}`}
          aria-selected={tab === open}
          aria-controls="panel"
          tabIndex={tab === open ? 0 : -1}
          onClick={() => goTo(tab)}
        >
          <Icon name={tab} size={18} />
          <span>{LABELS[tab]}</span>
        </button>
      ))}
    </div>
  );
}

function moveByKey(event: KeyboardEvent, open: Tab): void {
  const next = neighbour(event.key, TABS.indexOf(open));
  if (next === undefined) return;
  event.preventDefault();
  goTo(next);
  document.getElementById(`tab-${next}`)?.focus();
}

function neighbour(key: string, at: number): Tab | undefined {
  const last = TABS.length - 1;
  switch (key) {
    case "ArrowRight":
      return TABS[at === last ? 0 : at + 1];
    case "ArrowLeft":
      return TABS[at === 0 ? last : at - 1];
    case "Home":
      return TABS[0];
    case "End":
      return TABS[last];
    default:
      return undefined;
  }
}
