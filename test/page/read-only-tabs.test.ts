import { describe, expect, test } from "vitest";
import { browserPath } from "./browser.ts";
import { type Stage, withStage, words } from "./stage.ts";

describe.skipIf(browserPath === undefined)("what the configuration says", () => {
  let stage: Stage;
  withStage((opened) => {
    stage = opened;
  });

  test("Providers: each with protocol, address, masked key and who uses it", async () => {
    const { page, close } = await stage.open("#/providers");
    const card = (name: string) =>
      page.getByRole("listitem").filter({ has: page.getByRole("heading", { name, exact: true }) });
    await card("primary").waitFor();
    const first = await words(card("primary"));
    for (const word of [
      "Anthropic",
      "Ready",
      `${stage.simulator.url}/primary`,
      "API key",
      "sk-…abcd",
      "claude-sonnet-4-20250514",
    ]) {
      expect(first).toContain(word);
    }
    const second = await words(card("backup"));
    for (const word of ["openai-chat", "…4321 from $BACKUP_KEY", "small"]) expect(second).toContain(word);
    await close();
  });

  test("Models: the chain in its order, with the upstream's model", async () => {
    const { page, close } = await stage.open("#/models");
    const card = page
      .getByRole("listitem")
      .filter({ has: page.getByRole("heading", { name: "claude-sonnet-4-20250514", exact: true }) });
    await card.waitFor();
    expect(await words(card)).toMatch(/in this order[\s\S]*1[\s\S]*primary[\s\S]*2[\s\S]*backup[\s\S]*gpt-5\.2/);
    await close();
  });

  test("Router: the steps with their triggers and models, and where a request would go", async () => {
    const { page, complaints, close } = await stage.open("#/router");
    const step = (title: string) =>
      page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: title, exact: true }) });
    await step("Background").waitFor();
    expect(await words(step("Background"))).toMatch(/\(\?i\)claude\.\*haiku[\s\S]*auxiliary/);
    expect(await page.getByLabel("Model for Background").inputValue()).toBe("small");
    expect(await page.getByLabel("Model for Web search").inputValue()).toBe("");
    expect(await page.getByLabel("Model for Default").inputValue()).toBe("claude-sonnet-4-20250514");
    await page.getByLabel("Requested model").fill("claude-3-5-haiku-20241022");
    await page.getByRole("button", { name: "Explain" }).click();
    const answer = page.getByRole("region", { name: "Where would this go?" });
    await answer.getByText("small", { exact: true }).waitFor();
    expect(await words(answer)).toMatch(/background[\s\S]*small[\s\S]*backup/);
    expect(await words(answer)).toContain("fired");
    expect(complaints).toEqual([]);
    await close();
  });

  test("Settings: where things are, the lines for each shell, the file with masked keys", async () => {
    const { page, complaints, close } = await stage.open("#/settings");
    await page.getByText(stage.configPath).first().waitFor();
    await page.getByRole("radio", { name: "fish" }).check();
    const lines = await words(page.getByRole("region", { name: "the environment for fish" }));
    expect(lines).toContain(`set -gx ANTHROPIC_BASE_URL "${stage.url}"`);
    const file = await page.getByRole("textbox", { name: "Text of the configuration file" }).inputValue();
    expect(file).toContain("# kept by the tests");
    expect(file).toContain('api_key = "sk-…abcd"');
    expect(file).toContain('api_key = "$BACKUP_KEY"');
    expect(complaints).toEqual([]);
    await close();
  });

  test("lines are copied with one click", async () => {
    const { page, close } = await stage.open("#/settings", { permissions: ["clipboard-read", "clipboard-write"] });
    await page.getByRole("button", { name: "Copy the environment for bash" }).click();
    await page.getByText("Copied").waitFor();
    expect(await page.evaluate("navigator.clipboard.readText()")).toContain(`export ANTHROPIC_BASE_URL="${stage.url}"`);
    await close();
  });
});
