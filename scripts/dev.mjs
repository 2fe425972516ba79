// Development: rebuilds server, commands and page on every change and restarts the server.
// CCM_CONFIG names the configuration; without it a throw-away one is made from the template.
import { spawn } from "node:child_process";
import { copyFile, cp, mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { build, nodeOptions, pageOptions } from "./build.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dist");
let server;

async function configPath() {
  if (process.env.CCM_CONFIG) return process.env.CCM_CONFIG;
  const path = join(await mkdtemp(join(tmpdir(), "ccm-dev-")), "ccm-config.toml");
  await copyFile(join(root, "templates/ccm-config.toml"), path);
  return path;
}

const config = await configPath();

function restart() {
  const old = server;
  const start = () => {
    server = spawn(process.execPath, [join(dist, "server.js"), "--config", config, ...process.argv.slice(2)], {
      stdio: "inherit",
    });
  };
  if (!old || old.exitCode !== null) return start();
  old.once("exit", start);
  old.kill("SIGTERM");
}

/** Calls back after each build that succeeded, the first included. */
function onBuilt(name, done) {
  return {
    name,
    setup(builder) {
      builder.onEnd((result) => {
        if (result.errors.length === 0) done();
      });
    },
  };
}

await build();
await mkdir(join(dist, "admin"), { recursive: true });
const serverContext = await esbuild.context({
  ...nodeOptions,
  sourcemap: "inline",
  entryPoints: { server: join(root, "lib/server/main.ts") },
  outdir: dist,
  chunkNames: "chunks/server-[name]-[hash]",
  plugins: [onBuilt("restart", restart)],
});
const pageContext = await esbuild.context({
  ...pageOptions,
  minify: false,
  sourcemap: "inline",
  outdir: join(dist, "admin"),
  plugins: [
    onBuilt("page", () =>
      cp(join(root, "lib/admin/index.html"), join(dist, "admin/index.html")).then(() =>
        console.log("page rebuilt; reload it"),
      ),
    ),
  ],
});
await Promise.all([serverContext.watch(), pageContext.watch()]);
console.log(`watching lib/, configuration ${config}; Ctrl-C ends`);
process.on("SIGINT", async () => {
  server?.kill("SIGTERM");
  await Promise.all([serverContext.dispose(), pageContext.dispose()]);
  process.exit(0);
});
