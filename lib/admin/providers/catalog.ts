import type { CatalogEntry } from "../../server/admin/views.ts";
import { getJson } from "../state/api.ts";
import { resource } from "../state/resource.ts";
import { price } from "../words/format.ts";

/** Every type of provider that can be set up. Read once, when somebody wants to add one. */
export const catalog = resource(async () => (await getJson<{ items: CatalogEntry[] }>("/api/catalog")).items);

/** What it takes to use it, in a few words. */
export function needs({ auth_types, base_url }: CatalogEntry): string {
  const ways = {
    api_key: "key",
    oauth: "login",
    adc: "Google Cloud credentials",
    none: "nothing",
    passthrough: "Claude Code's own login",
  } as const;
  const words = auth_types.map((type) => ways[type as keyof typeof ways] ?? type).join(" or ");
  return base_url === "" ? `${words}, and an address` : words;
}

/** What a request like most of Claude Code's costs there. */
export function costs({ costs: known, group }: CatalogEntry): string {
  switch (known.kind) {
    case "tokens":
      return `${price(known.input)} in, ${price(known.output)} out / M (${known.model})`;
    case "plan":
      return "a subscription of its vendor";
    case "own_machine":
      return "nothing: it is your machine";
    default:
      return group === "Custom" ? "what its operator asks" : "its own prices; give them at the model";
  }
}

/** Do all the words that were typed occur in its names? */
export function matches(entry: CatalogEntry, search: string): boolean {
  const names = [entry.id, entry.label, entry.group, ...entry.aliases].join(" ").toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => names.includes(word));
}
