import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import parse from "@iarna/toml/parse-string.js";
import type { Browser, Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { seriousFaults } from "./axe.ts";
import { browserPath, withBrowser } from "./browser.ts";
import { openStage, SECRET, type Stage, twoProviders, type Window, words } from "./stage.ts";

describe.skipIf(browserPath === undefined)("Settings", () => {
  let browser: Browser;
  let stage: Stage;
  let window: Window;
  let page: Page;
  let original: string;
  withBrowser((started) => {
    browser = started;
  });
  beforeEach(async () => {
    stage = await openStage(browser, twoProviders);
    original = await onDisk();
    window = await stage.open("#/settings");
    page = window.page;
    await page.getByLabel("Attempts at most").waitFor();
  });
  afterEach(async () => {
    expect(window.complaints).toEqual([]);
    await stage?.close();
  });

  const onDisk = () => readFile(stage.configPath, "utf8");
  const saved = (what: string) => page.locator(".save-card.saved", { hasText: `: ${what}` }).waitFor();
  const editor = () => page.getByRole("textbox", { name: "Text of the configuration file" });

  test("a number is saved when its field is left, beside untouched comments, and the change can be undone", async () => {
    const field = page.getByLabel("Attempts at most");
    await field.fill("5");
    await page.getByText("Not saved yet").first().waitFor();
    expect(await onDisk()).toBe(original);
    await field.press("Enter");
    await saved("Attempts at most");
    expect(await onDisk()).toBe(`${original}\n[retry]\nmax_attempts = 5\n`);
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await saved("undone: Attempts at most");
    expect(await onDisk()).toBe(original);
    expect(await field.inputValue()).toBe("3");
  });

  test("Escape takes back what was typed", async () => {
    const field = page.getByLabel("Port");
    await field.fill("99");
    await field.press("Escape");
    expect(await field.inputValue()).toBe("13456");
    await field.press("Tab");
    expect(await onDisk()).toBe(original);
  });

  test("a value that the server refuses is marked where it stands, kept, and not in the file", async () => {
    const field = page.getByLabel("Port");
    await field.fill("70000");
    await field.press("Enter");
    await page.getByRole("alert").getByText("Not saved").waitFor();
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    expect(await field.inputValue()).toBe("70000");
    expect(await onDisk()).toBe(original);
    await field.fill("seven");
    await field.press("Enter");
    await page.getByRole("alert").getByText("a number is needed").waitFor();
    expect(await onDisk()).toBe(original);
  });

  test("an emptied setting leaves the file, and stays away after a reload", async () => {
    await page.getByLabel("Other host names").fill("mux.lan\nbox.lan");
    await page.getByLabel("Other host names").blur();
    await saved("Other host names");
    expect(await onDisk()).toContain('allowed_hosts = ["mux.lan", "box.lan"]');
    await page.getByLabel("Other host names").fill("");
    await page.getByLabel("Other host names").blur();
    await expect.poll(onDisk).not.toContain("mux.lan");
    await page.reload();
    await page.getByLabel("Port").waitFor();
    expect(await page.getByLabel("Other host names").inputValue()).toBe("");
  });

  test("the text: faults at their lines while it is typed, saved whole with its masked keys", async () => {
    await editor().fill(`${(await editor().inputValue()).trimEnd()}\n[router.websearch]\nmodel = "gone"\n`);
    await page.getByText("1 fault: it would not be saved.").waitFor();
    const line = original.trimEnd().split("\n").length + 2;
    await page.getByRole("button", { name: `Line ${line}`, exact: true }).click();
    expect(await page.evaluate("getSelection().toString()")).toBe('model = "gone"');
    await page.getByRole("button", { name: "Save the file" }).click();
    await page.locator(".save-card.refused").waitFor();
    expect(await onDisk()).toBe(original);
    await editor().fill((await editor().inputValue()).replace('"gone"', '"small"'));
    await page.getByText("No fault").waitFor();
    await editor().press("Control+s");
    await saved("the text of the file");
    const now = await onDisk();
    expect(now).toContain('[router.websearch]\nmodel = "small"');
    expect(now).toContain(SECRET);
  });

  test("a text that was changed elsewhere meanwhile: both versions are shown, and the user chooses", async () => {
    await editor().fill((await editor().inputValue()).replace("# kept by the tests", "# mine"));
    await writeFile(stage.configPath, original.replace("# kept by the tests", "# theirs"));
    await page.getByText("The file was changed since you began.").waitFor();
    await page.getByRole("button", { name: "Save the file" }).click();
    const conflict = page.getByRole("region", { name: "Not saved: the file was changed in the meantime" });
    await conflict.waitFor();
    expect(await words(conflict.getByRole("region", { name: "The file as it is now" }))).toContain("# theirs");
    expect(await words(conflict.getByRole("region", { name: "The file as you want it" }))).toContain("# mine");
    expect(await onDisk()).toContain("# theirs");
    await conflict.getByRole("button", { name: "Save mine" }).click();
    await saved("the text of the file");
    expect(await onDisk()).toBe(original.replace("# kept by the tests", "# mine"));
  });

  test("a single change for a file that was changed in the same moment: the rest of the file is theirs either way", async () => {
    // The page must not hear of the other change before it saves.
    await page.evaluate(
      `Object.defineProperty(document, "hidden", { value: true, configurable: true }); document.dispatchEvent(new Event("visibilitychange"))`,
    );
    const theirs = `${original}\n[retry]\nmax_attempts = 7\n`;
    await writeFile(stage.configPath, theirs);
    await page.getByLabel("Attempts at most").fill("5");
    await page.getByLabel("Attempts at most").press("Enter");
    const conflict = page.getByRole("region", { name: "Not saved: the file was changed in the meantime" });
    await conflict.waitFor();
    expect(await words(conflict)).toMatch(/retry\.max_attempts\s+7\s+5/);
    expect(await onDisk()).toBe(theirs);
    await conflict.getByRole("button", { name: "Save mine" }).click();
    await saved("Attempts at most");
    expect(await onDisk()).toBe(theirs.replace("attempts = 7", "attempts = 5"));
  });

  test("backups are made, put back, and made again before a reset", async () => {
    await page.getByRole("button", { name: "Make a backup" }).click();
    await page.getByRole("button", { name: /^Put back ccm-config/ }).waitFor();
    await page.getByRole("button", { name: "Reset to the template" }).click();
    await page.getByRole("button", { name: "Back up and reset" }).click();
    await saved("the file was reset to the template");
    expect(await onDisk()).not.toContain(SECRET);
    await page
      .getByRole("button", { name: /^Put back ccm-config/ })
      .first()
      .click();
    await page.getByRole("button", { name: "Put it back" }).click();
    await saved("put back ccm-config.toml");
    expect(await onDisk()).toBe(original);
  });

  test("each part has an address; budgets are set for all, for a provider and for a route, and taken off again", async () => {
    await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "Budget" }).click();
    expect(page.url()).toContain("#/settings/budget");
    const budget = page.getByRole("region", { name: "Budget", exact: true });
    await budget.getByLabel("$ a day").first().fill("12.5");
    await budget.getByLabel("$ a day").first().press("Enter");
    await saved("$ a day");
    await budget.getByLabel("Once it is used up").selectOption("cheaper");
    await page.locator(".save-card.refused").waitFor();
    await budget.getByLabel("The cheaper model").selectOption("small");
    await saved("The cheaper model");
    await budget.getByLabel("Once it is used up").selectOption("cheaper");
    await saved("Once it is used up");
    await budget.getByLabel("Add limits for").first().selectOption("backup");
    await budget.getByRole("group", { name: "backup" }).getByLabel("$ a week").fill("3");
    await budget.getByRole("group", { name: "backup" }).getByLabel("$ a week").press("Enter");
    await saved("$ a week");
    await budget.getByLabel("Add limits for").last().selectOption("background");
    await budget.getByRole("group", { name: "background" }).getByLabel("$ a month").fill("9");
    await budget.getByRole("group", { name: "background" }).getByLabel("$ a month").press("Enter");
    await saved("$ a month");
    const { budget: written } = parse(await onDisk());
    expect(written).toEqual({
      day: 12.5,
      at_stop: "cheaper",
      model: "small",
      providers: { backup: { week: 3 } },
      routes: { background: { month: 9 } },
    });
    await page.getByRole("button", { name: "Remove the limits of backup" }).click();
    await saved("no limits for backup");
    expect(parse(await onDisk()).budget).not.toHaveProperty("providers.backup");
    expect(await seriousFaults(page)).toEqual([]);
  });

  test("a version that was installed beside the running one is told of, until it runs", async () => {
    await mkdir(join(stage.folder, "9.9.9"));
    await writeFile(join(stage.folder, "9.9.9", "package.json"), '{"name":"claude-code-mux","version":"9.9.9"}');
    await symlink("9.9.9", join(stage.folder, "current"));
    await stage.ask();
    await page.getByRole("status").filter({ hasText: "Version 9.9.9 is installed;" }).waitFor();
    expect(await words(page.getByRole("region", { name: "This server" }))).toContain("9.9.9 is installed and waits");
    await rm(join(stage.folder, "current"));
    await stage.ask();
    await page.getByText("Version 9.9.9 is installed;").waitFor({ state: "detached" });
  });

  test("what is logged and where it is sent: every setting of those sections saves", async () => {
    await page.getByLabel("Journal, in days").fill("7");
    await page.getByLabel("Journal, in days").press("Enter");
    await saved("Journal, in days");
    await page.getByLabel("Collector").fill("http://127.0.0.1:4318");
    await page.getByLabel("Collector").press("Enter");
    await saved("Collector");
    await page.getByLabel("Its headers").fill("x-team: blue");
    await page.getByLabel("Its headers").blur();
    await saved("Its headers");
    await page.getByLabel("Send traces").uncheck();
    await saved("Send traces");
    const { logging, telemetry } = parse(await onDisk());
    expect(logging).toEqual({ journal_days: 7 });
    expect(telemetry).toEqual({ endpoint: "http://127.0.0.1:4318", headers: { "x-team": "blue" }, traces: false });
  });

  test("the lines for Claude Code's own login leave the key out", async () => {
    await page.getByRole("radio", { name: "Claude Code's own login" }).check();
    const lines = await words(page.getByRole("region", { name: "the environment for bash" }));
    expect(lines).toContain("unset ANTHROPIC_API_KEY");
    expect(lines).not.toContain("ccm-proxy");
  });
});
