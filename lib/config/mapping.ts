import { withoutMark } from "../catalog/claude-names.ts";
import { isRetired, modelCapabilities, modelPrice, upstreamModel, wireOf } from "../catalog/index.ts";
import type { Capabilities, Price } from "../catalog/types.ts";
import type { MappingConfig } from "./schema.ts";
import type { Mapping, Provider } from "./settings.ts";

/**
 * A mapping with everything that is known of the model at that provider.
 * @param name the model's configured name, for which the catalogue finds the upstream's id where the mapping gives none
 * @returns undefined when the mapping gives no model and the catalogue has no stand-in
 */
export function resolveMapping(name: string, provider: Provider, config: MappingConfig): Mapping | undefined {
  const own = withoutMark(config.model);
  const found = own === "" ? upstreamModel(provider.type, withoutMark(name)) : { model: own, standIn: false };
  if (!found) return undefined;
  return {
    provider: withWire(provider, found.model),
    model: found.model,
    standIn: found.standIn,
    priority: config.priority ?? provider.priority,
    ...(config.priority !== undefined && { ownPriority: true }),
    weight: config.weight,
    price: priceOf(provider, found.model, config.price),
    capabilities: { ...capabilitiesOf(provider, found.model), ...namedAsOurs(config.capabilities) },
  };
}

/** The mapping of a request that names its provider, and the upstream's own model id, itself. */
export function explicitMapping(provider: Provider, model: string): Mapping {
  return {
    provider: withWire(provider, model),
    model,
    standIn: false,
    priority: provider.priority,
    weight: 1,
    price: priceOf(provider, model, undefined),
    capabilities: capabilitiesOf(provider, model),
  };
}

/** Has the vendor withdrawn the model of this mapping, as far as the catalogue knows? */
export function isStale(mapping: Mapping): boolean {
  return isRetired(mapping.provider.type, mapping.model);
}

/** The catalogue may want another wire for this model; one that the user chose, or a login's, stays. */
function withWire(provider: Provider, model: string): Provider {
  if (provider.wireChosen || provider.authType === "oauth") return provider;
  const wire = wireOf(provider.type, model);
  return wire === provider.wire ? provider : { ...provider, wire };
}

function priceOf(provider: Provider, model: string, own: MappingConfig["price"]): Price | undefined {
  if (own) {
    const { input, output, cache_read, cache_write } = own;
    return {
      input,
      output,
      ...(cache_read === undefined ? {} : { cacheRead: cache_read }),
      ...(cache_write === undefined ? {} : { cacheWrite: cache_write }),
    };
  }
  // A login is paid by a subscription: a further request costs nothing.
  if (provider.authType === "oauth" || provider.authType === "passthrough") return { input: 0, output: 0, flat: true };
  return modelPrice(provider.type, model);
}

function capabilitiesOf({ type, authType }: Provider, model: string): Capabilities {
  const known = modelCapabilities(type, model);
  if (authType !== "oauth" || type.loginContextWindow === undefined) return known;
  return {
    ...known,
    contextWindow: Math.min(known.contextWindow ?? Number.POSITIVE_INFINITY, type.loginContextWindow),
  };
}

const OUR_NAMES = {
  context_window: "contextWindow",
  max_output: "maxOutput",
  vision: "vision",
  tools: "tools",
  reasoning: "reasoning",
  structured_output: "structuredOutput",
  prefill: "prefill",
} as const satisfies Record<string, keyof Capabilities>;

function namedAsOurs(config: MappingConfig["capabilities"]): Capabilities {
  const entries = Object.entries(config ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [OUR_NAMES[key as keyof typeof OUR_NAMES], value]));
}
