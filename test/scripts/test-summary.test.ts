import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";

const SUMMARY = resolve(import.meta.dirname, "../../scripts/test-summary.mjs");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccm-summary-"));
});
afterAll(() => rm(folder, { recursive: true }));

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { name: string; status: string; assertionResults: unknown[] }[];
}

const GOOD: Report = { numPassedTests: 5, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };

/** Runs the summary over a report and the exit codes of check and vitest. */
async function summarise(report: Report | undefined, check: string, tests: string) {
  const path = join(folder, "report.json");
  await rm(path, { force: true });
  if (report) await writeFile(path, JSON.stringify(report));
  const { stdout, exitCode } = await execa(process.execPath, [SUMMARY, path, check, tests], { reject: false });
  const [sentence, numbers] = stdout.trim().split("\n").slice(-2);
  return { sentence, numbers, exitCode };
}

test("all well: the check counts as one more", async () => {
  expect(await summarise(GOOD, "0", "0")).toEqual({
    sentence: "Everything works.",
    numbers: "6 passed, 0 failed, 0 skipped",
    exitCode: 0,
  });
});

test("skipped and to be written are both skipped", async () => {
  const { sentence, numbers, exitCode } = await summarise(
    { ...GOOD, numPendingTests: 2, numTodoTests: 1 },
    "skipped",
    "0",
  );
  expect(sentence).toContain("3 skipped");
  expect([numbers, exitCode]).toEqual(["5 passed, 0 failed, 3 skipped", 0]);
});

test("a failed test, a failed check, a file that cannot be loaded and a crash all fail the run", async () => {
  const unloadable = { name: "a.test.ts", status: "failed", assertionResults: [] };
  expect(await summarise({ ...GOOD, numFailedTests: 1 }, "0", "1")).toMatchObject({
    sentence: "Something is broken: one test failed.",
    numbers: "6 passed, 1 failed, 0 skipped",
    exitCode: 1,
  });
  expect(await summarise(GOOD, "1", "0")).toMatchObject({ numbers: "5 passed, 1 failed, 0 skipped", exitCode: 1 });
  expect(await summarise({ ...GOOD, testResults: [unloadable] }, "0", "1")).toMatchObject({
    sentence: "Something is broken: a.test.ts could not be loaded.",
    numbers: "6 passed, 1 failed, 0 skipped",
    exitCode: 1,
  });
  expect(await summarise(GOOD, "0", "1")).toMatchObject({ numbers: "6 passed, 1 failed, 0 skipped", exitCode: 1 });
  expect(await summarise(undefined, "0", "134")).toMatchObject({
    numbers: "1 passed, 1 failed, 0 skipped",
    exitCode: 1,
  });
});
