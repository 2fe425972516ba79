/** @module Programs of these tests that run as processes of their own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

export interface Program {
  /** @returns what it has printed; rejects when it ends with another exit code than 0 */
  run(args: readonly string[]): Promise<string>;
  start(args: readonly string[]): ChildProcess;
  remove(): void;
}

/** Bundles a file of this folder, so that it starts as fast as the product does. */
export async function bundle(file: string): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), "ccm-program-"));
  const outfile = join(folder, "program.mjs");
  await build({
    entryPoints: [join(import.meta.dirname, file)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    define: { CCM_VERSION: '"0"' },
    logLevel: "error",
  });
  const start = (args: readonly string[]) =>
    spawn(process.execPath, [outfile, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  return {
    start,
    run: (args) => printed(start(args)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function printed(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (part: Buffer) => {
      text += part.toString();
    });
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve(text) : reject(new Error(`exit ${code}: ${text}`))));
  });
}
