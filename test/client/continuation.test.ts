import { afterEach, describe, expect, test } from "vitest";
import { type Mux, spawnMux } from "../support/mux.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";
import { findClaude, runClaude } from "./claude-code.ts";

const claude = findClaude();
if ("missing" in claude) console.info(`skipped: tests with the real Claude Code. ${claude.missing}`);

let upstream: Upstream | undefined;
let mux: Mux | undefined;
afterEach(async () => {
  await mux?.close();
  await upstream?.close();
});

/** An answer of Gemini 4's, as one chunk of a stream. */
function answer(text: string, finishReason: string, more: object = {}): string {
  return JSON.stringify({
    candidates: [{ content: { role: "model", parts: [{ text }] }, index: 0, finishReason, ...more }],
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
    modelVersion: "gemini-4-argon",
  });
}

describe.skipIf("missing" in claude)("the real Claude Code", () => {
  test("goes on where Gemini 4 has reached the limit of one request", { timeout: 120_000 }, async () => {
    const asked: string[] = [];
    upstream = await startUpstream((request, reply) => {
      asked.push(request.raw.toString("utf8"));
      return reply.sse([
        asked.length === 1
          ? answer("The first half.", "CONTINUATION", { continuationToken: "opaque" })
          : answer("The second half.", "STOP"),
      ]);
    });
    mux = await spawnMux({
      config: `
[[providers]]
name = "google"
type = "gemini"
base_url = "${upstream.url}/v1beta"
api_key = "k"
[[models]]
name = "any-model"
providers = [{ name = "google", model = "gemini-4-argon" }]
[router.default]
model = "any-model"
`,
    });
    const binary = "binary" in claude ? claude.binary : "";
    const run = await runClaude(binary, { baseUrl: mux.url, prompt: "Tell it whole." });
    expect(run).toMatchObject({ isError: false, answer: expect.stringContaining("The second half.") });
    expect(asked).toHaveLength(2);
    expect(asked[1]).toContain("The first half.");
  });
});
