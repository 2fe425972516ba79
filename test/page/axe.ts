/** @module Faults that keep people with assistive techniques out, as axe finds them. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const require = createRequire(import.meta.url);

interface AxeResult {
  violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
}

/** @returns the serious and critical ones, each with the places where it is found */
export async function seriousFaults(page: Page): Promise<{ id: string; where: string[] }[]> {
  await page.evaluate(await readFile(require.resolve("axe-core/axe.min.js"), "utf8"));
  const { violations } = (await page.evaluate("axe.run()")) as AxeResult;
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => ({ id, where: nodes.map((node) => `${node.html}: ${node.failureSummary}`) }));
}
