import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seriousFaults } from "./axe.ts";
import { browserPath } from "./browser.ts";
import { SECRET, type Stage, type Window, withStage } from "./stage.ts";

const TABS = ["Overview", "Providers", "Models", "Router", "Test", "Settings"] as const;

describe.skipIf(browserPath === undefined)("the six tabs", () => {
  let stage: Stage;
  withStage(async (opened) => {
    stage = opened;
    await stage.ask();
    await stage.ask({ model: "claude-3-5-haiku-20241022" });
    await stage.ask({}, { "x-ccm-simulate": "primary=529" });
  });

  test("each has an address, and the address opens it again", async () => {
    const { page, complaints, close } = await stage.open();
    for (const name of TABS) {
      await page.getByRole("tab", { name }).click();
      expect(page.url()).toMatch(new RegExp(`#/${name.toLowerCase()}$`));
      await page.reload();
      await page.getByRole("tab", { name, selected: true }).waitFor();
    }
    await page.goBack();
    await page.getByRole("tab", { name: "Test", selected: true }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("an address that is none opens the first tab", async () => {
    const { page, close } = await stage.open("#/nonsense");
    await page.getByRole("tab", { name: "Overview", selected: true }).waitFor();
    await close();
  });

  test("arrows, Home and End move between them, and only the open one is a stop of the Tab key", async () => {
    const { page, close } = await stage.open();
    await page.keyboard.press("Tab");
    for (const [key, name] of [
      ["ArrowRight", "Providers"],
      ["End", "Settings"],
      ["ArrowRight", "Overview"],
      ["ArrowLeft", "Settings"],
      ["Home", "Overview"],
    ] as const) {
      await page.keyboard.press(key);
      await page.getByRole("tab", { name, selected: true }).waitFor();
      expect(await page.evaluate("document.activeElement.id")).toBe(`tab-${name.toLowerCase()}`);
    }
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.closest('[role=tabpanel]') !== null")).toBe(true);
    await close();
  });

  describe.each(TABS)("%s", (name) => {
    let window: Window;
    beforeAll(async () => {
      window = await stage.open(`#/${name.toLowerCase()}`);
      await window.page.getByRole("heading", { level: 1 }).waitFor();
      await window.page.locator(".waiting").waitFor({ state: "detached" });
    });
    afterAll(() => window?.close());

    test.each(["light", "dark"] as const)("has no serious fault for assistive techniques (%s)", async (colorScheme) => {
      await window.page.emulateMedia({ colorScheme });
      expect(await seriousFaults(window.page)).toEqual([]);
    });

    test.each([360, 768, 1280, 3840])("fits a window of %d pixels", async (width) => {
      await window.page.setViewportSize({ width, height: 800 });
      expect(await window.page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
      for (const tab of TABS) expect(await window.page.getByRole("tab", { name: tab }).isVisible()).toBe(true);
    });

    test("shows no secret, asks nobody else, and complains of nothing", async () => {
      const whole = await window.page.content();
      expect(whole).not.toContain(SECRET);
      expect(whole).not.toContain("never-to-be-seen");
      expect(window.complaints).toEqual([]);
    });
  });
});
