import type { Page } from "playwright-core";
import { beforeEach, describe, expect, test } from "vitest";
import { browserPath, startBrowser } from "./browser.ts";
import { openStage, type Stage, type Window, withStage, words } from "./stage.ts";

describe.skipIf(browserPath === undefined)("Test", () => {
  let stage: Stage;
  let window: Window;
  let page: Page;
  withStage((opened) => {
    stage = opened;
  });
  beforeEach(async () => {
    window = await stage.open("#/test");
    page = window.page;
    return () => window.close();
  });

  const send = () => page.getByRole("button", { name: "Send" }).click();
  const answer = () => page.getByRole("region", { name: "Answer" });
  const phase = (word: string) => answer().getByRole("status").getByText(word).waitFor();

  test("sends what was written, and shows the answer, the decision, the attempts, the tokens", async () => {
    await page.getByRole("textbox", { name: "Message" }).fill("What is a mux?");
    await send();
    await phase("Complete");
    await answer().getByText("All about this request").waitFor();
    const told = await words(answer());
    expect(told).toContain("defined model");
    expect(told).toContain("claude-sonnet-4-20250514");
    expect(told).toMatch(/First token\s+\S/);
    expect(told).toMatch(/Tokens out\s+\d/);
    expect(told).toContain("end_turn");
    const sent = stage.simulator.requests.at(-1)?.ask?.userText;
    expect(sent).toBe("What is a mux?");
    expect(window.complaints).toEqual([]);
  });

  test("a simulated failure of the first provider: the second answers, and both attempts are shown", async () => {
    await page.getByLabel("The provider").selectOption("primary");
    await page.getByLabel("… does this").selectOption({ label: "answers 529, overloaded" });
    await send();
    await phase("Complete");
    await answer().getByText("(simulated)").waitFor();
    const told = await words(answer());
    expect(told).toContain("backup at attempt 2");
    expect(told).toMatch(/primary[\s\S]*529[\s\S]*overloaded \(simulated\)[\s\S]*backup/);
    const health = (await (await fetch(`${stage.url}/api/status`)).json()) as { providers: { state: string }[] };
    expect(health.providers.map(({ state }) => state)).toEqual(["ok", "ok"]);
    expect(window.complaints).toEqual([]);
  });

  test("a failure can be let loose on all traffic for a minute, is marked on every tab, and is ended there", async () => {
    await page.getByLabel("The provider").selectOption("primary");
    await page.getByLabel("… does this").selectOption("529");
    await page.getByRole("button", { name: "Let all traffic see it for a minute" }).click();
    const notice = page.getByRole("status").filter({ hasText: "Failing on purpose:" });
    await notice.waitFor();
    for (const name of ["Models", "Settings", "Test"]) {
      await page.getByRole("tab", { name }).click();
      await notice.waitFor();
    }
    await stage.ask();
    const { items } = (await (await fetch(`${stage.url}/api/journal?limit=1`)).json()) as {
      items: { attempts: { simulated?: boolean }[] }[];
    };
    expect(items[0]?.attempts[0]?.simulated).toBe(true);
    await notice.getByRole("button", { name: "End it now" }).click();
    await notice.waitFor({ state: "detached" });
    expect(window.complaints).toEqual([]);
  });

  test("the keys send nothing before there is a model, as the button would not", async () => {
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const sent: string[] = [];
    page.on("request", (request) => sent.push(new URL(request.url()).pathname));
    await page.route("**/api/models", (route) => held.then(() => route.continue()));
    await page.reload();
    const message = page.getByRole("textbox", { name: "Message" });
    await message.press("Control+Enter");
    goOn();
    await page.getByRole("button", { name: "Send", disabled: false }).waitFor();
    expect(sent).not.toContain("/v1/messages");
    await message.press("Control+Enter");
    await phase("Complete");
    expect(sent.filter((path) => path === "/v1/messages")).toHaveLength(1);
    expect(window.complaints).toEqual([]);
  });

  test("a provider can be asked by name", async () => {
    await page.getByLabel("Provider", { exact: true }).selectOption("backup");
    await send();
    await phase("Complete");
    expect(await words(answer())).toMatch(/asked for by name[\s\S]*backup/);
  });

  test("thinking and tool calls are shown for what they are", async () => {
    await page.getByLabel("Ask for thinking").check();
    await page.getByLabel("Offer a tool").check();
    await page.getByRole("textbox", { name: "Message" }).fill("What is the weather in Paris? Use the tool.");
    await send();
    await phase("Complete");
    await answer().getByText("Thinking").click();
    const body = stage.simulator.requests.at(-1)?.ask?.body;
    expect(body).toMatchObject({ thinking: { type: "enabled" }, tools: [{ name: "get_weather" }] });
    const told = await words(answer());
    expect(told).toMatch(/Thinking\s+The tool will know\.\s+Calls the tool get_weather\s+\{\s+"city": "Paris"\s+\}/);
    expect(told).toContain("tool_use");
  });

  test("an answer can be stopped, and another one sent", async () => {
    await page.getByLabel("The provider").selectOption("primary");
    await page.getByLabel("… does this").selectOption("slow");
    await page.getByLabel("Provider", { exact: true }).selectOption("primary");
    await send();
    await phase("Waiting for the first word");
    await page.getByRole("button", { name: "Stop" }).click();
    await phase("Stopped by you");
    await page.getByLabel("The provider").selectOption("");
    await page.getByRole("textbox", { name: "Message" }).press("Control+Enter");
    await phase("Complete");
    expect(window.complaints).toEqual([]);
  });

  test("when nobody can answer, the reason is told in full", async () => {
    await page.getByLabel("Provider", { exact: true }).selectOption("primary");
    await page.getByLabel("The provider").selectOption("primary");
    await page.getByLabel("… does this").selectOption({ label: "refuses the key" });
    await send();
    await phase("Failed");
    const told = await words(answer().getByRole("alert"));
    expect(told).toContain("primary");
    expect(told).toContain("401");
  });

  test("an answer that is cut is not shown as complete", async () => {
    await page.getByLabel("Provider", { exact: true }).selectOption("primary");
    await page.getByLabel("The provider").selectOption("primary");
    await page.getByLabel("… does this").selectOption({ label: "breaks off in the middle of a sentence" });
    await send();
    await phase("Failed");
    await answer().getByRole("alert").waitFor();
  });

  test("two models side by side, each with its time, route and attempts", async () => {
    await page.getByLabel("Compare with").selectOption("small");
    await send();
    const side = (model: string) => page.getByRole("region", { name: `Answer of ${model}` });
    for (const model of ["claude-sonnet-4-20250514", "small"]) {
      await side(model).getByRole("heading", { name: "Attempts" }).waitFor();
      expect(await words(side(model))).toMatch(/First token[\s\S]*Total[\s\S]*Attempts/);
    }
    expect(await words(side("small"))).toContain("gpt-5-mini");
    const figures = page.getByRole("region", { name: "Compared" });
    for (const model of ["claude-sonnet-4-20250514", "small"])
      await expect
        .poll(() => words(figures.getByRole("row", { name: model })))
        .toMatch(/ m?s[\s\S]* m?s[\s\S]*\d\s+(?:\$|< \$|–)/);
    expect(await figures.locator(".best").count()).toBeGreaterThanOrEqual(2);
    await page.getByRole("button", { name: "Do not compare with small" }).click();
  });

  test("a picture goes along, the answer comes whole, and both sides can be read raw", async () => {
    const buffer = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
      "base64",
    );
    await page.getByLabel("Picture").setInputFiles({ name: "notes.txt", mimeType: "text/plain", buffer });
    await page.getByRole("alert").getByText("A PNG, JPEG, GIF or WebP picture is needed.").waitFor();
    await page.getByLabel("Picture").setInputFiles({ name: "dot.png", mimeType: "image/png", buffer });
    await page.getByText("dot.png").waitFor();
    await page.getByLabel("Stream the answer").uncheck();
    await send();
    await phase("Complete");
    const body = stage.simulator.requests.at(-1)?.ask?.body as {
      stream?: boolean;
      messages: { content: { type: string }[] }[];
    };
    expect(body.messages[0]?.content[0]?.type).toBe("image");
    await answer().getByText("Raw request and response").click();
    expect(await words(answer().getByRole("region", { name: /^Request to .* raw$/ }))).toContain('"stream": false');
    expect(await words(answer().getByRole("region", { name: /^Response of .* raw$/ }))).toContain('"type": "message"');
    await page.getByRole("button", { name: "Take it off" }).click();
    expect(window.complaints).toEqual([]);
  });

  test("what was written and answered is still there after a walk to another tab", async () => {
    await page.getByRole("textbox", { name: "Message" }).fill("Remember me.");
    await send();
    await phase("Complete");
    await page.getByRole("tab", { name: "Models" }).click();
    await page.getByRole("heading", { level: 1, name: "Models" }).waitFor();
    await page.getByRole("tab", { name: "Test" }).click();
    await phase("Complete");
    expect(await page.getByRole("textbox", { name: "Message" }).inputValue()).toBe("Remember me.");
  });
});

describe.skipIf(browserPath === undefined)("Test on a server that asks for keys", () => {
  test("asks for one of them, and says so when it is wrong", async () => {
    const browser = await startBrowser();
    const stage = await openStage(
      browser,
      ({ url }) => `[server]
api_keys = ["team-key-0123456789"]
[[providers]]
name = "p"
type = "anthropic"
api_key = "k"
base_url = "${url}/p"
[[models]]
name = "m"
providers = [{ name = "p", model = "claude-sonnet-4-5" }]
`,
    );
    const { page } = await stage.open("#/test");
    const answer = page.getByRole("region", { name: "Answer" });
    await page.getByLabel("One of the server's api_keys").fill("wrong");
    await page.getByRole("button", { name: "Send" }).click();
    await answer.getByRole("alert").getByText("server.api_keys").waitFor();
    await page.getByLabel("One of the server's api_keys").fill("team-key-0123456789");
    await page.getByRole("button", { name: "Send" }).click();
    await answer.getByRole("status").getByText("Complete").waitFor();
    await stage.close();
    await browser.close();
  });
});
