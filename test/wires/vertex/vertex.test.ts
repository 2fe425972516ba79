/** Which protocol is spoken to which model on Vertex AI, where, and what is changed for it. */
import { describe, expect, it } from "vitest";
import { readRequest } from "../../../lib/anthropic/request.ts";
import { checkStream } from "../../../lib/anthropic/sse/grammar.ts";
import { modelCapabilities, providerType } from "../../../lib/catalog/index.ts";
import { vertex } from "../../../lib/wires/vertex/index.ts";
import type { Target } from "../../../lib/wires/wire.ts";
import { captures, recordings, slices } from "../../support/recordings.ts";
import { sseBytes } from "../../support/upstream.ts";
import { checkGeminiCount, checkGeminiRequest } from "../../support/validators/gemini.ts";
import { checkChatRequest } from "../../support/validators/openai-chat.ts";
import { eventsOf, inbound, type Json, messageOf } from "../openai-chat/support.ts";

function target(model: string, change: Partial<Target> = {}): Target {
  const type = providerType("vertex-ai");
  if (!type) throw new Error("the catalogue has no vertex-ai");
  return {
    provider: "vertex",
    type,
    baseUrl: "https://aiplatform.googleapis.com",
    model,
    capabilities: modelCapabilities(type, model),
    project: "my-project",
    location: "global",
    ...change,
  };
}
const requestOf = (body: Json, to: Target, headers: Record<string, string> = {}) =>
  vertex.request(inbound(body, headers), to);
const bodyOf = (body: Json, to: Target, headers: Record<string, string> = {}): Json =>
  JSON.parse(String(requestOf(body, to, headers).body));
const streamed = (chunks: readonly unknown[], to: Target, named = false, slice = 4096) => {
  const translator = vertex.stream({ inbound: inbound({ stream: true }), target: to, messageId: "msg_test1" });
  let output = "";
  for (const piece of slices(
    sseBytes(
      chunks.map((chunk) => JSON.stringify(chunk)),
      { named },
    ),
    slice,
  ))
    output += String(translator.push(piece));
  output += String(translator.end());
  return { output, translator, events: eventsOf(output) };
};

const ROOT = "https://aiplatform.googleapis.com/v1/projects/my-project/locations/global";

describe("addresses", () => {
  it.each([
    ["gemini-3.8-flash", "publishers/google/models/gemini-3.8-flash:generateContent", ":streamGenerateContent?alt=sse"],
    [
      "google/gemini-2.5-pro",
      "publishers/google/models/gemini-2.5-pro:generateContent",
      ":streamGenerateContent?alt=sse",
    ],
    ["claude-opus-5@default", "publishers/anthropic/models/claude-opus-5@default:rawPredict", ":streamRawPredict"],
    ["anthropic/claude-haiku-5-5", "publishers/anthropic/models/claude-haiku-5-5:rawPredict", ":streamRawPredict"],
    ["meta/llama-4-maverick-17b-128e-instruct-maas", "endpoints/openapi/chat/completions", ""],
    ["openai/gpt-oss-120b-maas", "endpoints/openapi/chat/completions", ""],
  ])("%s", (model, path, streaming) => {
    expect(requestOf({}, target(model)).url).toBe(`${ROOT}/${path}`);
    expect(requestOf({ stream: true }, target(model)).url).toBe(
      `${ROOT}/${path.replace(/:[a-z]\w+$/i, "")}${streaming}`,
    );
  });

  it("a base URL of the user's own stands for scheme and host; without a location the model is asked everywhere", () => {
    for (const baseUrl of ["http://127.0.0.1:9", "http://127.0.0.1:9/v1"])
      expect(requestOf({}, target("gemini-3.8-flash", { baseUrl, location: "" })).url).toBe(
        "http://127.0.0.1:9/v1/projects/my-project/locations/global/publishers/google/models/gemini-3.8-flash:generateContent",
      );
    const regional = { baseUrl: "https://us-east5-aiplatform.googleapis.com", location: "us-east5" };
    expect(requestOf({}, target("claude-haiku-5-5", regional)).url).toContain("/locations/us-east5/");
  });

  it("without a project nothing can be asked, and the message says what to do", () => {
    for (const model of ["gemini-3.8-flash", "claude-haiku-5-5", "meta/llama-4-maverick-17b-128e-instruct-maas"])
      expect(() => requestOf({}, target(model, { project: "" }))).toThrow(
        expect.objectContaining({ reason: "capability", message: expect.stringContaining("GOOGLE_CLOUD_PROJECT") }),
      );
  });
});

describe("Gemini", () => {
  const search = { type: "web_search_20250305", name: "web_search", blocked_domains: ["x.org"] };
  const tool = { name: "Read", input_schema: { type: "object", properties: { a: { type: "string" } } } };

  it("is asked as by the Gemini API, but for ids and for what stands beside a search", () => {
    const to = target("gemini-3.8-flash");
    const mixed = bodyOf({ tools: [search, tool] }, to);
    expect(checkGeminiRequest(mixed, { model: to.model, vertex: true })).toEqual([]);
    expect(mixed.tools).toMatchObject([{ googleSearch: { excludeDomains: ["x.org"] } }, {}]);
    const counted = vertex.countTokens?.request(inbound({ tools: [tool], system: "Be." }), to);
    expect(counted?.url).toBe(`${ROOT}/publishers/google/models/gemini-3.8-flash:countTokens`);
    expect(checkGeminiCount(JSON.parse(String(counted?.body)), { model: to.model, vertex: true })).toEqual([]);
    expect(vertex.countTokens?.read(Buffer.from('{"totalTokens":7}'))).toBe(7);
  });

  it("its calls come back with the signature and without the id", () => {
    const to = target("gemini-3.8-flash");
    const chunk = {
      candidates: [
        {
          content: { parts: [{ functionCall: { id: "f1", name: "Read", args: {} }, thoughtSignature: "c2ln" }] },
          finishReason: "STOP",
        },
      ],
    };
    const { content } = messageOf(streamed([chunk], to));
    const messages = [
      { role: "user", content: "go" },
      { role: "assistant", content },
      { role: "user", content: [{ type: "tool_result", tool_use_id: content[0]?.id, content: "ok" }] },
    ];
    const next = bodyOf({ messages }, to);
    expect(checkGeminiRequest(next, { model: to.model, vertex: true })).toEqual([]);
    expect((next.contents as { parts: Json[] }[])[1]?.parts).toEqual([
      { functionCall: { name: "Read", args: {} }, thoughtSignature: "c2ln" },
    ]);
    // What the Gemini API has signed is another place's.
    expect(JSON.stringify(bodyOf({ messages }, target("gemini-3.1-pro-preview")))).not.toContain("c2ln");
  });

  const found = recordings("gemini").filter(({ events }) => events);
  it.skipIf(found.length === 0)("recorded streams are read", () => {
    for (const { events = [] } of found) {
      const chunks = events.map((event) => JSON.parse(event));
      const { output, translator } = streamed(chunks, target("gemini-3-flash-preview"));
      expect(checkStream(output)).toEqual([]);
      expect(translator.phase).toBe("complete");
    }
  });

  it("a probe for no tokens is answered here", () => {
    const context = { inbound: inbound({ max_tokens: 0 }), target: target("gemini-3.8-flash"), messageId: "msg_1" };
    expect(vertex.localAnswer?.(context)?.when).toBe("at_once");
    expect(vertex.localAnswer?.({ ...context, target: target("claude-haiku-5-5") })).toBeUndefined();
  });
});

describe("Claude", () => {
  const to = target("claude-haiku-5-5");
  const billing = { type: "text", text: "x-anthropic-billing-header: cc_version=2.1;" };

  it("gets the body that came, with the version in it and the model not", () => {
    const body = { system: "Be brief.", stream: true, thinking: { type: "adaptive" }, some_new_field: { a: 1.0 } };
    expect(bodyOf(body, to)).toEqual({
      anthropic_version: "vertex-2023-10-16",
      max_tokens: 1000,
      messages: [{ role: "user", content: "hi" }],
      ...body,
    });
    const { headers } = requestOf(body, to, {
      "anthropic-beta": "effort-2025-11-24",
      "x-app": "cli",
      "user-agent": "cli/1",
    });
    expect(headers).toEqual({
      "content-type": "application/json",
      accept: "application/json",
      "accept-encoding": "identity",
      "user-agent": "cli/1",
    });
  });

  it("values that need no change keep their bytes", () => {
    const odd = '[ {"role":"user", "content":"\\u0068i 1.0e3", "x":12345678901234567890} ]';
    const request = readRequest(Buffer.from(`{"model":"claude-haiku-4-5","max_tokens":1e1,"messages":${odd}}`), {});
    expect(String(vertex.request(request, to).body)).toBe(
      `{"anthropic_version":"vertex-2023-10-16","max_tokens":1e1,"messages":${odd}}`,
    );
  });

  it("what Vertex AI refuses is left out; a schema for the answer is asked for in words", () => {
    const schema = { type: "object", properties: { title: { type: "string" } } };
    const body = bodyOf(
      {
        system: [billing, { type: "text", text: "Be brief." }],
        tools: [
          { name: "Read", strict: true, input_schema: { type: "object", properties: { strict: { type: "string" } } } },
        ],
        output_config: { format: { type: "json_schema", schema } },
        speed: "fast",
        cache_control: { type: "ephemeral" },
        context_management: { edits: [] },
        metadata: { user_id: "me" },
        mcp_servers: [],
      },
      to,
    );
    expect(Object.keys(body).sort()).toEqual(["anthropic_version", "max_tokens", "messages", "system", "tools"]);
    expect(body.tools).toEqual([
      { name: "Read", input_schema: { type: "object", properties: { strict: { type: "string" } } } },
    ]);
    expect(body.system).toEqual([
      { type: "text", text: "Be brief." },
      { type: "text", text: expect.stringContaining(JSON.stringify(schema)) },
    ]);
    expect(bodyOf({ output_config: { effort: "low" } }, to).output_config).toEqual({ effort: "low" });
    expect(bodyOf({ system: [billing] }, to)).not.toHaveProperty("system");
  });

  it("pictures and documents by URL cannot be carried, wherever they stand", () => {
    const image = { type: "image", source: { type: "url", url: "https://e.org/a.png" } };
    const places = [
      [image],
      [{ type: "tool_result", tool_use_id: "t", content: [image] }],
      [{ type: "document", source: { type: "content", content: [image] } }],
    ];
    for (const content of places)
      expect(() => requestOf({ messages: [{ role: "user", content }] }, to)).toThrow(
        expect.objectContaining({ reason: "capability" }),
      );
    expect(() => requestOf({ safeguards: {} }, to)).toThrow(expect.objectContaining({ reason: "other_form" }));
  });

  it("is counted by a model that does it for all", () => {
    const counted = vertex.countTokens?.request(inbound({ stream: true }), target("claude-opus-5@default"));
    expect(counted?.url).toBe(`${ROOT}/publishers/anthropic/models/count-tokens:rawPredict`);
    expect(JSON.parse(String(counted?.body))).toEqual({
      anthropic_version: "vertex-2023-10-16",
      model: "claude-opus-5@default",
      messages: [{ role: "user", content: "hi" }],
    });
    expect(vertex.countTokens?.read(Buffer.from('{"input_tokens":9}'))).toBe(9);
  });

  const requests = captures().filter(({ body }) => body?.messages);
  it.skipIf(requests.length === 0)("recorded requests tell nothing private", () => {
    for (const { body = {}, headers } of requests) {
      const request = requestOf(body, to, headers);
      const said = JSON.stringify([request.headers, JSON.parse(String(request.body))]);
      for (const leak of ["x-anthropic-billing", "device_id", "context_management", "anthropic-beta", "x-claude-code"])
        expect(said).not.toContain(leak);
      const { messages, tools } = JSON.parse(String(request.body));
      expect(messages).toEqual(body.messages);
      expect(tools).toEqual(body.tools);
    }
  });

  const answers = recordings("anthropic").filter(({ events, name }) => events && name.includes("web-search"));
  it.skipIf(answers.length === 0)("its streams go through as they are", () => {
    for (const { events = [] } of answers) {
      const chunks = events.map((event) => JSON.parse(event));
      expect(streamed(chunks, to, true).output).toBe(
        sseBytes(
          chunks.map((c) => JSON.stringify(c)),
          { named: true },
        ).toString(),
      );
    }
  });
});

describe("open models", () => {
  const to = target("openai/gpt-oss-120b-maas");

  it("are asked by Chat Completions, with their whole name", () => {
    const body = bodyOf({ stream: true, metadata: { user_id: "me" }, thinking: { type: "adaptive" } }, to);
    expect(checkChatRequest(body)).toEqual([]);
    expect(body.model).toBe("openai/gpt-oss-120b-maas");
  });

  it("answer so, and cannot count", () => {
    const chunk = { id: "c", choices: [{ index: 0, delta: { content: "Hi" }, finish_reason: "stop" }] };
    expect(messageOf(streamed([chunk], to)).content).toEqual([{ type: "text", text: "Hi" }]);
    const whole = { id: "c", choices: [{ index: 0, message: { content: "Hi" }, finish_reason: "stop" }] };
    const context = { inbound: inbound(), target: to, messageId: "msg_1" };
    expect(vertex.answer(Buffer.from(JSON.stringify(whole)), context)).toMatchObject({
      ok: true,
      stopReason: "end_turn",
    });
    expect(() => vertex.countTokens?.request(inbound(), to)).toThrow(expect.objectContaining({ reason: "capability" }));
  });
});
