import { modelPrice, PROVIDER_TYPES, upstreamModel } from "../../../catalog/index.ts";
import type { ProviderType } from "../../../catalog/types.ts";
import type { CatalogEntry, Page } from "../views.ts";

/** The provider types that can be configured, as the page offers them. */
export function catalogView(): Page<CatalogEntry> {
  return {
    items: PROVIDER_TYPES.map((type) => ({
      id: type.id,
      label: type.label,
      group: type.group,
      wire: type.wire,
      base_url: type.baseUrls[type.wire] ?? "",
      auth_types: [...type.authTypes],
      aliases: [...(type.aliases ?? [])],
      ...(type.keyVariable !== undefined && { key_variable: type.keyVariable }),
      ...(type.keyPrefix !== undefined && { key_prefix: type.keyPrefix }),
      ...(type.keyUrl !== undefined && { key_url: type.keyUrl }),
      ...(type.standIns !== undefined && { stand_ins: type.standIns }),
      ...(type.docs !== undefined && { docs: type.docs }),
      ...(type.note !== undefined && { note: type.note }),
      costs: costs(type),
    })),
  };
}

/** For it the cost of a type is told: what most of Claude Code's requests ask for. */
const USUAL_MODEL = "claude-sonnet-5-5";

function costs(type: ProviderType): CatalogEntry["costs"] {
  if (type.group === "Local") return { kind: "own_machine" };
  const model = upstreamModel(type, USUAL_MODEL)?.model;
  const price = model === undefined ? undefined : modelPrice(type, model);
  if (model === undefined || !price) return { kind: "unknown" };
  if (price.flat) return { kind: "plan" };
  return { kind: "tokens", model, input: price.input, output: price.output };
}
