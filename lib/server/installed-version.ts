import { readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/**
 * Tells which version the next start would run, where that is another than this one: an upgrade lays the new version beside
 * the running one and lets `current` point to it. Nobody is asked over the network.
 * @param programDir folder of the running version, beside which `current` stands; a clone has none
 * @returns undefined where it is the running one
 */
export function installedVersion(programDir: string, running: string): () => string | undefined {
  const current = join(programDir, "..", "current");
  let target = "";
  let version: string | undefined;
  return () => {
    const next = linkTarget(current);
    if (next !== target) {
      target = next;
      version = next === "" ? undefined : versionIn(current);
    }
    return version === running ? undefined : version;
  };
}

/** Empty where there is no such link. */
function linkTarget(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ""; // a clone, or a folder that somebody arranged in another way
  }
}

function versionIn(folder: string): string | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, unknown>;
    return name === "claude-code-mux" && typeof version === "string" ? version : undefined;
  } catch {
    return undefined; // half unpacked: it is looked at again when the link changes
  }
}
