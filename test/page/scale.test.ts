import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seriousFaults } from "./axe.ts";
import { browserPath, startBrowser } from "./browser.ts";
import { openStage, type Stage } from "./stage.ts";

const PROVIDERS = 18;
const MODELS = 50;

describe.skipIf(browserPath === undefined)("eighteen providers and fifty models", () => {
  let browser: Browser;
  let stage: Stage;
  beforeAll(async () => {
    browser = await startBrowser();
    stage = await openStage(browser, ({ url }) => {
      const providers = Array.from(
        { length: PROVIDERS },
        (_, at) => `[[providers]]\nname = "p${at}"\ntype = "anthropic"\napi_key = "k"\nbase_url = "${url}/p${at}"\n`,
      );
      const links = Array.from({ length: PROVIDERS }, (_, at) => `{ name = "p${at}", priority = ${at + 1} }`);
      const models = Array.from(
        { length: MODELS },
        (_, at) => `[[models]]\nname = "claude-model-${at}"\nproviders = [{ name = "p0", model = "m" }]\n`,
      );
      return [...providers, `[[models]]\nname = "claude-all"\nproviders = [${links.join(", ")}]\n`, ...models].join(
        "\n",
      );
    });
  });
  afterAll(async () => {
    await stage?.close();
    await browser?.close();
  });

  test("every model is there, found by its name, and moved in one save", async () => {
    const { page, complaints, close } = await stage.open("#/models");
    await page.getByRole("heading", { name: "claude-model-49", exact: true }).waitFor();
    await page.getByRole("searchbox", { name: "Search the models" }).fill("claude-all");
    await expect.poll(() => page.getByRole("heading", { level: 2 }).count()).toBe(1);
    await page.getByRole("button", { name: "Try p17 earlier" }).click();
    await page.locator(".save-card.saved", { hasText: "the order of claude-all" }).waitFor();
    expect(await page.locator(".link-who strong").allTextContents()).toEqual([
      ...Array.from({ length: 16 }, (_, at) => `p${at}`),
      "p17",
      "p16",
    ]);
    expect(complaints).toEqual([]);
    await close();
  });

  // axe looks at every element, and a busy machine takes its time.
  describe("with everything open that can be opened, nothing keeps anybody out", { timeout: 60_000 }, () => {
    test("Models", async () => {
      const { page, complaints, close } = await stage.open("#/models");
      await page.getByRole("searchbox", { name: "Search the models" }).fill("claude-model-7");
      await page.getByRole("button", { name: "Edit p0" }).click();
      await page.getByRole("button", { name: "Settings of claude-model-7" }).click();
      await page.getByRole("button", { name: "Delete claude-model-7" }).click();
      await page.getByRole("button", { name: "Add a provider to claude-model-7" }).click();
      expect(await seriousFaults(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await close();
    });

    test("Providers", async () => {
      const { page, complaints, close } = await stage.open("#/providers/p3");
      await page.getByText("More", { exact: true }).click();
      await page.getByRole("button", { name: "Delete p3" }).click();
      expect(await seriousFaults(page)).toEqual([]);
      await page.getByRole("link", { name: "Add a provider" }).click();
      await page.getByRole("searchbox", { name: "Search the catalogue" }).waitFor();
      expect(await seriousFaults(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await close();
    });

    test("Router", async () => {
      const { page, complaints, close } = await stage.open("#/router");
      for (const button of await page.getByRole("button", { name: /^Change what fires/ }).all()) await button.click();
      expect(await seriousFaults(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await close();
    });
  });
});
