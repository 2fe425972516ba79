/** @module Debian's chromium for the page's tests. Without it they are skipped, and say so. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll } from "vitest";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export const browserPath = PLACES.find((place) => existsSync(place));

if (browserPath === undefined) {
  console.warn(`skipped: the page's tests need a browser, and none of ${PLACES.join(", ")} is installed`);
}

export function startBrowser(): Promise<Browser> {
  if (browserPath === undefined) throw new Error("there is no browser: skip the test");
  return chromium.launch({
    executablePath: browserPath,
    // Containers have neither a sandbox nor much shared memory; a browser that looks for updates would leave the machine.
    args: ["--no-sandbox", "--headless", "--disable-gpu", "--disable-dev-shm-usage", "--disable-component-update"],
  });
}

/** Gives the tests of a `describe` a browser of their own, and closes it behind them. */
export function withBrowser(take: (browser: Browser) => unknown): void {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await startBrowser();
    await take(browser);
  });
  afterAll(() => browser?.close());
}
