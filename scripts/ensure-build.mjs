// Builds dist/ when the sources differ from what it was built from. Silent and quick when they do not.
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureDeps } from "./ensure-deps.mjs";
import { locked } from "./lock.mjs";
import { say, seconds } from "./progress.mjs";
import { sourceHash } from "./source-hash.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** @throws {Error} that says what failed */
export async function ensureBuild() {
  if (await isBuilt()) return;
  await locked(join(root, ".cache/build.lock"), async () => {
    if (await isBuilt()) return;
    await ensureDeps();
    const started = Date.now();
    say("Building the program…");
    const { build } = await import("./build.mjs");
    await build();
    say(`  done in ${seconds(Date.now() - started)}`);
  });
}

async function isBuilt() {
  const [built, sources] = await Promise.all([builtFrom(), sourceHash(root)]);
  return built === sources;
}

async function builtFrom() {
  try {
    return JSON.parse(await readFile(join(root, "dist/build.json"), "utf8")).sources;
  } catch (error) {
    if (error.code === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await ensureBuild().catch((error) => {
    // esbuild has shown its own errors already, with their places.
    say(`The program could not be built: ${error.errors ? "see the errors above." : error.message}`);
    process.exitCode = 1;
  });
}
