import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterEach, describe, expect, test } from "vitest";
import { browserPath, withBrowser } from "./browser.ts";
import { openStage, SECRET, type Stage, twoProviders, type Window, words } from "./stage.ts";

const CHAIN = '{ name = "primary", priority = 1 }';

describe.skipIf(browserPath === undefined)("Providers", () => {
  let browser: Browser;
  let stage: Stage;
  let window: Window;
  let page: Page;
  withBrowser((started) => {
    browser = started;
  });
  afterEach(async () => {
    expect(window?.complaints).toEqual([]);
    await stage?.close();
  });

  async function arrive(hash: string, config = twoProviders) {
    stage = await openStage(browser, config);
    window = await stage.open(hash);
    page = window.page;
    await page.getByRole("heading", { level: 1, name: "Providers" }).waitFor();
    return onDisk();
  }
  const onDisk = () => readFile(stage.configPath, "utf8");
  const saved = (what: string) => page.locator(".save-card.saved", { hasText: `: ${what}` }).waitFor();
  const card = (name: string) =>
    page.getByRole("listitem").filter({ has: page.getByRole("heading", { name, exact: true, level: 2 }) });

  test("from nothing to a first answer: choose a type, give a key, and Claude Code is answered", async () => {
    await arrive("#/providers", () => "");
    await page.getByRole("link", { name: "Add a provider" }).click();
    await page.getByRole("searchbox", { name: "Search the catalogue" }).fill("anthropic");
    await page.getByRole("button", { name: /^Anthropic needs/ }).click();
    await page.getByLabel("API key").fill("gsk_of-somebody-else-0123456789");
    await page.getByText("Anthropic's keys usually begin with sk-ant-").waitFor();
    await page.getByLabel("API key").fill(SECRET);
    await page.getByText("Another address").click();
    await page.getByLabel("Base URL").fill(`${stage.simulator.url}/first`);
    await page.getByRole("button", { name: "Test and add" }).click();
    await saved("added anthropic");
    await card("anthropic").getByText("Ready").waitFor();
    expect((await stage.ask({ model: "claude-opus-5-5" })).status).toBe(200);
    expect(await onDisk()).toContain(`api_key = "${SECRET}"`);
    expect(await page.content()).not.toContain("never-to-be-seen");
    await page.reload();
    await card("anthropic").getByText("Ready").waitFor();
  });

  test("a variable's name is kept as a reference; a name that is taken is refused before it is sent", async () => {
    await arrive("#/providers/+");
    await page.getByRole("button", { name: /^Groq/ }).click();
    const name = page.getByLabel("Name");
    expect(await name.inputValue()).toBe("groq");
    await name.fill("Primary");
    await page.getByRole("alert").getByText("there is a provider of that name already").waitFor();
    await name.fill("fast");
    await page.getByLabel("API key").fill("BACKUP_KEY");
    await page.getByText("Another address").click();
    await page.getByLabel("Base URL").fill(`${stage.simulator.url}/fast`);
    await page.getByRole("button", { name: "Test and add" }).click();
    await saved("added fast");
    expect(await onDisk()).toContain('[[providers]]\nname = "fast"\ntype = "groq"\napi_key = "$BACKUP_KEY"');
    expect(stage.simulator.requests.some(({ provider }) => provider === "fast")).toBe(true);
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await card("fast").waitFor({ state: "detached" });
  });

  test("one that does not work says why in the vendor's words, and nothing is saved before the user says so", async () => {
    const before = await arrive("#/providers/+");
    stage.simulator.setFault("lame", "auth");
    await page.getByRole("button", { name: /^OpenRouter/ }).click();
    await page.getByLabel("API key").fill(SECRET);
    await page.getByText("Another address").click();
    await page.getByLabel("Base URL").fill(`${stage.simulator.url}/lame`);
    await page.getByRole("button", { name: "Test and add" }).click();
    const outcome = page.getByRole("status").filter({ hasText: "Does not work" });
    await outcome.waitFor();
    expect(await words(outcome)).toMatch(/Key or login[\s\S]*refused/);
    expect(await onDisk()).toBe(before);
    expect(await page.content()).not.toContain("never-to-be-seen");
    stage.simulator.setFault("lame", undefined);
    await page.getByRole("button", { name: "Test again" }).click();
    await saved("added openrouter");
    await card("openrouter").getByText("Works").waitFor();
    expect(await onDisk()).toContain(SECRET);
  });

  test("Vertex AI, added here, is complete: the server takes it and goes on serving", async () => {
    await arrive("#/providers/+");
    await page.getByRole("button", { name: /^Vertex AI/ }).click();
    await page.getByLabel("Project").fill("my-project");
    await page.getByLabel("Location").fill("europe-west1");
    await page.getByRole("button", { name: "Test and add" }).click();
    await page.getByRole("button", { name: "Add it all the same" }).click();
    await saved("added vertex-ai");
    const start = await stage.stop();
    await start();
    expect((await stage.ask()).status).toBe(200);
  });

  test("editing one setting leaves every other as it is: enabled, unknown keys, comments, other providers", async () => {
    const before = await arrive("#/providers/backup", (simulator) =>
      twoProviders(simulator).replace('name = "backup"', 'name = "backup" # spare\nenabled = false\nmystery = 7'),
    );
    const url = card("backup").getByLabel("Base URL");
    await url.fill(`${stage.simulator.url}/elsewhere`);
    await url.press("Enter");
    await saved("Base URL");
    expect(await onDisk()).toBe(before.replace("/backup", "/elsewhere"));
  });

  test("a new address is tried out before it is saved; what does not work there is saved only when the user wants it", async () => {
    const before = await arrive("#/providers/primary");
    stage.simulator.setFault("elsewhere", "500");
    const url = card("primary").getByLabel("Base URL");
    await url.fill(`${stage.simulator.url}/elsewhere`);
    await url.press("Enter");
    const anyway = card("primary").getByRole("button", { name: "Save it all the same" });
    await anyway.waitFor();
    expect(await words(card("primary").getByRole("alert"))).toMatch(/^Not saved: /);
    expect(await onDisk()).toBe(before);
    stage.simulator.setFault("elsewhere", undefined);
    await url.press("Enter");
    await saved("Base URL");
    expect(await onDisk()).toBe(before.replace("/primary", "/elsewhere"));
    stage.simulator.setFault("nowhere", "500");
    await url.fill(`${stage.simulator.url}/nowhere`);
    await url.press("Enter");
    await anyway.click();
    await expect.poll(onDisk).toBe(before.replace("/primary", "/nowhere"));
    await anyway.waitFor({ state: "detached" });
  });

  test("one that somebody must sign in to first cannot be tested, and says so", async () => {
    await arrive(
      "#/providers",
      (simulator) =>
        `${twoProviders(simulator)}\n[[providers]]\nname = "plan"\ntype = "anthropic"\nauth_type = "oauth"\n`,
    );
    await card("plan").getByText("It can be tested once you have signed in.").waitFor();
    expect(await card("plan").getByRole("button", { name: "Test plan" }).count()).toBe(0);
    await card("primary").getByRole("button", { name: "Test primary" }).waitFor();
    await page.getByRole("link", { name: "Add a provider" }).click();
    await page.getByRole("button", { name: /^Anthropic needs/ }).click();
    await page.getByLabel("It signs in with").selectOption("oauth");
    await page.getByText("You sign in after it has been added; then it can be tested.").waitFor();
  });

  test("a form never shows what belongs to another provider", async () => {
    await arrive(
      "#/providers/primary",
      (simulator) =>
        `${twoProviders(simulator)}\n[[providers]]\nname = "plain"\ntype = "groq"\napi_key = "k-0123456789abcdef"\n`,
    );
    expect(await card("primary").getByLabel("Base URL").inputValue()).toContain("/primary");
    await card("plain").getByRole("link", { name: "Edit plain" }).click();
    expect(await card("plain").getByLabel("Base URL").inputValue()).toBe("");
  });

  test("a login stays a login when something else is edited, and follows when the provider is renamed", async () => {
    await arrive(
      "#/providers/plan",
      (simulator) =>
        `${twoProviders(simulator)}\n[[providers]]\nname = "plan"\ntype = "anthropic"\nauth_type = "oauth"\n`,
    );
    expect(await card("plan").getByLabel("Signs in with").inputValue()).toBe("oauth");
    await card("plan").getByLabel("Priority").fill("3");
    await card("plan").getByLabel("Priority").press("Enter");
    await saved("Priority");
    await card("plan").getByLabel("Name", { exact: true }).fill("claude-max");
    await card("plan").getByLabel("Name", { exact: true }).press("Enter");
    await card("claude-max").getByLabel("Signs in with").waitFor();
    const now = await onDisk();
    expect(now).toContain('name = "claude-max"\ntype = "anthropic"\nauth_type = "oauth"\npriority = 3\nlogin = "plan"');
  });

  test("a new name is followed by every chain", async () => {
    const before = await arrive("#/providers/primary");
    await card("primary").getByLabel("Name", { exact: true }).fill("first");
    await card("primary").getByLabel("Name", { exact: true }).press("Enter");
    await card("first").getByLabel("Name", { exact: true }).waitFor();
    expect(await onDisk()).toBe(
      before.replace('name = "primary"\n', 'name = "first"\n').replace(CHAIN, CHAIN.replace("primary", "first")),
    );
    expect((await stage.ask()).status).toBe(200);
  });

  test("deleting says what depends on it, and leaves nothing that points to it", async () => {
    const before = await arrive("#/providers/backup");
    await page.getByRole("button", { name: "Delete backup" }).click();
    const question = page.getByRole("group", { name: "Delete backup" });
    expect(await words(question)).toMatch(/leaves the chain of 2 models[\s\S]*Nobody would be left to serve small/);
    await question.getByRole("button", { name: "Leave it" }).click();
    expect(await onDisk()).toBe(before);
    await page.getByRole("button", { name: "Delete backup" }).click();
    await question.getByRole("button", { name: "Delete backup" }).click();
    await saved("deleted backup");
    expect(await onDisk()).not.toContain('"backup"');
    expect((await stage.ask()).status).toBe(200);
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await card("backup").waitFor();
    expect(await onDisk()).toBe(before);
  });

  test("switched off and on, and put earlier, by the keyboard alone", async () => {
    await arrive("#/providers/backup");
    await card("backup").getByLabel("Enabled").press("Space");
    await card("backup").getByText("Off", { exact: true }).waitFor();
    await card("backup").getByLabel("Enabled").press("Space");
    await card("backup").getByText("Ready").waitFor();
    await page.getByRole("button", { name: "Try backup earlier" }).press("Enter");
    await saved("the place of backup");
    await expect.poll(() => words(page.getByRole("heading", { level: 2 }).first())).toBe("backup");
    expect(await onDisk()).toMatch(/name = "primary"[\s\S]*?priority = 2[\s\S]*name = "backup"/);
  });

  test("a key can be replaced without being seen, and a broken address is refused where it stands", async () => {
    await arrive("#/providers/primary");
    const key = card("primary").getByLabel("API key");
    expect([await key.inputValue(), await key.getAttribute("placeholder")]).toEqual(["", "sk-…abcd"]);
    stage.simulator.setFault("primary", "auth");
    await key.fill("sk-ant-api03-a-newer-one-9999");
    await key.press("Enter");
    await card("primary").getByRole("button", { name: "Save it all the same" }).waitFor();
    expect(await words(card("primary").getByRole("alert"))).toMatch(/Not saved: key or login: .*refused/i);
    expect(await onDisk()).not.toContain("a-newer-one");
    stage.simulator.setFault("primary", undefined);
    await key.fill("sk-ant-api03-a-newer-one-9998");
    await key.fill("sk-ant-api03-a-newer-one-9999");
    await key.press("Enter");
    await saved("API key");
    expect(await onDisk()).toContain('api_key = "sk-ant-api03-a-newer-one-9999"');
    expect(await key.inputValue()).toBe("");
    const url = card("primary").getByLabel("Base URL");
    await url.fill("not an address");
    await url.press("Enter");
    await card("primary").getByRole("alert").getByText("Not saved").waitFor();
    expect(await url.getAttribute("aria-invalid")).toBe("true");
  });
});
