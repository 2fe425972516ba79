import type { Capabilities, Price } from "../../../catalog/types.ts";
import type { Mapping, Settings } from "../../../config/settings.ts";
import type { CapabilityViews, MappingView, ModelView, PriceView } from "../views.ts";

/** The configured models with their mappings in the order in which the priority strategy tries them. */
export function modelViews(settings: Settings): ModelView[] {
  return [...settings.models.values()].map(({ name, strategy, affinity, mappings }) => ({
    name,
    strategy,
    affinity,
    mappings: mappings.map(mappingView).sort((a, b) => a.priority - b.priority),
  }));
}

function mappingView(mapping: Mapping): MappingView {
  return {
    provider: mapping.provider.name,
    model: mapping.model,
    stand_in: mapping.standIn,
    priority: mapping.priority,
    weight: mapping.weight,
    ...capabilityViews(mapping.capabilities, mapping.price),
  };
}

/** What a model can do and costs, as far as it is known. */
export function capabilityViews(capabilities: Capabilities, price: Price | undefined): CapabilityViews {
  const { contextWindow, maxOutput } = capabilities;
  return {
    ...(price && { price: priceView(price) }),
    ...(contextWindow !== undefined && { context_window: contextWindow }),
    ...(maxOutput !== undefined && { max_output: maxOutput }),
    lacks: lacks(capabilities),
  };
}

function priceView({ input, output, cacheRead, cacheWrite }: Price): PriceView {
  return {
    input,
    output,
    ...(cacheRead !== undefined && { cache_read: cacheRead }),
    ...(cacheWrite !== undefined && { cache_write: cacheWrite }),
  };
}

const ABILITIES = {
  vision: "images",
  tools: "tools",
  reasoning: "reasoning",
  structuredOutput: "structured output",
  prefill: "prefill",
} as const satisfies Partial<Record<keyof Capabilities, string>>;

function lacks(capabilities: Capabilities): string[] {
  return (Object.keys(ABILITIES) as (keyof typeof ABILITIES)[])
    .filter((ability) => capabilities[ability] === false)
    .map((ability) => ABILITIES[ability]);
}
