import { computed, signal } from "@preact/signals";

/** The tabs, in their order. */
export const TABS = ["overview", "providers", "models", "router", "test", "settings"] as const;
export type Tab = (typeof TABS)[number];

const hash = signal(location.hash);
addEventListener("hashchange", () => {
  hash.value = location.hash;
});

/** Where the user is: `#/TAB/DETAIL`. What is no tab is the first one. */
export const place = computed(() => {
  const [, name = "", ...rest] = hash.value.split("/");
  const tab = TABS.find((known) => known === name) ?? TABS[0];
  return { tab, detail: rest.length > 0 ? decodeURIComponent(rest.join("/")) : undefined };
});

export function addressOf(tab: Tab, detail?: string): string {
  return detail === undefined ? `#/${tab}` : `#/${tab}/${encodeURIComponent(detail)}`;
}

export function goTo(tab: Tab, detail?: string): void {
  location.hash = addressOf(tab, detail);
}
