import { afterEach, describe, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../lib/simulator/server.ts";
import { findClaude, runClaude } from "./claude-code.ts";
import { SCENARIOS } from "./scenarios.ts";

/** The control: the same client, the same provider, nothing of ours in between. */
const claude = findClaude();
if ("missing" in claude) console.info(`skipped: tests with the real Claude Code. ${claude.missing}`);

let simulator: Simulator | undefined;
afterEach(async () => {
  await simulator?.close();
  simulator = undefined;
});

describe.skipIf("missing" in claude)("Claude Code on a simulated provider, directly", { timeout: 120_000 }, () => {
  test.each(SCENARIOS)("$name", async ({ prompt, allowedTools, respond, answer, requests }) => {
    simulator = await startSimulator({ host: "127.0.0.1", respond });
    const binary = "binary" in claude ? claude.binary : "";
    const run = await runClaude(binary, { baseUrl: `${simulator.url}/claude`, prompt, allowedTools });
    expect(run).toMatchObject({ answer, isError: false, exitCode: 0 });
    expect(simulator.requests.map(({ ask }) => ask?.headers["x-claude-code-request-class"])).toEqual(requests);
  });
});
