import { signal } from "@preact/signals";
import { getJson } from "../state/api.ts";

/** The ids that a vendor's models are known by, per configured provider; a provider that was not asked for is missing. */
export const knownModels = signal<Readonly<Record<string, readonly string[]>>>({});

/** Only suggestions: where they cannot be had, the field is as good without. */
export async function loadKnownModels(provider: string): Promise<void> {
  if (provider === "" || knownModels.value[provider]) return;
  const path = `/api/providers/${encodeURIComponent(provider)}/models`;
  const items = await getJson<{ items: string[] }>(path).then(
    (answer) => answer.items,
    () => [],
  );
  knownModels.value = { ...knownModels.value, [provider]: items };
}
