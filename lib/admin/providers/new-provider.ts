/** A provider as it is being added. Pure. */
import type { CatalogEntry } from "../../server/admin/views.ts";
import type { Change } from "../words/restructure.ts";

export interface NewProvider {
  name: string;
  auth_type: string;
  api_key: string;
  base_url: string;
  project: string;
  location: string;
  /** Also let it answer Claude Code: the model's name; empty for not. */
  model: string;
  /** What that model is called there; empty: the catalogue knows. */
  upstream: string;
}

/** The fields that this type, reached in this way, cannot do without. */
export function required(entry: CatalogEntry, authType: string): ReadonlySet<keyof NewProvider> {
  return new Set<keyof NewProvider>([
    "name",
    ...(authType === "api_key" ? (["api_key"] as const) : []),
    ...(entry.base_url === "" ? (["base_url"] as const) : []),
    ...(entry.wire === "vertex" ? (["project", "location"] as const) : []),
  ]);
}

/** The name of the variable becomes a reference to it; everything else is the key itself. */
export function keyText(typed: string): string {
  const text = typed.trim();
  return /^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/.test(text) ? `$${text}` : text;
}

/** What is worth a second look at a key that was typed; undefined for nothing. */
export function keyDoubt({ key_prefix: prefix, label }: CatalogEntry, key: string): string | undefined {
  if (key === "" || prefix === undefined || key.startsWith("$") || keyText(key).startsWith("$")) return undefined;
  return key.startsWith(prefix) ? undefined : `${label}'s keys usually begin with ${prefix}`;
}

export function additions(entry: CatalogEntry, draft: NewProvider, isFirst: boolean): Change[] {
  const { name, auth_type, base_url, project, location, model, upstream } = draft;
  const provider = {
    type: entry.id,
    // What the catalogue would assume anyway need not be written.
    ...(auth_type !== entry.auth_types[0] && { auth_type }),
    ...(auth_type === "api_key" && { api_key: keyText(draft.api_key) }),
    ...(base_url !== "" && { base_url }),
    ...(project !== "" && { project }),
    ...(location !== "" && { location }),
  };
  const changes: Change[] = [{ path: ["providers", name], value: provider }];
  if (!isFirst || model === "") return changes;
  const mapping = { name, ...(upstream !== "" && { model: upstream }) };
  return [
    ...changes,
    { path: ["models", model], value: { providers: [mapping] } },
    { path: ["router", "default", "model"], value: model },
  ];
}
