import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { browserPath, startBrowser } from "./browser.ts";
import { openStage, type Stage, withStage, words } from "./stage.ts";

describe.skipIf(browserPath === undefined)("Overview", () => {
  let stage: Stage;
  withStage((opened) => {
    stage = opened;
  });

  test("leads from nothing to the first answered request", async () => {
    const { page, complaints, close } = await stage.open();
    await page.getByRole("heading", { name: "Ready for the first request" }).waitFor();
    const lines = await words(page.getByRole("region", { name: "the environment" }));
    expect(lines).toContain(`export ANTHROPIC_BASE_URL="${stage.url}"`);
    await stage.ask();
    await page.getByRole("heading", { name: "Last requests" }).waitFor();
    expect(await page.getByRole("heading", { name: "Ready for the first request" }).count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  test("shows a request as it happens: what was asked and used, who failed, who served", async () => {
    const { page, close } = await stage.open();
    await page.getByRole("heading", { level: 1, name: "Everything is working" }).waitFor();
    await stage.ask({}, { "x-ccm-simulate": "primary=529" });
    const row = page.getByRole("row").filter({ hasText: "backup" }).first();
    await row.waitFor();
    const told = await words(row);
    expect(told).toContain("claude-sonnet-4-20250514");
    expect(told).toContain("gpt-5.2");
    expect(told).toContain("defined model");
    expect(told).toMatch(/primary[\s\S]*529[\s\S]*overloaded[\s\S]*backup[\s\S]*served/);
    expect(told).toContain("OK");
    await page.getByText("Saved by failover").locator("..").getByText("1", { exact: true }).waitFor();
    await close();
  });

  test("tells all about one request, by mouse and by keyboard, and closes it again", async () => {
    await stage.ask({}, { "x-ccm-simulate": "primary=529" });
    const { page, complaints, close } = await stage.open();
    const open = page.getByRole("row").filter({ hasText: "529" }).first().getByRole("link");
    await open.focus();
    await page.keyboard.press("Enter");
    const detail = page.getByRole("complementary", { name: "One request" });
    await detail.getByText("backup answered after primary failed (overloaded). The client noticed nothing.").waitFor();
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Request");
    const told = await words(detail);
    for (const word of ["Route", "Attempts", "(simulated)", "Tokens", "Output", "req_"]) expect(told).toContain(word);
    const address = page.url();
    await detail.getByRole("link", { name: "Close" }).click();
    await detail.waitFor({ state: "detached" });
    await page.goto(address);
    await detail.getByRole("heading", { name: "Request", exact: true }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("a request that the journal has forgotten is told so", async () => {
    const { page, close } = await stage.open("#/overview/req_long_ago");
    await page.getByText("The journal no longer holds this request.").waitFor();
    await close();
  });

  test("a provider that rests says why and for how long, and can be woken", async () => {
    const { page, close } = await stage.open();
    const card = page
      .getByRole("listitem")
      .filter({ has: page.getByRole("heading", { name: "primary", exact: true }) });
    await card.getByText("Ready").waitFor();
    stage.simulator.setFault("primary", "auth");
    await stage.ask();
    await card.getByText("Login refused", { exact: true }).waitFor();
    expect(await words(card)).toContain("key or login refused");
    await page.getByRole("heading", { level: 1, name: "Working, with fewer providers" }).waitFor();
    stage.simulator.setFault("primary", undefined);
    await card.getByRole("button", { name: "Use primary again now" }).click();
    await card.getByText("Ready").waitFor();
    await close();
  });

  test("a failure on purpose is called one, and can be ended", async () => {
    const { page, close } = await stage.open();
    await fetch(`${stage.url}/api/simulate`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ provider: "backup", failure: "529", seconds: 600 }),
    });
    await stage.ask();
    const told = page.getByRole("status").filter({ hasText: "Failing on purpose:" });
    await told.getByText("backup answers 529, overloaded, until").waitFor();
    await page.getByRole("heading", { level: 1, name: "Working, with a simulated failure" }).waitFor();
    await told.getByRole("button", { name: "End it now" }).click();
    await told.waitFor({ state: "detached" });
    const left = (await (await fetch(`${stage.url}/api/simulate`)).json()) as { items: unknown[] };
    expect(left.items).toEqual([]);
    await close();
  });

  test("what today cost and by whom, by provider, route and model; and how far each budget is used up", async () => {
    await stage.ask({ model: "claude-opus-4-1" });
    const config = await readFile(stage.configPath, "utf8");
    await writeFile(
      stage.configPath,
      `${config}\n[budget]\nday = 0.001\nmonth = 500\nat_stop = "cheaper"\nmodel = "small"\n`,
    );
    const { page, complaints, close } = await stage.open();
    const spent = page.getByRole("region", { name: "Tokens and cost today" });
    await spent.getByRole("row", { name: /^primary/ }).waitFor();
    for (const [by, name] of [
      ["Route", /^defined model/],
      ["Model", /^gpt-5\.2/],
      ["Provider", /^backup/],
    ] as const) {
      await spent.getByRole("radio", { name: by }).check();
      await spent.getByRole("row", { name }).waitFor();
    }
    const budgets = page.getByRole("region", { name: "Budgets" });
    await budgets.getByText("Today's budget").waitFor();
    const told = await words(budgets);
    expect(told).toMatch(/of \$500\.00 \(0 %\), warned from 75 % · anew in \d/);
    expect(told).toContain("small serves instead");
    const figures = await words(page.locator(".numbers"));
    expect(figures).toMatch(/Overhead of the mux\s+[\d.]+ ms\s+median \(p50\); p95/);
    expect(figures).toMatch(/Tokens today\s+\S+\s+\S+ in, \S+ out/);
    expect(figures).toMatch(/Cost today\s+\$/);
    await writeFile(stage.configPath, config);
    await budgets.getByText("No limit is set.").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("the figures follow steady traffic, and do not wait for it to pause", { timeout: 60_000 }, async () => {
    await stage.ask();
    const { page, close } = await stage.open();
    const count = page.locator(".numbers dd b").first();
    await count.filter({ hasText: /\d/ }).waitFor();
    const before = await words(count);
    for (let sent = 0; (await words(count)) === before; sent++) {
      expect(sent).toBeLessThan(200);
      await stage.ask({ model: "small" });
      await page.waitForTimeout(150);
    }
    await close();
  });

  test("the figures follow each request that ends, also one beside which others have begun and ended", {
    timeout: 60_000,
  }, async () => {
    await stage.ask();
    const { page, close } = await stage.open();
    await page.clock.install();
    await page.reload();
    const count = page.locator(".numbers dd b").first();
    await count.filter({ hasText: /\d/ }).waitFor();
    const figure = async () => {
      await page.clock.fastForward(6_000);
      return Number(await words(count));
    };
    const before = await figure();
    const long = stage.ask({}, { "x-ccm-simulate": "primary=slow" });
    await stage.ask({ model: "small" });
    await expect.poll(figure, { timeout: 15_000 }).toBeGreaterThan(before);
    await long;
    await expect.poll(figure, { timeout: 15_000 }).toBe(before + 2);
    await close();
  });

  test("a page that is left open has today's figures tomorrow", async () => {
    await stage.ask();
    const { page, close } = await stage.open();
    await page.clock.install({ time: new Date(2026, 10, 24, 23, 55) });
    await page.reload();
    await page.locator(".numbers dd b").first().filter({ hasText: /\d/ }).waitFor();
    await page.getByRole("banner").getByText("Live").waitFor();
    for (const later of [10_000, 600_000]) {
      const read = page.waitForResponse(/api\/usage/);
      await page.clock.fastForward(later);
      await read;
    }
    await close();
  });

  test("fifty at a time, and the older ones on request", async () => {
    for (let i = 0; i < 60; i++) await stage.ask();
    const { page, close } = await stage.open();
    const list = page.locator(".request-table");
    await list.getByRole("row").nth(50).waitFor();
    expect(await list.getAttribute("aria-rowcount")).toBe("51");
    await page.getByRole("button", { name: "Show older requests" }).click();
    await list.getByRole("row").nth(60).waitFor();
    await close();
  });
});

describe.skipIf(browserPath === undefined)("Overview without providers", () => {
  test("says that requests have nowhere to go, and gives the commands to type", async () => {
    const browser = await startBrowser();
    const stage = await openStage(browser, () => "");
    const { page, complaints } = await stage.open();
    await page.getByRole("heading", { level: 1, name: "No provider is set up yet" }).waitFor();
    await page.getByRole("heading", { name: "Three steps to the first answer" }).waitFor();
    expect(await words(page.getByRole("region", { name: "the wizard's command" }))).toBe("ccm-quickstart");
    for (const name of ["Providers", "Models", "Router", "Test", "Settings"]) {
      await page.getByRole("tab", { name }).click();
      await page.getByRole("heading", { level: 1, name }).waitFor();
    }
    expect(complaints).toEqual([]);
    await stage.close();
    await browser.close();
  });
});
