import { maskSecret, maskUrl } from "../../../config/mask.ts";
import { isReference } from "../../../config/references.ts";
import type { Provider } from "../../../config/settings.ts";
import type { AdminConfig } from "../deps.ts";
import type { ProviderStatus, ProviderView } from "../views.ts";

/** How each provider is set up and how it is doing, keys masked, in the order of the file. */
export function providerViews(statuses: readonly ProviderStatus[], { settings, tree }: AdminConfig): ProviderView[] {
  return statuses.flatMap((status) => {
    const provider = settings.providers.get(status.name);
    const written = tree.providers.find(({ name }) => name === status.name);
    if (!provider || !written) return []; // the file was changed between the two readings
    const references = [written.api_key, ...written.api_keys].filter(isReference);
    const { keyVariable, keyUrl, docs, note, group } = provider.type;
    return [
      {
        ...status,
        group,
        base_url: maskUrl(provider.baseUrl),
        priority: provider.priority,
        keys: provider.apiKeys.map(maskSecret),
        key_references: references,
        ...(keyVariable !== undefined && { key_variable: keyVariable }),
        ...(keyUrl !== undefined && { key_url: keyUrl }),
        ...(docs !== undefined && { docs }),
        ...(note !== undefined && { note }),
        headers: Object.keys(provider.headers),
        ...(provider.project !== "" && { project: provider.project }),
        ...(provider.location !== "" && { location: provider.location }),
        timeouts: provider.timeouts,
        used_by: usedBy(provider, settings),
      },
    ];
  });
}

function usedBy({ name }: Provider, { models }: AdminConfig["settings"]): ProviderView["used_by"] {
  return [...models.values()].flatMap((model) =>
    model.mappings
      .filter((mapping) => mapping.provider.name === name)
      .map(({ priority }) => ({ model: model.name, priority })),
  );
}
