// Reads vitest's JSON report and ends the test run: one sentence, one line of numbers, an honest exit code.
// Usage: node scripts/test-summary.mjs REPORT CHECK_EXIT TESTS_EXIT   (CHECK_EXIT is `skipped` when it was not run)
import { readFile } from "node:fs/promises";

/**
 * @param report vitest's JSON report, or undefined when it wrote none
 * @param check exit code of `npm run check`, or undefined when it was not run
 * @param exit exit code of vitest
 * @returns {{passed: number, failed: number, skipped: number, troubles: string[]}}
 */
export function summarise(report, check, exit) {
  const troubles = [];
  let passed = report?.numPassedTests ?? 0;
  let failed = report?.numFailedTests ?? 0;
  if (failed > 0) troubles.push(failed === 1 ? "one test failed" : `${failed} tests failed`);
  const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  // A file that cannot even be loaded has no tests that could fail.
  const unloadable = (report?.testResults ?? []).filter(
    (f) => f.status === "failed" && f.assertionResults.length === 0,
  );
  failed += unloadable.length;
  for (const file of unloadable) troubles.push(`${file.name} could not be loaded`);
  if (!report) troubles.push("vitest did not finish");
  else if (exit !== 0 && failed === 0) troubles.push("vitest reported an error outside any test");
  if (failed === 0) failed += troubles.length;
  if (check === 0) passed += 1;
  if (check) {
    failed += 1;
    troubles.push("`npm run check` found faults");
  }
  return { passed, failed, skipped, troubles };
}

if (process.argv[1]?.endsWith("test-summary.mjs")) {
  const [path, checkExit, testsExit] = process.argv.slice(2);
  const report = await readFile(path, "utf8").then(JSON.parse, () => undefined);
  const check = checkExit === "skipped" ? undefined : Number(checkExit);
  const { passed, failed, skipped, troubles } = summarise(report, check, Number(testsExit));
  const because = troubles.length > 0 ? `: ${troubles.join("; ")}` : "";
  const skips = skipped > 0 ? `; ${skipped} skipped for the reasons given above` : "";
  console.log();
  if (failed > 0) console.log(`Something is broken${because}${skips}.`);
  else console.log(`Everything works${skips}.`);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed > 0 ? 1 : 0;
}
