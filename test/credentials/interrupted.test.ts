import type { ChildProcess } from "node:child_process";
import { statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseTokenFile } from "../../lib/credentials/oauth/record.ts";
import { bundle, type Program } from "./bundled.ts";
import type { STOPPED, Steps } from "./interrupted-process.ts";
import { type Bench, buildBench } from "./keeper-bench.ts";

/** Most of the time is spent waiting for heartbeats. */
const AT_ONCE = 12;

let program: Program;
let steps: Steps;
beforeAll(async () => {
  program = await bundle("interrupted-process.ts");
  steps = await withLogin(async ({ dir, vendor }) => JSON.parse(await program.run([dir, vendor.url])) as Steps);
});
afterAll(() => program?.remove());

async function withLogin<T>(work: (bench: Bench) => Promise<T>): Promise<T> {
  const bench = await buildBench("claude");
  try {
    await bench.login();
    return await work(bench);
  } finally {
    await bench.close();
  }
}

/** Does the same for each step, some of them at once. */
async function each<T>(first: number, last: number, work: (at: number) => Promise<T>): Promise<T[]> {
  const waiting = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const done: T[] = [];
  const one = async () => {
    for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) done.push(await work(at));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return done;
}

/** What another process finds, and makes of it. */
async function goOn({ keeper, dir, files, vendor }: Bench) {
  await keeper.look();
  await keeper.refreshNow();
  await keeper.token();
  const { state, last_error } = keeper.record ?? {};
  const mode = statSync(join(dir, "oauth_tokens.json")).mode & 0o777;
  return { state, why: last_error?.message, files: files(), mode, reuses: vendor.reuses };
}

function ended(child: ChildProcess): Promise<NodeJS.Signals | null> {
  return new Promise((resolve) => child.once("close", (_code, signal) => resolve(signal)));
}

describe("a refresh", () => {
  it("that is killed in any of its steps costs the login only between the vendor's answer and the disk", async () => {
    const ends = await each(1, steps.all, (at) =>
      withLogin(async (bench) => {
        const signal = await ended(program.start([bench.dir, bench.vendor.url, String(at), "SIGKILL"]));
        const left = parseTokenFile(bench.raw());
        const isLost = bench.vendor.refreshes === 1 && left?.logins.plan?.generation === 1;
        return { at, signal, isWhole: left !== undefined, isLost, ...(await goOn(bench)) };
      }),
    );
    for (const end of ends) {
      const where = `step ${end.at} of ${steps.all}: ${JSON.stringify(end)}`;
      expect(end, where).toMatchObject({ signal: "SIGKILL", isWhole: true, mode: 0o600, files: ["oauth_tokens.json"] });
      expect([end.state, end.reuses], where).toEqual(end.isLost ? ["needs_login", 1] : ["ok", 0]);
      if (end.isLost) expect(end.why, where).toContain("was lost");
    }
    const lost = ends.filter(({ isLost }) => isLost).map(({ at }) => at);
    expect(Math.min(...lost)).toBe(steps.sends + 1); // before, nothing is lost
    expect(ends.some(({ at, isLost }) => at > Math.max(...lost) && !isLost)).toBe(true); // nor behind
  }, 120_000);

  it("that is stopped in any step before it asks, for so long that another process takes over, asks no more", async () => {
    const ends = await each(1, steps.sends - 1, (at) =>
      withLogin(async (bench) => {
        const child = program.start([bench.dir, bench.vendor.url, String(at), "SIGSTOP"]);
        const isOver = ended(child);
        const word: typeof STOPPED = await new Promise((resolve) =>
          child.stdout?.once("data", (d) => resolve(d.toString())),
        );
        const anHourAgo = Date.now() / 1_000 - 3_600;
        for (const name of bench.files().filter((each) => each.endsWith(".lock")))
          utimesSync(join(bench.dir, name), anHourAgo, anHourAgo);
        const other = await goOn(bench);
        child.kill("SIGCONT");
        await isOver;
        return {
          at,
          word,
          ...other,
          reuses: bench.vendor.reuses,
          kept: bench.onDisk()?.generation,
          files: bench.files(),
        };
      }),
    );
    for (const end of ends)
      expect(end, `step ${end.at} of ${steps.all}`).toMatchObject({
        word: "stopped",
        state: "ok",
        reuses: 0,
        files: ["oauth_tokens.json"],
      });
    expect(ends).toHaveLength(steps.sends - 1);
  }, 120_000);
});
