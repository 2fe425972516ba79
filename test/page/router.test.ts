import { readFile, writeFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { browserPath, withBrowser } from "./browser.ts";
import { openStage, type Stage, type Window, words } from "./stage.ts";

const SONNET = "claude-sonnet-4-20250514";

describe.skipIf(browserPath === undefined)("Router", () => {
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
    await stage.ask({ model: "claude-3-5-haiku-20241022" });
    window = await stage.open("#/router");
    page = window.page;
    original = await onDisk();
    await page.getByLabel("Model for Default").waitFor();
  });
  afterEach(async () => {
    expect(window.complaints).toEqual([]);
    await stage.close();
  });

  const onDisk = () => readFile(stage.configPath, "utf8");
  const saved = (what: string) => page.locator(".save-card.saved", { hasText: `: ${what}` }).waitFor();

  test("a route gets a model, is switched off, and is cleared for good", async () => {
    await page.getByLabel("Model for Web search").selectOption("small");
    await saved("Model for Web search");
    expect(await onDisk()).toContain('[router.websearch]\nmodel = "small"');
    await page.getByLabel("Web search is on").uncheck();
    await saved("Web search is on");
    expect(await onDisk()).toContain("enabled = false");
    await page.getByLabel("Model for Web search").selectOption("");
    await expect.poll(onDisk).not.toContain("[router.websearch]\nmodel");
    await page.getByLabel("Model for Background").selectOption("");
    await expect.poll(onDisk).not.toContain("[router.background]\nmodel");
    await page.reload();
    expect(await page.getByLabel("Model for Background").inputValue()).toBe("");
    expect((await stage.ask({ model: "claude-3-5-haiku-20241022" })).status).toBe(200);
  });

  test("the patterns in use are shown, tried out on what was asked for while they are typed, and can be cleared", async () => {
    await page.getByRole("button", { name: "Change what fires Background" }).click();
    const field = page.getByLabel("Patterns on the name");
    expect(await field.inputValue()).toBe("(?i)claude.*haiku");
    await page.getByText("Finds claude-3-5-haiku-20241022").waitFor();
    await field.fill("(");
    await page.getByText("The pattern").waitFor();
    await field.fill("^claude-sonnet");
    await page.getByText(`Finds ${SONNET}`).waitFor();
    expect(await onDisk()).toBe(original);
    await field.fill("");
    await field.blur();
    await saved("Patterns on the name");
    expect(await onDisk()).toContain("patterns = []");
    await page.reload();
    await page.getByRole("button", { name: "Change what fires Background" }).click();
    expect(await field.inputValue()).toBe("");
  });

  test("auto-map, emptied, is off and stays off", async () => {
    await page.getByRole("button", { name: "Change what fires Auto-map" }).click();
    await page.getByLabel("Pattern on the name").fill("");
    await page.getByLabel("Pattern on the name").blur();
    await saved("Pattern on the name");
    expect(await onDisk()).toContain('auto_map = ""');
    await page.reload();
    await page.getByText("never: it is switched off").waitFor();
  });

  test("a default that does not exist is told; what is in use stays shown, and no other change is hindered", async () => {
    await writeFile(
      stage.configPath,
      original.replace(`[router.default]\nmodel = "${SONNET}"`, '[router.default]\nmodel = "placeholder"'),
    );
    await page.getByRole("alert").getByText("placeholder").waitFor();
    expect(await page.getByLabel("Model for Default").inputValue()).toBe(SONNET);
    await page.getByLabel("Model for Web search").selectOption("small");
    await saved("Model for Web search");
    expect(await onDisk()).toContain('[router.websearch]\nmodel = "small"');
    await page.getByLabel("Model for Default").selectOption("small");
    await saved("Model for Default");
    await page.getByRole("alert").waitFor({ state: "detached" });
    expect(await onDisk()).not.toContain("placeholder");
  });

  test("a request is explained: made up, picked from the list, or pasted; and again when the routes change", async () => {
    const answer = page.getByRole("region", { name: "Where would this go?" });
    await answer.getByLabel("An earlier request").selectOption({ index: 1 });
    await answer.getByText("background").first().waitFor();
    expect(await answer.getByLabel("Requested model").inputValue()).toBe("claude-3-5-haiku-20241022");
    await page.getByLabel("Background is on").uncheck();
    await answer.getByText("auto-map").first().waitFor();
    await answer.getByText("Or paste a whole request").click();
    await answer.getByLabel("A whole request, as JSON").fill("{");
    await answer.getByRole("button", { name: "Explain" }).click();
    await answer.getByRole("alert").getByText("What was pasted is no JSON").waitFor();
    const request = { model: "small", max_tokens: 9, messages: [{ role: "user", content: "Hi" }] };
    await answer.getByLabel("A whole request, as JSON").fill(JSON.stringify(request));
    await answer.getByRole("button", { name: "Explain" }).click();
    await answer.getByText("defined model").first().waitFor();
    expect(await words(answer)).toContain("backup");
  });

  test("the router can be switched off as a whole", async () => {
    await page.getByLabel("Router is on").uncheck();
    await saved("Router is on");
    await page.getByText("The router is switched off: the requested name is used as it is.").waitFor();
    expect(await onDisk()).toContain("enabled = false");
  });
});
