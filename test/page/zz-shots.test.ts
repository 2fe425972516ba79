import { test } from "vitest";
import { startAuthorizationServer } from "../support/authorization-server.ts";
import { startBrowser } from "./browser.ts";
import { openStage, twoProviders } from "./stage.ts";

const OUT = "/tmp/closing/shots";
const KINDS = { light: {}, dark: { colorScheme: "dark" as const }, narrow: { viewport: { width: 390, height: 844 } } };
test("shots", async () => {
  const browser = await startBrowser();
  const claude = await startAuthorizationServer("claude");
  const codex = await startAuthorizationServer("codex");
  for (const [kind, options] of Object.entries(KINDS)) {
    const stage = await openStage(
      browser,
      (s) =>
        `${twoProviders(s)}\n[[providers]]\nname = "plan"\ntype = "anthropic"\nauth_type = "oauth"\nbase_url = "${s.url}/plan"\n${claude.toml}\n[[providers]]\nname = "gpt"\ntype = "openai"\nauth_type = "oauth"\n${codex.toml.replace(" }", `, api_base = "${s.url}/v1" }`).replace('flow = "codex", ', "")}\n[[providers]]\nname = "gem"\ntype = "gemini"\nauth_type = "oauth"\n`,
    );
    const w = await stage.open("#/providers", options);
    const { page } = w;
    const shot = async (name: string, locator?: string) => {
      await page.waitForTimeout(150);
      if (locator) await page.getByRole("region", { name: locator }).scrollIntoViewIfNeeded();
      await page.screenshot({ path: `${OUT}/${kind}-${name}.png` });
    };
    await page.getByRole("link", { name: "Sign in to plan" }).waitFor();
    await page.screenshot({ path: `${OUT}/${kind}-list.png`, fullPage: true });
    await page.context().route(`${claude.url}/**`, (route) => route.abort());
    await page.getByRole("link", { name: "Sign in to plan" }).click();
    const login = page.getByRole("region", { name: "Login of plan" });
    await login.getByText("Before you sign in").waitFor();
    await shot("terms", "Login of plan");
    await login.getByRole("button", { name: "I have read this: sign in" }).click();
    const again = login.getByRole("link", { name: "Open it again" });
    await again.waitFor();
    const paste = login.getByLabel("paste the code, or the whole address");
    await paste.fill("!!");
    await login.getByRole("button", { name: "Complete" }).click();
    await login.getByRole("alert").waitFor();
    await shot("paste", "Login of plan");
    await paste.fill((await claude.allow((await again.getAttribute("href")) ?? "")).href);
    await login.getByRole("button", { name: "Complete" }).click();
    await login.getByText("Signed in. The provider is ready.").waitFor();
    await page.waitForTimeout(500);
    await page.screenshot({ path: `${OUT}/${kind}-in.png`, fullPage: true });
    await page.getByRole("link", { name: "Close plan" }).click();
    await page.getByRole("link", { name: "Sign in to gpt" }).click();
    const gpt = page.getByRole("region", { name: "Login of gpt" });
    await gpt.getByRole("button", { name: /with a code/ }).click();
    await shot("device-terms", "Login of gpt");
    codex.devicePolls = Array(20).fill({ status: 403, body: {} });
    await gpt.getByRole("button", { name: "I have read this: get a code" }).click();
    await gpt.getByText("ABCD-1234").waitFor();
    await shot("device", "Login of gpt");
    const cb = await page.context().newPage();
    await cb.goto(`${stage.url}/api/oauth/callback?code=x&state=y`);
    await cb.screenshot({ path: `${OUT}/${kind}-callback.png` });
    await stage.close();
  }
  await browser.close();
  await claude.close();
  await codex.close();
}, 180_000);
