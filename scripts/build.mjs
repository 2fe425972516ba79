// Bundles the server, the commands and the page into dist/. Nothing outside dist/ and Node is needed at run time.
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { sourceHash } from "./source-hash.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = join(root, "dist");
const next = join(root, `dist.next-${process.pid}`);
const pkg = JSON.parse(await readFile(join(root, "package.json"), "utf8"));

/** Options of everything that runs in Node. Weight that is rarely used goes into chunks of its own by dynamic import. */
export const nodeOptions = {
  // Chunk names depend on paths: the same sources give the same names wherever they lie.
  absWorkingDir: root,
  platform: "node",
  target: "node20",
  format: "esm",
  bundle: true,
  splitting: true,
  legalComments: "none",
  minifySyntax: true,
  minifyWhitespace: true,
  define: { CCM_VERSION: JSON.stringify(pkg.version) },
  logLevel: "warning",
};

/** Options of the page. */
export const pageOptions = {
  absWorkingDir: root,
  // The charts come when they are looked at; both files have fixed names, because only named files are served.
  entryPoints: { page: join(root, "lib/admin/main.tsx"), chart: join(root, "lib/admin/overview/plot.ts") },
  splitting: true,
  platform: "browser",
  target: "es2022",
  format: "esm",
  bundle: true,
  minify: true,
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  logLevel: "warning",
};

/** Each program's first file; `core`, where most of it is loaded late: what it needs at once. */
const programs = {
  server: { entry: "lib/server/main.ts", core: "lib/server/start.ts" },
  ccmctl: { entry: "lib/cli/ccmctl.ts" },
  quickstart: { entry: "lib/cli/quickstart.ts" },
};

/**
 * esbuild makes a chunk for each set of parts that share a module: a program with twenty late parts would start from a dozen
 * files. Here each late part is said to need the whole core, so that the core is in one file.
 */
const coreInOneFile = (core) => ({
  name: "core-in-one-file",
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^\./ }, async ({ path, kind, pluginData, ...from }) => {
      if (kind !== "dynamic-import" || pluginData === LATE) return undefined;
      const found = await resolve(path, { ...from, kind, pluginData: LATE });
      return { ...found, namespace: "late" };
    });
    onLoad({ filter: /.*/, namespace: "late" }, ({ path }) => ({
      contents: `import ${JSON.stringify(core)};\nexport * from ${JSON.stringify(path)};`,
      resolveDir: dirname(path),
    }));
  },
});
const LATE = Symbol("late");

export async function build() {
  await rm(next, { recursive: true, force: true });
  await mkdir(join(next, "admin"), { recursive: true });
  // One build a program: each starts from one file of its own, and only what is loaded late is split off.
  for (const [name, { entry, core }] of Object.entries(programs)) {
    await esbuild.build({
      ...nodeOptions,
      plugins: core ? [coreInOneFile(join(root, core))] : [],
      entryPoints: { [name]: join(root, entry) },
      outdir: next,
      chunkNames: `chunks/${name}-[name]-[hash]`,
    });
  }
  await esbuild.build({ ...pageOptions, outdir: join(next, "admin") });
  await cp(join(root, "lib/admin/index.html"), join(next, "admin/index.html"));
  await writeFile(
    join(next, "build.json"),
    `${JSON.stringify({ version: pkg.version, sources: await sourceHash(root) })}\n`,
  );
  const old = join(root, `dist.old-${process.pid}`);
  await rename(out, old).catch((error) => {
    if (error.code !== "ENOENT") throw error;
  });
  await rename(next, out);
  await rm(old, { recursive: true, force: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await build();
  const hash = createHash("sha256")
    .update(await readFile(join(out, "server.js")))
    .digest("hex")
    .slice(0, 12);
  console.log(`Built dist/ (version ${pkg.version}, server ${hash}).`);
}
