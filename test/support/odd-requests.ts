/**
 * @module Requests as odd clients, MCP servers and long conversations bring them about: each is legal at Anthropic, and every
 * one has broken some proxy for somebody.
 */
import type { Block, Message, MessagesBody, Tool } from "../../lib/anthropic/types.ts";
import { type BuiltRequest, mainTurn, PIXEL } from "./claude-code-request.ts";

const text = (words: string, more: object = {}): Block => ({ type: "text", text: words, ...more });
const MARK = { cache_control: { type: "ephemeral" } };
const LONG_MARK = { cache_control: { type: "ephemeral", ttl: "1h" } };

const tool = (name: string, input_schema: Record<string, unknown>, more: object = {}): Tool => ({
  name,
  description: `What ${name} does.`,
  input_schema: { type: "object", ...input_schema },
  ...more,
});

const call = (id: string, name = "Read", input: unknown = {}): Block => ({ type: "tool_use", id, name, input });
const result = (id: string, more: object = {}): Block => ({ type: "tool_result", tool_use_id: id, ...more });
const base64 = (type: string, media_type: string, data: string): Block => ({
  type,
  source: { type: "base64", media_type, data },
});

/** A question, one call, what came of it. */
function round(results: Block[], calls: Block[] = [call("toolu_1")]): Message[] {
  return [
    { role: "user", content: "Look at it." },
    { role: "assistant", content: [text("I look."), ...calls] },
    { role: "user", content: results },
  ];
}

const PDF = Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF").toString("base64");

/** A JPEG of five megabytes, most of them padding behind its end. */
const JPEG = Buffer.concat([
  Buffer.from("ffd8ffe000104a46494600010100000100010000ffc0000b080200020001011100", "hex"),
  Buffer.alloc(5_000_000, 0x55),
]).toString("base64");

const read = tool("Read", { properties: { path: { type: "string" } } });

const CHANGES: Readonly<Record<string, (body: MessagesBody) => unknown>> = {
  // What MCP servers offer.
  "schema: $ref into $defs, and to itself": (body) => {
    const node = { type: "object", properties: { next: { $ref: "#/$defs/node" }, tag: { $ref: "#/$defs/tag" } } };
    body.tools = [
      tool("mcp__tree__walk", {
        properties: { root: { $ref: "#/$defs/node" } },
        $defs: { node, tag: { type: "string", enum: ["a", "b"] } },
      }),
    ];
  },
  "schema: definitions, and a reference that leads nowhere": (body) => {
    body.tools = [
      tool("mcp__old__x", {
        properties: { a: { $ref: "#/definitions/A" }, b: { $ref: "#/definitions/none" } },
        definitions: { A: { type: "integer" } },
      }),
    ];
  },
  "schema: unions at the root": (body) => {
    const one = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };
    const other = { type: "object", properties: { b: { type: "number" } }, required: ["b"] };
    body.tools = ["anyOf", "oneOf", "allOf"].map((key) => tool(`mcp__u__${key}`, { [key]: [one, other] }));
  },
  "schema: null among types and values, and const": (body) => {
    body.tools = [
      tool("mcp__n__x", {
        properties: {
          a: { type: ["string", "null"] },
          b: { enum: ["x", null] },
          c: { const: 3 },
          d: { anyOf: [{ type: "null" }, { type: "array", items: {} }] },
          e: { type: "null" },
          f: { enum: [1, 2, 3], type: "integer" },
          g: { type: ["string", "number", "boolean", "null", "array", "object"] },
        },
      }),
    ];
  },
  "schema: no values, no types, true and false": (body) => {
    body.tools = [
      tool("mcp__e__x", {
        properties: {
          a: { type: "string", enum: [] },
          b: {},
          c: true,
          d: { type: "array" },
          e: { type: "object" },
          f: false,
          g: { type: "array", items: [{ type: "string" }, { type: "number" }] },
          h: { enum: [""], type: "string" },
        },
        required: [],
      }),
    ];
  },
  "schema: what JSON Schema has besides": (body) => {
    body.tools = [
      tool("mcp__k__x", {
        $schema: "http://json-schema.org/draft-07/schema#",
        $id: "https://example.com/x",
        title: "X",
        properties: {
          a: { type: "integer", exclusiveMinimum: 0, exclusiveMaximum: 9, multipleOf: 2, default: 4 },
          b: { type: "string", pattern: "^(?=a)\\p{L}+$", format: "uri", minLength: 1, examples: ["a"] },
          c: { type: "object", propertyNames: { pattern: "^x" }, patternProperties: { "^x": { type: "string" } } },
          d: { type: "array", items: { type: "string" }, uniqueItems: true, contains: { const: "a" }, minItems: 1 },
          e: { not: { type: "string" } },
          f: { if: { type: "string" }, else: { type: "number" } },
          g: { type: "object", additionalProperties: { type: "string" }, minProperties: 1 },
          h: { type: "object", unevaluatedProperties: false, dependentRequired: { a: ["b"] } },
          i: {
            type: "string",
            readOnly: true,
            deprecated: true,
            $comment: "no",
            "x-order": 3,
            contentEncoding: "base64",
          },
        },
        required: ["a", "nowhere"],
        additionalProperties: false,
      }),
    ];
  },
  "schema: names that are no identifiers": (body) => {
    const names = ["größe", "a b", "$ref", "a.b", "x-y", "1st", "пример", "@type", "items", "type", "required", "a/b"];
    body.tools = [
      tool("mcp__names__x", {
        properties: Object.fromEntries(names.map((name) => [name, { type: "string", description: name }])),
        required: names,
      }),
    ];
  },
  "schema: twelve levels deep": (body) => {
    const deep = (level: number): Record<string, unknown> =>
      level === 0
        ? { type: "string" }
        : { type: "object", properties: { inner: deep(level - 1) }, required: ["inner"] };
    body.tools = [tool("mcp__deep__x", deep(12))];
  },
  "schema: nothing but a type, no description, an empty one": (body) => {
    body.tools = [
      { name: "bare", input_schema: { type: "object" } },
      { name: "empty", description: "", input_schema: { type: "object", properties: {} } },
    ];
  },
  "tools: 120 of them, of several servers": (body) => {
    body.tools = Array.from({ length: 120 }, (_, n) =>
      tool(`mcp__server-${n % 7}__do_thing_number_${n}_${"x".repeat(n % 60)}`, {
        properties: { [`argument_${n}`]: { type: "string" } },
      }),
    );
  },
  "tools: examples, strictness, streaming of arguments, who may call them": (body) => {
    body.tools = [
      {
        ...read,
        input_examples: [{ path: "/a" }],
        strict: true,
        eager_input_streaming: true,
        allowed_callers: ["direct"],
        type: "custom",
        ...MARK,
      },
    ];
  },
  "tools: a web search with empty lists of domains": (body) => {
    body.tools = [
      { type: "web_search_20250305", name: "web_search", max_uses: 8, allowed_domains: [], blocked_domains: [] },
    ];
  },
  "tools: a forced one": (body) => {
    body.tools = [read];
    body.tool_choice = { type: "tool", name: "Read", disable_parallel_tool_use: true };
    delete body.thinking;
    delete body.context_management;
  },
  "tools: none left in a conversation that had some": (body) => {
    body.messages = round([result("toolu_1", { content: "done" })]);
    delete body.tools;
  },
  // What tools bring.
  "result: nothing at all": (body) => {
    body.messages = round([result("toolu_1")]);
  },
  "result: an empty text, an empty list, an empty block": (body) => {
    body.messages = round(
      [
        result("toolu_1", { content: "" }),
        result("toolu_2", { content: [] }),
        result("toolu_3", { content: [text("")] }),
        result("toolu_4", { content: "  \n" }),
      ],
      ["toolu_1", "toolu_2", "toolu_3", "toolu_4"].map((id) => call(id)),
    );
  },
  "result: an error, with and without words": (body) => {
    body.messages = round(
      [result("toolu_1", { is_error: true, content: "no such file" }), result("toolu_2", { is_error: true })],
      [call("toolu_1"), call("toolu_2")],
    );
  },
  "result: pictures only, and one with words": (body) => {
    const image = base64("image", "image/png", PIXEL);
    body.messages = round(
      [result("toolu_1", { content: [image, image] }), result("toolu_2", { content: [text("seen"), image], ...MARK })],
      [call("toolu_1"), call("toolu_2")],
    );
  },
  "result: a PDF": (body) => {
    body.messages = round([result("toolu_1", { content: [base64("document", "application/pdf", PDF)] })]);
  },
  "result: search results": (body) => {
    const found = {
      type: "search_result",
      source: "https://example.com",
      title: "Example",
      content: [text("words")],
      citations: { enabled: true },
    };
    body.messages = round([result("toolu_1", { content: [found] })]);
  },
  "result: with words of the user before and behind it": (body) => {
    body.messages = round([text("Here:"), result("toolu_1", { content: "a" }), text("Is that right?")]);
  },
  // What users show.
  "picture of 5 MB": (body) => {
    body.messages = [{ role: "user", content: [base64("image", "image/jpeg", JPEG), text("What is it?")] }];
  },
  "pictures: gif and webp, and one by address": (body) => {
    body.messages = [
      {
        role: "user",
        content: [
          base64("image", "image/gif", "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"),
          base64("image", "image/webp", "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA"),
          { type: "image", source: { type: "url", url: "https://example.com/a.png" } },
          text("Compare."),
        ],
      },
    ];
  },
  "documents: a PDF, plain text, blocks, one by address": (body) => {
    body.messages = [
      {
        role: "user",
        content: [
          { ...base64("document", "application/pdf", PDF), title: "résumé.pdf", context: "from the mail", ...MARK },
          { type: "document", source: { type: "text", media_type: "text/plain", data: "plain words" }, title: "a.txt" },
          { type: "document", source: { type: "content", content: [text("chunk")] }, citations: { enabled: true } },
          { type: "document", source: { type: "url", url: "https://example.com/a.pdf" } },
          text("Sum up."),
        ],
      },
    ];
  },
  // How conversations are written down.
  "cache marks everywhere": (body) => {
    body.system = [text("You help.", LONG_MARK)];
    body.tools = [{ ...read, ...MARK }];
    body.messages = round(
      [result("toolu_1", { content: [text("done", MARK)], ...MARK }), text("go on", MARK)],
      [{ ...call("toolu_1"), ...MARK }],
    );
    body.cache_control = { type: "ephemeral" };
  },
  "cache marks on thinking and on whole messages": (body) => {
    const signature = Buffer.from("s".repeat(300)).toString("base64");
    body.messages = [
      { role: "user", content: "a", ...MARK },
      {
        role: "assistant",
        content: [{ type: "thinking", thinking: "hm", signature, ...MARK }, text("b"), call("toolu_1")],
        ...MARK,
      },
      { role: "user", content: [result("toolu_1", { content: "c" })], id: "msg_1", timestamp: "2026-01-01" },
    ];
  },
  "system: a text; empty; an empty block": (body) => {
    body.system = [text(""), text("You help.")];
  },
  "system: an empty text": (body) => {
    body.system = "";
  },
  "messages: two of the user's in a row, and of the assistant's": (body) => {
    body.messages = [
      { role: "user", content: "a" },
      { role: "user", content: [text("b")] },
      { role: "assistant", content: "c" },
      { role: "assistant", content: [text("d")] },
      { role: "user", content: "e" },
    ];
  },
  "messages: blank ones and lone surrogates": (body) => {
    body.messages = [
      { role: "user", content: "a" },
      { role: "assistant", content: " " },
      { role: "user", content: [text("b\ud83d c\u0000\u2028")] },
    ];
  },
  "messages: the assistant's first": (body) => {
    body.messages = [
      { role: "assistant", content: "Hello." },
      { role: "user", content: "Hi." },
    ];
  },
  prefill: (body) => {
    delete body.thinking;
    delete body.context_management;
    body.messages = [
      { role: "user", content: "As JSON." },
      { role: "assistant", content: "{" },
    ];
  },
  "prefill that ends in blanks": (body) => {
    delete body.thinking;
    delete body.context_management;
    body.messages = [
      { role: "user", content: "As JSON." },
      { role: "assistant", content: [text("Here it is: \n")] },
    ];
  },
  "calls: ids of other makers": (body) => {
    const ids = ["functions.Read:0", "call_a|fc_b", "x".repeat(120), "id with spaces"];
    body.messages = round(
      ids.map((id) => result(id, { content: "a" })),
      ids.map((id) => call(id)),
    );
  },
  "calls: of a tool with a name that is no identifier": (body) => {
    body.messages = round([result("toolu_1", { content: "a" })], [call("toolu_1", "größe.messen")]);
  },
  "calls: of a tool that is not there any more": (body) => {
    body.tools = [read];
    body.messages = round([result("toolu_1", { content: "a" })], [call("toolu_1", "mcp__gone__do_it", { a: 1 })]);
  },
  "thinking: of Claude, hidden, and without a signature": (body) => {
    const signature = Buffer.from("s".repeat(300)).toString("base64");
    body.messages = [
      { role: "user", content: "a" },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "hm", signature },
          { type: "redacted_thinking", data: signature },
          text("b"),
          call("toolu_1"),
        ],
      },
      { role: "user", content: [result("toolu_1", { content: "c" })] },
      { role: "assistant", content: [{ type: "thinking", thinking: "hm", signature: "" }, text("d")] },
      { role: "user", content: "e" },
    ];
  },
  "thinking: nothing but it in an answer": (body) => {
    const signature = Buffer.from("s".repeat(300)).toString("base64");
    body.messages = [
      { role: "user", content: "a" },
      { role: "assistant", content: [{ type: "thinking", thinking: "hm", signature }] },
      { role: "user", content: "e" },
    ];
  },
  "compaction: a summary that stands for the rest": (body) => {
    body.context_management = {
      edits: [{ type: "compact_20260112", trigger: { type: "input_tokens", value: 150_000 } }],
    };
    body.messages = [
      { role: "user", content: "a" },
      { role: "assistant", content: [{ type: "compaction", content: "What was said: a." }, text("b")] },
      { role: "user", content: "c" },
    ];
  },
  "a block that nobody knows yet": (body) => {
    body.messages = [{ role: "user", content: [{ type: "hologram", data: { a: 1 } }, text("What is it?")] }];
  },
  "server tools: what they did in earlier turns": (body) => {
    body.messages = [
      { role: "user", content: "a" },
      {
        role: "assistant",
        content: [
          { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "x" } },
          {
            type: "web_search_tool_result",
            tool_use_id: "srvtoolu_1",
            content: [{ type: "web_search_result", title: "X", url: "https://example.com", encrypted_content: "e" }],
          },
          text("b", {
            citations: [
              {
                type: "web_search_result_location",
                url: "https://example.com",
                title: "X",
                encrypted_index: "e",
                cited_text: "x",
              },
            ],
          }),
          { type: "server_tool_use", id: "srvtoolu_2", name: "bash_code_execution", input: { command: "ls" } },
          {
            type: "bash_code_execution_tool_result",
            tool_use_id: "srvtoolu_2",
            content: { type: "bash_code_execution_result", stdout: "a", stderr: "", return_code: 0, content: [] },
          },
          { type: "mcp_tool_use", id: "mcptoolu_1", name: "echo", server_name: "s", input: {} },
          { type: "mcp_tool_result", tool_use_id: "mcptoolu_1", is_error: false, content: [text("hi")] },
        ],
      },
      { role: "user", content: "c" },
    ];
  },
  // Parameters.
  "parameters: stop sequences, five of them and a blank one": (body) => {
    body.stop_sequences = ["a", "b", "c", "d", "e\n"];
  },
  "parameters: temperature and thinking by a budget": (body) => {
    body.thinking = { type: "enabled", budget_tokens: 31_999 };
    body.temperature = 1;
    delete body.output_config;
  },
  "parameters: a budget above the limit of the answer": (body) => {
    body.thinking = { type: "enabled", budget_tokens: 40_000 };
    body.max_tokens = 41_000;
    body.temperature = 0;
    body.top_p = 0.95;
    body.top_k = 40;
  },
  "parameters: no thinking, and the hardest effort": (body) => {
    body.thinking = { type: "disabled" };
    body.output_config = { effort: "max" };
    delete body.context_management;
  },
  "parameters: an effort and a way of thinking that nobody knows yet": (body) => {
    body.thinking = { type: "fluid", display: "summarized" };
    body.output_config = { effort: "ultra" };
  },
  "parameters: a few tokens only": (body) => {
    body.max_tokens = 5;
    delete body.thinking;
    delete body.context_management;
  },
  "fields that nobody knows yet, and rare ones": (body) => {
    Object.assign(body, {
      safeguards: { mode: "auto" },
      service_tier: "auto",
      container: "container_1",
      mcp_servers: [],
      speed: "fast",
      inference_geo: "us",
      from_the_future: [1],
    });
  },
};

/** Each with its name; the rest of the body is a small turn of Claude Code's. */
export function oddRequests(): (readonly [name: string, request: BuiltRequest])[] {
  return Object.entries(CHANGES).map(([name, change]) => [name, mainTurn({ bytes: 2_000, change })]);
}
