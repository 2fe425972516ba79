/** The numbered conformance cases of HTTP behaviour on upstreams of every protocol; those of one wire alone stand with the wire. */
import { gzipSync } from "node:zlib";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { checkStream } from "../../lib/anthropic/sse/grammar.ts";
import { recordings } from "../support/recordings.ts";
import { ask, fails, hello, house, KINDS, type Kind, says } from "./kinds.ts";

const TOO_LONG: Record<Kind["type"], { status: number; body: unknown }> = {
  anthropic: {
    status: 400,
    body: {
      type: "error",
      error: { type: "invalid_request_error", message: "prompt is too long: 250000 tokens > 200000 maximum" },
    },
  },
  moonshot: {
    status: 400,
    body: {
      error: {
        type: "invalid_request_error",
        message: "Invalid request: Your request exceeded model token limit: 200000 (requested: 250000)",
      },
    },
  },
  openai: {
    status: 400,
    body: {
      error: {
        code: "context_length_exceeded",
        type: "invalid_request_error",
        message:
          "This model's maximum context length is 200000 tokens. However, your messages resulted in 250000 tokens.",
      },
    },
  },
  gemini: {
    status: 400,
    body: {
      error: {
        code: 400,
        status: "INVALID_ARGUMENT",
        message: "The input token count (250000) exceeds the maximum number of tokens allowed (200000).",
      },
    },
  },
};

describe.each(KINDS)("$type", (kind) => {
  it("91: a 429 is not the client's business while another provider is there", async () => {
    const limited = fails(429, { error: { message: "slow down" } }, { "retry-after": "30" });
    const { mux } = await house({ ...kind, handler: limited }, { ...kind, handler: says(kind) });
    const response = await ask(mux);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("Hello");
  });

  it("93: a key that is refused is the provider's trouble, and coming back is of no use", async () => {
    const { mux } = await house({
      ...kind,
      handler: fails(401, { error: { message: "bad key", type: "authentication_error" } }),
    });
    const response = await ask(mux);
    expect(response.status).toBe(401);
    expect(response.headers.get("x-should-retry")).toBe("false");
    expect(await response.json()).toMatchObject({
      type: "error",
      error: { type: "authentication_error", message: expect.stringMatching(/\ba\b.*bad key/) },
    });
  });

  it("94: a page where an API should be becomes an error in Anthropic's envelope, with the request's id", async () => {
    const { mux } = await house({ ...kind, handler: (_, reply) => reply.html(502) });
    const response = await ask(mux);
    const text = await response.text();
    expect(response.headers.get("content-type")).toContain("json");
    expect(text).not.toContain("<");
    const { error, request_id: id } = JSON.parse(text) as { error: { type: string }; request_id?: string };
    expect(error.type).toMatch(/_error$/);
    expect(id ?? response.headers.get("request-id")).toBeTruthy();
  });

  it("95: an overflow of the window is told in the words that make Claude Code compact", async () => {
    const { status, body } = TOO_LONG[kind.type];
    const { mux } = await house({ ...kind, handler: fails(status, body) });
    const response = await ask(mux);
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: { message: string } };
    expect(error.message).toBe("prompt is too long: 250000 tokens > 200000 maximum");
  });

  it("101, 103: a stream that comes compressed, and one cut at every byte, say the same", async () => {
    const packed = gzipSync(hello(kind));
    const { mux, upstreams } = await house({
      ...kind,
      handler: (_, reply) =>
        reply.bytes(packed, { headers: { "content-type": "text/event-stream", "content-encoding": "gzip" } }),
    });
    const first = await (await ask(mux)).text();
    upstreams[0]?.handle((_, reply) =>
      reply.bytes(hello(kind), { slice: 1, headers: { "content-type": "text/event-stream" } }),
    );
    for (const text of [first, await (await ask(mux)).text()]) {
      expect(checkStream(text)).toEqual([]);
      expect(text).toContain("Hello");
    }
    expect(upstreams[0]?.requests.map(({ headers }) => headers["accept-encoding"])).toEqual(["identity", "identity"]);
  });

  it("108: every answer has an id of its own", async () => {
    const { mux } = await house({ ...kind, handler: says(kind) });
    const ids = await Promise.all(
      Array.from({ length: 8 }, async () => /"id":"(msg_[A-Za-z0-9_]+)"/.exec(await (await ask(mux)).text())?.[1]),
    );
    for (const id of ids) expect(id).toMatch(/^msg_[A-Za-z0-9]+$/);
    // Anthropic's own answers keep the ids that it gave them.
    expect(new Set(ids).size).toBe(kind.type === "anthropic" ? 1 : ids.length);
  });
});

it("91: when all are limited, the client is told the shortest wait after which somebody is free", async () => {
  const limited = (seconds: string) => fails(429, { error: { message: "slow down" } }, { "retry-after": seconds });
  const [kind] = KINDS;
  const { mux } = await house({ ...kind, handler: limited("30") }, { ...kind, handler: limited("10") });
  const response = await ask(mux);
  expect(response.status).toBe(429);
  const wait = Number(response.headers.get("retry-after"));
  expect(wait).toBeGreaterThan(8);
  expect(wait).toBeLessThanOrEqual(10);
});

it.each([
  ["openai", "gpt-6-sol", 429, { error: { code: "insufficient_quota", message: "no money" } }],
  [
    "anthropic",
    "claude-haiku-5-5",
    429,
    {
      type: "error",
      error: { type: "rate_limit_error", message: "limit", details: { error_code: "enforced_spend_limit_reached" } },
    },
  ],
])("92: what only money mends is not to be tried again: %s", async (type, model, status, body) => {
  const { mux } = await house({ type, model, handler: fails(status, body) });
  const response = await ask(mux);
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(response.headers.get("x-should-retry")).toBe("false");
  expect(response.headers.get("retry-after")).toBeNull();
});

it.each(["role 'system' is not supported on this model", "context_management: Extra inputs are not permitted"])(
  "96: Anthropic's refusal reaches its client byte for byte: %s",
  async (message) => {
    const body = Buffer.from(
      ` {"type":"error", "error":{"type":"invalid_request_error","message":"${message}"},"more":1}`,
    );
    const { mux } = await house({ type: "anthropic", model: "m", handler: fails(400, body) });
    const response = await ask(mux);
    expect(response.status).toBe(400);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(body);
  },
);

it.each([
  ["z.ai", "glm-5.3", 400, { error: { code: "1261", message: "Prompt exceeds max length" } }, "Input is too long."],
  [
    "vllm",
    "x",
    400,
    { object: "error", message: "This model's maximum context length is 4096 tokens, got 5000 tokens", code: 400 },
    "prompt is too long: 5000 tokens > 4096 maximum",
  ],
  [
    "minimax",
    "MiniMax-M3",
    400,
    {
      type: "error",
      error: { type: "bad_request_error", message: "invalid params, context window exceeds limit (2013)" },
    },
    "Input is too long.",
  ],
  [
    "kimi-coding",
    "k3",
    422,
    { error: { type: "invalid_request_error", message: "temperature: too hot" } },
    "temperature: too hot",
  ],
])(
  "95, 96: what %s refuses over Anthropic's protocol comes in Anthropic's envelope, whatever its own",
  async (type, model, status, body, message) => {
    const { mux } = await house({ type, model, handler: fails(status, body) });
    const response = await ask(mux);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ type: "error", error: { type: "invalid_request_error", message } });
  },
);

it.each([
  ["z.ai", "glm-5.3", { code: 1113, msg: "Insufficient balance", success: false }, "billing_error"],
  ["minimax", "MiniMax-M3", { base_resp: { status_code: 1004, status_msg: "login fail" } }, "authentication_error"],
])(
  "93: what %s refuses with a status that says that all is well is a refusal all the same",
  async (type, model, body, error) => {
    const { mux, upstreams } = await house({ type, model, handler: fails(200, body) });
    const response = await ask(mux);
    expect(response.headers.get("x-should-retry")).toBe("false");
    expect(await response.json()).toMatchObject({ type: "error", error: { type: error } });
    expect(upstreams[0]?.requests).toHaveLength(1);
  },
);

it("105, 106: the client's checks and either form of its key are taken; what is not there is said so", async () => {
  const [kind] = KINDS;
  const { mux } = await house({ ...kind, handler: says(kind) });
  for (const path of ["/", "/api/hello"]) expect((await fetch(mux.url + path, { method: "HEAD" })).status).toBe(200);
  const both = { "x-api-key": "k", authorization: "Bearer k" };
  for (const headers of [{ "x-api-key": "k" }, { authorization: "Bearer k" }, both])
    expect((await ask(mux, {}, headers)).status).toBe(200);
  const beta = await fetch(`${mux.url}/v1/messages?beta=true`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "m", max_tokens: 9, stream: true, messages: [{ role: "user", content: "hi" }] }),
  });
  expect(await beta.text()).toContain("Hello");
  const unknown = await fetch(`${mux.url}/v1/nothing`);
  expect(unknown.status).toBe(404);
  expect(await unknown.json()).toMatchObject({ type: "error", error: { type: "not_found_error" } });
});

it("107: tokens are counted for many at once, with nothing but model, messages and tools", async () => {
  const { mux } = await house({ type: "groq", model: "openai/gpt-oss-20b", handler: (_, reply) => reply.html(500) });
  const client = new Anthropic({ baseURL: mux.url, apiKey: "any", maxRetries: 0 });
  const tools = [{ name: "Read", input_schema: { type: "object" as const } }];
  const counts = await Promise.all(
    Array.from({ length: 25 }, () =>
      client.messages.countTokens({ model: "m", tools, messages: [{ role: "user", content: "hello" }] }),
    ),
  );
  for (const { input_tokens } of counts) expect(input_tokens).toBeGreaterThan(0);
});

const recorded = recordings("anthropic").filter(({ events }) => events);
const saying = describe.skipIf(recorded.length === 0);
saying("110, 116: whatever Anthropic's servers can say reaches an OpenAI client as a valid stream", () => {
  it.each(recorded)("$name", async ({ events = [] }) => {
    const start = events.findIndex((event, n) => n > 0 && event.includes('"type":"message_start"'));
    const first = start < 0 ? events : events.slice(0, start);
    const { mux } = await house({
      type: "anthropic",
      model: "m",
      handler: (_, reply) => reply.sse(first, { named: true }),
    });
    const client = new OpenAI({ apiKey: "any", baseURL: `${mux.url}/v1`, maxRetries: 0 });
    const completion = await client.chat.completions
      .stream({ model: "m", messages: [{ role: "user", content: "hi" }] })
      .finalChatCompletion();
    expect(["stop", "tool_calls", "length", "content_filter"]).toContain(completion.choices[0]?.finish_reason);
    const response = await client.responses.stream({ model: "m", input: "hi" }).finalResponse();
    expect(["completed", "incomplete"]).toContain(response.status);
    const text = completion.choices[0]?.message.content ?? "";
    expect(response.output_text.replaceAll("\n", "")).toBe(text.replaceAll("\n", ""));
  });
});
