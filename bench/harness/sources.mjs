// The project's own modules for use in the bench: they are TypeScript, so they are bundled first.
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const BENCH = join(import.meta.dirname, "..");

/**
 * @param {string} name of the bundle
 * @param {string[]} modules below lib/, all of whose exports are wanted
 */
export async function importSources(name, modules) {
  const esbuild = await import("esbuild");
  const outfile = join(BENCH, "build", `${name}.mjs`);
  await esbuild.build({
    stdin: {
      contents: modules.map((module) => `export * from ${JSON.stringify(`./${module}`)};`).join("\n"),
      resolveDir: join(BENCH, "../lib"),
    },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    define: { CCM_VERSION: '"bench"' },
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
    outfile,
    logLevel: "error",
  });
  return import(pathToFileURL(outfile).href);
}
