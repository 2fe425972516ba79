/** What was used and spent today, and how far each budget is used up. */
import { computed, signal } from "@preact/signals";
import type { UsageView } from "../../server/admin/views.ts";
import { getJson } from "./api.ts";
import { resource } from "./resource.ts";

export const usageBy = signal<"provider" | "route" | "model">("provider");

const question = () => `since=today&by=${usageBy.value}`;

export const usage = resource(() => getJson<UsageView>(`/api/usage?${question()}`));

/** Where the same sums can be downloaded. */
export const usageFile = computed(() => `/api/downloads/usage.csv?${question()}`);
