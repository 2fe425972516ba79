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

describe.skipIf("missing" in claude)("Claude Code with z.ai as it comes", { timeout: 120_000 }, () => {
  const binary = "binary" in claude ? claude.binary : "";

  test("finds pages over the vendor's other API, and talks over the first", async () => {
    const scenario = SCENARIOS.find(({ name }) => name === "a web search");
    if (!scenario) throw new Error("there is no scenario with a web search");
    simulator = await startSimulator({ host: "127.0.0.1", respond: scenario.respond });
    mux = await spawnMux({
      config: `
[[providers]]
name = "zai"
type = "z.ai"
base_url = "${simulator.url}/zai/api/anthropic"
api_key = "0123456789abcdef0123456789abcdef.0123456789abcdef"
[[models]]
name = "any-model"
providers = [{ name = "zai", model = "glm-5.3" }]
[router.default]
model = "any-model"
`,
    });
    const result = await runClaude(binary, { ...scenario, baseUrl: mux.url });
    expect(result).toMatchObject({ answer: scenario.answer, isError: false, exitCode: 0 });
    const asked = simulator.requests.filter(({ does }) => does === "answer").map(({ path }) => path);
    expect(asked).toEqual(
      scenario.requests.map((kind) =>
        kind === "auxiliary" ? "/zai/api/paas/v4/chat/completions" : "/zai/api/anthropic/v1/messages",
      ),
    );
  });
});
