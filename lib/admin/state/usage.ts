/** What was used and spent today, and how far each budget is used up. */
import { signal } from "@preact/signals";
import type { UsageView } from "../../server/admin/views.ts";
import { getJson } from "./api.ts";
import { resource } from "./resource.ts";

export const usageBy = signal<"provider" | "route" | "model">("provider");

export const usage = resource(() => getJson<UsageView>(`/api/usage?since=today&by=${usageBy.value}`));
