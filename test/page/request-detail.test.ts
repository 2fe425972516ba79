import type { Browser, Page } from "playwright-core";
import { afterEach, describe, expect, test } from "vitest";
import { seriousFaults } from "./axe.ts";
import { browserPath, withBrowser } from "./browser.ts";
import { openStage, type Stage, twoProviders, type Window, words } from "./stage.ts";

describe.skipIf(browserPath === undefined)("one request in detail", () => {
  let browser: Browser;
  let stage: Stage;
  let window: Window;
  let page: Page;
  withBrowser((started) => {
    browser = started;
  });
  afterEach(async () => {
    expect(window.complaints).toEqual([]);
    await stage.close();
  });

  async function arrive(logging = "") {
    stage = await openStage(browser, (simulator) => `${logging}${twoProviders(simulator)}`);
    await stage.ask({}, { "x-api-key": "client-key-never-to-be-seen", "x-ccm-simulate": "primary=529" });
    window = await stage.open();
    page = window.page;
    await page.locator(".request-table").getByRole("link").first().click();
    return page.getByRole("complementary", { name: "One request" });
  }
  const shown = (name: string) => page.getByRole("region", { name });

  test("headers of every side are there, masked; bodies are not, and it says how they would be", async () => {
    const detail = await arrive();
    await detail.getByText("The client's request: POST /v1/messages").click();
    const headers = await words(shown("The client's request: POST /v1/messages: headers"));
    expect(headers).toContain("content-type: application/json");
    expect(headers).toMatch(/x-api-key: \S*…/);
    await detail.getByText("To backup").click();
    expect(await words(shown("To backup: headers"))).toMatch(/authorization: Bearer …4321/);
    await detail.getByText("Its body was not kept.").first().waitFor();
    await detail.getByText("so it cannot be sent again").waitFor();
    expect(await page.content()).not.toContain("never-to-be-seen");
    expect(await seriousFaults(page)).toEqual([]);
    await detail.getByRole("link", { name: "logging of bodies" }).click();
    await page.getByLabel("Log what is asked and answered").waitFor();
  });

  test("with log_bodies it is there word for word, is sent again to a provider of choice, and is explained", async () => {
    const detail = await arrive("[logging]\nlog_bodies = true\n");
    await detail.getByText("The answer to the client: 200").click();
    expect(await words(shown("The answer to the client: 200: body"))).toContain('"type": "message"');
    await detail.getByText("From primary: 529").click();
    expect(await words(shown("From primary: 529: body"))).toContain("overloaded");
    await detail.getByRole("button", { name: "Explain its route" }).click();
    await page.getByText("Its body was kept: it is asked for word for word.").waitFor();
    const answer = page.getByRole("region", { name: "Where would this go?" });
    await answer.getByText("defined model").first().waitFor();
    await page.goBack();
    await detail.getByLabel("Send again to").selectOption("backup");
    await detail.getByRole("button", { name: "Send", exact: true }).click();
    const again = page.getByRole("region", { name: "Sent again: claude-sonnet-4-20250514" });
    await again.getByRole("status").getByText("Complete").waitFor();
    expect(await words(again)).toMatch(/asked for by name[\s\S]*backup/);
    const [first, second] = stage.simulator.requests.slice(-2);
    expect(second?.ask?.userText).toBe(first?.ask?.userText);
  });

  test("a test message shows both sides raw: what the page sent, and what each provider was sent", async () => {
    await arrive();
    await page.getByRole("tab", { name: "Test" }).click();
    await page.getByLabel("The provider").selectOption("primary");
    await page.getByLabel("… does this").selectOption("529");
    await page.getByRole("button", { name: "Send" }).click();
    const answer = page.getByRole("region", { name: "Answer" });
    await answer.getByRole("status").getByText("Complete").waitFor();
    await answer.getByText("Raw request and response").click();
    await answer.getByText("From primary: 529").waitFor();
    await answer.getByText("To backup").click();
    expect(await words(shown("To backup: body"))).toContain('"model": "gpt-5.2"');
    expect(await page.content()).not.toContain("never-to-be-seen");
    expect(await seriousFaults(page)).toEqual([]);
  });
});
