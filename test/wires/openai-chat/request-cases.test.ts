/** The numbered conformance cases 60 to 90 of requests, as far as they concern Chat Completions. */
import { describe, expect, it } from "vitest";
import type { Quirks } from "../../../lib/catalog/types.ts";
import { openaiChat } from "../../../lib/wires/openai-chat/index.ts";
import { packCarrier } from "../../../lib/wires/shared/carrier.ts";
import type { Target } from "../../../lib/wires/wire.ts";
import { captures } from "../../support/recordings.ts";
import { type ChatDialect, checkChatRequest } from "../../support/validators/openai-chat.ts";
import {
  call,
  chunk,
  completion,
  inbound,
  type Json,
  messageOf,
  play,
  requestBody,
  target,
  wholeMessage,
} from "./support.ts";

const STRICT: ChatDialect = { midSystem: true, systemRoles: ["system", "developer"] };

/** A request that the strict validator accepts. */
function sent(body: Json, to: Target = target(), headers: Record<string, string> = {}): Json {
  const request = requestBody(body, to, headers);
  expect(checkChatRequest(request, STRICT)).toEqual([]);
  return request;
}
const functionOf = (tool: Json | undefined) => (tool?.function ?? {}) as Json;
const callsOf = (message: Json | undefined) => (message?.tool_calls ?? []) as Json[];
const messagesOf = (body: Json, to?: Target) => sent(body, to).messages as Json[];
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
/** A conversation with one call and this result of it. */
const afterCall = (block: Json, rest: unknown[] = []) => ({
  messages: [user("go"), assistant([use("t1")]), user([block, ...rest])],
});

describe("instructions", () => {
  it("60: system as a string, and as blocks without the billing header", () => {
    expect(messagesOf({ system: "Be brief." })[0]).toEqual({ role: "system", content: "Be brief." });
    const system = [
      text("x-anthropic-billing-header: cc_version=2.1; cc_entrypoint=cli;"),
      text("You are.", { cache_control: { type: "ephemeral" } }),
      text("Be."),
    ];
    expect(messagesOf({ system })[0]).toEqual({ role: "system", content: "You are.\n\nBe." });
    expect(messagesOf({ system: "x-anthropic-billing-header: a=b;\nBe brief." })[0]).toEqual({
      role: "system",
      content: "Be brief.",
    });
  });

  it("60: a subagent's model tag is taken out", () => {
    expect(messagesOf({ system: [text("<CCM-SUBAGENT-MODEL>glm</CCM-SUBAGENT-MODEL>You are.")] })[0]?.content).toBe(
      "You are.",
    );
    expect(messagesOf({ system: "<CCM-SUBAGENT-MODEL>glm</CCM-SUBAGENT-MODEL>" })[0]).toEqual(user("hi"));
  });

  const mid = {
    messages: [
      user("hi"),
      {
        role: "system",
        content: [text("x-anthropic-billing-header: a"), text("Mode: plan.")],
        output_config: { effort: "low" },
      },
      assistant("ok"),
      user("go"),
    ],
  };

  it("61: instructions in mid-conversation keep their place and carry the effort", () => {
    const to = target({ midSystem: true }, { model: "gpt-oss-20b" });
    const request = sent({ ...mid, output_config: { effort: "high" } }, to);
    expect((request.messages as Json[]).map(({ role, content }) => [role, content])).toEqual([
      ["user", "hi"],
      ["system", "Mode: plan."],
      ["assistant", "ok"],
      ["user", "go"],
    ]);
    expect(request.reasoning_effort).toBe("low");
  });

  it("61: where the vendor has no place for them there, they are the user's reminder", () => {
    expect(messagesOf(mid)[1]).toEqual(user("<system-reminder>\nMode: plan.\n</system-reminder>"));
    const merged = requestBody(mid, target({ alternateRoles: true })).messages as Json[];
    expect(merged.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(merged[0]?.content).toBe("hi\n\n<system-reminder>\nMode: plan.\n</system-reminder>");
  });

  it("61: instructions between a call and its result do not part them", () => {
    const messages = [
      user("go"),
      assistant([use("t1")]),
      { role: "system", content: "Hurry." },
      user([result("t1", "ok")]),
    ];
    expect(messagesOf({ messages }, target({ midSystem: true })).map(({ role }) => role)).toEqual([
      "user",
      "assistant",
      "tool",
      "system",
    ]);
  });

  it("the role is `developer` only where host and model know it", () => {
    const to = (model: string) => target({ systemRole: "developer" }, { model });
    const roles = (model: string) => messagesOf({ system: "Be." }, to(model))[0]?.role;
    expect([roles("gpt-5.1"), roles("o3"), roles("gpt-4o")]).toEqual(["developer", "developer", "system"]);
    expect(messagesOf({ system: "Be." }, target({}, { model: "gpt-5.1" }))[0]?.role).toBe("system");
  });
});

describe("62: what the real client sends", () => {
  const found = captures().filter(({ body }) => body?.messages);
  it.skipIf(found.length === 0)(
    "recorded requests make strictly valid ones, and nothing private or foreign leaks",
    () => {
      for (const { name, body = {}, headers } of found) {
        const to = target({ webSearch: "always", promptCacheKey: true }, { can: { maxOutput: 64_000 } });
        const request = sent(body, to, headers);
        const json = JSON.stringify(request);
        for (const leak of [
          "x-anthropic-billing",
          "cache_control",
          "context_management",
          "device_id",
          "defer_loading",
          "DeferredToolPlaceholder",
          "$schema",
          "00000000-0000",
        ])
          expect(json, `${name}: ${leak}`).not.toContain(leak);
        expect(request.max_tokens).toBe(64_000);
        expect(request.stream_options).toEqual({ include_usage: true });
        expect(request.prompt_cache_key).toMatch(/^[0-9a-f]{32}$/);
      }
    },
  );

  it.skipIf(found.length === 0)("the same tools give the same bytes in every turn, parsed and written once", () => {
    const turns = found.filter(({ name }) => name === "main-turn" || name === "after-tool-result");
    const tools = turns.map(({ body = {}, headers }) => {
      const json = String(openaiChat.request(inbound(body, headers), target()).body);
      return json.slice(json.indexOf('"tools":'));
    });
    expect(new Set(tools).size).toBe(1);
    expect(tools[0]?.length).toBeGreaterThan(10_000);
  });

  it("39: fields without a counterpart are left out", () => {
    const extra = {
      context_management: { edits: [] },
      container: "c",
      fallbacks: "default",
      speed: "fast",
      inference_geo: "eu",
      service_tier: "auto",
      diagnostics: {},
      mcp_servers: [{ type: "url" }],
      cache_control: { type: "ephemeral" },
      compaction: { type: "summarize" },
      billing_policy: "x",
      some_new_field: 1,
    };
    expect(Object.keys(sent(extra))).toEqual(["model", "messages", "max_tokens"]);
  });

  it("40: `safeguards` is refused by name; a conversation kept at Anthropic cannot be carried", () => {
    expect(() => openaiChat.request(inbound({ safeguards: {} }), target())).toThrow(
      expect.objectContaining({ reason: "other_form", message: expect.stringContaining("safeguards") }),
    );
    const thread = { type: "continue", previous_message_id: "msg_1" };
    expect(() => openaiChat.request(inbound({ thread }), target())).toThrow(
      expect.objectContaining({ reason: "capability" }),
    );
  });

  it("a body of the wrong shape is the client's fault, and the message names the place", () => {
    const bad = (body: Json) => expect(() => openaiChat.request(inbound(body), target()));
    bad({ messages: [{ role: "user", content: 7 }] }).toThrow(
      expect.objectContaining({ reason: "bad_request", message: expect.stringContaining("messages.0.content") }),
    );
    bad({ tools: [null] }).toThrow(
      expect.objectContaining({ reason: "bad_request", message: expect.stringContaining("tools.0") }),
    );
  });
});

describe("tool calls and results", () => {
  it("63: results come directly after the calls, in their order, then the rest of what the user said", () => {
    const messages = [
      user("go"),
      assistant([text("I look."), use("A"), use("B")]),
      user([result("B", "b"), result("A", "a"), text("and now?")]),
    ];
    expect(messagesOf({ messages })).toEqual([
      user("go"),
      {
        role: "assistant",
        content: "I look.",
        tool_calls: ["A", "B"].map((id) => ({
          id,
          type: "function",
          function: { name: "Read", arguments: '{"a":1}' },
        })),
      },
      { role: "tool", tool_call_id: "A", content: "a" },
      { role: "tool", tool_call_id: "B", content: "b" },
      user("and now?"),
    ]);
  });

  it("64: an image in a result goes to a user message behind all results, with a word on where it is from", () => {
    const messages = [
      user("go"),
      assistant([use("A"), use("B")]),
      user([result("A", [text("a picture:"), png]), result("B", "b"), text("see?")]),
    ];
    expect(messagesOf({ messages }).slice(2)).toEqual([
      { role: "tool", tool_call_id: "A", content: "a picture:\n\n[image or file: see the next message]" },
      { role: "tool", tool_call_id: "B", content: "b" },
      user([
        text("[from the result of Read (A):]"),
        { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
        text("see?"),
      ]),
    ]);
    expect(messagesOf(afterCall(result("t1", [png])))[2]).toMatchObject({
      content: "[image or file: see the next message]",
    });
    const blind = messagesOf(afterCall(result("t1", [png])), target({}, { can: { vision: false } }));
    expect(blind.slice(2)).toEqual([
      { role: "tool", tool_call_id: "t1", content: "[an image was left out: this model cannot see images]" },
    ]);
  });

  it("65: an error stays visible", () => {
    expect(messagesOf(afterCall(result("t1", "no such file", { is_error: true })))[2]?.content).toBe(
      "Error: no such file",
    );
    expect(messagesOf(afterCall(result("t1", [], { is_error: true })))[2]?.content).toBe("Error: the tool failed");
  });

  it.each([[undefined], [[]], [""], [[text(" ")]]])("66: a result of %j gets a placeholder", (content) => {
    expect(messagesOf(afterCall(result("t1", content)))[2]?.content).toBe("(no output)");
  });

  it("67: a PDF in a result is a file where the vendor takes files, else a note", () => {
    const body = afterCall(result("t1", [text("PDF file read"), pdf]));
    const file = messagesOf(body, target({ files: true })).at(-1);
    expect(file?.content).toContainEqual({
      type: "file",
      file: { filename: "spec.pdf", file_data: "data:application/pdf;base64,JVBERi0=" },
    });
    expect(messagesOf(body)[2]?.content).toBe(
      'PDF file read\n\n[the PDF document "spec.pdf" was left out: this provider takes no files]',
    );
  });

  it("68: tool references are words, placeholders go, deferred tools are plain tools", () => {
    const body = {
      ...afterCall(result("t1", [{ type: "tool_reference", tool_name: "WebSearch" }]), [text("Tool loaded.")]),
      tools: [
        tool("Read"),
        tool("DeferredToolPlaceholder", { defer_loading: true }),
        tool("WebSearch", {
          defer_loading: true,
          strict: true,
          eager_input_streaming: true,
          input_examples: [{}],
          allowed_callers: ["direct"],
          type: "custom",
          cache_control: { type: "ephemeral" },
        }),
      ],
    };
    const { messages, tools } = sent(body);
    expect((messages as Json[]).slice(2)).toEqual([
      { role: "tool", tool_call_id: "t1", content: "Tool WebSearch is now available." },
      user("Tool loaded."),
    ]);
    expect((tools as Json[]).map((t) => functionOf(t).name)).toEqual(["Read", "WebSearch"]);
    expect(Object.keys((tools as Json[])[1] ?? {})).toEqual(["type", "function"]);
  });

  it("69: a call without result, a result without call, and results given twice still make a valid history", () => {
    expect(
      messagesOf({
        messages: [user("go"), assistant([use("A"), use("B")]), user([result("A", "a"), text("stop")])],
      }).slice(2),
    ).toEqual([
      { role: "tool", tool_call_id: "A", content: "a" },
      { role: "tool", tool_call_id: "B", content: "[interrupted]" },
      user("stop"),
    ]);
    expect(messagesOf({ messages: [user([result("gone", "late")])] })).toEqual([user("[result of gone]\n\nlate")]);
    const twice = [user("go"), assistant([use("A")]), user([result("A", "first"), result("A", "second")])];
    expect(messagesOf({ messages: twice }).slice(2)).toEqual([{ role: "tool", tool_call_id: "A", content: "second" }]);
    expect(messagesOf({ messages: [user("go"), assistant([use("A")])] }).at(-1)).toEqual({
      role: "tool",
      tool_call_id: "A",
      content: "[interrupted]",
    });
    const split = [
      user("go"),
      assistant([use("A")]),
      assistant([use("B")]),
      user([result("A", "a")]),
      user([result("B", "b")]),
    ];
    expect(messagesOf({ messages: split }).map(({ role }) => role)).toEqual(["user", "assistant", "tool", "tool"]);
  });

  it("70: a long id is shortened, the same on both sides and every time", () => {
    const long = `toolu_${"x".repeat(68)}`;
    const messages = [user("go"), assistant([use(long)]), user([result(long, "ok")])];
    const sentIds = () => {
      const [, called, answered] = messagesOf({ messages });
      return [callsOf(called)[0]?.id, answered?.tool_call_id];
    };
    const id = "call_U14k8citUllNOf4v2cv762EI";
    expect(sentIds()).toEqual([id, id]);
    const [, nine] = requestBody({ messages }, target({ toolCallId: "alnum9" })).messages as Json[];
    expect(callsOf(nine)[0]?.id).toMatch(/^[a-zA-Z0-9]{9}$/);
    const [, kimi] = requestBody({ messages }, target({ toolCallId: "kimi" })).messages as Json[];
    expect(callsOf(kimi)[0]?.id).toBe("functions.Read:0");
  });

  it("71: a long tool name is shortened in the request and whole again in the answer", () => {
    const name = `mcp__${"server_".repeat(10)}__do_it_now`;
    const request = {
      tools: [tool(name)],
      tool_choice: { type: "tool", name },
      messages: [user("go"), assistant([use("A", name)]), user([result("A", "a")])],
    };
    const { tools, tool_choice, messages } = sent(request);
    const short = String(functionOf((tools as Json[])[0]).name);
    expect(short).toMatch(/^mcp__server_[a-zA-Z0-9_]{1,52}$/);
    expect(tool_choice).toEqual({ type: "function", function: { name: short } });
    expect(functionOf(callsOf((messages as Json[])[1])[0]).name).toBe(short);
    const played = play(
      [chunk({ tool_calls: [call({ index: 0, id: "c", name: short, args: '{"a":1}' })] }, { finish: "tool_calls" })],
      { request },
    );
    expect(messageOf(played).content[0]?.name).toBe(name);
    const spaced = play(
      [
        chunk(
          { tool_calls: [call({ index: 0, id: "c", name: "default_api:Read", args: '{"a":1}' })] },
          { finish: "tool_calls" },
        ),
      ],
      { request: { tools: [tool("Read")] } },
    );
    expect(messageOf(spaced).content[0]?.name).toBe("Read");
  });

  it("72: a tool without properties has an empty set of them", () => {
    for (const input_schema of [{ type: "object" }, {}, undefined]) {
      const { tools } = sent({ tools: [tool("now", { input_schema })] });
      expect(functionOf((tools as Json[])[0]).parameters).toEqual({ type: "object", properties: {} });
    }
  });

  it("23, 26: typed client tools become functions, tools of Anthropic's servers are left out and noted", () => {
    const tools = [
      { type: "bash_20250124", name: "bash" },
      { type: "text_editor_20250728", name: "str_replace_based_edit_tool" },
      { type: "memory_20250818", name: "memory" },
      { type: "computer_20251124", name: "computer", display_width_px: 1, display_height_px: 1 },
      { type: "code_execution_20250825", name: "code_execution" },
      { type: "web_fetch_20250910", name: "web_fetch" },
      { type: "mcp_toolset", mcp_server_name: "x" },
    ];
    const request = openaiChat.request(inbound({ tools }), target());
    const names = (JSON.parse(String(request.body)).tools as Json[]).map((t) => functionOf(t).name);
    expect(names).toEqual(["bash", "str_replace_based_edit_tool", "memory", "computer"]);
    expect(request.notes).toHaveLength(3);
  });

  it("27: each form of tool_choice", () => {
    const choice = (tool_choice: Json, quirks: Quirks = {}) =>
      sent({ tools: [tool("Read")], tool_choice }, target(quirks)).tool_choice;
    expect(choice({ type: "auto" })).toBe("auto");
    expect(choice({ type: "any" })).toBe("required");
    expect(choice({ type: "none" })).toBe("none");
    expect(choice({ type: "tool", name: "Read" })).toEqual({ type: "function", function: { name: "Read" } });
    expect(choice({ type: "any" }, { toolChoiceAutoOnly: true })).toBe("auto");
    expect(choice({ type: "tool", name: "Read" }, { toolChoiceAutoOnly: true })).toBe("auto");
  });

  it("75: without any tools left there is no tool_choice", () => {
    for (const type of ["any", "tool", "none", "auto"])
      expect(
        sent({
          tools: [{ type: "code_execution_20250825", name: "x" }],
          tool_choice: { type, name: "x", disable_parallel_tool_use: true },
        }),
      ).not.toHaveProperty("tool_choice");
    expect(sent({ tools: [tool("Read")], tool_choice: { type: "tool", name: "gone" } })).not.toHaveProperty(
      "tool_choice",
    );
  });

  it("76: one tool at a time is asked for where the client asks for it and the vendor knows the field", () => {
    const body = { tools: [tool("Read")], tool_choice: { type: "auto", disable_parallel_tool_use: true } };
    expect(sent(body).parallel_tool_calls).toBe(false);
    expect(sent(body, target({ parallelToolCalls: false }))).not.toHaveProperty("parallel_tool_calls");
    expect(sent({ tools: [tool("Read")], tool_choice: { type: "auto" } })).not.toHaveProperty("parallel_tool_calls");
  });

  it("more tools than the vendor takes cannot be carried", () => {
    const tools = [tool("a"), tool("b"), tool("c")];
    expect(() => openaiChat.request(inbound({ tools }), target({ maxTools: 2 }))).toThrow(
      expect.objectContaining({ reason: "capability" }),
    );
  });
});

describe("content", () => {
  it("5: images and documents of the user", () => {
    const url = { type: "image", source: { type: "url", url: "https://example.org/a.png" } };
    expect(messagesOf({ messages: [user([text("look"), png, url])] })[0]?.content).toEqual([
      text("look"),
      { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
      { type: "image_url", image_url: { url: "https://example.org/a.png" } },
    ]);
    const plain = {
      type: "document",
      title: "Notes",
      context: "of May",
      source: { type: "text", media_type: "text/plain", data: "All is well." },
    };
    expect(messagesOf({ messages: [user([plain])] })[0]?.content).toBe("Document: Notes\nof May\nAll is well.");
    const nested = { type: "document", source: { type: "content", content: [text("one"), png] } };
    expect(messagesOf({ messages: [user([nested])] })[0]?.content).toEqual([
      text("one"),
      expect.objectContaining({ type: "image_url" }),
    ]);
  });

  it("6: a file that only Anthropic holds cannot be carried", () => {
    for (const type of ["image", "document"]) {
      const messages = [user([{ type, source: { type: "file", file_id: "file_1" } }])];
      expect(() => openaiChat.request(inbound({ messages }), target())).toThrow(
        expect.objectContaining({ reason: "capability", message: expect.stringContaining("file_1") }),
      );
    }
  });

  it("7, 21: search results and what Anthropic's servers did are told as text", () => {
    const found = { type: "search_result", title: "Doc", source: "https://d.org", content: [text("It is so.")] };
    expect(messagesOf({ messages: [user([found])] })[0]?.content).toBe("Doc (https://d.org)\nIt is so.");
    const searched = [
      { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "weather" } },
      {
        type: "web_search_tool_result",
        tool_use_id: "srvtoolu_1",
        content: [{ type: "web_search_result", url: "https://w.org", title: "W", encrypted_content: "zzz" }],
      },
      text("It will "),
      text("rain", { citations: [{ type: "web_search_result_location" }] }),
      text(" soon."),
    ];
    const said = messagesOf({ messages: [user("?"), assistant(searched), user("ok")] })[1]?.content;
    expect(said).toBe(
      "[web_search was called: weather]\n\n[search results:\n- W: https://w.org]\n\nIt will rain soon.",
    );
  });

  it("87: empty text and empty messages are left out; if nothing is left there is still something to answer", () => {
    const messages = [user([text(""), text("hi"), text(" \n")]), assistant([]), assistant([text("")]), user("go")];
    expect(messagesOf({ messages })).toEqual([user("hi"), user("go")]);
    expect(messagesOf({ messages: [user([text("")])], system: "Be." })).toEqual([
      { role: "system", content: "Be." },
      user("."),
    ]);
  });

  it("41: a prefill stays the last message", () => {
    expect(messagesOf({ messages: [user("count"), assistant("1, 2,")] }).at(-1)).toEqual(assistant("1, 2,"));
  });

  it("77: cache marks go everywhere, but for vendors and models that honour them", () => {
    const mark = { cache_control: { type: "ephemeral", ttl: "1h" } };
    const body = {
      system: [text("Be.", mark)],
      tools: [tool("Read", mark)],
      messages: [
        user([text("go", mark)]),
        assistant([use("A"), text("x", { cache_control: null })]),
        user([result("A", [text("a", mark)], mark)]),
      ],
      cache_control: mark.cache_control,
    };
    expect(JSON.stringify(sent(body))).not.toContain("cache_control");
    const to = target({ cacheControl: ["anthropic/"] }, { model: "anthropic/claude-sonnet-5" });
    const kept = requestBody(body, to);
    expect(checkChatRequest(kept, { cacheMarks: true })).toEqual([]);
    expect((kept.messages as Json[]).map(({ content }) => content)).toEqual([
      [text("Be.", mark)],
      [text("go", mark)],
      "x",
      [text("a", mark)],
    ]);
    expect(JSON.stringify(kept.tools)).not.toContain("cache_control");
    expect(JSON.stringify(sent(body, { ...to, model: "openai/gpt-6-sol" }))).not.toContain("cache_control");
  });

  it("78: who the user is stays here; OpenAI gets a hash", () => {
    const metadata = { user_id: JSON.stringify({ device_id: "d", session_id: "11111111-2222" }) };
    expect(Object.keys(sent({ metadata }))).toEqual(["model", "messages", "max_tokens"]);
    const { safety_identifier, prompt_cache_key } = sent(
      { metadata },
      target({ safetyIdentifier: true, promptCacheKey: true }),
    );
    expect(safety_identifier).toMatch(/^[0-9a-f]{64}$/);
    expect(prompt_cache_key).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe("limits and parameters", () => {
  const limit = (max_tokens: number | undefined, quirks: Quirks = {}, can: Target["capabilities"] = {}) => {
    const { max_tokens: a, max_completion_tokens: b } = sent({ max_tokens }, target(quirks, { can }));
    return a ?? b;
  };

  it("79: the output limit is clamped to what the model can", () => {
    expect(limit(128_000, {}, { maxOutput: 64_000 })).toBe(64_000);
    expect(limit(128_000, { maxTokensCap: 25_000 }, { maxOutput: 64_000 })).toBe(25_000);
    expect(limit(undefined, { maxTokensCap: 25_000 })).toBe(25_000);
    expect(limit(undefined)).toBeUndefined();
    expect(limit(128_000)).toBe(32_000);
    expect(limit(128_000, { maxTokensOptional: true })).toBeUndefined();
    expect(limit(1000, { maxTokensOptional: true })).toBe(1000);
    expect(sent({ max_tokens: 50 }, target({ maxTokensField: "max_completion_tokens" }))).toHaveProperty(
      "max_completion_tokens",
      50,
    );
  });

  it("79: it also leaves room for the prompt in the window", () => {
    const asked = limit(64_000, {}, { maxOutput: 64_000, contextWindow: 20_000 });
    expect(asked).toBeGreaterThan(19_000);
    expect(asked).toBeLessThan(20_000);
    expect(limit(500, {}, { contextWindow: 100 })).toBe(500);
  });

  it("30: probes for one token ask for the least that is accepted; for none nobody is asked", () => {
    expect(limit(1)).toBe(16);
    const answer = openaiChat.localAnswer?.({
      inbound: inbound({ max_tokens: 0 }),
      target: target(),
      messageId: "msg_1",
    });
    expect(answer).toMatchObject({
      when: "at_once",
      message: { content: [], stop_reason: "max_tokens", usage: { output_tokens: 0 } },
    });
    expect(openaiChat.localAnswer?.({ inbound: inbound(), target: target(), messageId: "msg_1" })).toBeUndefined();
  });

  it("80: stop sequences are an array of four at most; reasoning models get none", () => {
    const stop_sequences = ["1", "2", "3", "4", "5", "6"];
    expect(sent({ stop_sequences }).stop).toEqual(["1", "2", "3", "4"]);
    expect(sent({ stop_sequences: ["x"] }).stop).toEqual(["x"]);
    expect(sent({ stop_sequences: ["x"] }, target({}, { model: "gpt-5.1" }))).not.toHaveProperty("stop");
    expect(sent({ stop_sequences: ["x"] }, target({ forbiddenFields: ["stop"] }))).not.toHaveProperty("stop");
  });

  it("89: of temperature and top_p one is sent, none to models that refuse them, top_k where it is known", () => {
    const body = { temperature: 0.3, top_p: 0.9, top_k: 40 };
    expect(sent(body, target({}, { model: "gpt-4o" }))).toMatchObject({ temperature: 0.3 });
    expect(sent(body, target({}, { model: "gpt-4o" }))).not.toHaveProperty("top_p");
    expect(sent({ top_p: 0.9 })).toHaveProperty("top_p", 0.9);
    expect(sent(body, target({}, { model: "gpt-5" }))).not.toHaveProperty("temperature");
    expect(requestBody(body, target({ topK: true })).top_k).toBe(40);
    const quiet = { ...body, thinking: { type: "disabled" } };
    expect(sent(quiet, target({}, { model: "gpt-5.1" }))).toMatchObject({ reasoning_effort: "none", temperature: 0.3 });
    expect(sent(body, target({}, { model: "gpt-5.1" }))).not.toHaveProperty("temperature");
  });

  const adaptive = (effort: string) => ({ thinking: { type: "adaptive" }, output_config: { effort } });
  const WISHES = {
    disabled: { thinking: { type: "disabled" } },
    "enabled 2048": { thinking: { type: "enabled", budget_tokens: 2048 } },
    "enabled 31999": { thinking: { type: "enabled", budget_tokens: 31_999 } },
    adaptive: { thinking: { type: "adaptive" } },
    low: adaptive("low"),
    medium: adaptive("medium"),
    high: adaptive("high"),
    xhigh: adaptive("xhigh"),
    max: adaptive("max"),
    nothing: {},
  };
  it.each([
    ["gpt-5", {}, ["minimal", "medium", "high", "high", "low", "medium", "high", "high", "high", undefined]],
    ["gpt-5.1", {}, ["none", "medium", "high", "high", "low", "medium", "high", "high", "high", undefined]],
    ["gpt-5.6-terra", {}, ["none", "medium", "xhigh", "high", "low", "medium", "high", "xhigh", "max", undefined]],
    ["gpt-6-astra", {}, ["low", "medium", "xhigh", "high", "low", "medium", "high", "xhigh", "max", undefined]],
    ["gpt-4o", {}, Array(10).fill(undefined)],
    ["openai/gpt-oss-120b", {}, ["low", "medium", "high", "high", "low", "medium", "high", "high", "high", undefined]],
    ["moonshotai/Kimi-K3", {}, ["low", "high", "max", "high", "low", "high", "high", "max", "max", undefined]],
    [
      "reasoner",
      { efforts: ["low", "high"] },
      ["low", "low", "high", "high", "low", "low", "high", "high", "high", undefined],
    ],
    ["zai-org/GLM-5.2", { efforts: ["low", "medium", "high"] }, [...Array(9).fill("high"), undefined]],
    ["some-model", { efforts: ["low", "high"] }, Array(10).fill(undefined)],
    ["gpt-5", { reasoningIn: "omit" }, Array(10).fill(undefined)],
  ] as [string, Quirks, (string | undefined)[]][])("81: effort for %s %j", (model, quirks, expected) => {
    const can = model === "reasoner" ? { reasoning: true } : {};
    const got = Object.values(WISHES).map((wish) => sent(wish, target(quirks, { model, can })).reasoning_effort);
    expect(got).toEqual(expected);
  });

  it("81: the other fields by which vendors are asked", () => {
    const field = (wish: Json, quirks: Quirks, model = "some-model", can = {}) => {
      const { model: _m, messages: _n, max_tokens: _l, ...rest } = requestBody(wish, target(quirks, { model, can }));
      return rest;
    };
    expect(field(WISHES.high, { reasoningIn: "reasoning" }, "vendor/reasoner", { reasoning: true })).toEqual({
      reasoning: { effort: "high" },
    });
    expect(field(WISHES.disabled, { reasoningIn: "reasoning" }, "vendor/reasoner", { reasoning: true })).toEqual({
      reasoning: { enabled: false },
    });
    expect(field(WISHES.high, { reasoningIn: "reasoning" }, "vendor/unknown")).toEqual({});
    expect(field(WISHES.high, { reasoningIn: "thinking" })).toEqual({ thinking: { type: "enabled" } });
    expect(field(WISHES.disabled, { reasoningIn: "thinking" })).toEqual({ thinking: { type: "disabled" } });
    expect(field(WISHES.disabled, { reasoningIn: "enable_thinking" })).toEqual({ enable_thinking: false });
    expect(field(WISHES.xhigh, { reasoningIn: ["thinking", "reasoning_effort"] }, "deepseek-flash")).toEqual({
      thinking: { type: "enabled" },
      reasoning_effort: "high",
    });
    expect(field(WISHES.disabled, { reasoningIn: ["thinking", "reasoning_effort"] }, "deepseek-flash")).toEqual({
      thinking: { type: "disabled" },
    });
    expect(field(WISHES.low, { reasoningFormat: "parsed" }, "openai/gpt-oss-20b")).toEqual({
      reasoning_effort: "low",
      reasoning_format: "parsed",
    });
    expect(field(WISHES.low, { reasoningFormat: "parsed" })).toEqual({});
    expect(field(WISHES.high, {}, "gpt-5", { reasoning: false })).toEqual({});
  });

  it("82: models whose tools Chat Completions takes only without reasoning get them without, or not at all", () => {
    const body = { ...WISHES.high, tools: [tool("Read")] };
    expect(sent(body, target({}, { model: "gpt-5.6-terra" })).reasoning_effort).toBe("none");
    expect(sent(body, target({}, { model: "gpt-5.4" }))).not.toHaveProperty("reasoning_effort");
    expect(sent(WISHES.high, target({}, { model: "gpt-5.4" })).reasoning_effort).toBe("high");
    expect(() => openaiChat.request(inbound(body), target({}, { model: "gpt-6-astra" }))).toThrow(
      expect.objectContaining({ reason: "capability" }),
    );
    const router = target({ reasoningIn: "reasoning" }, { model: "openai/gpt-5.6-terra" });
    expect(requestBody(body, router).reasoning).toEqual({ effort: "high" });
  });
});

describe("reasoning of earlier turns", () => {
  const own = packCarrier({ kind: "reasoning_content", provider: "deepseek", model: "deepseek-flash" });
  const to = target(
    { reasoningReplay: "reasoning_content", reasoningPlaceholder: "" },
    { id: "deepseek", model: "deepseek-flash" },
  );
  const turn = (thinking: Json[]) => ({
    messages: [user("go"), assistant([...thinking, use("A")]), user([result("A", "a")])],
  });
  const replayed = (thinking: Json[], target: Target) => (requestBody(turn(thinking), target).messages as Json[])[1];

  it("83: a stranger's thinking is dropped, the vendor's own comes back", () => {
    const strangers = [
      { type: "thinking", thinking: "hidden", signature: "EqQBCgIYAhIkAnthropic" },
      { type: "thinking", thinking: "hidden", signature: "" },
      { type: "redacted_thinking", data: "hidden" },
      {
        type: "thinking",
        thinking: "hidden",
        signature: packCarrier({ kind: "reasoning_content", provider: "moonshot", model: "k" }),
      },
      { type: "thinking", thinking: "hidden", signature: "ccm1.broken" },
    ];
    expect(JSON.stringify(requestBody(turn(strangers)))).not.toContain("hidden");
    expect(
      replayed([{ type: "thinking", thinking: "I see.", signature: own }, ...strangers], to)?.reasoning_content,
    ).toBe("I see.");
    expect(replayed([{ type: "thinking", thinking: "I see.", signature: own }], target())).not.toHaveProperty(
      "reasoning_content",
    );
    const onlyThoughts = { messages: [user("go"), assistant([strangers[0]]), user("on")] };
    expect((requestBody(onlyThoughts).messages as Json[]).map(({ role }) => role)).toEqual(["user", "user"]);
  });

  it("85: where the vendor insists on reasoning with calls, a placeholder stands for what was lost", () => {
    expect(replayed([], to)?.reasoning_content).toBe("");
    expect(
      replayed([], target({ reasoningReplay: "reasoning_content", reasoningPlaceholder: " " }))?.reasoning_content,
    ).toBe(" ");
    expect(replayed([], target({ reasoningReplay: "reasoning_content" }))).not.toHaveProperty("reasoning_content");
    const plain = { messages: [user("go"), assistant("done"), user("thanks")] };
    expect((requestBody(plain, to).messages as Json[])[1]).toEqual(assistant("done"));
  });
});

describe("86: web search", () => {
  const search = {
    tools: [
      {
        type: "web_search_20250305",
        name: "web_search",
        max_uses: 8,
        allowed_domains: ["a.org"],
        user_location: { type: "approximate", city: "Graz", country: "AT" },
      },
    ],
    tool_choice: { type: "auto" },
    messages: [user([text("Perform a web search for the query: rain in Graz")])],
  };
  const fields = (quirks: Quirks, model = "some-model", body: Json = search) => {
    const { model: _m, messages: _n, max_tokens: _l, ...rest } = requestBody(body, target(quirks, { model }));
    return rest;
  };

  it("each vendor is asked in its own way", () => {
    expect(fields({ webSearch: "openrouter-plugin" })).toEqual({
      plugins: [{ id: "web", include_domains: ["a.org"] }],
    });
    expect(fields({ webSearch: "web_search_options" }, "gpt-4o-search-preview")).toEqual({
      web_search_options: { user_location: { type: "approximate", approximate: { city: "Graz", country: "AT" } } },
    });
    expect(fields({ webSearch: "groq-compound" }, "groq/compound")).toEqual({
      compound_custom: { tools: { enabled_tools: ["web_search", "visit_website"] } },
      search_settings: { include_domains: ["a.org"] },
    });
    expect(fields({ webSearch: "groq-compound" }, "openai/gpt-oss-120b")).toEqual({
      tools: [{ type: "browser_search" }],
      tool_choice: "required",
    });
    expect(fields({ webSearch: "xai" })).toEqual({
      search_parameters: {
        mode: "on",
        return_citations: true,
        sources: [{ type: "web", allowed_websites: ["a.org"] }],
      },
    });
    expect(fields({ webSearch: "zai" })).toEqual({
      tools: [
        {
          type: "web_search",
          web_search: {
            enable: true,
            search_engine: "search-prime",
            search_result: true,
            search_query: "rain in Graz",
            search_domain_filter: "a.org",
          },
        },
      ],
    });
    expect(fields({ webSearch: "always" })).toEqual({});
  });

  it("beside other tools only vendors that let the model choose are asked; elsewhere it is left out and noted", () => {
    const mixed = { ...search, tools: [tool("Read"), ...search.tools] };
    expect((fields({ webSearch: "zai" }, "glm", mixed).tools as Json[]).map(({ type }) => type)).toEqual([
      "function",
      "web_search",
    ]);
    const request = openaiChat.request(inbound(mixed), target({ webSearch: "openrouter-plugin" }));
    expect(JSON.parse(String(request.body))).not.toHaveProperty("plugins");
    expect(request.notes).toHaveLength(1);
  });

  it.each([
    ["none", {}, "some-model"],
    ["search models only", { webSearch: "web_search_options" }, "gpt-4o"],
  ] as [string, Quirks, string][])(
    "a provider with %s says so, in an answer that the client can show",
    (_what, quirks, model) => {
      const to = target(quirks, { model });
      expect(() => openaiChat.request(inbound(search), to)).toThrow(expect.objectContaining({ reason: "capability" }));
      const answer = openaiChat.localAnswer?.({ inbound: inbound(search), target: to, messageId: "msg_1" });
      expect(answer?.when).toBe("last_resort");
      expect(answer?.message.content).toEqual([
        {
          type: "server_tool_use",
          id: expect.stringMatching(/^srvtoolu_\w+$/),
          name: "web_search",
          input: { query: "rain in Graz" },
        },
        {
          type: "web_search_tool_result",
          tool_use_id: expect.any(String),
          content: { type: "web_search_tool_result_error", error_code: "unavailable" },
        },
        { type: "text", text: expect.stringContaining("primary") },
      ]);
      expect(
        openaiChat.localAnswer?.({
          inbound: inbound(search),
          target: target({ webSearch: "always" }),
          messageId: "msg_1",
        }),
      ).toBeUndefined();
    },
  );

  const pages = [
    { type: "web_search_result", url: "https://a.org/x", title: "A", encrypted_content: "", page_age: null },
  ];
  it.each([
    [
      "annotations",
      chunk({ annotations: [{ type: "url_citation", url_citation: { url: "https://a.org/x", title: "A" } }] }),
    ],
    ["flat annotations", chunk({ annotations: [{ type: "url_citation", url: "https://a.org/x", title: "A" }] })],
    [
      "search_results",
      chunk({}, { search_results: [{ url: "https://a.org/x", title: "A" }], citations: ["https://a.org/x"] }),
    ],
    ["web_search", chunk({}, { web_search: [{ link: "https://a.org/x", title: "A" }] })],
    [
      "executed_tools",
      chunk({
        executed_tools: [{ type: "search", search_results: { results: [{ url: "https://a.org/x", title: "A" }] } }],
      }),
    ],
  ])("pages found come back as results: %s", (_where, found) => {
    const played = play([chunk({ content: "It rains." }), found, chunk({}, { finish: "stop" })], {
      request: search,
      to: target({ webSearch: "always" }),
    });
    expect(played.faults).toEqual([]);
    const { content, usage } = messageOf(played);
    expect(content.map(({ type }) => type)).toEqual(["text", "server_tool_use", "web_search_tool_result"]);
    expect(content[1]?.input).toEqual({ query: "rain in Graz" });
    expect(content[2]).toMatchObject({ tool_use_id: content[1]?.id, content: pages });
    expect(usage.server_tool_use).toEqual({ web_search_requests: 1 });
  });

  it("the text cites the pages, each once, with what they say where the vendor tells", () => {
    const cite = (url: string, more: Json = {}) => ({
      type: "url_citation",
      url_citation: { url, title: "A", ...more },
    });
    const chunks = [
      chunk({ content: "It rains." }),
      chunk({ annotations: [cite("https://a.org/x", { start_index: 0, end_index: 9, content: "Rain in Graz." })] }),
      chunk({ content: " Still.", annotations: [cite("https://a.org/x"), cite("https://a.org/y")] }),
      chunk({}, { finish: "stop" }),
    ];
    const played = play(chunks, { request: search, to: target({ webSearch: "always" }) });
    expect(played.faults).toEqual([]);
    const cited = played.events
      .map(({ data }) => data.delta as Json | undefined)
      .filter((delta) => delta?.type === "citations_delta");
    const location = { type: "web_search_result_location", title: "A", encrypted_index: "" };
    expect(cited.map((delta) => delta?.citation)).toEqual([
      { ...location, url: "https://a.org/x", cited_text: "Rain in Graz." },
      { ...location, url: "https://a.org/y", cited_text: "" },
    ]);
    const [said, , result] = messageOf(played).content;
    expect(said).toMatchObject({ type: "text", text: "It rains. Still." });
    expect(result).toMatchObject({ content: [{ url: "https://a.org/x" }, { url: "https://a.org/y" }] });
    const answer = { role: "assistant", content: "It rains.", annotations: [cite("https://a.org/x")] };
    const twin = wholeMessage(completion(answer), { request: search, to: target({ webSearch: "always" }) });
    expect(twin.content[0]).toEqual({
      type: "text",
      text: "It rains.",
      citations: [{ ...location, url: "https://a.org/x", cited_text: "" }],
    });
  });

  it("beside functions it is told only where pages were found", () => {
    const mixed = { ...search, tools: [tool("Read"), ...search.tools] };
    const kinds = (quirks: Quirks, ...chunks: Json[]) =>
      messageOf(play([...chunks, chunk({}, { finish: "stop" })], { request: mixed, to: target(quirks) })).content.map(
        ({ type }) => type,
      );
    const found = chunk({ content: "Rain." }, { web_search: [{ link: "https://a.org/x", title: "A" }] });
    expect(kinds({ webSearch: "zai" }, found)).toEqual(["text", "server_tool_use", "web_search_tool_result"]);
    expect(kinds({ webSearch: "zai" }, chunk({ content: "Rain." }))).toEqual(["text"]);
    expect(kinds({ webSearch: "openrouter-plugin" }, found)).toEqual(["text"]);
  });

  it("a search that brought no pages is not told as one that found nothing", () => {
    const played = play([chunk({ content: "I think it rains." }, { finish: "stop" })], {
      request: search,
      to: target({ webSearch: "always" }),
    });
    expect(messageOf(played).content[2]).toMatchObject({ content: { error_code: "unavailable" } });
  });

  it("pages that nobody asked for are not told", () => {
    const played = play([chunk({ content: "Hi[1]" }, { finish: "stop", citations: ["https://a.org/x"] })], {
      to: target({ webSearch: "always" }),
    });
    expect(messageOf(played).content.map(({ type }) => type)).toEqual(["text"]);
  });
});

describe("35: structured output", () => {
  const schema = {
    $schema: "x",
    type: "object",
    properties: { title: { type: "string" } },
    required: ["title"],
    additionalProperties: false,
  };
  const body = { output_config: { format: { type: "json_schema", schema } }, system: "Be." };
  const clean = {
    type: "object",
    properties: { title: { type: "string" } },
    required: ["title"],
    additionalProperties: false,
  };

  it("is asked for by schema, strictly where the schema allows it", () => {
    expect(sent(body).response_format).toEqual({
      type: "json_schema",
      json_schema: { name: "output", schema: clean, strict: true },
    });
    const loose = {
      output_format: { type: "json_schema", schema: { type: "object", properties: { a: { type: "string" } } } },
    };
    expect(sent(loose).response_format).toMatchObject({ json_schema: { strict: false } });
  });

  it("is asked for in words where the vendor knows no schemas", () => {
    const object = sent(body, target({ structuredOutput: "json_object" }));
    expect(object.response_format).toEqual({ type: "json_object" });
    expect((object.messages as Json[])[0]?.content).toContain(JSON.stringify(clean));
    const omit = sent(body, target({ structuredOutput: "omit" }));
    expect(omit).not.toHaveProperty("response_format");
    expect((omit.messages as Json[])[0]?.content).toContain("JSON schema");
  });
});

describe("the HTTP request", () => {
  it("goes to the chat endpoint, without credentials, as ourselves", () => {
    const request = openaiChat.request(
      inbound(
        { stream: true },
        { "user-agent": "claude-cli/2.1", "x-api-key": "secret", authorization: "Bearer secret" },
      ),
      target(),
    );
    expect(request).toMatchObject({ method: "POST", url: "http://vendor.test/v1/chat/completions" });
    expect(request.headers).toEqual({
      "content-type": "application/json",
      accept: "text/event-stream",
      "accept-encoding": "identity",
      "user-agent": expect.stringMatching(/^claude-code-mux\/\d/),
    });
    const asClient = openaiChat.request(
      inbound({}, { "user-agent": "claude-cli/2.1" }),
      target({ clientUserAgent: true }),
    );
    expect(asClient.headers).toMatchObject({ "user-agent": "claude-cli/2.1", accept: "application/json" });
    expect(openaiChat.request(inbound(), target({}, { baseUrl: "http://v.test/v1/chat/completions" })).url).toBe(
      "http://v.test/v1/chat/completions",
    );
  });

  it("has the vendor's own fields and lacks those that it refuses", () => {
    const to = target({
      extraFields: { provider: { require_parameters: true } },
      forbiddenFields: ["stream_options", "tools.function.description", "temperature"],
    });
    const { provider, ...rest } = requestBody({ stream: true, temperature: 1, tools: [tool("Read")] }, to);
    expect(provider).toEqual({ require_parameters: true });
    expect(checkChatRequest(rest)).toEqual([]);
    expect(JSON.stringify(rest)).not.toMatch(/stream_options|does it|temperature/);
    expect(sent({ stream: true }, target({ streamOptions: false }))).not.toHaveProperty("stream_options");
  });

  it("takes a vendor's values for some of its models", () => {
    const quirks: Quirks = {
      maxTokensField: "max_tokens",
      byModel: [{ models: /^o\d/, maxTokensField: "max_completion_tokens" }],
    };
    expect(sent({}, target(quirks, { model: "o3" }))).toHaveProperty("max_completion_tokens");
    expect(sent({}, target(quirks, { model: "m" }))).toHaveProperty("max_tokens");
  });
});
