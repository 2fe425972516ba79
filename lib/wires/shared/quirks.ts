import type { ProviderType, Quirks } from "../../catalog/types.ts";

const NONE: Quirks = {};
const merged = new WeakMap<Quirks, Map<string, Quirks>>();

/** A vendor's quirks for one of its models. The same object every time, so that it can be the key of a cache. */
export function quirksOf(type: ProviderType, model: string): Quirks {
  const quirks = type.quirks ?? NONE;
  const special = quirks.byModel?.filter(({ models }) => models.test(model)) ?? [];
  if (special.length === 0) return quirks;
  const ofType = merged.get(quirks) ?? new Map<string, Quirks>();
  merged.set(quirks, ofType);
  const known = ofType.get(model);
  if (known) return known;
  const ofModel: Quirks = Object.assign({}, quirks, ...special.map(({ models: _models, ...rest }) => rest));
  ofType.set(model, ofModel);
  return ofModel;
}
