import { existsSync, readFileSync, realpathSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import { parse } from "yaml";
import { Failure } from "./failure.mjs";

/**
 * Reads the extension that lies in a directory: its extension.yaml, and `root`.
 * @throws {Failure} when it is not one that can be installed
 */
export function readExtension(root) {
  const path = join(root, "extension.yaml");
  let extension;
  try {
    extension = parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Failure(`${path} cannot be read: ${error.message}`);
  }
  const missing = [
    !/^[a-z][a-z0-9-]*$/.test(extension?.metadata?.name ?? "") && "metadata.name",
    !/^\d+\.\d+\.\d+$/.test(extension?.metadata?.version ?? "") && "metadata.version",
    !extension?.install?.script?.path && "install.script.path",
    !extension?.validate && "validate",
  ].filter(Boolean);
  if (missing.length > 0) throw new Failure(`${path}: missing or malformed: ${missing.join(", ")}`);
  if (extension.install.method !== "script") {
    throw new Failure(`${path}: install.method is ${extension.install.method}; this manager knows script`);
  }
  return { ...extension, root };
}

/**
 * The absolute path of a file that the extension names.
 * @throws {Failure} when it is not there, or lies outside of the extension
 */
export function fileOf({ root }, path) {
  const full = join(root, path);
  if (isAbsolute(path) || !existsSync(full)) throw new Failure(`extension.yaml names ${path}, which is not there`);
  const inside = relative(realpathSync(root), realpathSync(full));
  if (inside.startsWith("..")) throw new Failure(`extension.yaml names ${path}, which lies outside of the extension`);
  return full;
}
