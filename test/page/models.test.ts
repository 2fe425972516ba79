import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { browserPath, withBrowser } from "./browser.ts";
import { openStage, type Stage, type Window, words } from "./stage.ts";

const SONNET = "claude-sonnet-4-20250514";

describe.skipIf(browserPath === undefined)("Models", () => {
  let browser: Browser;
  let stage: Stage;
  let window: Window;
  let page: Page;
  let original: string;
  withBrowser((started) => {
    browser = started;
  });
  beforeEach(async () => {
    stage = await openStage(browser);
    window = await stage.open("#/models");
    page = window.page;
    original = await onDisk();
    await card(SONNET).waitFor();
  });
  afterEach(async () => {
    expect(window.complaints).toEqual([]);
    await stage.close();
  });

  const onDisk = () => readFile(stage.configPath, "utf8");
  const saved = (what: string) => page.locator(".save-card.saved", { hasText: `: ${what}` }).waitFor();
  const card = (name: string) =>
    page.getByRole("listitem").filter({ has: page.getByRole("heading", { name, exact: true, level: 2 }) });
  const chain = (name: string) => card(name).locator(".link-who strong").allTextContents();
  const swapped = () =>
    original
      .replace('{ name = "primary", priority = 1 }', '{ name = "primary", priority = 2 }')
      .replace('{ name = "backup", priority = 2, model', '{ name = "backup", priority = 1, model');
  const whereNow = (name: string, provider: string) =>
    card(name)
      .getByRole("status")
      .filter({ hasText: `Asked for now, it would go to ${provider}` })
      .waitFor();

  test("the second becomes the first by a button, and where a request would go follows at once", async () => {
    await whereNow(SONNET, "primary");
    await card(SONNET).getByRole("button", { name: "Try backup earlier" }).click();
    await saved(`the order of ${SONNET}`);
    expect(await onDisk()).toBe(swapped());
    await whereNow(SONNET, "backup");
    // What is first now can be moved down and taken out, and what was first can be moved up again.
    expect(await card(SONNET).getByRole("button", { name: "Try backup earlier" }).isDisabled()).toBe(true);
    await card(SONNET).getByRole("button", { name: "Try primary earlier" }).click();
    await expect.poll(onDisk).toBe(original);
  });

  test("by the keyboard: Alt and an arrow, anywhere in the link", async () => {
    await card(SONNET).getByRole("button", { name: "Edit backup" }).focus();
    await page.keyboard.press("Alt+ArrowUp");
    await saved(`the order of ${SONNET}`);
    expect(await onDisk()).toBe(swapped());
  });

  test("by dragging", async () => {
    const links = card(SONNET).locator(".chain > li");
    await links.nth(1).dragTo(links.nth(0));
    await saved(`the order of ${SONNET}`);
    expect(await onDisk()).toBe(swapped());
  });

  test("links are taken out and added in any order, and each keeps its own values", async () => {
    await card(SONNET).getByRole("button", { name: "Take primary out" }).click();
    await saved(`primary taken out of ${SONNET}`);
    expect(await chain(SONNET)).toEqual(["backup"]);
    await card(SONNET)
      .getByRole("button", { name: `Add a provider to ${SONNET}` })
      .click();
    await card(SONNET).getByLabel("Provider", { exact: true }).selectOption("primary");
    await card(SONNET).getByLabel("Model there").fill("claude-sonnet-5-5");
    await card(SONNET).getByRole("button", { name: "Add", exact: true }).click();
    await saved(`primary added to ${SONNET}`);
    expect(await chain(SONNET)).toEqual(["backup", "primary"]);
    expect(await onDisk()).toContain('{ name = "primary", priority = 3, model = "claude-sonnet-5-5" }');
    expect(await words(card(SONNET))).toContain("$2 in, $10 out / M");
    await card(SONNET).getByRole("button", { name: "Edit backup" }).click();
    await card(SONNET).getByLabel("Model at backup").fill("gpt-6-sol");
    await card(SONNET).getByLabel("Model at backup").press("Enter");
    await saved("Model at backup");
    expect(await onDisk()).toContain('{ name = "backup", priority = 2, model = "gpt-6-sol" }');
  });

  test("the models that the vendor lists now are offered; else the catalogue's, with price and context", async () => {
    await card(SONNET).getByRole("button", { name: "Edit backup" }).click();
    await page.locator('datalist option[value="simulated-small"]').first().waitFor({ state: "attached" });
    await card(SONNET).getByLabel("Model at backup").fill("simulated-large");
    await card(SONNET).locator(".field-hint", { hasText: "price unknown" }).waitFor();
    await card(SONNET).getByLabel("Model at backup").fill("nowhere");
    await card(SONNET).getByText("Not among the 2 that it lists.").waitFor();
    await card(SONNET).getByLabel("Model at backup").press("Escape");
    stage.simulator.setFault("primary", "500");
    await card(SONNET).getByRole("button", { name: "Edit primary" }).click();
    const known = page.locator('datalist option[value="claude-sonnet-5-5"]').first();
    await known.waitFor({ state: "attached" });
    expect(await known.textContent()).toMatch(/context · \$2 in, \$10 out/);
  });

  test("strategy and weights", async () => {
    await card(SONNET)
      .getByRole("button", { name: `Settings of ${SONNET}` })
      .click();
    await card(SONNET).getByLabel("Strategy").selectOption("load-balance");
    await saved("Strategy");
    expect(await words(card(SONNET))).toContain("×1");
    await card(SONNET).getByRole("button", { name: "Edit backup" }).click();
    await card(SONNET).getByLabel("Weight").fill("3");
    await card(SONNET).getByLabel("Weight").press("Enter");
    await saved("Weight");
    expect(await words(card(SONNET))).toContain("×3");
    await card(SONNET).getByLabel("Strategy").selectOption("");
    await expect.poll(onDisk).not.toContain("strategy");
  });

  test("a new name is followed by the routes that led to the old one", async () => {
    await card("small").getByRole("button", { name: "Settings of small" }).click();
    await card("small").getByLabel("Name").fill("tiny");
    await card("small").getByLabel("Name").press("Enter");
    await card("tiny").waitFor();
    expect(await onDisk()).toBe(original.replaceAll('"small"', '"tiny"'));
  });

  test("deleting says which routes lead there, and unsets them", async () => {
    await card("small").getByRole("button", { name: "Settings of small" }).click();
    await card("small").getByRole("button", { name: "Delete small" }).click();
    const question = page.getByRole("group", { name: "Delete small" });
    expect(await words(question)).toContain("would be unset: background");
    await question.getByRole("button", { name: "Delete small" }).click();
    await saved("deleted small");
    expect(await onDisk()).not.toContain('"small"');
    expect((await stage.ask()).status).toBe(200);
  });

  test("a model of the user's own, from its name to its first answer", async () => {
    await page.getByRole("button", { name: "Add a model" }).click();
    await page.getByLabel("Name", { exact: true }).fill("mine");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await card("mine").getByText("No provider serves this model.").waitFor();
    await card("mine").getByRole("button", { name: "Add a provider to mine" }).click();
    await card("mine").getByLabel("Model there").fill("claude-haiku-5-5");
    await card("mine").getByRole("button", { name: "Add", exact: true }).click();
    await whereNow("mine", "primary");
    expect((await stage.ask({ model: "mine" })).status).toBe(200);
  });
});
