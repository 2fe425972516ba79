import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bench, buildBench } from "./keeper-bench.ts";
import type { Result } from "./keeper-process.ts";

const PROCESSES = 8;
const WORKERS = 8;
const RUN_MS = 6_000;

let bench: Bench;
let out = "";

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), "ccm-processes-"));
  await build({
    entryPoints: [join(import.meta.dirname, "keeper-process.ts")],
    outfile: join(out, "worker.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    define: { CCM_VERSION: '"0"' },
    logLevel: "error",
  });
  bench = await buildBench("claude", { lifeS: 1, delayMs: 50 });
  await bench.login();
});

afterAll(async () => {
  await bench?.close();
  rmSync(out, { recursive: true, force: true });
});

it("eight processes with eight workers each live on one rotating token: none is used twice, nobody is turned away", async () => {
  const { vendor, dir } = bench;
  await bench.keeper.close(); // this process only watches
  const tasks = Array.from({ length: PROCESSES }, () =>
    ended(
      spawn(process.execPath, [join(out, "worker.mjs"), dir, vendor.url, String(WORKERS), String(RUN_MS)], {
        stdio: ["ignore", "pipe", "inherit"],
      }),
    ),
  );
  const results = (await Promise.all(tasks)).map((text) => JSON.parse(text) as Result);
  const sum = (key: keyof Result) => results.reduce((total, result) => total + result[key], 0);
  expect({ reuses: vendor.reuses, ended: vendor.revokedLogins, refused: sum("refused") }).toEqual({
    reuses: 0,
    ended: 0,
    refused: 0,
  });
  expect(sum("served")).toBeGreaterThan(500);
  // Half a second ahead of the end of tokens that live for one: about two a second, however many processes there are.
  expect(vendor.refreshes).toBeGreaterThanOrEqual(RUN_MS / 1_000 - 1);
  expect(vendor.refreshes).toBeLessThanOrEqual((RUN_MS / 1_000) * 3);
  const file = join(dir, "oauth_tokens.json");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(file, "utf8")).logins.plan.state).toBe("ok");
}, 40_000);

function ended(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (part: Buffer) => {
      text += part.toString();
    });
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve(text) : reject(new Error(`exit ${code}: ${text}`))));
  });
}
