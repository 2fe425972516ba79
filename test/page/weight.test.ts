import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

const ASSETS = resolve(import.meta.dirname, "../../dist/admin");

/** What may travel before the page is there. */
const MOST_BYTES = 120_000;

test("the whole page weighs less than 120 KB gzipped", async () => {
  const files = await readdir(ASSETS);
  const weights = await Promise.all(files.map(async (file) => gzipSync(await readFile(join(ASSETS, file))).length));
  expect(files.sort()).toEqual(["chart.js", "index.html", "page.css", "page.js"]);
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeLessThan(MOST_BYTES);
});

test("nothing in it stops the page to ask or to tell", async () => {
  const scripts = await Promise.all(["page.js", "chart.js"].map((file) => readFile(join(ASSETS, file), "utf8")));
  for (const script of scripts) expect(script).not.toMatch(/(?<![\w.$])(?:window\.)?(?:alert|confirm|prompt)\(/);
});

test("nothing in it is inline, and nothing is of another host", async () => {
  const html = await readFile(join(ASSETS, "index.html"), "utf8");
  expect(html).not.toMatch(/<style|style="|<script(?![^>]*\bsrc=)|\son\w+="/);
  const addresses = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address);
  expect(addresses.every((address) => address?.startsWith("/") || address?.startsWith("data:image/"))).toBe(true);
  expect(await readFile(join(ASSETS, "page.css"), "utf8")).not.toMatch(/url\((?!["']?data:)/);
});
