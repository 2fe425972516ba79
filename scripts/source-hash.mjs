// One hash over everything that dist/ is built from, so that a second start can tell in milliseconds whether to build.
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const SOURCES = ["lib", "templates", "scripts/build.mjs", "package.json", "package-lock.json"];

/** @returns hex digest of paths and contents below `root` */
export async function sourceHash(root) {
  const hash = createHash("sha256");
  for (const source of SOURCES) {
    for (const file of await filesBelow(join(root, source))) {
      hash.update(file.slice(root.length));
      hash.update(await readFile(file));
    }
  }
  return hash.digest("hex");
}

async function filesBelow(path) {
  const entries = await readdir(path, { withFileTypes: true }).catch((error) => {
    if (error.code === "ENOTDIR") return undefined;
    if (error.code === "ENOENT") return [];
    throw error;
  });
  if (!entries) return [path];
  const files = await Promise.all(
    entries.map((e) => (e.isDirectory() ? filesBelow(join(path, e.name)) : [join(path, e.name)])),
  );
  return files.flat().sort();
}
