import type { Browser } from "playwright-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type AuthorizationServer, startAuthorizationServer } from "../support/authorization-server.ts";
import { browserPath, withBrowser } from "./browser.ts";
import { openStage, type Stage, twoProviders, type Window, words } from "./stage.ts";

describe.skipIf(browserPath === undefined)("signing in to a provider", () => {
  let browser: Browser;
  let vendor: AuthorizationServer;
  let chat: AuthorizationServer;
  let stage: Stage;
  let window: Window;
  /** Everything that the server told the page. */
  let told: string[];
  withBrowser((started) => {
    browser = started;
  });
  beforeEach(async () => {
    vendor = await startAuthorizationServer("claude");
    chat = await startAuthorizationServer("codex");
    told = [];
    const oauth = Object.entries(vendor.overrides).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
    stage = await openStage(
      browser,
      (simulator) =>
        `${twoProviders(simulator)}\n[[providers]]\nname = "plan"\ntype = "anthropic"\nauth_type = "oauth"\nbase_url = "${simulator.url}/plan"\noauth = { ${oauth.join(", ")} }
[[providers]]\nname = "chat"\ntype = "openai"\nauth_type = "oauth"\noauth = { token_url = "${chat.url}/oauth/token", device_code_url = "${chat.url}/device/usercode", device_token_url = "${chat.url}/device/token", device_verify_url = "${chat.url}/device", api_base = "${simulator.url}" }\n`,
    );
    window = await stage.open("#/providers");
    window.page.on("response", async (response) => void told.push(await response.text().catch(() => "")));
  });
  afterEach(async () => {
    expect(window.complaints).toEqual([]);
    await expectNoSecrets();
    await stage.close();
    await vendor.close();
    await chat.close();
  });

  const login = (of = "plan") => window.page.getByRole("region", { name: `Login of ${of}` });

  /** Neither in what is shown nor in what the page has heard or keeps. */
  async function expectNoSecrets(): Promise<void> {
    const kept = await window.page.evaluate(
      "JSON.stringify([localStorage, sessionStorage, document.cookie, location.href])",
    );
    const fields = await window.page
      .locator("input, textarea")
      .evaluateAll((all) => all.map((each) => (each as { value?: string }).value));
    const everything = [await window.page.content(), String(kept), fields.join(), ...told].join("\n");
    const secrets = [...vendor.secrets, ...chat.secrets];
    expect(secrets.length).toBeGreaterThan(0);
    for (const secret of secrets) expect(everything).not.toContain(secret.slice(0, 24));
  }

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

  test("without a browser that could come back: the terms of that way, a code to type at the vendor's, and it is done", async () => {
    const { page } = window;
    chat.devicePolls = [{ status: 403, body: {} }];
    await page.getByRole("link", { name: "Sign in to chat" }).click();
    expect(await words(login("chat"))).toContain("OpenAI's own way for open-source tools");
    await login("chat").getByRole("button", { name: "Sign in to chat with a code" }).click();
    expect(await words(login("chat"))).toContain("not documented for other programs");
    expect(chat.calls).toEqual([]);
    await login("chat").getByRole("button", { name: "I have read this: get a code" }).click();
    await login("chat").getByText("ABCD-1234").waitFor();
    await login("chat").getByText("Signed in. The provider is ready.").waitFor();
    expect(await words(login("chat"))).toContain("user@example.com, plus");
    expect(chat.violations).toEqual([]);
  });

  test("is given up when the user says so, and the vendor's answer then finds nobody", async () => {
    const { page } = window;
    await page.context().route(`${vendor.url}/**`, (route) => route.abort());
    await page.getByRole("link", { name: "Sign in to plan" }).click();
    await login().getByRole("button", { name: "I have read this: sign in" }).click();
    const address = await login().getByRole("link", { name: "Open it again" }).getAttribute("href");
    await login().getByRole("button", { name: "Give up this sign-in" }).click();
    await login().getByRole("button", { name: "I have read this: sign in" }).waitFor();
    await expect(fetch(await vendor.allow(address ?? ""))).rejects.toThrow();
    expect(vendor.count("token")).toBe(0);
  });
});
