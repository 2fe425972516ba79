import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The files in `templates/` from which a configuration can be made. */
export const TEMPLATES = {
  custom: "ccm-config.toml",
  oauth: "presets/oauth.toml",
  "api-key": "presets/api-key.toml",
  cost: "presets/cost.toml",
} as const;

export type TemplateName = keyof typeof TEMPLATES;

/**
 * The text of a template.
 * @param from a file of the running program; `templates/` is looked for beside each folder above it, so that it is found from
 *   the sources as well as from the bundles in `dist/` and `dist/chunks/`
 * @throws when the installation is not complete
 */
export async function readTemplate(name: TemplateName, from: string = fileURLToPath(import.meta.url)): Promise<string> {
  for (let folder = dirname(from), depth = 0; depth < 5; folder = dirname(folder), depth++) {
    const path = join(folder, "templates", TEMPLATES[name]);
    if (await stat(path).then(() => true, notThere)) return readFile(path, "utf8");
  }
  throw new Error(`The file templates/${TEMPLATES[name]} is missing beside ${from}. Install claude-code-mux again.`);
}

/**
 * Writes a new configuration file for its owner's eyes only, with the folders above it.
 * @returns false when there was a file already; it is left as it is
 */
export async function createConfig(path: string, text: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(path, text, { mode: 0o600, flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function notThere(error: NodeJS.ErrnoException): boolean {
  if (error.code === "ENOENT" || error.code === "ENOTDIR") return false;
  throw error;
}
