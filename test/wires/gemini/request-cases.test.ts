/** The numbered conformance cases 60 to 90 of requests, as far as they concern Gemini. */
import { describe, expect, it } from "vitest";
import { packCarrier } from "../../../lib/wires/shared/carrier.ts";
import type { Target } from "../../../lib/wires/wire.ts";
import { captures } from "../../support/recordings.ts";
import { checkGeminiCount, checkGeminiRequest } from "../../support/validators/gemini.ts";
import { call, chunk, freshWire, inbound, type Json, messageOf, play, requestBody, target } from "./support.ts";

const OLD = target("gemini-2.5-pro");

/** A request that the strict validator accepts. */
function sent(body: Json, to: Target = target(), headers: Record<string, string> = {}): Json {
  const request = requestBody(body, to, headers);
  expect(checkGeminiRequest(request, { model: to.model })).toEqual([]);
  return request;
}
const contentsOf = (body: Json, to?: Target) => sent(body, to).contents as { role: string; parts: Json[] }[];
const configOf = (body: Json, to?: Target) => sent(body, to).generationConfig as Json;
const functionsOf = (request: Json) =>
  ((request.tools ?? []) as Json[]).flatMap(({ functionDeclarations }) => (functionDeclarations ?? []) as Json[]);
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
const pngPart = { inlineData: { mimeType: "image/png", data: "iVBORw0KGgo=" } };
const pdf = {
  type: "document",
  title: "spec.pdf",
  source: { type: "base64", media_type: "application/pdf", data: "JVBERi0=" },
};
const pdfPart = { inlineData: { mimeType: "application/pdf", data: "JVBERi0=" } };
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
const answerTo = (name: string, output: string, more: Json = {}) => ({
  functionResponse: { name, response: { output }, ...more },
});

describe("where it goes", () => {
  it("has its own method for streams, for whole answers and for counting, and no key in the address", () => {
    const wire = freshWire();
    const to = target("gemini-3.8-flash");
    const url = (stream: boolean) => wire.request(inbound({ stream }), to).url;
    expect(url(true)).toBe("http://vendor.test/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse");
    expect(url(false)).toBe("http://vendor.test/v1beta/models/gemini-3.8-flash:generateContent");
    expect(wire.countTokens.request(inbound(), to).url).toBe(
      "http://vendor.test/v1beta/models/gemini-3.8-flash:countTokens",
    );
    const named = { ...to, model: "models/gemini-3.8-flash" };
    expect(wire.request(inbound(), named).url).toBe(
      "http://vendor.test/v1beta/models/gemini-3.8-flash:generateContent",
    );
    expect(wire.request(inbound(), { ...to, model: "tunedModels/mine" }).url).toContain("/tunedModels/mine:");
    expect(wire.request(inbound({ stream: true }), to).headers).toMatchObject({
      accept: "text/event-stream",
      "accept-encoding": "identity",
      "user-agent": expect.stringMatching(/^claude-code-mux\//),
    });
  });

  it("counts what belongs to the prompt, tools and instructions included", () => {
    const wire = freshWire();
    const body = { system: "Be brief.", tools: [tool("Read")], tool_choice: { type: "any" }, temperature: 0.5 };
    const counted = JSON.parse(String(wire.countTokens.request(inbound(body), target()).body));
    expect(checkGeminiCount(counted, { model: "gemini-3.8-flash" })).toEqual([]);
    expect(Object.keys(counted.generateContentRequest)).toEqual(["model", "contents", "systemInstruction", "tools"]);
    expect(wire.countTokens.read(Buffer.from('{"totalTokens":321}'))).toBe(321);
    expect(wire.countTokens.read(Buffer.from("{}"))).toBeUndefined();
  });

  it("the filters that can be switched off are off", () => {
    const settings = sent({}).safetySettings as Json[];
    expect(settings.map(({ threshold }) => threshold)).toEqual(["OFF", "OFF", "OFF", "OFF", "BLOCK_NONE"]);
  });
});

describe("instructions", () => {
  it("60: system as a string, and as blocks without the billing header", () => {
    expect(sent({ system: "Be brief." }).systemInstruction).toEqual({ parts: [{ text: "Be brief." }] });
    const system = [
      text("x-anthropic-billing-header: cc_version=2.1; cc_entrypoint=cli;"),
      text("<CCM-SUBAGENT-MODEL>glm</CCM-SUBAGENT-MODEL>You are.", { cache_control: { type: "ephemeral" } }),
      text("Be."),
    ];
    expect(sent({ system }).systemInstruction).toEqual({ parts: [{ text: "You are." }, { text: "Be." }] });
    expect(sent({})).not.toHaveProperty("systemInstruction");
  });

  it("60: a model without a place for instructions reads them first", () => {
    const request = sent({ system: "Be brief." }, target("gemma-4-31b-it"));
    expect(request).not.toHaveProperty("systemInstruction");
    expect(request.contents).toEqual([{ role: "user", parts: [{ text: "Be brief." }, { text: "hi" }] }]);
  });

  it("61: instructions in mid-conversation are merged into what the user says, and carry the effort", () => {
    const messages = [
      user("hi"),
      { role: "system", content: [text("Mode: plan.")], output_config: { effort: "low" } },
      assistant("ok"),
      user("go"),
    ];
    const request = sent({ messages, output_config: { effort: "high" } });
    expect(request.contents).toEqual([
      { role: "user", parts: [{ text: "hi" }, { text: "<system-reminder>\nMode: plan.\n</system-reminder>" }] },
      { role: "model", parts: [{ text: "ok" }] },
      { role: "user", parts: [{ text: "go" }] },
    ]);
    expect(request.generationConfig).toMatchObject({ thinkingConfig: { thinkingLevel: "LOW" } });
  });
});

describe("62: what the real client sends", () => {
  const found = captures().filter(({ body }) => body?.messages);
  it.skipIf(found.length === 0)(
    "recorded requests make strictly valid ones for each generation, and nothing private or foreign leaks",
    () => {
      for (const { name, body = {}, headers } of found)
        for (const model of ["gemini-2.5-pro", "gemini-3-flash-preview", "gemini-3.8-flash", "gemini-4-argon"]) {
          const request = sent(body, target(model), headers);
          const json = JSON.stringify(request);
          for (const leak of [
            "x-anthropic-billing",
            "cache_control",
            "context_management",
            "device_id",
            "defer_loading",
            "DeferredToolPlaceholder",
            "$schema",
            "additionalProperties",
            "propertyNames",
            "00000000-0000",
          ])
            expect(json, `${name}: ${leak}`).not.toContain(leak);
          expect(request.generationConfig).toMatchObject({ maxOutputTokens: 65_536 });
          const counted = freshWire().countTokens.request(inbound(body, headers), target(model));
          expect(checkGeminiCount(JSON.parse(String(counted.body)), { model })).toEqual([]);
        }
    },
  );

  it.skipIf(found.length === 0)("the same tools give the same bytes in every turn", () => {
    const turns = found.filter(({ name }) => name === "main-turn" || name === "after-tool-result");
    const tools = turns.map(({ body = {}, headers }) => {
      const json = String(freshWire().request(inbound(body, headers), target()).body);
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
      some_new_field: 1,
    };
    expect(Object.keys(sent(extra))).toEqual(["contents", "safetySettings", "generationConfig"]);
  });

  it("40: `safeguards` is refused by name; a conversation kept at Anthropic cannot be carried", () => {
    expect(() => requestBody({ safeguards: {} })).toThrow(
      expect.objectContaining({ reason: "other_form", message: expect.stringContaining("safeguards") }),
    );
    expect(() => requestBody({ thread: { type: "continue", previous_message_id: "msg_1" } })).toThrow(
      expect.objectContaining({ reason: "capability" }),
    );
  });
});

describe("tool calls and results", () => {
  it("63: results come in the order of the calls, in one content, then what the user said", () => {
    const messages = [
      user("go"),
      assistant([text("I look."), use("A"), use("B", "Write")]),
      user([result("B", "b"), result("A", "a"), text("and now?")]),
    ];
    expect(contentsOf({ messages }, OLD)).toEqual([
      { role: "user", parts: [{ text: "go" }] },
      {
        role: "model",
        parts: [
          { text: "I look." },
          { functionCall: { name: "Read", args: { a: 1 } } },
          { functionCall: { name: "Write", args: { a: 1 } } },
        ],
      },
      { role: "user", parts: [answerTo("Read", "a"), answerTo("Write", "b"), { text: "and now?" }] },
    ]);
  });

  it("64: an image in a result stands inside it; older models get it behind all results", () => {
    const messages = [
      user("go"),
      assistant([use("A"), use("B", "Write")]),
      user([result("A", [text("a picture:"), png]), result("B", "b"), text("see?")]),
    ];
    expect(contentsOf({ messages })[2]?.parts).toEqual([
      answerTo("Read", "a picture:", { parts: [pngPart] }),
      answerTo("Write", "b"),
      { text: "see?" },
    ]);
    expect(contentsOf({ messages }, OLD)[2]?.parts).toEqual([
      answerTo("Read", "a picture:\n\n[image or file: see below]"),
      answerTo("Write", "b"),
      { text: "[from the result of Read:]" },
      pngPart,
      { text: "see?" },
    ]);
    expect(
      contentsOf(afterCall(result("t1", [png])), target("gemini-3.8-flash", { can: { vision: false } }))[2],
    ).toEqual({
      role: "user",
      parts: [answerTo("Read", "[an image was left out: this model cannot see images]")],
    });
  });

  it("65: an error stays an error", () => {
    const response = (block: Json) => contentsOf(afterCall(block))[2]?.parts[0]?.functionResponse;
    expect(response(result("t1", "no such file", { is_error: true }))).toEqual({
      name: "Read",
      response: { error: "no such file" },
    });
    expect(response(result("t1", [], { is_error: true }))).toEqual({
      name: "Read",
      response: { error: "(no output)" },
    });
  });

  it.each([[undefined], [[]], [""], [[text(" ")]]])("66: a result of %j is none", (content) => {
    expect(contentsOf(afterCall(result("t1", content)))[2]?.parts).toEqual([answerTo("Read", "(no output)")]);
  });

  it("67: a PDF in a result is the file itself", () => {
    const body = afterCall(result("t1", [text("PDF file read"), pdf]));
    expect(contentsOf(body)[2]?.parts).toEqual([answerTo("Read", "PDF file read", { parts: [pdfPart] })]);
    expect(contentsOf(body, OLD)[2]?.parts.at(-1)).toEqual(pdfPart);
  });

  it("68: tool references are words, placeholders go, deferred tools are plain tools", () => {
    const body = {
      ...afterCall(result("t1", [{ type: "tool_reference", tool_name: "WebSearch" }]), [text("Tool loaded.")]),
      tools: [
        tool("Read"),
        tool("DeferredToolPlaceholder", { defer_loading: true }),
        tool("WebSearch", { defer_loading: true, strict: true, eager_input_streaming: true, type: "custom" }),
      ],
    };
    const request = sent(body);
    expect((request.contents as { parts: Json[] }[])[2]?.parts).toEqual([
      answerTo("Read", "Tool WebSearch is now available."),
      { text: "Tool loaded." },
    ]);
    expect(functionsOf(request).map(({ name }) => name)).toEqual(["Read", "WebSearch"]);
    expect(Object.keys(functionsOf(request)[1] ?? {})).toEqual(["name", "description", "parametersJsonSchema"]);
  });

  it("69: a call without result, a result without call, and results given twice still make a valid history", () => {
    const interrupted = [user("go"), assistant([use("A"), use("B")]), user([result("A", "a"), text("stop")])];
    expect(contentsOf({ messages: interrupted })[2]?.parts).toEqual([
      answerTo("Read", "a"),
      answerTo("Read", "[interrupted]"),
      { text: "stop" },
    ]);
    expect(contentsOf({ messages: [user([result("gone", "late")])] })).toEqual([
      { role: "user", parts: [{ text: "[result of gone]" }, { text: "late" }] },
    ]);
    const twice = [user("go"), assistant([use("A")]), user([result("A", "first"), result("A", "second")])];
    expect(contentsOf({ messages: twice })[2]?.parts).toEqual([answerTo("Read", "second")]);
    const split = [
      user("go"),
      assistant([use("A")]),
      assistant([use("B")]),
      user([result("A", "a")]),
      user([result("B", "b")]),
    ];
    expect(contentsOf({ messages: split }).map(({ role }) => role)).toEqual(["user", "model", "user"]);
  });

  it("41: a prefill stays the last content; a call at the end that nobody has answered goes", () => {
    expect(contentsOf({ messages: [user("count"), assistant("1, 2,")] }).at(-1)).toEqual({
      role: "model",
      parts: [{ text: "1, 2," }],
    });
    expect(contentsOf({ messages: [user("go"), assistant([text("I look."), use("A")])] })).toEqual([
      { role: "user", parts: [{ text: "go" }] },
      { role: "model", parts: [{ text: "I look." }] },
    ]);
    expect(contentsOf({ messages: [user("go"), assistant([use("A")])] })).toHaveLength(1);
  });

  it("70: ids need not be short: Gemini pairs calls and results by name and order", () => {
    const long = `toolu_${"x".repeat(68)}`;
    const messages = [user("go"), assistant([use(long)]), user([result(long, "ok")])];
    expect(JSON.stringify(contentsOf({ messages }))).not.toContain("toolu_");
  });

  it("71: a name that is long or begins with a digit is changed in the request and whole again in the answer", () => {
    for (const name of [`mcp__${"server_".repeat(10)}__do_it_now`, "1password__get", "-x"]) {
      const request = {
        tools: [tool(name)],
        tool_choice: { type: "tool", name },
        messages: [user("go"), assistant([use("A", name)]), user([result("A", "a")])],
      };
      const body = sent(request);
      const short = String(functionsOf(body)[0]?.name);
      expect(short).toMatch(/^[a-zA-Z_][a-zA-Z0-9_-]{1,63}$/);
      expect(body.toolConfig).toEqual({ functionCallingConfig: { mode: "ANY", allowedFunctionNames: [short] } });
      const played = play([chunk([call(short, { a: 1 })], { finish: "STOP" })], { request });
      expect(messageOf(played).content.at(-1)).toMatchObject({ type: "tool_use", name, input: { a: 1 } });
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
    expect(functionsOf(sent({ tools })).map(({ name }) => name)).toEqual([
      "bash",
      "str_replace_based_edit_tool",
      "memory",
      "computer",
    ]);
    expect(freshWire().request(inbound({ tools }), target()).notes).toHaveLength(3);
  });

  it("27: each form of tool_choice", () => {
    const config = (tool_choice?: Json) =>
      sent({ tools: [tool("Read")], ...(tool_choice && { tool_choice }) }).toolConfig;
    expect(config()).toBeUndefined();
    expect(config({ type: "auto" })).toEqual({ functionCallingConfig: { mode: "AUTO" } });
    expect(config({ type: "any" })).toEqual({ functionCallingConfig: { mode: "ANY" } });
    expect(config({ type: "none" })).toEqual({ functionCallingConfig: { mode: "NONE" } });
    expect(config({ type: "tool", name: "Read" })).toEqual({
      functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["Read"] },
    });
    expect(config({ type: "tool", name: "gone" })).toEqual({ functionCallingConfig: { mode: "AUTO" } });
  });

  it("75: without any tools left there is no toolConfig", () => {
    for (const type of ["any", "tool", "none", "auto"]) {
      const request = sent({
        tools: [{ type: "code_execution_20250825", name: "x" }],
        tool_choice: { type, name: "x" },
      });
      expect(request).not.toHaveProperty("toolConfig");
      expect(request).not.toHaveProperty("tools");
    }
  });

  it("76: there is no field for one tool at a time: of several calls only the first is passed on, and noted", () => {
    const request = { tools: [tool("Read")], tool_choice: { type: "auto", disable_parallel_tool_use: true } };
    const chunks = [chunk([call("Read", { a: 1 }), call("Read", { a: 2 })], { finish: "STOP" })];
    const played = play(chunks, { request });
    expect(messageOf(played).content.map(({ input }) => input)).toEqual([{ a: 1 }]);
    expect(played.translator.notes?.join()).toContain("one at a time");
    expect(messageOf(play(chunks, { request: { tools: [tool("Read")] } })).content).toHaveLength(2);
  });

  it("more functions than Google takes cannot be carried", () => {
    const tools = Array.from({ length: 513 }, (_, i) => tool(`t${i}`));
    expect(() => requestBody({ tools })).toThrow(expect.objectContaining({ reason: "capability" }));
  });

  it("arguments that were no object are told as what they are", () => {
    const messages = [user("go"), assistant([use("A", "Read", "x" as unknown as Json)]), user([result("A", "a")])];
    expect(contentsOf({ messages })[1]?.parts[0]).toMatchObject({
      functionCall: { args: { invalid_json_arguments: "x" } },
    });
  });
});

describe("content", () => {
  it("5: images and documents of the user", () => {
    expect(contentsOf({ messages: [user([text("look"), png, pdf])] })[0]?.parts).toEqual([
      { text: "look" },
      pngPart,
      pdfPart,
    ]);
    const plain = {
      type: "document",
      title: "Notes",
      context: "of May",
      source: { type: "text", media_type: "text/plain", data: "All is well." },
    };
    expect(contentsOf({ messages: [user([plain])] })[0]?.parts).toEqual([
      { text: "Document: Notes\nof May\nAll is well." },
    ]);
    const gif = { type: "image", source: { type: "base64", media_type: "image/gif", data: "R0lGODlh" } };
    expect(contentsOf({ messages: [user([gif])] })[0]?.parts).toEqual([
      { text: "[an image was left out: Gemini does not read image/gif]" },
    ]);
  });

  it("90: an image by URL is fetched by Google, never by us; what it would not fetch cannot be carried", () => {
    const image = (url: string) => ({ messages: [user([{ type: "image", source: { type: "url", url } }])] });
    const fileOf = (url: string) => contentsOf(image(url))[0]?.parts[0]?.fileData;
    expect(fileOf("https://example.org/a.png?size=2")).toEqual({
      mimeType: "image/png",
      fileUri: "https://example.org/a.png?size=2",
    });
    expect(fileOf("gs://bucket/a.webp")).toMatchObject({ mimeType: "image/webp" });
    expect(fileOf("https://example.org/picture")).toMatchObject({ mimeType: "image/jpeg" });
    for (const url of ["http://127.0.0.1/a.png", "file:///etc/passwd", "nonsense"])
      expect(() => requestBody(image(url))).toThrow(
        expect.objectContaining({ reason: "capability", message: expect.stringContaining(url) }),
      );
    const inResult = afterCall(result("t1", [{ type: "image", source: { type: "url", url: "https://e.org/a.png" } }]));
    expect(contentsOf(inResult)[2]?.parts).toEqual([
      answerTo("Read", "[image or file: see below]"),
      { text: "[from the result of Read:]" },
      { fileData: { mimeType: "image/png", fileUri: "https://e.org/a.png" } },
    ]);
  });

  it("6: a file that only Anthropic holds cannot be carried", () => {
    const messages = [user([{ type: "document", source: { type: "file", file_id: "file_1" } }])];
    expect(() => requestBody({ messages })).toThrow(
      expect.objectContaining({ reason: "capability", message: expect.stringContaining("file_1") }),
    );
  });

  it("7, 21: search results and what Anthropic's servers did are told as text", () => {
    const found = { type: "search_result", title: "Doc", source: "https://d.org", content: [text("It is so.")] };
    expect(contentsOf({ messages: [user([found])] })[0]?.parts).toEqual([{ text: "Doc (https://d.org)\nIt is so." }]);
    const searched = [
      { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "weather" } },
      {
        type: "web_search_tool_result",
        tool_use_id: "srvtoolu_1",
        content: [{ type: "web_search_result", url: "https://w.org", title: "W", encrypted_content: "zzz" }],
      },
      text("Rain."),
    ];
    expect(contentsOf({ messages: [user("?"), assistant(searched), user("ok")] })[1]?.parts).toEqual([
      { text: "[web_search was called: weather]" },
      { text: "[search results:\n- W: https://w.org]" },
      { text: "Rain." },
    ]);
  });

  it("87: empty text and empty messages are left out; if nothing is left there is still something to answer", () => {
    const messages = [user([text(""), text("hi"), text(" \n")]), assistant([]), assistant([text("")]), user("go")];
    expect(contentsOf({ messages })).toEqual([{ role: "user", parts: [{ text: "hi" }, { text: "go" }] }]);
    expect(contentsOf({ messages: [user([text("")])] })).toEqual([{ role: "user", parts: [{ text: "." }] }]);
    expect(contentsOf({ messages: [assistant("I begin."), user("go")] })[0]).toEqual({
      role: "user",
      parts: [{ text: "." }],
    });
  });

  it("77: cache marks go everywhere", () => {
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
  });

  it("78: who the user is stays here", () => {
    const metadata = { user_id: JSON.stringify({ device_id: "d", session_id: "11111111-2222" }) };
    expect(JSON.stringify(sent({ metadata }))).not.toMatch(/device_id|11111111/);
  });
});

describe("limits and parameters", () => {
  it("79: the output limit is the model's, and never so low that thinking eats the answer of Gemini 4", () => {
    expect(configOf({ max_tokens: 128_000 }).maxOutputTokens).toBe(65_536);
    expect(configOf({ max_tokens: 500 }).maxOutputTokens).toBe(500);
    expect(configOf({ max_tokens: 1 }).maxOutputTokens).toBe(16);
    const argon = target("gemini-4-argon");
    expect(configOf({ max_tokens: 500 }, argon).maxOutputTokens).toBe(8192);
    expect(configOf({ max_tokens: 128_000 }, argon).maxOutputTokens).toBe(32_768);
    expect(configOf({ max_tokens: 128_000, stream: true }, argon).maxOutputTokens).toBe(65_536);
  });

  it("30: a request for no tokens at all is answered here", () => {
    const answer = freshWire().localAnswer?.({
      inbound: inbound({ max_tokens: 0 }),
      target: target(),
      messageId: "msg_1",
    });
    expect(answer).toMatchObject({ when: "at_once", message: { content: [], stop_reason: "max_tokens" } });
  });

  it("80: five stop sequences go up, the others are applied here", async () => {
    const stops = ["1", "2", "3", "4", "5", "END"];
    expect(configOf({ stop_sequences: stops }).stopSequences).toEqual(["1", "2", "3", "4", "5"]);
    const request = { stop_sequences: stops };
    const chunks = [
      chunk([{ text: "Hello E" }]),
      chunk([{ text: "N" }]),
      chunk([{ text: "D of it" }], { finish: "STOP" }),
    ];
    const played = play(chunks, { request });
    expect(messageOf(played)).toMatchObject({ stop_reason: "stop_sequence", content: [{ text: "Hello " }] });
    expect(played.events.at(-2)?.data.delta).toMatchObject({ stop_sequence: "END" });
  });

  it("32, 33: temperature, top_p and top_k are passed on", () => {
    expect(configOf({ temperature: 0.3, top_p: 0.9, top_k: 40 })).toMatchObject({
      temperature: 0.3,
      topP: 0.9,
      topK: 40,
    });
  });

  it("35: a schema for the answer; older models that have tools are asked in words", () => {
    const format = {
      type: "json_schema",
      schema: {
        $schema: "https://json-schema.org/draft/2020-12/schema",
        type: "object",
        properties: { title: { type: "string", format: "uri" } },
        required: ["title"],
        additionalProperties: false,
      },
    };
    const body = { output_config: { format } };
    const schema = {
      type: "object",
      properties: { title: { type: "string", description: "(format uri)" } },
      required: ["title"],
    };
    const asked = { responseMimeType: "application/json", responseJsonSchema: schema };
    expect(configOf(body, OLD)).toMatchObject(asked);
    expect(configOf({ ...body, tools: [tool("Read")] })).toMatchObject(asked);
    const inWords = sent({ ...body, tools: [tool("Read")] }, OLD);
    expect(inWords.generationConfig).not.toHaveProperty("responseJsonSchema");
    expect(JSON.stringify(inWords.systemInstruction)).toContain("matches this JSON schema");
  });
});

describe("81: thinking", () => {
  const thinking = (body: Json, model: string) =>
    (configOf({ max_tokens: 64_000, ...body }, target(model)).thinkingConfig ?? {}) as Json;
  const adaptive = (effort: string) => ({ thinking: { type: "adaptive" }, output_config: { effort } });
  const budget = (tokens: number) => ({ thinking: { type: "enabled", budget_tokens: tokens } });
  const off = { thinking: { type: "disabled" } };

  it.each([
    ["off", off, 128, "LOW", "MINIMAL", "LOW"],
    ["a budget of 2048", budget(2048), 2048, "MEDIUM", "MEDIUM", "LOW"],
    ["a budget of 31999", budget(31_999), 31_999, "HIGH", "HIGH", "HIGH"],
    ["low", adaptive("low"), 1024, "LOW", "LOW", "LOW"],
    ["medium", adaptive("medium"), 8192, "MEDIUM", "MEDIUM", "LOW"],
    ["high", adaptive("high"), 24_576, "HIGH", "HIGH", "HIGH"],
    ["xhigh", adaptive("xhigh"), 32_768, "HIGH", "HIGH", "HIGH"],
    ["max", adaptive("max"), 32_768, "HIGH", "HIGH", "HIGH"],
    ["adaptive without an effort", { thinking: { type: "adaptive" } }, 24_576, "HIGH", "HIGH", "HIGH"],
  ])("%s", (_name, body, tokens, flash38, flash3, pro3) => {
    expect(thinking(body, "gemini-2.5-pro").thinkingBudget).toBe(tokens);
    expect(thinking(body, "gemini-3.8-flash").thinkingLevel).toBe(flash38);
    expect(thinking(body, "gemini-3-flash-preview").thinkingLevel).toBe(flash3);
    expect(thinking(body, "gemini-3-pro-preview").thinkingLevel).toBe(pro3);
  });

  it("flash of 2.5 may stop thinking; the answer keeps room beside it", () => {
    expect(thinking(off, "gemini-2.5-flash").thinkingBudget).toBe(0);
    expect(thinking(budget(31_999), "gemini-2.5-flash").thinkingBudget).toBe(24_576);
    expect(thinking({ ...adaptive("high"), max_tokens: 4000 }, "gemini-2.5-flash").thinkingBudget).toBe(2976);
  });

  it("nothing is said where the client says nothing, or the model has nothing to say it with", () => {
    expect(configOf({})).not.toHaveProperty("thinkingConfig");
    expect(configOf(adaptive("high"), target("gemini-2.0-flash"))).not.toHaveProperty("thinkingConfig");
    expect(configOf(adaptive("high"), target("gemini-3.8-flash", { can: { reasoning: false } }))).not.toHaveProperty(
      "thinkingConfig",
    );
  });

  it("summaries are asked for only where the client shows them", () => {
    expect(thinking(adaptive("low"), "gemini-3.8-flash").includeThoughts).toBe(true);
    const omitted = { thinking: { type: "adaptive", display: "omitted" } };
    expect(thinking(omitted, "gemini-3.8-flash")).not.toHaveProperty("includeThoughts");
    expect(thinking(off, "gemini-3.8-flash")).not.toHaveProperty("includeThoughts");
  });
});

describe("83: whose thinking comes back", () => {
  const thought = (signature: string, thinking = "Hm.") => ({ type: "thinking", thinking, signature });
  const own = (data: unknown, model = "gemini-3.8-flash", provider = "gemini") =>
    packCarrier({ kind: "gemini", provider, model, data });
  const history = (blocks: unknown[]) => ({
    messages: [user("go"), assistant([...blocks, use("t1")]), user([result("t1", "ok")])],
  });
  const modelParts = (blocks: unknown[], to = target()) => contentsOf(history(blocks), to)[1]?.parts;

  it("others' thinking is dropped, and a stand-in signs the first of their calls", () => {
    const foreign = [thought("EqQBCkYIBRgC"), thought(""), { type: "redacted_thinking", data: "x" }];
    const unsigned = {
      functionCall: { name: "Read", args: { a: 1 } },
      thoughtSignature: "skip_thought_signature_validator",
    };
    expect(modelParts(foreign)).toEqual([unsigned]);
    expect(modelParts([thought(own({ calls: { t1: { signature: "c2ln" } } }, "gemini-3.1-pro-preview"))])).toEqual([
      unsigned,
    ]);
    expect(
      modelParts([thought(own({ calls: { t1: { signature: "c2ln" } } }, "gemini-3.8-flash", "vertex-ai"))]),
    ).toEqual([unsigned]);
    expect(
      modelParts([
        thought(packCarrier({ kind: "responses", provider: "gemini", model: "gemini-3.8-flash", data: "x" })),
      ]),
    ).toEqual([unsigned]);
    expect(modelParts(foreign, OLD)).toEqual([{ functionCall: { name: "Read", args: { a: 1 } } }]);
  });

  it("of several calls only the first needs a stand-in", () => {
    const messages = [user("go"), assistant([use("A"), use("B")]), user([result("A", "a"), result("B", "b")])];
    expect(contentsOf({ messages })[1]?.parts.map(({ thoughtSignature }) => thoughtSignature)).toEqual([
      "skip_thought_signature_validator",
      undefined,
    ]);
  });

  it("its own comes back on the parts where it was", () => {
    const state = { thought: "dGg=", calls: { t1: { signature: "c2ln", id: "call-7" } } };
    expect(contentsOf(history([thought(own(state))]))).toMatchObject([
      {},
      {
        parts: [
          { text: "Hm.", thought: true, thoughtSignature: "dGg=" },
          { functionCall: { id: "call-7", name: "Read" }, thoughtSignature: "c2ln" },
        ],
      },
      { parts: [{ functionResponse: { id: "call-7", name: "Read" } }] },
    ]);
    expect(modelParts([thought(own({ calls: { t1: { signature: "c2ln" } } }))])).toEqual([
      { functionCall: { name: "Read", args: { a: 1 } }, thoughtSignature: "c2ln" },
    ]);
  });
});

describe("86: web search", () => {
  const search = { type: "web_search_20250305", name: "web_search", max_uses: 8 };
  const asked = { messages: [user("Perform a web search for the query: rain")], tools: [search] };

  it("a request that is nothing else has nothing else", () => {
    for (const model of ["gemini-2.5-flash", "gemini-3.8-flash"]) {
      const request = sent({ ...asked, tool_choice: { type: "auto" } }, target(model));
      expect(request.tools).toEqual([{ googleSearch: {} }]);
      expect(request).not.toHaveProperty("toolConfig");
    }
  });

  it("beside functions only newer models can, and older ones leave it out with a note", () => {
    const mixed = { ...asked, tools: [search, tool("Read")] };
    const request = sent(mixed);
    expect((request.tools as Json[]).map((item) => Object.keys(item)[0])).toEqual([
      "googleSearch",
      "functionDeclarations",
    ]);
    expect(request.toolConfig).toEqual({
      functionCallingConfig: { mode: "VALIDATED" },
      includeServerSideToolInvocations: true,
    });
    expect(sent(mixed, OLD).tools).toHaveLength(1);
    expect(freshWire().request(inbound(mixed), OLD).notes?.join()).toContain("web search left out");
    expect(sent({ ...mixed, tool_choice: { type: "none" } }).tools).toHaveLength(1);
  });

  it("domains can only be told in words", () => {
    const words = (more: Json) => JSON.stringify(sent({ ...asked, tools: [{ ...search, ...more }] }).systemInstruction);
    expect(words({ allowed_domains: ["a.org", "b.org"] })).toContain("only these sites: a.org, b.org");
    expect(words({ blocked_domains: ["c.org"] })).toContain("Never use these sites: c.org");
  });

  it("a model without search says so instead of pretending", () => {
    const to = target("gemma-4-31b-it");
    expect(() => requestBody(asked, to)).toThrow(expect.objectContaining({ reason: "capability" }));
    const local = freshWire().localAnswer?.({ inbound: inbound(asked), target: to, messageId: "msg_1" });
    expect(local?.when).toBe("last_resort");
    expect(local?.message.content[1]).toMatchObject({ content: { error_code: "unavailable" } });
  });
});
