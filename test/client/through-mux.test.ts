import { afterEach, describe, expect, test } from "vitest";
import type { FaultName } from "../../lib/simulator/faults.ts";
import { type Simulator, startSimulator } from "../../lib/simulator/server.ts";
import { type Mux, spawnMux } from "../support/mux.ts";
import { findClaude, runClaude } from "./claude-code.ts";
import { SCENARIOS } from "./scenarios.ts";

const claude = findClaude();
if ("missing" in claude) console.info(`skipped: tests with the real Claude Code. ${claude.missing}`);

/** OpenRouter, because it speaks Chat Completions and can search the web. */
const WIRES = [
  { wire: "anthropic", type: "anthropic-compatible", base: "", model: "large" },
  { wire: "openai-chat", type: "openrouter", base: "/v1", model: "large" },
  { wire: "openai-responses", type: "openai", base: "/v1", model: "gpt-6-sol" },
  { wire: "gemini", type: "gemini", base: "/v1beta", model: "gemini-3-pro" },
] as const;

/** How the primary provider fails, and how often it is asked for each request: some faults earn a second try. */
const OUTAGES: readonly { fault: FaultName; asked: number }[] = [
  { fault: "529", asked: 1 },
  { fault: "down", asked: 2 },
  { fault: "cut-before-content", asked: 2 },
  { fault: "error-event-first", asked: 1 },
];

let simulator: Simulator | undefined;
let mux: Mux | undefined;
afterEach(async () => {
  await mux?.close();
  await simulator?.close();
  mux = undefined;
  simulator = undefined;
});

/** Failures in a row after which a provider is left alone; the rest of a test is shorter than its rest. */
const TRIPS_AT = 3;

/** How often a provider that fails `asked` times a request is asked in all before it is left alone. */
function callsBeforeTripped(requests: number, asked: number): number {
  let calls = 0;
  for (let request = 0; request < requests && calls < TRIPS_AT; request++) calls += asked;
  return calls;
}

/** Two providers of one wire. */
function configOf(url: string, { type, base, model }: (typeof WIRES)[number]): string {
  const provider = (name: string) => `
[[providers]]
name = "${name}"
type = "${type}"
base_url = "${url}/${name}${base}"
auth_type = "api_key"
api_key = "key-of-${name}"
`;
  return `${provider("primary")}${provider("backup")}
[failover]
failure_threshold = ${TRIPS_AT}
cooldown_ms = 300000
max_cooldown_ms = 300000
[[models]]
name = "any-model"
providers = [
  { name = "primary", priority = 1, model = "${model}" },
  { name = "backup", priority = 2, model = "${model}" },
]
[router.default]
model = "any-model"
`;
}

describe.skipIf("missing" in claude).each(WIRES)(
  "Claude Code through the mux onto $wire",
  { timeout: 120_000 },
  (upstream) => {
    describe.each(SCENARIOS)("$name", (scenario) => {
      const run = async (fault?: FaultName) => {
        simulator = await startSimulator({ host: "127.0.0.1", respond: scenario.respond });
        simulator.setFault("primary", fault);
        mux = await spawnMux({ config: configOf(simulator.url, upstream) });
        const binary = "binary" in claude ? claude.binary : "";
        const result = await runClaude(binary, { ...scenario, baseUrl: mux.url });
        const asked = (name: string) => simulator?.requests.filter(({ provider }) => provider === name).length;
        return { result, primary: asked("primary"), backup: asked("backup") };
      };

      test("all is well", async () => {
        const { result, primary, backup } = await run();
        expect(result).toMatchObject({ answer: scenario.answer, isError: false, exitCode: 0 });
        expect([primary, backup]).toEqual([scenario.requests.length, 0]);
      });

      test.each(OUTAGES)("the primary fails with $fault: the user sees one clean answer", async ({ fault, asked }) => {
        const { result, primary, backup } = await run(fault);
        expect(result).toMatchObject({ answer: scenario.answer, isError: false, exitCode: 0 });
        const requests = scenario.requests.length;
        expect([primary, backup]).toEqual([callsBeforeTripped(requests, asked), requests]);
      });
    });
  },
);
