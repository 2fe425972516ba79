import { afterEach, describe, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../lib/simulator/server.ts";
import { type Mux, startMux } from "../support/mux.ts";
import { findClaude, runClaude } from "./claude-code.ts";

const claude = findClaude();
if ("missing" in claude) console.info(`skipped: tests with the real Claude Code. ${claude.missing}`);

let simulator: Simulator | undefined;
let mux: Mux | undefined;
afterEach(async () => {
  await mux?.close();
  await simulator?.close();
  mux = undefined;
  simulator = undefined;
});

/** @param perMillion price of input and output; a turn of Claude Code has some thousands of tokens */
async function served(budget: string, perMillion: number): Promise<string> {
  simulator = await startSimulator({ host: "127.0.0.1" });
  mux = await startMux({
    config: `
[[providers]]
name = "vendor"
type = "anthropic-compatible"
base_url = "${simulator.url}"
auth_type = "none"
[[models]]
name = "any-model"
providers = [{ name = "vendor", model = "large", price = { input = ${perMillion}, output = ${perMillion} } }]
[router.default]
model = "any-model"
[budget]
${budget}
`,
  });
  return mux.url;
}

describe.skipIf("missing" in claude)("the real Claude Code", () => {
  const binary = "binary" in claude ? claude.binary : "";
  const say = (baseUrl: string, signedIn = false) => runClaude(binary, { baseUrl, prompt: "Say hello.", signedIn });

  test("shows its user why a used-up budget refuses, and does not try again", { timeout: 120_000 }, async () => {
    const baseUrl = await served("day = 0.01", 1_000);
    expect((await say(baseUrl)).isError).toBe(false);
    const asked = (await (await fetch(`${baseUrl}/api/journal?outcome=ok`)).json()) as { items: unknown[] };
    const { isError, answer } = await say(baseUrl);
    expect(isError).toBe(true);
    expect(answer).toContain("Today's budget of $0.01 is used up");
    expect(answer).toContain("raise budget.day: ccmctl config edit");
    const { items } = (await (await fetch(`${baseUrl}/api/journal`)).json()) as { items: { outcome: string }[] };
    expect(items.filter(({ outcome }) => outcome === "ok")).toHaveLength(asked.items.length);
    expect(items.filter(({ outcome }) => outcome === "failed").length).toBeLessThanOrEqual(2);
  });

  test("tells a user who is signed in how much is used up", { timeout: 120_000 }, async () => {
    const baseUrl = await served("day = 1000000\nwarn_at = 0.0000000001", 1);
    await say(baseUrl, true);
    const { events, isError } = await say(baseUrl, true);
    expect(isError).toBe(false);
    const notice = events.find(({ type }) => type === "rate_limit_event");
    expect(notice?.rate_limit_info).toMatchObject({ status: "allowed_warning", rateLimitType: "overage" });
  });
});
