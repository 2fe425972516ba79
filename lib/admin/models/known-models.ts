import { signal } from "@preact/signals";
import type { OfferedModelsView } from "../../server/admin/views.ts";
import type { Suggestion } from "../parts/suggestions.tsx";
import { getJson, sendJson } from "../state/api.ts";
import type { Change } from "../state/edit.ts";
import { abilities } from "../words/abilities.ts";

/** What each configured provider serves; a provider that was not asked for is missing. */
export const knownModels = signal<Readonly<Record<string, OfferedModelsView>>>({});

/**
 * Asks for a provider's models. Only suggestions: where they cannot be had, the field is as good without.
 * @param changes how the provider would be, where that is not saved yet
 */
export async function loadKnownModels(provider: string, changes?: readonly Change[]): Promise<void> {
  if (provider === "") return;
  const path = `/api/providers/${encodeURIComponent(provider)}/models`;
  const asked = changes ? sendJson<OfferedModelsView>("POST", path, { changes }) : getJson<OfferedModelsView>(path);
  const offered = await asked.catch(() => undefined);
  if (offered) knownModels.value = { ...knownModels.value, [provider]: offered };
}

/** Its models as a list to choose from, with what each can do and costs. */
export function modelSuggestions(provider: string): Suggestion[] {
  const items = knownModels.value[provider]?.items ?? [];
  return items.map(({ id, ...can }) => ({ value: id, label: abilities(can).join(" · ") }));
}

/** Whose list it is, and what is known of the model that is typed. */
export function modelHint(provider: string, typed: string): string | undefined {
  const offered = knownModels.value[provider];
  if (!offered) return undefined;
  const picked = offered.items.find(({ id }) => id === typed.trim());
  if (picked) return abilities(picked).join(" · ");
  const count = offered.items.length;
  if (offered.from === "catalogue") return `${count} offered from the catalogue: ${offered.why ?? "it lists none"}.`;
  return typed.trim() === "" ? `${count} offered from its own list.` : `Not among the ${count} that it lists.`;
}
