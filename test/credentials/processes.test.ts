import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundle, type Program } from "./bundled.ts";
import { type Bench, buildBench } from "./keeper-bench.ts";
import type { Result } from "./keeper-process.ts";

const PROCESSES = 8;
const WORKERS = 8;
/** A minute where every push is tested; almost all of it is waiting. */
const RUN_MS = process.env.CI ? 60_000 : 6_000;
/** Long enough that a busy machine does not let a token end before it is used. */
const LIFE_MS = 2_000;

let program: Program;
let bench: Bench;

beforeAll(async () => {
  program = await bundle("keeper-process.ts");
  bench = await buildBench("claude", { lifeS: LIFE_MS / 1_000, delayMs: 50 });
  await bench.login();
});

afterAll(async () => {
  await bench?.close();
  program?.remove();
});

it(
  `eight processes with eight workers each live on one rotating token for ${RUN_MS / 1_000} s: as many refreshes as tokens that ended, none used twice, nobody turned away`,
  async () => {
    const { vendor, dir } = bench;
    await bench.keeper.close(); // this process only watches
    const args = [dir, vendor.url, String(WORKERS), String(RUN_MS)];
    const results = await Promise.all(
      Array.from({ length: PROCESSES }, async () => JSON.parse(await program.run(args)) as Result),
    );
    const sum = (key: "served" | "renewed") => results.reduce((total, result) => total + result[key], 0);
    console.info(
      `${RUN_MS / 1_000} s: ${sum("served")} answers, ${vendor.refreshes} refreshes, ${sum("renewed")} tokens that ended on their way`,
    );
    expect({
      reuses: vendor.reuses,
      ended: vendor.revokedLogins,
      refused: results.flatMap(({ refused }) => refused),
    }).toEqual({ reuses: 0, ended: 0, refused: [] });
    expect(sum("served")).toBeGreaterThan((PROCESSES * WORKERS * RUN_MS) / 1_000);
    const file = join(dir, "oauth_tokens.json");
    const { plan } = JSON.parse(readFileSync(file, "utf8")).logins;
    // Each refresh took the place of the token before it, and none came before half of that one's life was over.
    expect(plan).toMatchObject({ state: "ok", generation: vendor.refreshes + 1 });
    expect(vendor.refreshes).toBeLessThanOrEqual(RUN_MS / (LIFE_MS / 2) + 1);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  },
  RUN_MS + 60_000,
);
