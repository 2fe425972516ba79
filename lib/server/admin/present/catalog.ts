import { PROVIDER_TYPES } from "../../../catalog/index.ts";
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
    })),
  };
}
