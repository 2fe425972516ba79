/** The numbered conformance cases 60 to 90 of requests, as far as they concern the Responses API. */
import { describe, expect, it } from "vitest";
import type { Quirks } from "../../../lib/catalog/types.ts";
import { openaiResponses } from "../../../lib/wires/openai-responses/index.ts";
import { packCarrier } from "../../../lib/wires/shared/carrier.ts";
import type { Target } from "../../../lib/wires/wire.ts";
import { captures } from "../../support/recordings.ts";
import { checkResponsesRequest } from "../../support/validators/openai-responses.ts";
import {
  functionCall,
  inbound,
  type Json,
  messageOf,
  play,
  requestBody,
  response,
  streamOf,
  target,
} from "./support.ts";

/** As the catalogue has OpenAI, without what only one case is about. */
const OPENAI: Quirks = { systemRole: "developer", midSystem: true, files: true };

/** A request that the strict validator accepts. */
function sent(body: Json, to: Target = target(OPENAI), headers: Record<string, string> = {}): Json {
  const request = requestBody(body, to, headers);
  expect(checkResponsesRequest(request)).toEqual([]);
  return request;
}
const inputOf = (body: Json, to?: Target) => sent(body, to).input as Json[];
const user = (content: unknown) => ({ role: "user", content });
const assistant = (content: unknown) => ({ role: "assistant", content });
const use = (id: string, name = "Read", input: Json = { a: 1 }) => ({ type: "tool_use", id, name, input });
const result = (id: string, content?: unknown, more: Json = {}) => ({
  type: "tool_result",
  tool_use_id: id,
  ...(content !== undefined && { content }),
  ...more,
});
const text = (words: string, more: Json = {}) => ({ type: "text", text: words, ...more });
const input = (words: string) => ({ type: "input_text", text: words });
const png = { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" } };
const pdf = {
  type: "document",
  title: "spec.pdf",
  source: { type: "base64", media_type: "application/pdf", data: "JVBERi0=" },
};
const tool = (name: string, more: Json = {}) => ({
  name,
  description: `${name} does it`,
  input_schema: { type: "object", properties: { a: { type: "number" } } },
  ...more,
});
const output = (id: string, told: unknown) => ({ type: "function_call_output", call_id: id, output: told });
const called = (id: string, name = "Read") => ({
  type: "function_call",
  call_id: id,
  name,
  arguments: '{"a":1}',
});
const spoken = (words: string, phase: string) => ({
  type: "message",
  role: "assistant",
  content: [{ type: "output_text", text: words }],
  phase,
});
/** A conversation with one call and this result of it. */
const afterCall = (block: Json, rest: unknown[] = []) => ({
  messages: [user("go"), assistant([use("t1")]), user([block, ...rest])],
});

describe("instructions", () => {
  it("60: system as a string, and as blocks without the billing header", () => {
    expect(sent({ system: "Be brief." }).instructions).toBe("Be brief.");
    const system = [
      text("x-anthropic-billing-header: cc_version=2.1; cc_entrypoint=cli;"),
      text("You are.", { cache_control: { type: "ephemeral" } }),
      text("Be."),
    ];
    expect(sent({ system }).instructions).toBe("You are.\n\nBe.");
    expect(sent({ system: "x-anthropic-billing-header: a=b;" })).not.toHaveProperty("instructions");
  });

  it("60: where they may not be missing, others stand for them", () => {
    const to = target({ ...OPENAI, instructionsPlaceholder: "Help." });
    expect(sent({}, to).instructions).toBe("Help.");
    expect(sent({ system: "Be brief." }, to).instructions).toBe("Be brief.");
  });

  const mid = {
    messages: [
      user("hi"),
      { role: "system", content: [text("Mode: plan.")], output_config: { effort: "low" } },
      assistant("ok"),
      user("go"),
    ],
  };

  it("61: instructions in mid-conversation keep their place and carry the effort", () => {
    const request = sent({ ...mid, output_config: { effort: "high" } });
    expect(request.input).toEqual([
      { role: "user", content: [input("hi")] },
      { role: "developer", content: [input("Mode: plan.")] },
      spoken("ok", "final_answer"),
      { role: "user", content: [input("go")] },
    ]);
    expect(request.reasoning).toEqual({ effort: "low" });
  });

  it("61: where the vendor has no place for them there, they are the user's reminder", () => {
    const [, reminder] = inputOf(mid, target());
    expect(reminder).toEqual({ role: "user", content: [input("<system-reminder>\nMode: plan.\n</system-reminder>")] });
  });
});

describe("what the real client sends", () => {
  const recorded = captures().filter(({ body }) => body?.messages);

  it.skipIf(recorded.length === 0)("62: is accepted, and nothing leaks that is Anthropic's own", () => {
    const own = /cache_control|context_management|billing-header|user_id|device_id|defer_loading|adaptive|"betas"/;
    for (const { name, body = {}, headers } of recorded) {
      const to = target({ ...OPENAI, searchTool: { type: "web_search", sources: true } });
      const request = sent(body, to, headers);
      expect(JSON.stringify(request), name).not.toMatch(own);
      expect(request.store).toBe(false);
    }
  });

  it("39: fields without a counterpart are left out", () => {
    const request = sent({
      context_management: { edits: [] },
      container: "c",
      fallbacks: "default",
      speed: "fast",
      inference_geo: "us",
      service_tier: "auto",
      diagnostics: {},
      mcp_servers: [],
      betas: ["x"],
      something_new: 1,
    });
    expect(Object.keys(request).sort()).toEqual(["include", "input", "max_output_tokens", "model", "store"]);
  });

  it("40: `safeguards` is refused by name; a conversation kept at Anthropic cannot be carried", () => {
    const refusal = (body: Json) => () => requestBody(body);
    expect(refusal({ safeguards: {} })).toThrow(expect.objectContaining({ reason: "other_form" }));
    expect(refusal({ safeguards: {} })).toThrow(/safeguards/);
    expect(refusal({ thread: { type: "continue" } })).toThrow(expect.objectContaining({ reason: "capability" }));
  });
});

describe("calls and results", () => {
  it("63: results come after the calls in their order, then the rest of what the user said", () => {
    const messages = [
      user("go"),
      assistant([text("I look."), use("tA"), use("tB", "Glob")]),
      user([result("tB", "b"), result("tA", "a"), text("and?")]),
    ];
    expect(inputOf({ messages }).slice(1)).toEqual([
      spoken("I look.", "commentary"),
      called("tA"),
      called("tB", "Glob"),
      output("tA", "a"),
      output("tB", "b"),
      { role: "user", content: [input("and?")] },
    ]);
  });

  it("64: a result with text and an image is a list of both", () => {
    const image = { type: "input_image", image_url: "data:image/png;base64,iVBORw0KGgo=", detail: "auto" };
    const told = inputOf(afterCall(result("t1", [text("seen:"), png]))).at(-1);
    expect(told).toEqual(output("t1", [input("seen:"), image]));
    const blind = inputOf(afterCall(result("t1", [png])), target(OPENAI, { can: { vision: false } })).at(-1);
    expect(blind).toEqual(output("t1", "[an image was left out: this model cannot see images]"));
  });

  it("65: an error stays visible", () => {
    expect(inputOf(afterCall(result("t1", "no such file", { is_error: true }))).at(-1)).toEqual(
      output("t1", "Error: no such file"),
    );
  });

  it.each([[undefined], [[]], [""], [[text(" ")]]])("66: a result of %j gets a placeholder", (content) => {
    expect(inputOf(afterCall(result("t1", content))).at(-1)).toEqual(output("t1", "(no output)"));
  });

  it("67: a PDF in a result is a file where the vendor takes files, else a note", () => {
    const file = { type: "input_file", filename: "spec.pdf", file_data: "data:application/pdf;base64,JVBERi0=" };
    expect(inputOf(afterCall(result("t1", [text("read:"), pdf]))).at(-1)).toEqual(output("t1", [input("read:"), file]));
    const told = inputOf(afterCall(result("t1", [pdf])), target()).at(-1);
    expect(told?.output).toContain('"spec.pdf" was left out');
  });

  it("68: tool references are words, placeholders go, deferred tools are plain tools", () => {
    const tools = [
      tool("Read"),
      tool("WebSearch", { defer_loading: true, eager_input_streaming: true, strict: true, type: "custom" }),
      { ...tool("DeferredToolPlaceholder"), defer_loading: true },
    ];
    const reference = [{ type: "tool_reference", tool_name: "WebSearch" }];
    const request = sent({ tools, ...afterCall(result("t1", reference), [text("Tool loaded.")]) });
    expect((request.tools as Json[]).map(({ name }) => name)).toEqual(["Read", "WebSearch"]);
    expect((request.tools as Json[])[1]).toEqual({
      type: "function",
      name: "WebSearch",
      description: "WebSearch does it",
      parameters: { type: "object", properties: { a: { type: "number" } } },
      strict: false,
    });
    expect((request.input as Json[]).slice(-2)).toEqual([
      output("t1", "Tool WebSearch is now available."),
      { role: "user", content: [input("Tool loaded.")] },
    ]);
  });

  it("69: a call without result, a result without call, and results given twice still make a valid history", () => {
    const messages = [
      user([result("gone", "late"), text("go")]),
      assistant([use("t1"), use("t2")]),
      user([result("t1", "first"), result("t1", "second")]),
    ];
    expect(inputOf({ messages })).toEqual([
      { role: "user", content: [input("[result of gone]"), input("late"), input("go")] },
      called("t1"),
      called("t2"),
      output("t1", "second"),
      output("t2", "[interrupted]"),
    ]);
  });

  it("70: a long id is shortened, the same on both sides and every time", () => {
    const id = "x".repeat(74);
    const once = inputOf({ messages: [user("go"), assistant([use(id)]), user([result(id, "a")])] });
    const again = inputOf({ messages: [user("go"), assistant([use(id)]), user([result(id, "a")])] });
    expect(once).toEqual(again);
    expect(once[1]?.call_id).toBe(once[2]?.call_id);
    expect(String(once[1]?.call_id).length).toBeLessThanOrEqual(64);
  });

  it("71: a long tool name is shortened in the request and whole again in the answer", () => {
    const name = `mcp__server__${"long_".repeat(20)}name`;
    const request = { tools: [tool(name)], tool_choice: { type: "tool", name } };
    const body = sent(request);
    const [shown] = body.tools as Json[];
    expect(String(shown?.name).length).toBeLessThanOrEqual(64);
    expect(body.tool_choice).toEqual({ type: "function", name: shown?.name });
    const played = play(streamOf(response([functionCall(String(shown?.name), '{"a":1}')])), { request });
    expect(messageOf(played).content[0]).toMatchObject({ type: "tool_use", name });
  });

  it("arguments that are no object are shown as what they are", () => {
    const messages = [user("go"), assistant([{ ...use("t1"), input: "[1" }]), user([result("t1", "bad")])];
    expect(inputOf({ messages })[1]?.arguments).toBe('{"invalid_json_arguments":"[1"}');
  });
});

describe("tools", () => {
  it("72: a tool without properties has an empty set of them", () => {
    const tools = [{ name: "now", input_schema: { $schema: "x", type: "object" } }];
    expect((sent({ tools }).tools as Json[])[0]?.parameters).toEqual({ type: "object", properties: {} });
  });

  it("23, 26: typed client tools become functions, tools of Anthropic's servers are left out and noted", () => {
    const tools = [
      { type: "bash_20250124", name: "bash" },
      { type: "code_execution_20250825", name: "code_execution" },
    ];
    expect((sent({ tools }).tools as Json[]).map(({ name }) => name)).toEqual(["bash"]);
    const { notes } = openaiResponses.request(inbound({ tools }), target());
    expect(notes).toEqual(["tool code_execution_20250825 left out: only Anthropic's servers execute it"]);
  });

  it("27: each form of tool_choice", () => {
    const choice = (tool_choice: Json, to?: Target) => sent({ tools: [tool("Read")], tool_choice }, to).tool_choice;
    expect(choice({ type: "auto" })).toBe("auto");
    expect(choice({ type: "any" })).toBe("required");
    expect(choice({ type: "none" })).toBe("none");
    expect(choice({ type: "tool", name: "Read" })).toEqual({ type: "function", name: "Read" });
    expect(choice({ type: "tool", name: "Gone" })).toBeUndefined();
    const auto = target({ toolChoiceAutoOnly: true });
    expect(choice({ type: "any" }, auto)).toBe("auto");
    expect(choice({ type: "none" }, auto)).toBe("none");
  });

  it("75: without any tools left there is no tool_choice", () => {
    const tools = [{ type: "code_execution_20250825", name: "code_execution" }];
    for (const type of ["any", "tool", "none", "auto"])
      expect(sent({ tools, tool_choice: { type, name: "x" } })).not.toHaveProperty("tool_choice");
  });

  it("76: one tool at a time is asked for where the client asks for it and the vendor knows the field", () => {
    const body = { tools: [tool("Read")], tool_choice: { type: "auto", disable_parallel_tool_use: true } };
    expect(sent(body).parallel_tool_calls).toBe(false);
    expect(sent({ ...body, tool_choice: { type: "auto" } })).not.toHaveProperty("parallel_tool_calls");
    expect(sent(body, target({ parallelToolCalls: false }))).not.toHaveProperty("parallel_tool_calls");
  });

  it("more tools than the vendor takes cannot be carried", () => {
    const tools = [tool("a"), tool("b")];
    expect(() => requestBody({ tools }, target({ maxTools: 1 }))).toThrow(
      expect.objectContaining({ reason: "capability", message: expect.stringContaining("1 at most") }),
    );
  });

  it("tools stand at the head of the input where the backend wants them there", () => {
    const request = requestBody({ tools: [tool("Read")] }, target({ ...OPENAI, toolsInInput: true }));
    expect(request).not.toHaveProperty("tools");
    expect(request.input).toEqual([
      {
        type: "additional_tools",
        role: "developer",
        tools: [expect.objectContaining({ name: "Read", strict: false })],
      },
      { role: "user", content: [input("hi")] },
    ]);
    const without = requestBody({}, target({ ...OPENAI, toolsInInput: true }));
    expect(without.input).toHaveLength(1);
  });
});

describe("contents", () => {
  it("5: images and documents of the user", () => {
    const url = { type: "image", source: { type: "url", url: "https://example.org/a.png" } };
    const linked = { type: "document", source: { type: "url", url: "https://example.org/a.pdf" } };
    const plain = { type: "document", title: "notes", source: { type: "text", media_type: "text/plain", data: "n" } };
    expect(inputOf({ messages: [user([text("see"), png, url, pdf, linked, plain])] })).toEqual([
      {
        role: "user",
        content: [
          input("see"),
          { type: "input_image", image_url: "data:image/png;base64,iVBORw0KGgo=", detail: "auto" },
          { type: "input_image", image_url: "https://example.org/a.png", detail: "auto" },
          { type: "input_file", filename: "spec.pdf", file_data: "data:application/pdf;base64,JVBERi0=" },
          { type: "input_file", file_url: "https://example.org/a.pdf" },
          input("Document: notes\nn"),
        ],
      },
    ]);
  });

  it("6: a file that only Anthropic holds cannot be carried", () => {
    const image = { type: "image", source: { type: "file", file_id: "file_1" } };
    expect(() => requestBody({ messages: [user([image])] })).toThrow(/file_1/);
  });

  it("7, 21: search results and what Anthropic's servers did are told as text", () => {
    const searched = [
      { type: "server_tool_use", id: "s1", name: "web_search", input: { query: "q" } },
      { type: "web_search_tool_result", tool_use_id: "s1", content: [{ title: "T", url: "https://t.example" }] },
      text("So."),
    ];
    const found = { type: "search_result", source: "https://s.example", title: "S", content: [text("words")] };
    expect(inputOf({ messages: [user([found]), assistant(searched), user("on")] })).toEqual([
      { role: "user", content: [input("S (https://s.example)\nwords")] },
      spoken("[web_search was called: q]", "commentary"),
      spoken("[search results:\n- T: https://t.example]", "commentary"),
      spoken("So.", "final_answer"),
      { role: "user", content: [input("on")] },
    ]);
  });

  it("87: empty text and empty messages are left out; if nothing is left there is still something to answer", () => {
    const messages = [user([text(" ")]), assistant([text("")]), user("")];
    expect(inputOf({ messages })).toEqual([{ role: "user", content: [input(".")] }]);
  });

  it("41: a prefill stays the last item", () => {
    expect(inputOf({ messages: [user("go"), assistant("{")] }).at(-1)).toEqual(spoken("{", "final_answer"));
  });

  it("77: cache marks go everywhere", () => {
    const cache_control = { type: "ephemeral", ttl: "1h" };
    const request = sent({
      cache_control,
      system: [text("Be.", { cache_control })],
      tools: [tool("Read", { cache_control })],
      ...afterCall(result("t1", [text("a", { cache_control })], { cache_control }), [text("b", { cache_control })]),
    });
    expect(JSON.stringify(request)).not.toContain("cache_control");
  });

  it("78: who the user is stays here; OpenAI gets hashes", () => {
    const body = { metadata: { user_id: '{"device_id":"d","session_id":"s-1"}' } };
    expect(Object.keys(sent(body))).not.toContain("safety_identifier");
    const request = sent(body, target({ ...OPENAI, promptCacheKey: true, safetyIdentifier: true }));
    expect(request.safety_identifier).toMatch(/^[0-9a-f]{64}$/);
    expect(request.prompt_cache_key).toMatch(/^[0-9a-f]{32}$/);
    expect(JSON.stringify(request)).not.toMatch(/device_id|s-1/);
  });

  it("the same conversation grown by a turn begins with the same bytes", () => {
    const first = { tools: [tool("Read")], system: "Be.", messages: [user("go")] };
    const more = [...first.messages, assistant([text("ok"), use("t1")]), user([result("t1", "a")])];
    const before = JSON.stringify(sent(first).input).slice(0, -1);
    expect(JSON.stringify(sent({ ...first, messages: more }).input).startsWith(before)).toBe(true);
    expect(sent({ ...first, messages: more }).tools).toEqual(sent(first).tools);
  });
});

describe("limits and parameters", () => {
  it("79: the output limit is clamped to what the model can and what its window leaves", () => {
    const limit = (can: Json) => sent({ max_tokens: 128_000 }, target(OPENAI, { can })).max_output_tokens;
    expect(limit({ maxOutput: 64_000 })).toBe(64_000);
    expect(limit({ maxOutput: 200_000 })).toBe(128_000);
    expect(limit({ contextWindow: 32_000 })).toBeLessThan(32_000);
    expect(sent({ max_tokens: 1 }).max_output_tokens).toBe(16);
  });

  it("30: a probe for no tokens is answered here, one for a single token asks for the least there is", () => {
    const context = { inbound: inbound({ max_tokens: 0 }), target: target(), messageId: "msg_1" };
    expect(openaiResponses.localAnswer?.(context)).toMatchObject({
      when: "at_once",
      message: { content: [], stop_reason: "max_tokens" },
    });
    expect(openaiResponses.localAnswer?.({ ...context, inbound: inbound() })).toBeUndefined();
  });

  it("80: there is no field for stop sequences", () => {
    expect(sent({ stop_sequences: ["a", "b"] })).not.toHaveProperty("stop");
  });

  it("89: of temperature and top_p one is sent, none to models that reason, never top_k", () => {
    const body = { temperature: 0.3, top_p: 0.9, top_k: 40 };
    const fields = (model: string, more: Json = {}) => {
      const { temperature, top_p, top_k } = sent({ ...body, ...more }, target({ topK: true }, { model }));
      return { temperature, top_p, top_k };
    };
    expect(fields("gpt-4o")).toEqual({ temperature: 0.3 });
    expect(fields("gpt-6-sol")).toEqual({});
    expect(fields("gpt-6-sol", { thinking: { type: "disabled" } })).toEqual({ temperature: 0.3 });
    expect(fields("o3")).toEqual({});
  });

  const WISHES = {
    disabled: { thinking: { type: "disabled" } },
    "budget 2048": { thinking: { type: "enabled", budget_tokens: 2048 } },
    "budget 31999": { thinking: { type: "enabled", budget_tokens: 31_999 } },
    adaptive: { thinking: { type: "adaptive" } },
    low: { thinking: { type: "adaptive" }, output_config: { effort: "low" } },
    medium: { thinking: { type: "adaptive" }, output_config: { effort: "medium" } },
    xhigh: { thinking: { type: "adaptive" }, output_config: { effort: "xhigh" } },
    max: { thinking: { type: "adaptive" }, output_config: { effort: "max" } },
    nothing: {},
  };

  it.each([
    ["gpt-5", ["minimal", "medium", "high", "high", "low", "medium", "high", "high", undefined]],
    ["gpt-5.1", ["none", "medium", "high", "high", "low", "medium", "high", "high", undefined]],
    ["gpt-5.4", ["none", "medium", "xhigh", "high", "low", "medium", "xhigh", "xhigh", undefined]],
    ["gpt-5.6-terra", ["none", "medium", "xhigh", "high", "low", "medium", "xhigh", "max", undefined]],
    ["gpt-6-astra", ["low", "medium", "xhigh", "high", "low", "medium", "xhigh", "max", undefined]],
    ["o3", ["low", "medium", "high", "high", "low", "medium", "high", "high", undefined]],
    ["grok-4.7", ["low", "medium", "xhigh", "high", "low", "medium", "xhigh", "xhigh", undefined]],
    ["grok-4.20-0309-reasoning", Array(9).fill(undefined)],
    ["gpt-4o", Array(9).fill(undefined)],
  ] as [string, (string | undefined)[]][])("81: effort for %s", (model, expected) => {
    const got = Object.values(WISHES).map((wish) => (sent(wish, target({}, { model })).reasoning as Json)?.effort);
    expect(got).toEqual(expected);
  });

  it("81: summaries are asked for where they are shown, the state wherever a model reasons", () => {
    const fields = (body: Json, to?: Target) => {
      const { reasoning, include } = sent(body, to);
      return { reasoning, include };
    };
    const state = ["reasoning.encrypted_content"];
    expect(fields({ thinking: { type: "adaptive" } })).toEqual({
      reasoning: { effort: "high", summary: "auto" },
      include: state,
    });
    expect(fields({ thinking: { type: "adaptive", display: "omitted" } }).reasoning).toEqual({ effort: "high" });
    expect(fields({ thinking: { type: "disabled" } }).reasoning).toEqual({ effort: "none" });
    expect(fields({})).toEqual({ reasoning: undefined, include: state });
    const other = { model: "some-model" };
    expect(fields({}, target({}, other))).toEqual({ reasoning: undefined, include: undefined });
    expect(fields({}, target({}, { ...other, can: { reasoning: true } })).include).toEqual(state);
    expect(fields({ thinking: { type: "adaptive" } }, target({}, { can: { reasoning: false } }))).toEqual({
      reasoning: undefined,
      include: undefined,
    });
  });
});

describe("83: reasoning in the conversation", () => {
  const state = (kind: string, provider: string, model: string) =>
    packCarrier({ kind, provider, model, data: "the state" });
  const own = state("responses", "primary", "gpt-6-sol");
  const thinking = (signature: string, words = "hm") => ({ type: "thinking", thinking: words, signature });
  const told = (blocks: unknown[]) =>
    inputOf({ messages: [user("go"), assistant(blocks), user([result("t1", "a")])] }).slice(1, -1);

  it.each([
    ["Anthropic's", thinking("EqQBCgIYAhIM")],
    ["unsigned", thinking("")],
    ["another protocol's", thinking(state("reasoning_content", "primary", "gpt-6-sol"))],
    ["another account's", thinking(state("responses", "second", "gpt-6-sol"))],
    ["another model's", thinking(state("responses", "primary", "gpt-6-luna"))],
    ["a broken carrier", thinking(`${own.slice(0, 20)}`)],
    ["redacted", { type: "redacted_thinking", data: "x" }],
  ])("%s is dropped, and not told as text", (_whose, block) => {
    expect(told([block, use("t1")])).toEqual([called("t1")]);
  });

  it("its own comes back directly before what it led to", () => {
    expect(told([thinking(own), text("I look."), use("t1")])).toEqual([
      { type: "reasoning", summary: [{ type: "summary_text", text: "hm" }], encrypted_content: "the state" },
      spoken("I look.", "commentary"),
      called("t1"),
    ]);
  });

  it("what it led to being gone, it goes, too", () => {
    const alone = inputOf({ messages: [user("go"), assistant([text("a"), thinking(own)]), user("on")] });
    expect(alone.map(({ type }) => type)).toEqual([undefined, "message", undefined]);
    expect(told([thinking(own, "first"), thinking(own, "second"), use("t1")])).toMatchObject([
      { type: "reasoning", summary: [{ text: "second" }] },
      { type: "function_call" },
    ]);
  });
});

describe("phases", () => {
  it("are told to models that know them: what nothing follows in an answer is final", () => {
    const messages = [
      user("go"),
      assistant([text("I look."), use("t1")]),
      user([result("t1", "a")]),
      assistant([text("Found."), text("Done.")]),
      user("on"),
    ];
    const phases = (model: string) =>
      inputOf({ messages }, target({}, { model })).flatMap((item) => (item.role === "assistant" ? [item.phase] : []));
    for (const model of ["gpt-5.3-codex", "gpt-5.4", "gpt-6-sol"])
      expect(phases(model)).toEqual(["commentary", "commentary", "final_answer"]);
    for (const model of ["gpt-5", "gpt-5.3", "o3", "grok-4.7"])
      expect(phases(model)).toEqual([undefined, undefined, undefined]);
  });
});

describe("86: web search", () => {
  const search = {
    tools: [{ type: "web_search_20250305", name: "web_search", max_uses: 8, allowed_domains: ["example.org"] }],
    tool_choice: { type: "auto" },
    messages: [user("Perform a web search for the query: cats")],
  };
  const able = target({ ...OPENAI, searchTool: { type: "web_search", sources: true } });

  it("is the vendor's own tool", () => {
    const location = { type: "approximate", city: "Berlin", country: "DE" };
    const tools = [{ ...search.tools[0], user_location: location }];
    const request = sent({ ...search, tools }, able);
    expect(request.tools).toEqual([
      { type: "web_search", filters: { allowed_domains: ["example.org"] }, user_location: location },
    ]);
    expect(request.include).toContain("web_search_call.action.sources");
    expect(request.max_tool_calls).toBe(8);
    expect(request).not.toHaveProperty("tool_choice");
  });

  it("stands beside functions", () => {
    const request = sent({ ...search, tools: [...search.tools, tool("Read")] }, able);
    expect((request.tools as Json[]).map(({ type }) => type)).toEqual(["function", "web_search"]);
    expect(request.tool_choice).toBe("auto");
  });

  it("is not asked for with the least effort, which OpenAI refuses", () => {
    const to = target({ searchTool: { type: "web_search" } }, { model: "gpt-5" });
    expect(sent({ ...search, thinking: { type: "disabled" } }, to).reasoning).toEqual({ effort: "low" });
  });

  it("on a provider without one gets an honest answer, or leaves the functions", () => {
    const context = { inbound: inbound(search), target: target(), messageId: "msg_1" };
    const answer = openaiResponses.localAnswer?.(context);
    expect(answer?.when).toBe("last_resort");
    expect(answer?.message.content.map(({ type }) => type)).toEqual([
      "server_tool_use",
      "web_search_tool_result",
      "text",
    ]);
    expect(() => requestBody(search)).toThrow(expect.objectContaining({ reason: "capability" }));
    const mixed = { ...search, tools: [...search.tools, tool("Read")] };
    expect((sent(mixed).tools as Json[]).map(({ type }) => type)).toEqual(["function"]);
    expect(openaiResponses.request(inbound(mixed), target()).notes).toEqual([
      "web search left out: the provider has none",
    ]);
    expect(openaiResponses.localAnswer?.({ ...context, target: able })).toBeUndefined();
  });
});

describe("structured output", () => {
  const schema = { type: "object", properties: { title: { type: "string" } }, required: ["title"] };
  const format = { type: "json_schema", schema };

  it("is asked for by schema, strictly where the schema allows it", () => {
    const text = (wish: Json) => sent(wish).text;
    expect(text({ output_config: { format } })).toEqual({
      format: { type: "json_schema", name: "output", schema, strict: false },
    });
    const closed = { ...schema, additionalProperties: false };
    expect(text({ output_format: { ...format, schema: closed } })).toMatchObject({ format: { strict: true } });
  });

  it("is asked for in words where the vendor knows no schemas", () => {
    const object = sent({ output_config: { format } }, target({ structuredOutput: "json_object" }));
    expect(object.text).toEqual({ format: { type: "json_object" } });
    expect(object.instructions).toContain('"title"');
    const words = sent({ output_config: { format }, system: "Be." }, target({ structuredOutput: "omit" }));
    expect(words).not.toHaveProperty("text");
    expect(words.instructions).toMatch(/^Be\.\n\nAnswer with nothing but/);
  });
});

describe("the HTTP request", () => {
  it("goes to the endpoint of responses, without credentials, as ourselves", () => {
    const headers = {
      "x-api-key": "ccm-proxy",
      authorization: "Bearer x",
      "anthropic-beta": "b",
      "user-agent": "claude-cli/2",
    };
    const request = openaiResponses.request(inbound({ stream: true }, headers), target());
    expect(request).toMatchObject({ method: "POST", url: "http://vendor.test/v1/responses" });
    expect(request.headers).toEqual({
      "content-type": "application/json",
      accept: "text/event-stream",
      "accept-encoding": "identity",
      "user-agent": expect.stringMatching(/^claude-code-mux\//),
    });
    expect(JSON.parse(String(request.body)).stream).toBe(true);
    const whole = openaiResponses.request(inbound(), target({}, { baseUrl: "http://vendor.test/v1/responses" }));
    expect(whole.url).toBe("http://vendor.test/v1/responses");
    expect(whole.headers.accept).toBe("application/json");
    expect(JSON.parse(String(whole.body))).not.toHaveProperty("stream");
  });

  it("streams where the backend does nothing else", () => {
    const request = openaiResponses.request(inbound(), target({ streamOnly: true }));
    expect(JSON.parse(String(request.body)).stream).toBe(true);
    expect(request.headers.accept).toBe("text/event-stream");
  });

  it("lacks the fields that the vendor refuses", () => {
    const body = { max_tokens: 100, tools: [tool("Read")], thinking: { type: "adaptive" } };
    const to = target({ forbiddenFields: ["max_output_tokens", "reasoning.summary", "tools.strict"] });
    const request = requestBody(body, to);
    expect(request).not.toHaveProperty("max_output_tokens");
    expect(request.reasoning).toEqual({ effort: "high" });
    expect((request.tools as Json[])[0]).not.toHaveProperty("strict");
  });

  it("for counting has what counts as input, and nothing else", () => {
    const { countTokens } = openaiResponses;
    const body = {
      max_tokens: 100,
      system: "Be.",
      tools: [tool("Read")],
      thinking: { type: "adaptive" },
      stream: true,
    };
    const request = countTokens?.request(inbound(body), target(OPENAI));
    expect(request?.url).toBe("http://vendor.test/v1/responses/input_tokens");
    expect(Object.keys(JSON.parse(String(request?.body))).sort()).toEqual([
      "input",
      "instructions",
      "model",
      "reasoning",
      "tools",
    ]);
    expect(countTokens?.read(Buffer.from('{"object":"response.input_tokens","input_tokens":42}'))).toBe(42);
    expect(countTokens?.read(Buffer.from("{}"))).toBeUndefined();
  });
});
