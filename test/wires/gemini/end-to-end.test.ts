/** The whole program in front of a simulated Gemini API: keys, failover, counting, search. */
import Anthropic from "@anthropic-ai/sdk";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Mux, startMux } from "../../support/mux.ts";
import { captures } from "../../support/recordings.ts";
import { type Handler, startUpstream, type Upstream } from "../../support/upstream.ts";
import { checkGeminiRequest } from "../../support/validators/gemini.ts";
import { call, chunk, type Json, USAGE } from "./support.ts";

let google: Upstream;
let spare: Upstream;
let mux: Mux;
let client: Anthropic;

beforeAll(async () => {
  google = await startUpstream((_request, reply) => reply.destroy());
  spare = await startUpstream((_request, reply) => reply.destroy());
  const config = `
[[providers]]
name = "google"
type = "gemini"
api_key = "AIza-secret"
base_url = "${google.url}/v1beta"
[[providers]]
name = "spare"
type = "gemini"
api_key = "AIza-other"
base_url = "${spare.url}/v1beta"
[[models]]
name = "the-model"
providers = [
  { name = "google", priority = 1, model = "gemini-3.8-flash" },
  { name = "spare", priority = 2, model = "gemini-3.8-flash" },
]
[failover]
cooldown_ms = 1
max_cooldown_ms = 1
`;
  mux = await startMux({ config });
  client = new Anthropic({ baseURL: mux.url, apiKey: "any", maxRetries: 0 });
});
beforeEach(() => {
  google.requests.length = 0;
  spare.requests.length = 0;
  google.handle((_request, reply) => reply.destroy());
  spare.handle((_request, reply) => reply.destroy());
});
afterAll(async () => {
  await mux?.close();
  await google?.close();
  await spare?.close();
});

const events =
  (...chunks: Json[]): Handler =>
  (_request, reply) =>
    reply.sse(
      chunks.map((one) => JSON.stringify(one)),
      { slice: 7 },
    );
const hello = chunk([{ text: "Hello" }], { finish: "STOP", usage: USAGE });
const ask = (more: Json = {}) =>
  client.messages.stream({
    model: "the-model",
    max_tokens: 1000,
    messages: [{ role: "user", content: "hi" }],
    ...more,
  });

describe("through the program", () => {
  it("a stream, with the key in its header", async () => {
    google.handle(events(chunk([{ text: "Hel" }]), chunk([{ text: "lo" }], { finish: "STOP", usage: USAGE })));
    const message = await ask().finalMessage();
    expect(message.content).toMatchObject([{ type: "text", text: "Hello" }]);
    expect(message.usage).toMatchObject({ input_tokens: 10, output_tokens: 2 });
    const [request] = google.requests;
    expect(request?.path).toBe("/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse");
    expect(request?.headers["x-goog-api-key"]).toBe("AIza-secret");
    expect(request?.headers).not.toHaveProperty("authorization");
    expect(checkGeminiRequest(request?.json(), { model: "gemini-3.8-flash" })).toEqual([]);
  });

  it("a whole answer, and an array of chunks where a stream should be", async () => {
    google.handle((_request, reply) => reply.json(hello));
    const whole = await client.messages.create({
      model: "the-model",
      max_tokens: 1000,
      messages: [{ role: "user", content: "hi" }],
    });
    expect(whole.content).toMatchObject([{ type: "text", text: "Hello" }]);
    expect(google.requests[0]?.path).toBe("/v1beta/models/gemini-3.8-flash:generateContent");
    google.handle((_request, reply) =>
      reply.json([chunk([{ text: "Hel" }]), chunk([{ text: "lo" }], { finish: "STOP" })]),
    );
    expect((await ask().finalMessage()).content).toMatchObject([{ type: "text", text: "Hello" }]);
  });

  it("a malformed call, an error in the stream and an empty answer are nobody's business: another provider answers", async () => {
    for (const bad of [
      chunk([], { finish: "MALFORMED_FUNCTION_CALL" }),
      { error: { code: 503, message: "The model is overloaded.", status: "UNAVAILABLE" } },
      chunk([{ text: "" }], { finish: "STOP" }),
    ]) {
      google.handle(events(bad));
      spare.handle(events(hello));
      expect((await ask().finalMessage()).content).toMatchObject([{ type: "text", text: "Hello" }]);
    }
    expect(spare.requests.length).toBeGreaterThanOrEqual(3);
  });

  it("tokens are counted by Google", async () => {
    google.handle((_request, reply) => reply.json({ totalTokens: 4711 }));
    const body = { model: "the-model", messages: [{ role: "user" as const, content: "hi" }] };
    expect(await client.messages.countTokens(body)).toMatchObject({ input_tokens: 4711 });
    expect(google.requests[0]?.path).toBe("/v1beta/models/gemini-3.8-flash:countTokens");
  });

  it("a call's signature is back at Google with the next request, though the client removed all thinking", async () => {
    google.handle(events(chunk([call("Read", { path: "/a" }, { thoughtSignature: "c2ln" })], { finish: "STOP" })));
    const tools = [
      { name: "Read", input_schema: { type: "object" as const, properties: { path: { type: "string" } } } },
    ];
    const { content } = await ask({ tools, thinking: { type: "adaptive" } }).finalMessage();
    expect(content.map(({ type }) => type)).toEqual(["thinking", "tool_use"]);
    const used = content.find((block) => block.type === "tool_use");
    google.handle(events(hello));
    const messages = [
      { role: "user", content: "hi" },
      { role: "assistant", content: [used] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: used?.id, content: "ok" }] },
    ];
    await ask({ tools, messages }).finalMessage();
    const contents = google.requests[1]?.json<{ contents: { parts: Json[] }[] }>().contents;
    expect(contents?.[1]?.parts[0]).toEqual({
      functionCall: { name: "Read", args: { path: "/a" } },
      thoughtSignature: "c2ln",
    });
  });

  const search = captures().find(({ name }) => name === "web-search-auxiliary");
  it.skipIf(!search)("the real client's web search comes back with hits", async () => {
    const grounded = chunk([{ text: "Found it." }], { finish: "STOP", usage: USAGE });
    const [candidate] = grounded.candidates as Json[];
    Object.assign(candidate ?? {}, {
      groundingMetadata: {
        webSearchQueries: ["q"],
        groundingChunks: [{ web: { uri: "https://example.org/a", title: "example.org" } }],
      },
    });
    google.handle(events(grounded));
    const message = await ask({ ...search?.body, model: "the-model", stream: undefined }).finalMessage();
    expect(google.requests[0]?.json<{ tools: unknown }>().tools).toEqual([{ googleSearch: {} }]);
    expect(message.content.map(({ type }) => type)).toEqual(["text", "server_tool_use", "web_search_tool_result"]);
    expect(message.usage.server_tool_use?.web_search_requests).toBe(1);
  });
});
