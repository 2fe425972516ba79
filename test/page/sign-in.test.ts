import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { seriousFaults } from "./axe.ts";
import { browserPath } from "./browser.ts";
import { type Stage, twoProviders, withStage } from "./stage.ts";

const TOKEN = "page-token-never-to-be-seen-77";

describe.skipIf(browserPath === undefined)("a server with an admin token", () => {
  let stage: Stage;
  withStage(
    (opened) => {
      stage = opened;
    },
    (simulator) => `[server]\nadmin_token = "${TOKEN}"\n${twoProviders(simulator)}`,
  );

  test("asks for it, refuses a wrong one, and lets in by a cookie that no script can read", async () => {
    const { page, complaints, close } = await stage.open("#/models");
    await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
    expect(await page.getByRole("tab").count()).toBe(0);
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.type("wrong");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("That is not server.admin_token.").waitFor();
    await page.getByLabel("Admin token").fill(TOKEN);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1, name: "Models" }).waitFor();
    await page.getByRole("banner").getByText("Live").waitFor();
    expect(await page.evaluate("document.cookie")).toBe("");
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict" });
    expect(cookie?.value).not.toContain(TOKEN);
    await page.reload();
    await page.getByRole("heading", { name: "small", exact: true }).waitFor();
    expect(await page.content()).not.toContain(TOKEN);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("a new token ends what the old one has opened; signing in once is enough for all tabs", async () => {
    const { page, close } = await stage.open();
    const other = await page.context().newPage();
    const signIn = async (token: string) => {
      await page.getByLabel("Admin token").fill(token);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("banner").getByText("Live").waitFor();
    };
    await signIn(TOKEN);
    await other.goto(stage.url);
    await other.getByRole("banner").getByText("Live").waitFor();
    const text = await readFile(stage.configPath, "utf8");
    await writeFile(stage.configPath, text.replace(TOKEN, "another-token-012345"));
    for (const tab of [page, other]) {
      await tab.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
      await tab.getByRole("banner").getByText("Refused").waitFor();
    }
    await signIn("another-token-012345");
    await other.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await other.getByRole("banner").getByText("Live").waitFor();
    await writeFile(stage.configPath, text);
    await close();
  });
});
