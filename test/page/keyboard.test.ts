import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { browserPath, startBrowser } from "./browser.ts";
import { openStage } from "./stage.ts";

/** Goes on with the Tab key until the control of that name has the focus, as somebody without a mouse would. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const seen: string[] = [];
  for (let step = 0; step < 120; step++) {
    await page.keyboard.press("Tab");
    const focused = (await page.evaluate(NAME_OF_FOCUS)) as string;
    if (name.test(focused)) return;
    seen.push(focused);
  }
  throw new Error(`${name} was not reached by the Tab key; seen: ${seen.join(" | ")}`);
}

/** The name by which a screen reader would call it, near enough. */
const NAME_OF_FOCUS = `(() => {
  const at = document.activeElement;
  const label = at.labels?.[0]?.textContent ?? "";
  return (at.getAttribute("aria-label") ?? (label || at.textContent) ?? "").trim();
})()`;

/** What has the focus must be seen to have it. */
const OUTLINE = `getComputedStyle(document.activeElement).outlineStyle`;

describe.skipIf(browserPath === undefined)("without a mouse", () => {
  test("from nothing to an answer: add a provider, a model, a route, and send a message", {
    timeout: 60_000,
  }, async () => {
    const browser = await startBrowser();
    const stage = await openStage(browser, () => "");
    const { page, complaints } = await stage.open();
    const { keyboard } = page;
    await page.getByRole("heading", { name: "Three steps to the first answer" }).waitFor();
    await tabTo(page, /^Add a provider$/);
    expect(await page.evaluate(OUTLINE)).not.toBe("none");
    await keyboard.press("Enter");
    // The search has the focus by itself.
    await page.getByRole("searchbox", { name: "Search the catalogue" }).waitFor();
    await expect.poll(() => page.evaluate(NAME_OF_FOCUS)).toBe("Search the catalogue");
    await keyboard.type("anthropic");
    await tabTo(page, /^Anthropic\s*needs/);
    await keyboard.press("Enter");
    await tabTo(page, /^API key$/);
    await keyboard.type("sk-ant-api03-of-the-keyboard");
    await tabTo(page, /^Another address$/);
    await keyboard.press("Space");
    await tabTo(page, /^Base URL$/);
    await keyboard.type(`${stage.simulator.url}/first`);
    await tabTo(page, /^Test and add$/);
    await keyboard.press("Enter");
    await page.locator(".save-card.saved", { hasText: "added anthropic" }).waitFor();

    await page.getByRole("tab", { name: "Providers" }).focus();
    await keyboard.press("ArrowRight");
    await page.getByRole("heading", { level: 1, name: "Models" }).waitFor();
    await tabTo(page, /^Add a model$/);
    await keyboard.press("Enter");
    await tabTo(page, /^Name$/);
    await keyboard.type("mine");
    await keyboard.press("Enter");
    await page.locator(".save-card.saved", { hasText: "added mine" }).waitFor();
    await page.getByRole("tab", { name: "Models" }).focus();
    await tabTo(page, /^Add a provider to mine$/);
    await keyboard.press("Enter");
    await tabTo(page, /^Model there$/);
    await keyboard.type("claude-haiku-5-5");
    await keyboard.press("Enter");
    await page.locator(".save-card.saved", { hasText: "anthropic added to mine" }).waitFor();

    await page.getByRole("tab", { name: "Models" }).focus();
    await keyboard.press("ArrowRight");
    await page.getByLabel("Model for Background").waitFor();
    await tabTo(page, /^Model for Background$/);
    await keyboard.type("mine");
    await page.locator(".save-card.saved", { hasText: "Model for Background" }).waitFor();
    expect(await readFile(stage.configPath, "utf8")).toMatch(/\[router\.background\]\nmodel = "mine"/);

    await page.getByRole("tab", { name: "Router" }).focus();
    await keyboard.press("ArrowRight");
    await tabTo(page, /^Message$/);
    await keyboard.press("Control+Enter");
    await page.getByRole("region", { name: "Answer" }).getByRole("status").getByText("Complete").waitFor();
    expect(complaints).toEqual([]);
    await stage.close();
    await browser.close();
  });
});
