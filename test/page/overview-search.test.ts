import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { parseCsv } from "../support/csv.ts";
import { browserPath } from "./browser.ts";
import { type Stage, twoProviders, withStage, words } from "./stage.ts";

const SONNET = "claude-sonnet-4-20250514";

describe.skipIf(browserPath === undefined)("Overview, looked through", () => {
  let stage: Stage;
  withStage(
    async (opened) => {
      stage = opened;
      await stage.ask();
      await stage.ask({}, { "x-ccm-simulate": "primary=529" });
      await stage.ask({ model: "small" });
    },
    (simulator) =>
      twoProviders(simulator).replace('"gpt-5-mini" }', '"gpt-5-mini", price = { input = 1000.0, output = 1000.0 } }'),
  );

  test("the list is searched and filtered by the server, and follows live what fits", async () => {
    const { page, complaints, close } = await stage.open();
    const rows = page.locator(".request-table tbody tr");
    await expect.poll(() => rows.count()).toBe(3);
    await page.getByRole("searchbox", { name: "Search the requests" }).fill("gpt-5-mini");
    await expect.poll(() => rows.count()).toBe(1);
    await stage.ask({ model: "small" });
    await stage.ask();
    await expect.poll(() => rows.count()).toBe(2);
    await page.getByLabel("Result").selectOption("failed");
    await page.getByText("No request fits").waitFor();
    await page.getByLabel("Result").selectOption("");
    await page.getByRole("searchbox", { name: "Search the requests" }).fill("");
    await page.getByLabel("Provider asked").selectOption("primary");
    await expect.poll(() => rows.count()).toBe(3);
    expect(await words(page.locator(".request-table tbody"))).not.toContain("gpt-5-mini");
    expect(complaints).toEqual([]);
    await close();
  });

  test("what the filter shows is downloaded as CSV, and so are today's sums", async () => {
    const { page, complaints, close } = await stage.open();
    const file = async (link: string) => {
      const begun = page.waitForEvent("download");
      await page.getByRole("link", { name: link }).click();
      const download = await begun;
      const text = await readFile(await download.path(), "utf8");
      return { name: download.suggestedFilename(), rows: parseCsv(text.replace(/^\ufeff/, "").trimEnd()) };
    };
    await page.getByLabel("Provider asked").selectOption("primary");
    const requests = await file("Download as CSV (the requests that fit)");
    expect(requests.name).toMatch(/^ccm-requests-\d{4}-\d\d-\d\d\.csv$/);
    const [header = [], ...rows] = requests.rows;
    expect(new Set(rows.map((row) => row[header.indexOf("served_as")]))).toEqual(new Set([SONNET]));
    await page.getByRole("radio", { name: "Model" }).check();
    const sums = await file("Download as CSV (today's tokens and cost)");
    expect(sums.name).toMatch(/^ccm-usage-by-model-/);
    expect(sums.rows.map(([name]) => name)).toContain(SONNET);
    expect(complaints).toEqual([]);
    await close();
  });

  test("each request says what it cost, where that is known", async () => {
    const { page, close } = await stage.open();
    const row = page.getByRole("row").filter({ hasText: "gpt-5-mini" }).first();
    await row.waitFor();
    expect(await words(row)).toMatch(/\$0\.\d+/);
    await close();
  });

  test("charts say in words what they draw, for the last hour, day and week", async () => {
    const { page, complaints, close } = await stage.open();
    const chart = page.getByRole("img", {
      name: /^Requests in this time: \d+ answered, 1 of them saved by failover, 0 failed$/,
    });
    await chart.locator("canvas").waitFor();
    for (const span of ["Day", "Week", "Hour"]) {
      await page.getByRole("radio", { name: span }).check();
      await chart.waitFor();
    }
    await page.getByText(/^In all: \d+ answered, 1 saved by failover/).waitFor();
    await chart.hover();
    await page.getByText(/^From .* on: /).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  // The machine may be busy, and these are many requests.
  test("hundreds of requests: the list stays bounded while they come, and older ones can be asked for", {
    timeout: 90_000,
  }, async () => {
    const { page, close } = await stage.open();
    const list = page.locator(".request-table");
    const count = async () => Number(await list.getAttribute("aria-rowcount")) - 1;
    await list.getByRole("link").first().waitFor();
    for (let wave = 0; wave < 30; wave++)
      await Promise.all(Array.from({ length: 10 }, () => stage.ask({ model: SONNET })));
    await expect.poll(count).toBeGreaterThan(50);
    await page.getByRole("button", { name: "Show older requests" }).waitFor();
    expect(await count()).toBe(200);
    await page.getByRole("button", { name: "Show older requests" }).click();
    await expect.poll(count).toBeGreaterThanOrEqual(300);
    await close();
  });

  test("what begins while the journal is searched is not missed, and what has ended is not under way any more", async () => {
    const { page, complaints, close } = await stage.open();
    const rows = page.locator(".request-table tbody tr");
    await rows.first().waitFor();
    let release: (() => void) | undefined;
    const asked = new Promise<void>((resolve) => {
      void page.route(/api\/journal\?text=small/, async (route) => {
        const answer = await route.fetch();
        await new Promise<void>((go) => {
          release = go;
          resolve();
        });
        await route.fulfill({ response: answer });
      });
    });
    await page.getByRole("searchbox", { name: "Search the requests" }).fill("small");
    await asked;
    const before = await rows.count();
    await stage.ask({ model: "small" });
    await expect.poll(() => rows.count()).toBe(before + 1);
    release?.();
    await expect.poll(() => rows.filter({ hasNotText: "gpt-5-mini" }).count()).toBe(0);
    const { items } = (await (await fetch(`${stage.url}/api/journal?text=small`)).json()) as { items: unknown[] };
    expect(await rows.count()).toBe(items.length);

    await page.getByRole("searchbox", { name: "Search the requests" }).fill("");
    await page.getByLabel("Result").selectOption("running");
    await page.getByText("No request fits").waitFor();
    const slow = stage.ask({}, { "x-ccm-simulate": "primary=slow" });
    await rows.first().waitFor();
    await slow;
    await page.getByText("No request fits").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});
