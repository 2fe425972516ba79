// Sees to it that the server under test is the one that the sources say.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sourceHash } from "../../scripts/source-hash.mjs";

const ROOT = join(import.meta.dirname, "../..");

/** @returns {Promise<string>} path of the built server; throws when it cannot be built */
export async function builtServer(say) {
  const server = join(ROOT, "dist/server.js");
  if (existsSync(server) && (await builtFrom()) === (await sourceHash(ROOT))) return server;
  say("building dist/");
  const built = spawnSync(process.execPath, [join(ROOT, "scripts/build.mjs")], { cwd: ROOT, encoding: "utf8" });
  if (built.status !== 0) throw new Error(`the server cannot be built (node scripts/build.mjs):\n${built.stderr}`);
  return server;
}

async function builtFrom() {
  const stamp = join(ROOT, "dist/build.json");
  return existsSync(stamp) ? JSON.parse(readFileSync(stamp, "utf8")).sources : undefined;
}
