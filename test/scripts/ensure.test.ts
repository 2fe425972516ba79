import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const SCRIPTS = resolve(import.meta.dirname, "../../scripts");
let root: string;

/** A small project with our scripts in it, whose one dependency lies beside it. */
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "ccm-ensure-"));
  await cp(SCRIPTS, join(root, "scripts"), { recursive: true });
  await mkdir(join(root, "dependency"));
  await writeFile(join(root, "dependency/package.json"), '{"name":"dependency","version":"1.0.0"}');
  const own = { name: "own", version: "1.0.0", dependencies: { dependency: "file:./dependency" } };
  await writeFile(join(root, "package.json"), JSON.stringify(own));
  await execa("npm", ["install", "--package-lock-only", "--no-audit", "--no-fund", "--offline"], { cwd: root });
});
afterEach(() => rm(root, { recursive: true, force: true }));

const node = (script: string, args: string[] = []) =>
  execa(process.execPath, [join(root, "scripts", script), ...args], { cwd: root, reject: false });

describe("ensure-deps", () => {
  test("installs what the lock file names, says so, and is silent when it is there", async () => {
    const first = await node("ensure-deps.mjs");
    expect(first).toMatchObject({
      exitCode: 0,
      stdout: "",
      stderr: expect.stringMatching(/^Installing .*\n {2}done in /),
    });
    expect(await readFile(join(root, "node_modules/dependency/package.json"), "utf8")).toContain("dependency");
    expect(await node("ensure-deps.mjs")).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
  });

  test("says what failed and what to run", async () => {
    await rm(join(root, "package.json"));
    const { exitCode, stderr } = await node("ensure-deps.mjs");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("npm install");
  });
});

describe("ensure-build", () => {
  test("builds once, and again when a source changes", async () => {
    await writeFile(
      join(root, "scripts/build.mjs"),
      `import { mkdir, writeFile } from "node:fs/promises";
       import { sourceHash } from "./source-hash.mjs";
       export async function build() {
         await mkdir("dist", { recursive: true });
         await writeFile("dist/build.json", JSON.stringify({ sources: await sourceHash(process.cwd()) }));
       }`,
    );
    expect((await node("ensure-build.mjs")).stderr).toContain("Building the program…");
    expect(await node("ensure-build.mjs")).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
    await mkdir(join(root, "lib"));
    await writeFile(join(root, "lib/new.ts"), "export const changed = true;");
    expect((await node("ensure-build.mjs")).stderr).toContain("Building the program…");
  });

  test("a build that fails is told and fails", async () => {
    await writeFile(
      join(root, "scripts/build.mjs"),
      'export async function build() { throw new Error("no main.ts"); }',
    );
    const { exitCode, stderr } = await node("ensure-build.mjs");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("could not be built: no main.ts");
  });
});

test("progress shows a failing command's own words and fails", async () => {
  const good = await node("progress.mjs", ["Listing", process.execPath, "-e", "console.log('quiet')"]);
  expect(good).toMatchObject({ exitCode: 0, stdout: "" });
  expect(good.stderr).not.toContain("quiet");
  const bad = await node("progress.mjs", [
    "Trying",
    process.execPath,
    "-e",
    "console.log('the reason'); process.exit(3)",
  ]);
  expect(bad.exitCode).toBe(1);
  expect(bad.stderr).toContain("the reason");
});

test("a lock keeps others out until it is free, and a dead owner's is taken", async () => {
  const worker = join(root, "worker.mjs");
  await writeFile(
    worker,
    `import { locked } from "./scripts/lock.mjs";
     import { appendFileSync } from "node:fs";
     import { setTimeout } from "node:timers/promises";
     await locked("work.lock", async () => {
       appendFileSync("log", "in ");
       await setTimeout(100);
       appendFileSync("log", "out ");
     });`,
  );
  await writeFile(join(root, "work.lock"), "999999999");
  await Promise.all([1, 2, 3].map(() => execa(process.execPath, [worker], { cwd: root })));
  expect(await readFile(join(root, "log"), "utf8")).toBe("in out in out in out ");
});
