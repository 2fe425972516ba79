import { withoutMark } from "../catalog/claude-names.ts";
import { upstreamModel } from "../catalog/index.ts";
import { explicitMapping } from "../config/mapping.ts";
import type { Model, Provider, Settings } from "../config/settings.ts";

/**
 * The configured model that a name means: spelled exactly so; else in other letter case; else without the alias by which
 * the model picker lists it (`anthropic/NAME`) and without Claude Code's mark for the long context (`NAME[1m]`), which the
 * configured name may have, too: Claude Code does not always send it.
 */
export function findModel(name: string, models: Settings["models"]): Model | undefined {
  const wanted = spellings(name);
  for (const spelling of wanted) {
    const exact = models.get(spelling);
    if (exact) return exact;
    const folded = spelling.toLowerCase();
    for (const model of models.values()) if (model.name.toLowerCase() === folded) return model;
  }
  for (const model of models.values()) {
    const plain = withoutMark(model.name).toLowerCase();
    if (plain.length < model.name.length && [...wanted].some((spelling) => spelling.toLowerCase() === plain))
      return model;
  }
  return undefined;
}

function spellings(name: string): Set<string> {
  const plain = withoutMark(name);
  return new Set([name, plain, plain.replace(/^anthropic\//i, "")]);
}

/** A configured provider, whatever the letter case. */
export function findProvider(name: string, providers: Settings["providers"]): Provider | undefined {
  const folded = name.toLowerCase();
  return providers.get(name) ?? [...providers.values()].find((provider) => provider.name.toLowerCase() === folded);
}

/** `PROVIDER,MODEL` in its parts; undefined for a name without a comma. */
export function splitProvider(name: string): { provider: string; model: string } | undefined {
  const comma = name.indexOf(",");
  return comma < 0 ? undefined : { provider: name.slice(0, comma).trim(), model: name.slice(comma + 1).trim() };
}

/**
 * A model at one provider only: that provider's mappings of the configured model, if there are any, else the id as it
 * stands.
 * @param chosenFor `provider`: the client meant this id at this provider. `anyone`: it named the model as for everybody, so
 * auto-map holds, and what the provider does not serve becomes what the catalogue has in its place there
 */
export function modelAt(provider: Provider, name: string, chosenFor: "provider" | "anyone", settings: Settings): Model {
  const anyone = chosenFor === "anyone";
  const configured = findModel(name, settings.models) ?? (anyone ? autoMapped(name, settings) : undefined);
  const mappings = configured?.mappings.filter((mapping) => mapping.provider.name === provider.name) ?? [];
  if (configured && mappings.length > 0) return { ...configured, mappings };
  const asked = withoutMark(name);
  const known = anyone ? upstreamModel(provider.type, asked) : undefined;
  const { model, standIn } = known ?? { model: asked, standIn: false };
  const mapping = { ...explicitMapping(provider, model), standIn };
  return { name: model, strategy: "priority", affinity: "session", mappings: [mapping] };
}

/** Where auto-map leads for a name that it takes, if anywhere. */
export function autoMapped(name: string, { router, models, patterns }: Settings): Model | undefined {
  const on = router.enabled && router.default.enabled && router.default.model !== "";
  return on && patterns.autoMap?.test(name) ? findModel(router.default.model, models) : undefined;
}

/** What the name in a route or a subagent tag means: a configured model, or `PROVIDER,MODEL`. */
export function resolveName(name: string, settings: Settings): Model | undefined {
  const configured = findModel(name, settings.models);
  if (configured) return configured;
  const parts = splitProvider(name);
  const provider = parts && findProvider(parts.provider, settings.providers);
  return provider && parts.model !== "" ? modelAt(provider, parts.model, "provider", settings) : undefined;
}
