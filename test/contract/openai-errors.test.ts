/** What OpenAI's clients are told when something is wrong, as the official SDK's error classes read it. */
import OpenAI from "openai";
import { afterEach, describe, expect, it } from "vitest";
import type { Handler } from "../support/upstream.ts";
import { buildHouse, type House, MODEL, textEvents } from "./house.ts";

let house: House | undefined;
afterEach(async () => house?.close());

/** Two providers that both do the same. */
async function build(handler?: Handler, config = "", apiKey = "any"): Promise<OpenAI> {
  house = await buildHouse({ ...(handler && { a: handler, b: handler }), config });
  return new OpenAI({ apiKey, baseURL: `${house.mux.url}/v1`, maxRetries: 0, logLevel: "off" });
}

async function errorOf(promise: PromiseLike<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
  const thrown = await Promise.resolve(promise).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof OpenAI.APIError) return thrown;
  throw new Error(`the SDK's own error was expected, not ${String(thrown)}`);
}

const ASK = { model: MODEL, messages: [{ role: "user" as const, content: "hi" }] };
const failing =
  (status: number, type: string, message: string, headers: Record<string, string> = {}): Handler =>
  (_, reply) =>
    reply.json({ type: "error", error: { type, message } }, { status, headers });

describe("each failure is the SDK's own, with OpenAI's code", () => {
  it.each([
    [401, OpenAI.AuthenticationError, "invalid_api_key", failing(401, "authentication_error", "no such key")],
    [429, OpenAI.RateLimitError, "rate_limit_exceeded", failing(429, "rate_limit_error", "too fast")],
    [
      400,
      OpenAI.BadRequestError,
      "context_length_exceeded",
      failing(400, "invalid_request_error", "prompt is too long: 9 tokens > 8 maximum"),
    ],
    [529, OpenAI.InternalServerError, "server_error", failing(529, "overloaded_error", "overloaded")],
  ])("%d", async (status, kind, code, handler) => {
    const openai = await build(handler);
    const error = await errorOf(openai.chat.completions.create(ASK));
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ status, code });
  });

  it("a key that this server does not take", async () => {
    const openai = await build(undefined, '[server]\napi_keys = ["ccm-key-of-the-house"]\n', "another");
    const error = await errorOf(openai.chat.completions.create(ASK));
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(error).toMatchObject({ code: "invalid_api_key", param: null });
  });

  it("a model that is not defined", async () => {
    const openai = await build(undefined, "[router]\nenabled = false\n");
    const error = await errorOf(openai.responses.create({ model: "nobody", input: "hi", stream: true }));
    expect(error).toBeInstanceOf(OpenAI.NotFoundError);
    expect(error.code).toBe("model_not_found");
    expect(error.message).toContain(`defined are: ${MODEL}`);
  });

  it("a body that is too large", async () => {
    const openai = await build();
    const content = "x".repeat(33 * 1024 * 1024);
    const error = await errorOf(openai.chat.completions.create({ ...ASK, messages: [{ role: "user", content }] }));
    expect(error).toMatchObject({ status: 413, code: "request_too_large" });
  });

  it("the SDK's users find the id that leads to the journal", async () => {
    const openai = await build(failing(400, "invalid_request_error", "no"));
    const error = await errorOf(openai.chat.completions.create(ASK));
    expect(error.requestID).toBe((await house?.last())?.id);
    house?.a.handle((_, reply) => reply.sse(textEvents("hello"), { named: true }));
    const stream = await openai.chat.completions.create({ ...ASK, stream: true }).withResponse();
    for await (const _ of stream.data);
    expect(stream.request_id).toBe((await house?.last())?.id);
  });

  it("when to come back is said in the headers that the SDK heeds", async () => {
    const openai = await build(failing(429, "rate_limit_error", "too fast", { "retry-after": "7" }));
    const { headers } = await errorOf(openai.chat.completions.create(ASK));
    expect(Number(headers?.get("retry-after"))).toBeGreaterThan(0);
  });
});

describe("a stream that breaks", () => {
  const half: Handler = (_, reply) => reply.sse(textEvents("one two three").slice(0, 4), { named: true });

  it("chat: throws, after what had come", async () => {
    const openai = await build(half);
    let text = "";
    const read = async (): Promise<void> => {
      for await (const chunk of await openai.chat.completions.create({ ...ASK, stream: true }))
        text += chunk.choices[0]?.delta.content ?? "";
    };
    expect(await errorOf(read())).toMatchObject({ code: "server_error" });
    expect(text).toContain("one");
  });

  it("responses: ends in response.failed, with a code of OpenAI's", async () => {
    const openai = await build(half);
    const errors: unknown[] = [];
    try {
      for await (const event of await openai.responses.create({ model: MODEL, input: "x", stream: true }))
        if (event.type === "response.failed") errors.push(event.response.error);
    } catch {
      // The `error` event before it makes some versions of the SDK throw.
    }
    for (const error of errors) expect(error).toMatchObject({ code: "server_error" });
    const raw = await fetch(`${house?.mux.url}/v1/responses`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: MODEL, input: "y", stream: true }),
    });
    expect(await raw.text()).toMatch(/"type":"response.failed".*"error":\{"code":"server_error"/);
  });
});

describe("what OpenAI's API has and this server has not", () => {
  it.each<[string, (openai: OpenAI) => PromiseLike<unknown>]>([
    ["embeddings", (openai) => openai.embeddings.create({ model: MODEL, input: "x" })],
    ["images", (openai) => openai.images.generate({ model: MODEL, prompt: "x" })],
    ["completions", (openai) => openai.completions.create({ model: MODEL, prompt: "x" })],
    ["files", (openai) => openai.files.list()],
  ])("%s", async (_, ask) => {
    const error = await errorOf(ask(await build()));
    expect(error).toBeInstanceOf(OpenAI.NotFoundError);
    expect(error.code).toBe("unknown_url");
    expect(error.message).toContain("there are POST /v1/chat/completions");
  });

  it("a response to be asked for again", async () => {
    const openai = await build();
    const error = await errorOf(openai.responses.retrieve("resp_1"));
    expect(error.message).toContain("nothing is stored");
  });
});

describe("one model", () => {
  it("in OpenAI's shape for OpenAI's clients, and in its words where there is none", async () => {
    const openai = await build();
    expect(await openai.models.retrieve(MODEL)).toMatchObject({ id: MODEL, object: "model" });
    const error = await errorOf(openai.models.retrieve("some/other"));
    expect(error).toMatchObject({ status: 404, code: "model_not_found" });
  });
});

describe("a body that cannot be read", () => {
  it.each([
    ["no JSON", '{"model": "secret-words'],
    ["no object", '"secret-words"'],
    ["too deep", `${"[".repeat(100_000)}"secret-words"${"]".repeat(100_000)}`],
  ])("%s: is refused without being quoted", async (_, body) => {
    await build();
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${house?.mux.url}/v1/responses`, { method: "POST", headers, body });
    const text = await response.text();
    expect(response.status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ error: { type: "invalid_request_error" } });
    expect(text + (house?.mux.log ?? []).join()).not.toContain("secret-words");
  });
});

describe("what would be misunderstood is refused where it stands", () => {
  it.each<[string, object]>([
    ["messages", { messages: [] }],
    ["messages.0", { messages: ["hi"] }],
    ["messages.1.role", { messages: [...ASK.messages, { role: "model", content: "x" }] }],
    ["messages.0", { messages: [{ role: "user", content: 5 }] }],
    ["messages.0.0", { messages: [{ role: "user", content: ["hi"] }] }],
    ["messages.0", { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "cat.png" } }] }] }],
    [
      "messages.0",
      { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "data:image/png,AA" } }] }] },
    ],
    [
      "messages.0",
      {
        messages: [
          {
            role: "user",
            content: [{ type: "file", file: { filename: "a.docx", file_data: "data:application/msword;base64,AAAA" } }],
          },
        ],
      },
    ],
    ["max_tokens", { max_tokens: "12" }],
    ["temperature", { temperature: "hot" }],
    ["seed", { seed: "luck" }],
    ["reasoning_effort", { reasoning_effort: "a lot" }],
    ["tool_choice", { tools: [{ type: "function", function: { name: "read" } }], tool_choice: "any" }],
    ["response_format", { response_format: { type: "grammar" } }],
    ["response_format", { response_format: { type: "json_schema" } }],
  ])("chat: %s %j", async (param, change) => {
    const openai = await build();
    const error = await errorOf(openai.chat.completions.create({ ...ASK, ...change } as typeof ASK));
    expect(error).toMatchObject({ status: 400, param });
    expect(house?.a.requests).toHaveLength(0);
  });

  it.each<[string, object]>([
    ["input", {}],
    ["input.0", { input: ["hi"] }],
    ["input.0.role", { input: [{ role: "model", content: "x" }] }],
    ["input.0", { input: [{ type: "compaction", encrypted_content: "x" }] }],
    ["text", { input: "hi", text: { format: { type: "grammar" } } }],
    ["reasoning.effort", { input: "hi", reasoning: { effort: "a lot" } }],
    ["max_output_tokens", { input: "hi", max_output_tokens: "12" }],
  ])("responses: %s %j", async (param, body) => {
    const openai = await build();
    const error = await errorOf(openai.responses.create({ model: MODEL, ...body }));
    expect(error).toMatchObject({ status: 400, param });
  });
});
