import { afterEach, describe, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../lib/simulator/server.ts";
import { type Mux, spawnMux } from "../support/mux.ts";
import { findClaude, runClaude } from "./claude-code.ts";
import { SCENARIOS } from "./scenarios.ts";

const claude = findClaude();
if ("missing" in claude) console.info(`skipped: tests with the real Claude Code. ${claude.missing}`);

let simulator: Simulator | undefined;
let mux: Mux | undefined;
afterEach(async () => {
  await mux?.close();
  await simulator?.close();
});

/** Where the vendor is asked for everything, and where for searches. */
const VENDORS = [
  {
    type: "z.ai",
    model: "glm-5.3",
    base: "/api/anthropic",
    talk: "/api/anthropic/v1/messages",
    search: "/api/paas/v4/chat/completions",
  },
  {
    type: "deepseek",
    model: "deepseek-flash",
    base: "/anthropic",
    talk: "/anthropic/v1/messages",
    search: "/anthropic/v1/messages",
  },
] as const;

describe.skipIf("missing" in claude)("Claude Code with a provider as it comes", { timeout: 120_000 }, () => {
  const binary = "binary" in claude ? claude.binary : "";

  test.each(VENDORS)("finds pages with $type", async ({ type, model, base, talk, search }) => {
    const scenario = SCENARIOS.find(({ name }) => name === "a web search");
    if (!scenario) throw new Error("there is no scenario with a web search");
    simulator = await startSimulator({ host: "127.0.0.1", respond: scenario.respond });
    mux = await spawnMux({
      config: `
[[providers]]
name = "vendor"
type = "${type}"
base_url = "${simulator.url}/vendor${base}"
api_key = "0123456789abcdef0123456789abcdef.0123456789abcdef"
[[models]]
name = "any-model"
providers = [{ name = "vendor", model = "${model}" }]
[router.default]
model = "any-model"
`,
    });
    const result = await runClaude(binary, { ...scenario, baseUrl: mux.url });
    expect(result).toMatchObject({ answer: scenario.answer, isError: false, exitCode: 0 });
    const asked = simulator.requests.filter(({ does }) => does === "answer").map(({ path }) => path);
    expect(asked).toEqual(scenario.requests.map((kind) => `/vendor${kind === "auxiliary" ? search : talk}`));
  });
});
