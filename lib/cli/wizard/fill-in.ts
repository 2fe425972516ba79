import { escapeReferences } from "../../config/references.ts";

/**
 * Puts keys into a preset's text; everything else stays byte for byte. Whatever characters a key holds, it is read back
 * as it is.
 * @param keys by provider name
 */
export async function withKeys(text: string, keys: Readonly<Record<string, string>>): Promise<string> {
  const { applyChanges } = await import("../../config/edit/index.ts");
  const changes = Object.entries(keys).map(([provider, key]) => ({
    path: ["providers", provider, "api_key"],
    value: escapeReferences(key),
  }));
  return applyChanges(text, changes);
}
