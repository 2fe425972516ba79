// Sees to it that the server under test is the one that the sources say, run as ccmctl runs it.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sourceHash } from "../../scripts/source-hash.mjs";
import { importSources } from "./sources.mjs";

const ROOT = join(import.meta.dirname, "../..");

/**
 * @param {{server?: string, nodeArgs?: string[]}} wanted on the command line
 * @returns {Promise<{server: string, nodeArgs: string[]}>} script and Node's flags; throws when it cannot be built
 */
export async function serverUnderTest(wanted, say) {
  const { serverProgram } = await importSources("program", ["daemon/program.ts"]);
  const { script, flags } = serverProgram();
  if (!wanted.server) await build(say);
  return { server: wanted.server ?? script, nodeArgs: wanted.nodeArgs ?? [...flags] };
}

async function build(say) {
  if ((await builtFrom()) === (await sourceHash(ROOT))) return;
  say("building dist/");
  const built = spawnSync(process.execPath, [join(ROOT, "scripts/build.mjs")], { cwd: ROOT, encoding: "utf8" });
  if (built.status !== 0) throw new Error(`the server cannot be built (node scripts/build.mjs):\n${built.stderr}`);
}

async function builtFrom() {
  const stamp = join(ROOT, "dist/build.json");
  return existsSync(stamp) ? JSON.parse(readFileSync(stamp, "utf8")).sources : undefined;
}
