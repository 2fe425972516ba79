import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../lib/simulator/server.ts";
import { type Mux, spawnMux } from "../support/mux.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";
import { findClaude, runClaude } from "./claude-code.ts";
import { SCENARIOS, type Scenario } from "./scenarios.ts";

const claude = findClaude();
if ("missing" in claude) console.info(`skipped: tests with the real Claude Code. ${claude.missing}`);

const ROOT = "/vertex/v1/projects/my-project/locations/us-east5";
const OPEN_MODELS = "/endpoints/openapi/chat/completions";
const LLAMA = "meta/llama-4-maverick-17b-128e-instruct-maas";

/** The three protocols of Vertex AI. */
const MODELS = [
  { model: "claude-opus-5-5", path: "/publishers/anthropic/models/claude-opus-5-5:streamRawPredict" },
  { model: "gemini-3.8-flash", path: "/publishers/google/models/gemini-3.8-flash:streamGenerateContent?alt=sse" },
  { model: LLAMA, path: OPEN_MODELS },
] as const;

let steps: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of steps.reverse()) await step();
  steps = [];
});

interface House {
  simulator: Simulator;
  mux: Mux;
  /** Google's token endpoint. */
  tokens: Upstream;
}

/** Vertex AI with the key of a service account, as Google hands it out. */
async function house(model: string, respond: Scenario["respond"]): Promise<House> {
  const folder = await mkdtemp(join(tmpdir(), "ccm-vertex-"));
  steps.push(() => rm(folder, { recursive: true, force: true }));
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const adcFile = join(folder, "service-account.json");
  const account = { type: "service_account", client_email: "sa@my-project.iam", private_key: privateKey };
  await writeFile(adcFile, JSON.stringify({ ...account, project_id: "my-project" }), { mode: 0o600 });
  const tokens = await startUpstream((_, reply) => reply.json({ access_token: "ya29.one", expires_in: 3600 }));
  steps.push(() => tokens.close());
  const simulator = await startSimulator({ host: "127.0.0.1", respond });
  steps.push(() => simulator.close());
  const mux = await spawnMux({
    config: `
[[providers]]
name = "vertex"
type = "vertex-ai"
base_url = "${simulator.url}/vertex"
location = "us-east5"
oauth = { adc_file = "${adcFile}", token_url = "${tokens.url}/token" }
[[models]]
name = "any-model"
providers = [{ name = "vertex", model = "${model}" }]
[router.default]
model = "any-model"
`,
  });
  steps.push(() => mux.close());
  return { simulator, mux, tokens };
}

/** Open models on Vertex AI have no web search; what the client is told then is tested below. */
const cases = MODELS.flatMap(({ model, path }) =>
  SCENARIOS.filter(({ name }) => name !== "a web search" || path !== OPEN_MODELS).map((scenario) => ({
    model,
    path,
    scenario,
    name: scenario.name,
  })),
);

describe.skipIf("missing" in claude)("Claude Code through the mux onto vertex", { timeout: 120_000 }, () => {
  const binary = "binary" in claude ? claude.binary : "";

  test.each(cases)("$model: $name", async ({ model, path, scenario }) => {
    const { simulator, mux, tokens } = await house(model, scenario.respond);
    const result = await runClaude(binary, { ...scenario, baseUrl: mux.url });
    expect(result).toMatchObject({ answer: scenario.answer, isError: false, exitCode: 0 });
    const asked = simulator.requests.filter(({ does }) => does === "answer");
    expect(asked.map((request) => request.path)).toEqual(scenario.requests.map(() => ROOT + path));
    expect(asked.map(({ ask }) => ask?.headers.authorization)).toEqual(scenario.requests.map(() => "(set)"));
    expect(tokens.requests).toHaveLength(1);
  });

  test("a web search on a model that has none is answered honestly, and the conversation goes on", async () => {
    const search = SCENARIOS.find(({ name }) => name === "a web search");
    if (!search) throw new Error("there is no scenario with a web search");
    let told = "";
    const { simulator, mux } = await house(LLAMA, (ask) => {
      const results = ask.toolResults.join();
      if (!results.includes("Web search results")) return search.respond(ask);
      told = results;
      return { parts: [{ type: "text", text: "I cannot search here." }] };
    });
    const { answer, isError } = await runClaude(binary, { ...search, baseUrl: mux.url });
    expect({ answer, isError }).toEqual({ answer: "I cannot search here.", isError: false });
    expect(told).toContain('No web search was done: the provider "vertex" that serves this model has none.');
    expect(told).toContain("[router.websearch]");
    expect(simulator.requests.some(({ ask }) => ask?.userText.startsWith("Perform a web search"))).toBe(false);
  });
});
