import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { browserPath } from "./browser.ts";
import { type Stage, withStage } from "./stage.ts";

describe.skipIf(browserPath === undefined)("a page that stays open", () => {
  let stage: Stage;
  withStage((opened) => {
    stage = opened;
  });

  test("says that the server is away, and comes back by itself", async () => {
    const { page, complaints, close } = await stage.open();
    const banner = page.getByRole("banner");
    await banner.getByText("Live").waitFor();
    const start = await stage.stop();
    await banner.getByText("Reconnecting").waitFor();
    await page.getByRole("alert").getByText("The server does not answer.").waitFor();
    await page.getByRole("heading", { level: 1, name: "No word from the server" }).waitFor();
    await start();
    await banner.getByText("Live").waitFor();
    await page.getByText("The server was restarted.").waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    await stage.ask();
    await page.getByRole("row").filter({ hasText: "primary" }).first().waitFor();
    await page.getByRole("button", { name: "Dismiss" }).click();
    expect(await page.getByText("The server was restarted.").count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  test("shows a changed configuration without a reload", async () => {
    const { page, close } = await stage.open("#/models");
    await page.getByRole("heading", { name: "small", exact: true }).waitFor();
    const text = await readFile(stage.configPath, "utf8");
    await writeFile(stage.configPath, text.replaceAll('"small"', '"tiny"'));
    await page.getByRole("heading", { name: "tiny", exact: true }).waitFor();
    await writeFile(stage.configPath, text);
    await page.getByRole("heading", { name: "small", exact: true }).waitFor();
    await close();
  });

  test("tells of a broken configuration at once, where it is broken, and when it is mended", async () => {
    const { page, close } = await stage.open();
    await page.getByRole("heading", { level: 1, name: "Everything is working" }).waitFor();
    const text = await readFile(stage.configPath, "utf8");
    await writeFile(stage.configPath, `${text}\n[router.websearch]\nmodel = "gone"\n`);
    await page.getByRole("alert").getByText("The configuration file has 1 fault.").waitFor();
    await page.getByRole("link", { name: "Show all" }).click();
    const line = text.split("\n").length + 2;
    await page.getByText(`Line ${line}:`).waitFor();
    await writeFile(stage.configPath, text);
    await page.getByRole("alert").waitFor({ state: "detached" });
    await close();
  });

  test("a hidden page lets go of its stream and takes it up again", async () => {
    const { page, close } = await stage.open();
    await page.getByRole("banner").getByText("Live").waitFor();
    const hide = (hidden: boolean) =>
      page.evaluate(
        `Object.defineProperty(document, "hidden", { value: ${hidden}, configurable: true }); document.dispatchEvent(new Event("visibilitychange"))`,
      );
    await hide(true);
    await stage.ask({ model: "small" });
    await hide(false);
    await page.getByRole("row").filter({ hasText: "small" }).first().waitFor();
    await close();
  });
});
