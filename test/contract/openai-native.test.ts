/** What an OpenAI client asks for reaches upstreams of OpenAI's own protocols whole, or is refused by name: never lost in silence. */
import OpenAI from "openai";
import { afterEach, describe, expect, it } from "vitest";
import { type Mux, startMux } from "../support/mux.ts";
import { type Handler, startUpstream, type Upstream } from "../support/upstream.ts";

type Json = Record<string, unknown>;

const steps: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of steps.splice(0).reverse()) await step();
});

interface House {
  openai: OpenAI;
  mux: Mux;
  upstream: Upstream;
  /** What the upstream got last. */
  sent(): Json;
}

/** One provider. @param more TOML of the provider */
async function house(type: string, model: string, answer: Handler, more = ""): Promise<House> {
  const upstream = await startUpstream(answer);
  steps.push(() => upstream.close());
  const mux = await startMux({
    config: `[[providers]]
name = "p"
type = "${type}"
base_url = "${upstream.url}"
api_key = "sk-0123456789abcdef"
${more}
[[models]]
name = "m"
providers = [{ name = "p", model = "${model}" }]
`,
  });
  steps.push(() => mux.close());
  const openai = new OpenAI({ apiKey: "any", baseURL: `${mux.url}/v1`, maxRetries: 0 });
  return { openai, mux, upstream, sent: () => upstream.requests.at(-1)?.json() ?? {} };
}

const usage = { prompt_tokens: 5, completion_tokens: 1, total_tokens: 6 };
const chatAnswer =
  (message: Json = { content: "yes" }): Handler =>
  (_, reply) =>
    reply.json({
      id: "c1",
      object: "chat.completion",
      model: "served",
      choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: "stop" }],
      usage,
    });
const chatStream =
  (...deltas: Json[]): Handler =>
  (_, reply) =>
    reply.sse(
      [
        ...deltas.map((delta) => ({ choices: [{ index: 0, delta, finish_reason: null }] })),
        { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
        { choices: [], usage },
      ].map((chunk) => JSON.stringify({ id: "c1", object: "chat.completion.chunk", model: "served", ...chunk })),
      { done: true },
    );
const responsesAnswer: Handler = (_, reply) =>
  reply.json({
    id: "resp_1",
    object: "response",
    status: "completed",
    model: "served",
    output: [{ type: "message", role: "assistant", content: [{ type: "output_text", text: "yes", annotations: [] }] }],
    usage: { input_tokens: 5, output_tokens: 1, total_tokens: 6 },
  });

const HI = [{ role: "user" as const, content: "hi" }];
const tool = (name: string) => ({
  type: "function" as const,
  function: { name, description: `${name}s`, parameters: { type: "object", properties: { path: { type: "string" } } } },
});

const STRICT = {
  type: "function" as const,
  function: {
    name: "read",
    strict: true,
    parameters: {
      type: "object",
      properties: { path: { type: "string" } },
      required: ["path"],
      additionalProperties: false,
    },
  },
};

describe("chat completions onto Chat Completions", () => {
  it("settings go up as they came", async () => {
    const { openai, sent } = await house("openai", "gpt-4o", chatAnswer());
    const { choices } = await openai.chat.completions.create({
      model: "m",
      messages: HI,
      max_completion_tokens: 77,
      temperature: 1.7,
      top_p: 0.9,
      seed: 42,
      frequency_penalty: 0.5,
      presence_penalty: -0.5,
      logit_bias: { "50256": -100 },
      stop: ["END"],
      service_tier: "flex",
      verbosity: "low",
      prompt_cache_key: "mine",
      response_format: { type: "json_object" },
      tools: [tool("read")],
      tool_choice: { type: "function", function: { name: "read" } },
      parallel_tool_calls: false,
      // Defaults that clients like to spell out are no wish for anything.
      n: 1,
      logprobs: false,
      user: "u-1",
    });
    expect(choices[0]?.message.content).toBe("yes");
    expect(sent()).toMatchObject({
      max_completion_tokens: 77,
      temperature: 1.7,
      top_p: 0.9,
      seed: 42,
      frequency_penalty: 0.5,
      presence_penalty: -0.5,
      logit_bias: { "50256": -100 },
      stop: ["END"],
      service_tier: "flex",
      verbosity: "low",
      prompt_cache_key: "mine",
      response_format: { type: "json_object" },
      tools: [{ type: "function", function: { name: "read", description: "reads" } }],
      tool_choice: { type: "function", function: { name: "read" } },
      parallel_tool_calls: false,
    });
    expect(sent()).not.toHaveProperty("logprobs");
    expect(JSON.stringify(sent())).not.toContain("u-1");
  });

  it("a schema for the answer, images, and usage of a stream", async () => {
    const { openai, sent } = await house("openai", "gpt-4o", chatStream({ content: '{"a":1}' }));
    const schema = {
      type: "object",
      properties: { a: { type: "number" } },
      required: ["a"],
      additionalProperties: false,
    };
    const image = (url: string) => ({ type: "image_url" as const, image_url: { url } });
    const stream = openai.chat.completions.stream({
      model: "m",
      messages: [
        {
          role: "user",
          content: [image("https://a.org/x.png"), image("data:image/png;base64,AAAA"), { type: "text", text: "?" }],
        },
      ],
      response_format: { type: "json_schema", json_schema: { name: "A", schema, strict: true } },
      stream_options: { include_usage: true },
    });
    const completion = await stream.finalChatCompletion();
    expect(completion.choices[0]?.message.content).toBe('{"a":1}');
    expect(completion.usage).toMatchObject(usage);
    expect(sent()).toMatchObject({
      response_format: { type: "json_schema", json_schema: { schema, strict: true } },
      stream_options: { include_usage: true },
      messages: [
        {
          content: [
            { type: "image_url", image_url: { url: "https://a.org/x.png" } },
            { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
            { type: "text", text: "?" },
          ],
        },
      ],
    });
  });

  it("what is to be stored, with what it is to be found by; nothing is stored unasked", async () => {
    const { openai, sent } = await house("openai", "gpt-4o", chatAnswer());
    const metadata = { project: "owls" };
    await openai.chat.completions.create({ model: "m", messages: HI, store: true, metadata });
    expect(sent()).toMatchObject({ store: true, metadata });
    await openai.chat.completions.create({ model: "m", messages: HI, metadata });
    expect(sent().store).toBe(false);
    expect(sent()).not.toHaveProperty("metadata");
  });

  it("tools whose arguments follow their schema to the letter, where it allows that, and images with their detail", async () => {
    const { openai, sent } = await house("openai", "gpt-4o", chatAnswer());
    await openai.chat.completions.create({
      model: "m",
      messages: [
        { role: "user", content: [{ type: "image_url", image_url: { url: "https://a.org/x.png", detail: "low" } }] },
      ],
      tools: [STRICT, { type: "function", function: { ...tool("write").function, strict: true } }, tool("list")],
    });
    expect(sent()).toMatchObject({
      messages: [{ content: [{ type: "image_url", image_url: { url: "https://a.org/x.png", detail: "low" } }] }],
      tools: [STRICT, { function: { name: "write" } }, { function: { name: "list" } }],
    });
    const told = (sent().tools as { function: Json }[]).map(({ function: { strict } }) => strict);
    expect(told).toEqual([true, undefined, undefined]);
    // The same tools without the wish, and with it again: what is remembered of tools tells them apart.
    const loose = { ...STRICT, function: { ...STRICT.function, strict: false } };
    for (const [one, strict] of [
      [STRICT, true],
      [loose, undefined],
      [STRICT, true],
    ] as const) {
      await openai.chat.completions.create({ model: "m", messages: HI, tools: [one] });
      expect((sent().tools as { function: Json }[])[0]?.function.strict).toBe(strict);
    }
  });

  it.each([
    ["openai-compatible", "some-model"],
    ["together", "some/model"],
  ])("%s, of which it is not known that it takes them, is spared OpenAI's own settings", async (type, model) => {
    const { openai, sent } = await house(type, model, chatAnswer());
    await openai.chat.completions.create({
      model: "m",
      messages: [
        { role: "user", content: [{ type: "image_url", image_url: { url: "https://a.org/x.png", detail: "low" } }] },
      ],
      tools: [STRICT],
      store: true,
      metadata: { project: "owls" },
      verbosity: "low",
      prompt_cache_key: "mine",
      safety_identifier: "u-1",
    });
    for (const field of ["store", "metadata", "verbosity", "prompt_cache_key", "safety_identifier", "user"])
      expect(sent()).not.toHaveProperty(field);
    expect(JSON.stringify(sent())).not.toMatch(/"detail"|"strict"/);
  });

  it.each(["low", "medium", "high", "xhigh"] as const)("the reasoning effort %s", async (effort) => {
    const { openai, sent } = await house("openai", "gpt-5.2", chatAnswer(), 'wire = "openai-chat"');
    await openai.chat.completions.create({ model: "m", messages: HI, reasoning_effort: effort });
    expect(sent().reasoning_effort).toBe(effort);
  });

  it.each([
    ["auto", undefined],
    ["none", "none"],
    ["required", "required"],
  ] as const)("the tool choice %s", async (choice, expected) => {
    const { openai, sent } = await house("openai", "gpt-4o", chatAnswer());
    await openai.chat.completions.create({ model: "m", messages: HI, tools: [tool("read")], tool_choice: choice });
    expect(sent().tool_choice).toBe(expected);
  });

  it("of tools of which only some are allowed the others are not offered", async () => {
    const { openai, sent } = await house("openai", "gpt-4o", chatAnswer());
    const allowed = { type: "function", function: { name: "read" } };
    await openai.chat.completions.create({
      model: "m",
      messages: HI,
      tools: [tool("read"), tool("write")],
      tool_choice: { type: "allowed_tools", allowed_tools: { mode: "required", tools: [allowed] } },
    });
    expect(sent()).toMatchObject({ tools: [tool("read")], tool_choice: "required" });
  });

  it("a tool that takes text as it is: offered, called, streamed and answered", async () => {
    const call = {
      index: 0,
      id: "call_1",
      type: "function",
      function: { name: "patch", arguments: '{"input":"*** Begin\\n"}' },
    };
    const { openai, sent, upstream } = await house(
      "openai",
      "gpt-4o",
      chatAnswer({ content: null, tool_calls: [call] }),
    );
    const grammar = { syntax: "lark" as const, definition: "start: WORD" };
    const tools = [
      {
        type: "custom" as const,
        custom: { name: "patch", description: "Patches.", format: { type: "grammar" as const, grammar } },
      },
    ];
    const { choices } = await openai.chat.completions.create({ model: "m", messages: HI, tools });
    const message = choices[0]?.message;
    expect(message?.tool_calls).toEqual([
      { id: "call_1", type: "custom", custom: { name: "patch", input: "*** Begin\n" } },
    ]);
    const [offered] = sent().tools as { function: { name: string; description: string; parameters: Json } }[];
    expect(offered?.function).toMatchObject({
      name: "patch",
      parameters: { properties: { input: { type: "string" } } },
    });
    expect(offered?.function.description).toContain("start: WORD");
    upstream.handle(
      chatStream(
        { tool_calls: [{ ...call, function: { name: "patch", arguments: "" } }] },
        { tool_calls: [{ index: 0, function: { arguments: '{"input":"*** ' } }] },
        { tool_calls: [{ index: 0, function: { arguments: 'Begin\\n"}' } }] },
      ),
    );
    const stream = await openai.chat.completions.create({
      model: "m",
      tools,
      stream: true,
      messages: [
        ...HI,
        { role: "assistant", tool_calls: message?.tool_calls ?? [] },
        { role: "tool", tool_call_id: "call_1", content: "done" },
      ],
    });
    let input = "";
    for await (const { choices } of stream)
      for (const part of choices[0]?.delta.tool_calls ?? [])
        input += (part as { custom?: { input?: string } }).custom?.input ?? "";
    expect(input).toBe("*** Begin\n");
    expect(sent().messages).toMatchObject([
      {},
      { tool_calls: [{ id: "call_1", function: { name: "patch", arguments: '{"input":"*** Begin\\n"}' } }] },
      { role: "tool", tool_call_id: "call_1", content: "done" },
    ]);
  });

  it("where the web is to be searched from", async () => {
    const { openai, sent } = await house("openai", "gpt-4o-search-preview", chatAnswer());
    const place = { type: "approximate" as const, approximate: { city: "Graz", country: "AT" } };
    await openai.chat.completions.create({ model: "m", messages: HI, web_search_options: { user_location: place } });
    expect(sent().web_search_options).toEqual({ user_location: place });
  });

  it("pages that the text cites, and where", async () => {
    const cited = {
      type: "url_citation",
      url_citation: { url: "https://a.org/x", title: "A", start_index: 0, end_index: 3 },
    };
    const { openai, upstream } = await house(
      "openai",
      "gpt-4o-search-preview",
      chatAnswer({ content: "yes", annotations: [cited] }),
    );
    const asked = { model: "m", messages: HI, web_search_options: {} };
    const { choices } = await openai.chat.completions.create(asked);
    expect(choices[0]?.message).toMatchObject({ content: "yes", annotations: [cited] });
    upstream.handle(chatStream({ content: "yes" }, { annotations: [cited] }));
    const told: unknown[] = [];
    for await (const { choices } of await openai.chat.completions.create({ ...asked, stream: true }))
      told.push(...((choices[0]?.delta as { annotations?: unknown[] } | undefined)?.annotations ?? []));
    expect(told).toMatchObject([{ url_citation: { url: "https://a.org/x", title: "A" } }]);
  });
});

describe("responses onto the Responses API", () => {
  it("settings go up as they came", async () => {
    const { openai, sent } = await house("openai", "gpt-6-sol", responsesAnswer);
    const response = await openai.responses.create({
      model: "m",
      input: "hi",
      instructions: "Be brief.",
      max_output_tokens: 77,
      reasoning: { effort: "high", summary: "auto" },
      text: { verbosity: "low", format: { type: "json_object" } },
      service_tier: "priority",
      prompt_cache_key: "mine",
      tools: [
        { type: "function", name: "read", parameters: { type: "object", properties: {} }, strict: false },
        {
          type: "web_search",
          filters: { allowed_domains: ["a.org"] },
          user_location: { type: "approximate", city: "Graz" },
        },
      ],
      parallel_tool_calls: false,
      store: false,
    });
    expect(response.output_text).toBe("yes");
    expect(sent()).toMatchObject({
      instructions: expect.stringContaining("Be brief."),
      max_output_tokens: 77,
      reasoning: { effort: "high" },
      text: { verbosity: "low", format: { type: "json_object" } },
      service_tier: "priority",
      prompt_cache_key: "mine",
      tools: [
        { type: "function", name: "read" },
        {
          type: "web_search",
          filters: { allowed_domains: ["a.org"] },
          user_location: { type: "approximate", city: "Graz" },
        },
      ],
      parallel_tool_calls: false,
      store: false,
    });
  });

  it("what is to be stored, strict tools and the images' detail: the finest that is asked for", async () => {
    const { openai, sent } = await house("openai", "gpt-6-sol", responsesAnswer);
    const image = (url: string, detail: "low" | "high") => ({ type: "input_image" as const, image_url: url, detail });
    const response = await openai.responses.create({
      model: "m",
      input: [{ role: "user", content: [image("https://a.org/x.png", "low"), image("https://a.org/y.png", "high")] }],
      tools: [{ type: "function", ...STRICT.function }],
      store: true,
      metadata: { project: "owls" },
      prompt_cache_retention: "24h",
    });
    expect(sent()).toMatchObject({
      input: [{ content: [{ detail: "high" }, { detail: "high" }] }],
      tools: [{ type: "function", name: "read", strict: true }],
      store: true,
      metadata: { project: "owls" },
      prompt_cache_retention: "24h",
    });
    expect(response).toMatchObject({ metadata: { project: "owls" }, tools: [{ name: "read" }], tool_choice: "auto" });
  });

  it("a tool that takes text as it is, in a stream with its own events, and in the history", async () => {
    const item = {
      type: "function_call",
      id: "fc_1",
      call_id: "call_1",
      name: "patch",
      arguments: '{"input":"*** Begin"}',
    };
    const response = { id: "resp_1", object: "response", status: "completed", model: "served", output: [item] };
    const { openai, sent } = await house("openai", "gpt-6-sol", (_, reply) =>
      reply.sse(
        [
          { type: "response.output_item.added", output_index: 0, item: { ...item, arguments: "" } },
          { type: "response.function_call_arguments.delta", output_index: 0, delta: item.arguments },
          { type: "response.output_item.done", output_index: 0, item },
          { type: "response.completed", response: { ...response, usage: { input_tokens: 5, output_tokens: 1 } } },
        ].map((event) => JSON.stringify(event)),
        { named: true },
      ),
    );
    const types: string[] = [];
    const stream = openai.responses.stream({
      model: "m",
      tools: [{ type: "custom", name: "patch", description: "Patches." }],
      input: [
        { role: "user", content: "hi" },
        { type: "custom_tool_call", call_id: "call_0", name: "patch", input: "*** Before" },
        { type: "custom_tool_call_output", call_id: "call_0", output: "ok" },
      ],
    });
    stream.on("event", ({ type }) => types.push(type));
    const { output } = await stream.finalResponse();
    expect(output).toMatchObject([{ type: "custom_tool_call", call_id: "call_1", name: "patch", input: "*** Begin" }]);
    expect(types).toContain("response.custom_tool_call_input.done");
    expect(sent().input).toMatchObject([
      { role: "user" },
      { type: "function_call", call_id: "call_0", name: "patch", arguments: '{"input":"*** Before"}' },
      { type: "function_call_output", call_id: "call_0", output: "ok" },
    ]);
  });

  it("pages that the text cites", async () => {
    const annotation = { type: "url_citation", url: "https://a.org/x", title: "A", start_index: 0, end_index: 3 };
    const content = [{ type: "output_text", text: "yes", annotations: [annotation] }];
    const search = { type: "web_search_call", status: "completed", action: { type: "search", query: "x" } };
    const output = [search, { type: "message", role: "assistant", content }];
    const { openai } = await house("openai", "gpt-6-sol", (_, reply) =>
      reply.json({ id: "resp_1", object: "response", status: "completed", model: "served", output, usage: {} }),
    );
    const response = await openai.responses.create({ model: "m", input: "hi", tools: [{ type: "web_search" }] });
    const message = response.output.find(({ type }) => type === "message");
    expect(message).toMatchObject({
      content: [
        { text: "yes", annotations: [{ type: "url_citation", url: "https://a.org/x", title: "A", end_index: 3 }] },
      ],
    });
  });
});

describe("onto Anthropic, the translated request fits the model, whatever the client calls it", () => {
  const asked = (model: string, more: object = {}) => ({
    model,
    messages: HI,
    reasoning_effort: "high" as const,
    temperature: 0.5,
    ...more,
  });
  const told: Handler = (_, reply) =>
    reply.json({
      ...{ id: "msg_1", type: "message", role: "assistant", model: "served" },
      ...{ content: [{ type: "text", text: "yes" }], stop_reason: "end_turn", stop_sequence: null },
      usage: { input_tokens: 1, output_tokens: 1 },
    });

  it.each([
    ["claude-sonnet-4-5", { thinking: { type: "enabled", budget_tokens: 24_000 } }],
    ["claude-opus-5-5", { thinking: { type: "adaptive" }, output_config: { effort: "high" } }],
  ])("%s", async (model, thinking) => {
    const upstream = await startUpstream(told);
    steps.push(() => upstream.close());
    const mux = await startMux({
      config: `[[providers]]\nname = "p"\ntype = "anthropic"\nbase_url = "${upstream.url}"\napi_key = "sk-0123456789abcdef"\n[[models]]\nname = "${model}"\nproviders = [{ name = "p" }]\n`,
    });
    steps.push(() => mux.close());
    const openai = new OpenAI({ apiKey: "any", baseURL: `${mux.url}/v1`, maxRetries: 0 });
    await openai.chat.completions.create(asked(model));
    expect(upstream.requests[0]?.json()).toMatchObject({ model, ...thinking });
    if (model === "claude-opus-5-5") expect(upstream.requests[0]?.json()).not.toHaveProperty("temperature");
    // The history of Chat Completions has no thinking that could begin the round of tools.
    const call = { id: "c1", type: "function" as const, function: { name: "read", arguments: "{}" } };
    const round = [
      ...HI,
      { role: "assistant" as const, content: null, tool_calls: [call] },
      { role: "tool" as const, tool_call_id: "c1", content: "x" },
    ];
    await openai.chat.completions.create(asked(model, { messages: round, tools: [tool("read")] }));
    const second = upstream.requests[1]?.json();
    expect((second?.thinking as Json | undefined)?.type).toBe(model === "claude-opus-5-5" ? "adaptive" : undefined);
  });
});

describe("what cannot be carried is refused by name", () => {
  it.each([
    ["n", { n: 2 }],
    ["logprobs", { logprobs: true }],
    ["top_logprobs", { top_logprobs: 3 }],
    ["modalities", { modalities: ["text", "audio"] }],
    ["audio", { audio: { voice: "x", format: "wav" } }],
    ["tools.0", { tools: [{ type: "code_interpreter" }] }],
    ["messages.0", { messages: [{ role: "user", content: [{ type: "input_audio", input_audio: {} }] }] }],
    ["messages.0", { messages: [{ role: "user", content: [{ type: "file", file: { file_id: "file-1" } }] }] }],
  ])("chat: %s", async (field, change) => {
    const { mux, upstream } = await house("openai", "gpt-4o", chatAnswer());
    const refused = await post(`${mux.url}/v1/chat/completions`, { model: "m", messages: HI, ...change });
    expect(refused).toEqual({
      status: 400,
      error: {
        message: expect.stringContaining(`${field}: `),
        type: "invalid_request_error",
        param: field,
        code: expect.anything(),
      },
    });
    expect(upstream.requests).toHaveLength(0);
  });

  it.each([
    ["previous_response_id", { previous_response_id: "resp_1" }],
    ["conversation", { conversation: "conv_1" }],
    ["background", { background: true }],
    ["prompt", { prompt: { id: "pmpt_1" } }],
    ["include", { include: ["message.output_text.logprobs"] }],
    ["top_logprobs", { top_logprobs: 2 }],
    ["tools.0", { tools: [{ type: "file_search", vector_store_ids: ["vs_1"] }] }],
    ["tool_choice", { tools: [{ type: "function", name: "read" }], tool_choice: { type: "mcp", server_label: "x" } }],
    ["input.0", { input: [{ type: "item_reference", id: "msg_1" }] }],
    ["input.0", { input: [{ role: "user", content: [{ type: "input_image", file_id: "file-1" }] }] }],
  ])("responses: %s", async (field, change) => {
    const { mux } = await house("openai", "gpt-6-sol", responsesAnswer);
    const refused = await post(`${mux.url}/v1/responses`, { model: "m", input: "hi", ...change });
    expect(refused).toMatchObject({
      status: 400,
      error: { param: field, message: expect.stringContaining(`${field}: `) },
    });
  });

  it.each([
    ["anthropic", "claude-haiku-5-5", { seed: 7 }, "seed"],
    ["anthropic", "claude-haiku-5-5", { presence_penalty: 1 }, "presence_penalty"],
    ["openai", "gpt-6-sol", { logit_bias: { "1": 1 } }, "logit_bias"],
    ["groq", "openai/gpt-oss-20b", { logit_bias: { "1": 1 } }, "logit_bias"],
    ["gemini", "gemini-3.8-flash", { logit_bias: { "1": 1 } }, "logit_bias"],
  ])("a setting that %s has no place for: %s", async (type, model, change, field) => {
    const { mux, upstream } = await house(type, model, chatAnswer());
    const refused = await post(`${mux.url}/v1/chat/completions`, { model: "m", messages: HI, ...change });
    expect(refused.status).toBe(400);
    expect(refused.error.message).toContain(`${field}: p has no such setting for ${model}`);
    expect(upstream.requests).toHaveLength(0);
  });

  it("another provider of the model that has a place for it is asked instead", async () => {
    const { upstream } = await house("anthropic", "claude-haiku-5-5", chatAnswer());
    const chat = await startUpstream(chatAnswer({ content: "from the other" }));
    steps.push(() => chat.close());
    const mux = await startMux({
      config: `[[providers]]
name = "first"
type = "anthropic"
base_url = "${upstream.url}"
api_key = "sk-0123456789abcdef"
[[providers]]
name = "second"
type = "openai-compatible"
base_url = "${chat.url}"
[[models]]
name = "m"
providers = [{ name = "first", priority = 1, model = "claude-haiku-5-5" }, { name = "second", priority = 2, model = "x" }]
`,
    });
    steps.push(() => mux.close());
    const client = new OpenAI({ apiKey: "any", baseURL: `${mux.url}/v1`, maxRetries: 0 });
    const { choices } = await client.chat.completions.create({ model: "m", messages: HI, seed: 7 });
    expect(choices[0]?.message.content).toBe("from the other");
    expect(chat.requests[0]?.json()).toMatchObject({ seed: 7 });
    expect(upstream.requests).toHaveLength(0);
  });

  it("Gemini's own settings are found under OpenAI's names", async () => {
    const { openai, sent } = await house("gemini", "gemini-3.8-flash", (_, reply) =>
      reply.json({ candidates: [{ content: { parts: [{ text: "{}" }] }, finishReason: "STOP" }], usageMetadata: {} }),
    );
    await openai.chat.completions.create({
      model: "m",
      messages: HI,
      seed: 7,
      frequency_penalty: 0.5,
      temperature: 1.7,
      response_format: { type: "json_object" },
    });
    expect(sent().generationConfig).toMatchObject({
      seed: 7,
      frequencyPenalty: 0.5,
      temperature: 1.7,
      responseMimeType: "application/json",
    });
  });
});

async function post(url: string, body: Json): Promise<{ status: number; error: Json & { message: string } }> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, ...((await response.json()) as { error: Json & { message: string } }) };
}
