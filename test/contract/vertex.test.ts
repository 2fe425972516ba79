/** Vertex AI from the client's request to Google's door and back: whose model is asked by which protocol, with which token. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Anthropic from "@anthropic-ai/sdk";
import { afterEach, describe, expect, it, vi } from "vitest";
import { checkStream } from "../../lib/anthropic/sse/grammar.ts";
import { startSimulator } from "../../lib/simulator/server.ts";
import { type Mux, startMux } from "../support/mux.ts";
import { type Handler, startUpstream, type Upstream } from "../support/upstream.ts";

const steps: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of steps.splice(0).reverse()) await step();
});

const USER = { type: "authorized_user", client_id: "c", client_secret: "s", refresh_token: "r" };

/** Google's token endpoint: a new token for each request, good for so many seconds. */
async function google(lifeS = 3_600): Promise<Upstream> {
  const upstream = await startUpstream((request, reply) =>
    reply.json({ access_token: `ya29.canary-${request.number}`, expires_in: lifeS }),
  );
  steps.push(() => upstream.close());
  return upstream;
}

async function muxFor(
  vertex: string,
  tokens: Upstream,
  models: readonly string[],
  more = "",
  chain: readonly string[] = ["vertex"],
): Promise<Mux> {
  const folder = mkdtempSync(join(tmpdir(), "ccm-vertex-"));
  steps.push(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "adc.json");
  writeFileSync(file, JSON.stringify({ ...USER, quota_project_id: "pays" }));
  const mux = await startMux({
    config: `[[providers]]
name = "vertex"
type = "vertex-ai"
base_url = "${vertex}"
project = "my-project"
location = "europe-west1"
oauth = { adc_file = "${file}", token_url = "${tokens.url}/token" }
${more}${models.map((model) => `[[models]]\nname = "${model}"\nproviders = [${chain.map((name, n) => `{ name = "${name}", model = "${model}", priority = ${n + 1} }`).join(", ")}]\n`).join("")}`,
  });
  steps.push(() => mux.close());
  return mux;
}

const CLAUDE = "claude-haiku-5-5";
const GEMINI = "gemini-3.8-flash";
const LLAMA = "meta/llama-4-maverick-17b-128e-instruct-maas";
const ROOT = "/v/v1/projects/my-project/locations/europe-west1";

const ask = (url: string, model: string, more: object = {}) =>
  fetch(`${url}/v1/messages`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": "any" },
    body: JSON.stringify({ model, max_tokens: 100, messages: [{ role: "user", content: "hi" }], ...more }),
  });

describe("each publisher's models by their own protocol", () => {
  const call = { type: "tool", name: "Read", input: { path: "/a" } } as const;

  it.each([
    [CLAUDE, "/publishers/anthropic/models/claude-haiku-5-5:rawPredict", ":streamRawPredict"],
    [GEMINI, "/publishers/google/models/gemini-3.8-flash:generateContent", ":streamGenerateContent?alt=sse"],
    [LLAMA, "/endpoints/openapi/chat/completions", ""],
  ])("%s: whole and streamed, words and calls, read by the official SDK", async (model, path, streaming) => {
    const simulator = await startSimulator({
      host: "127.0.0.1",
      respond: ({ toolResults }) => ({
        parts:
          toolResults.length > 0
            ? [{ type: "text", text: "It says hello." }]
            : [{ type: "text", text: "I look." }, call],
      }),
    });
    steps.push(() => simulator.close());
    const mux = await muxFor(`${simulator.url}/v`, await google(), [model]);
    const client = new Anthropic({ baseURL: mux.url, apiKey: "any", maxRetries: 0 });
    const tools = [
      { name: "Read", input_schema: { type: "object" as const, properties: { path: { type: "string" } } } },
    ];
    const first = { model, max_tokens: 128_000, tools, messages: [{ role: "user" as const, content: "Read it." }] };
    const asked = await client.messages.create({ ...first, max_tokens: 1_000 });
    const streamed = await client.messages.stream(first).finalMessage();
    for (const { content, stop_reason } of [asked, streamed]) {
      expect(stop_reason).toBe("tool_use");
      expect(content.filter(({ type }) => type !== "thinking")).toMatchObject([
        { type: "text", text: "I look." },
        { type: "tool_use", name: "Read", input: { path: "/a" } },
      ]);
    }
    const use = streamed.content.find((block) => block.type === "tool_use");
    const result = { type: "tool_result" as const, tool_use_id: use?.id ?? "", content: "hello" };
    const after = await client.messages
      .stream({
        ...first,
        messages: [
          ...first.messages,
          { role: "assistant", content: streamed.content },
          { role: "user", content: [result] },
        ],
      })
      .finalMessage();
    expect(after.content.at(-1)).toMatchObject({ type: "text", text: "It says hello." });
    const streamPath = ROOT + path.replace(/:[a-z]\w+$/i, "") + streaming;
    expect(simulator.requests.map((request) => request.path)).toEqual([ROOT + path, streamPath, streamPath]);
  });
});

it.each([
  [CLAUDE, ["/publishers/anthropic/models/count-tokens:rawPredict"]],
  [GEMINI, ["/publishers/google/models/gemini-3.8-flash:countTokens"]],
  [LLAMA, []],
])("tokens for %s are counted by Google where it can, else here", async (model, paths) => {
  const simulator = await startSimulator({ host: "127.0.0.1" });
  steps.push(() => simulator.close());
  const mux = await muxFor(`${simulator.url}/v`, await google(), [model]);
  const client = new Anthropic({ baseURL: mux.url, apiKey: "any", maxRetries: 0 });
  const { input_tokens } = await client.messages.countTokens({ model, messages: [{ role: "user", content: "hello" }] });
  expect(input_tokens).toBeGreaterThan(0);
  expect(simulator.requests.map(({ path }) => path)).toEqual(paths.map((path) => ROOT + path));
});

/** A Claude at Google that counts who knocks with which token. */
function claudeAt(tokensSeen: string[], refuse: (token: string, n: number) => boolean = () => false): Handler {
  return (request, reply) => {
    const token = String(request.headers.authorization);
    tokensSeen.push(token);
    if (refuse(token, tokensSeen.length))
      return reply.json(
        {
          error: { code: 401, message: "Request had invalid authentication credentials.", status: "UNAUTHENTICATED" },
        },
        { status: 401 },
      );
    const { stream } = request.json();
    const head = { id: "msg_1", type: "message", role: "assistant", model: CLAUDE };
    const usage = { input_tokens: 1, output_tokens: 1 };
    if (stream !== true)
      return reply.json({
        ...head,
        content: [{ type: "text", text: "ok" }],
        stop_reason: "end_turn",
        stop_sequence: null,
        usage,
      });
    const events = [
      { type: "message_start", message: { ...head, content: [], stop_reason: null, stop_sequence: null, usage } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "ok" } },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 1 } },
      { type: "message_stop" },
    ];
    return reply.sse(
      events.map((event) => JSON.stringify(event)),
      { named: true },
    );
  };
}

/** @param next a provider of that type stands behind */
async function house(lifeS: number, refuse?: (token: string, n: number) => boolean, next?: "anthropic") {
  const seen: string[] = [];
  const vertex = await startUpstream(claudeAt(seen, refuse));
  steps.push(() => vertex.close());
  const tokens = await google(lifeS);
  const behind = next && (await startUpstream(claudeAt([])));
  if (behind) steps.push(() => behind.close());
  const more = behind
    ? `[[providers]]\nname = "key"\ntype = "${next}"\napi_key = "k"\nbase_url = "${behind.url}"\n`
    : "";
  const mux = await muxFor(vertex.url, tokens, [CLAUDE], more, behind ? ["vertex", "key"] : undefined);
  return { mux, tokens, vertex, seen };
}

describe("the token", () => {
  it("is asked for once, however many requests come at once, and whom the calls are billed to goes with it", async () => {
    const { mux, tokens, vertex, seen } = await house(3_600);
    const answers = await Promise.all(
      Array.from({ length: 12 }, async (_, n) => {
        const response = await ask(mux.url, CLAUDE, { stream: n % 2 === 0 });
        const text = await response.text();
        if (n % 2 === 0) expect(checkStream(text)).toEqual([]);
        return response.status;
      }),
    );
    expect(new Set(answers)).toEqual(new Set([200]));
    expect(tokens.requests).toHaveLength(1);
    expect(new Set(seen)).toEqual(new Set(["Bearer ya29.canary-1"]));
    const first = vertex.requests[0];
    expect(first?.headers).toMatchObject({ "x-goog-user-project": "pays" });
    expect(first?.headers).not.toHaveProperty("x-api-key");
    expect(first?.json()).toMatchObject({ anthropic_version: "vertex-2023-10-16" });
    expect(first?.json()).not.toHaveProperty("model");
  });

  it("is followed by the next before it ends, and no request waits for that", async () => {
    const { mux, tokens, seen } = await house(120);
    expect((await ask(mux.url, CLAUDE)).status).toBe(200);
    let giveSecond: () => void = () => undefined;
    tokens.handle(async (_, reply) => {
      await new Promise<void>((resolve) => {
        giveSecond = resolve;
      });
      reply.json({ access_token: "ya29.canary-2", expires_in: 3_600 });
    });
    // More than half of its life later.
    const real = performance.now.bind(performance);
    const clock = vi.spyOn(performance, "now").mockImplementation(() => real() + 65_000);
    steps.push(() => clock.mockRestore());
    expect((await ask(mux.url, CLAUDE)).status).toBe(200);
    await vi.waitFor(() => expect(tokens.requests).toHaveLength(2));
    giveSecond();
    await vi.waitFor(async () => {
      expect((await ask(mux.url, CLAUDE)).status).toBe(200);
      expect(seen.at(-1)).toBe("Bearer ya29.canary-2");
    });
    expect(seen.slice(0, 2)).toEqual(["Bearer ya29.canary-1", "Bearer ya29.canary-1"]);
    expect(tokens.requests).toHaveLength(2);
  });

  it("that Google refuses is replaced, once, and nobody notices", async () => {
    const { mux, tokens, seen } = await house(3_600, (token) => token.endsWith("-1"));
    const response = await ask(mux.url, CLAUDE, { stream: true });
    expect(response.status).toBe(200);
    expect(checkStream(await response.text())).toEqual([]);
    expect(seen).toEqual(["Bearer ya29.canary-1", "Bearer ya29.canary-2"]);
    expect(tokens.requests).toHaveLength(2);
    expect((await ask(mux.url, CLAUDE)).status).toBe(200);
    expect(tokens.requests).toHaveLength(2);
  });

  it("that Google refuses again and again ends in words that say what to do, and never in the token", async () => {
    const { mux, tokens, seen } = await house(3_600, () => true);
    const response = await ask(mux.url, CLAUDE);
    const text = await response.text();
    expect(response.status).toBe(401);
    expect(response.headers.get("x-should-retry")).toBe("false");
    expect(text).toContain("vertex");
    expect(text).toContain("invalid authentication credentials");
    expect(text).not.toContain("canary");
    // One new token, one more try; the next request does not begin all over.
    expect(seen).toEqual(["Bearer ya29.canary-1", "Bearer ya29.canary-2"]);
    expect((await ask(mux.url, CLAUDE)).status).toBe(401);
    expect(seen).toEqual(["Bearer ya29.canary-1", "Bearer ya29.canary-2", "Bearer ya29.canary-2"]);
    expect(tokens.requests).toHaveLength(2);
  });

  it("that Google refuses again is asked for once more only, whichever came first, and then the next provider serves", async () => {
    const { mux, tokens, vertex, seen } = await house(3_600, () => true, "anthropic");
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(mux.url, CLAUDE)));
    expect(answers.map(({ status, headers }) => [status, headers.get("x-ccm-provider")])).toEqual(
      Array(8).fill([200, "key"]),
    );
    expect(tokens.requests).toHaveLength(2);
    // Nobody knocks more than twice.
    expect(seen.length).toBeLessThanOrEqual(16);
    expect(vertex.requests).toHaveLength(seen.length);
  });

  it("that cannot be had says why, and asks Google nothing else", async () => {
    const { mux, tokens, seen } = await house(3_600);
    tokens.handle((_, reply) =>
      reply.json({ error: "invalid_grant", error_description: "Token has been expired or revoked." }, { status: 400 }),
    );
    const response = await ask(mux.url, CLAUDE);
    expect(response.status).toBe(401);
    expect(await response.text()).toContain("gcloud auth application-default login");
    expect(seen).toEqual([]);
  });
});
