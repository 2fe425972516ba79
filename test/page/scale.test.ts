import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { seriousFaults } from "./axe.ts";
import { browserPath } from "./browser.ts";
import { anAttempt, anEntry } from "./samples.ts";
import { type Stage, withStage } from "./stage.ts";

const PROVIDERS = 18;
const MODELS = 50;
const REQUESTS = 5_000;

/** A day's worth of requests, in the journal as the server finds it when it starts. */
async function fillJournal(folder: string): Promise<void> {
  const now = Date.now();
  const lines = Array.from({ length: REQUESTS }, (_, at) => {
    const provider = `p${at % PROVIDERS}`;
    const model = `claude-model-${at % MODELS}`;
    return JSON.stringify(
      anEntry({
        id: `req_${String(at).padStart(6, "0")}`,
        time: now - (REQUESTS - at) * 10_000,
        requested: model,
        model,
        provider,
        attempts:
          at % 20 === 0
            ? [anAttempt({ failure: "overloaded", status: 529 }), anAttempt({ provider })]
            : [anAttempt({ provider })],
        ttftMs: 300 + (at % 700),
        totalMs: 2_000,
        usage: { input_tokens: 1_000, output_tokens: 200 },
        cost: 0.01,
      }),
    );
  });
  await mkdir(join(folder, "journal"), { recursive: true });
  await writeFile(join(folder, "journal", "requests-000001.jsonl"), `${lines.join("\n")}\n`);
}

/** What the browser calls a long task: more than 50 ms in which the page did not react. */
async function longTasks(page: Page, doing: string, work: () => Promise<void>): Promise<void> {
  await page.evaluate(
    `globalThis.long = []; new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => Math.round(duration)))).observe({ type: "longtask" })`,
  );
  const began = performance.now();
  await work();
  const tasks = (await page.evaluate("globalThis.long")) as number[];
  const worst = tasks.length === 0 ? "none" : `${tasks.length}, the longest ${Math.max(...tasks)} ms`;
  console.log(`${doing}: ${Math.round(performance.now() - began)} ms; long tasks: ${worst}`);
}

describe.skipIf(browserPath === undefined)("eighteen providers and fifty models", () => {
  let stage: Stage;
  withStage(
    (opened) => {
      stage = opened;
    },
    ({ url }) => {
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
    },
    fillJournal,
  );

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

  // The figures are printed for people to judge: a machine that is busy with other things is no fault of the page.
  test("five thousand requests: only those in view are drawn, while new ones come in and while one scrolls", {
    timeout: 120_000,
  }, async () => {
    const { page, complaints, close } = await stage.open();
    const list = page.locator(".request-table");
    const drawn = () => list.getByRole("link").count();
    await longTasks(page, "the overview", async () => void (await list.getByRole("link").first().waitFor()));
    const older = page.getByRole("button", { name: "Show older requests" });
    await longTasks(page, `${REQUESTS} requests loaded`, async () => {
      for (let known = 50; known < REQUESTS; known += 500) {
        await older.click();
        const next = Math.min(known + 500, REQUESTS);
        await expect.poll(async () => Number(await list.getAttribute("aria-rowcount"))).toBeGreaterThan(next);
      }
    });
    await older.waitFor({ state: "detached" });
    expect(Number(await list.getAttribute("aria-rowcount"))).toBe(REQUESTS + 1);
    expect(await drawn()).toBeLessThan(300);
    await longTasks(page, "scrolled through", async () => {
      for (let step = 0; step < 20; step++) {
        await page.mouse.wheel(0, 6_000);
        await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
      }
    });
    expect(await drawn()).toBeLessThan(300);
    await longTasks(page, "forty requests came in", async () => {
      await Promise.all(Array.from({ length: 40 }, (_, at) => stage.ask({ model: `claude-model-${at}` })));
      await expect.poll(async () => Number(await list.getAttribute("aria-rowcount"))).toBeGreaterThan(REQUESTS);
    });
    expect(await drawn()).toBeLessThan(300);
    await longTasks(page, "each tab opened", async () => {
      for (const name of ["Providers", "Models", "Router", "Test", "Settings", "Overview"]) {
        await page.getByRole("tab", { name }).click();
        await page.getByRole("heading", { level: 1 }).first().waitFor();
      }
    });
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
