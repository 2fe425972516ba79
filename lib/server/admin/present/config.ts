import { maskText, maskTree } from "../../../config/mask.ts";
import type { AdminConfig } from "../deps.ts";
import type { ConfigView } from "../views.ts";

/** The file as it may be shown: the settings in use and the text on disk, secrets masked in both. */
export async function configView({ path, etag, tree, faults, notes, text }: AdminConfig): Promise<ConfigView> {
  return {
    path,
    etag,
    config: maskTree(tree),
    faults: [...faults],
    notes: [...notes],
    text: await maskText(text),
  };
}
