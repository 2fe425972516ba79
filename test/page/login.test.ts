import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AuthorizationServer, startAuthorizationServer } from "../support/authorization-server.ts";
import { browserPath, startBrowser } from "./browser.ts";
import { openStage, type Stage, twoProviders, type Window, words } from "./stage.ts";

describe.skipIf(browserPath === undefined)("signing in to a provider", () => {
  let browser: Browser;
  let vendor: AuthorizationServer;
  let stage: Stage;
  let window: Window;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    vendor = await startAuthorizationServer("claude");
    const oauth = Object.entries(vendor.overrides).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
    stage = await openStage(
      browser,
      (simulator) =>
        `${twoProviders(simulator)}\n[[providers]]\nname = "plan"\ntype = "anthropic"\nauth_type = "oauth"\nbase_url = "${simulator.url}/plan"\noauth = { ${oauth.join(", ")} }\n`,
    );
    window = await stage.open("#/providers");
  });
  afterEach(async () => {
    expect(window.complaints).toEqual([]);
    await stage.close();
    await vendor.close();
  });

  const login = () => window.page.getByRole("region", { name: "Login of plan" });

  test("the terms first, then the vendor's window, which comes back by itself; and out again", async () => {
    const { page } = window;
    await page.getByRole("link", { name: "Sign in to plan" }).click();
    await login().getByText("Before you sign in").waitFor();
    expect(await words(login())).toContain("Not signed in");
    await login().getByRole("button", { name: "I have read this: sign in" }).click();
    await login().getByText("Signed in. The provider is ready.").waitFor();
    expect(await words(login())).toContain("user@example.com");
    expect(vendor.violations).toEqual([]);
    await login().getByRole("button", { name: "Sign out of plan" }).click();
    await page.getByRole("group", { name: "Sign out of plan" }).getByRole("button", { name: "Sign out" }).click();
    await login().getByText("Not signed in").waitFor();
  });

  test("what the vendor shows can be pasted where the browser cannot come back; nonsense says so and asks again", async () => {
    const { page } = window;
    // The window is on another machine, as it were: it opens, and never comes back.
    await page.context().route(`${vendor.url}/**`, (route) => route.abort());
    await page.getByRole("link", { name: "Sign in to plan" }).click();
    await login().getByRole("button", { name: "I have read this: sign in" }).click();
    const address = await login().getByRole("link", { name: "Open it again" }).getAttribute("href");
    const paste = login().getByLabel("paste the code, or the whole address");
    await paste.fill("!!");
    await login().getByRole("button", { name: "Complete" }).click();
    await login().getByRole("alert").waitFor();
    await paste.fill((await vendor.allow(address ?? "")).href);
    await login().getByRole("button", { name: "Complete" }).click();
    await login().getByText("Signed in. The provider is ready.").waitFor();
  });
});
