/** OpenAI's clients through the same routing, read by the official openai SDK. */
import OpenAI from "openai";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Handler } from "../support/upstream.ts";
import { buildHouse, type House, healthy, MODEL, textAnswer, textEvents } from "./house.ts";

let house: House | undefined;
afterEach(async () => house?.close());

async function build(
  a: Handler,
  options: { b?: Handler; provider?: string } = {},
): Promise<{ house: House; openai: OpenAI }> {
  house = await buildHouse({ a, ...options });
  return { house, openai: new OpenAI({ apiKey: "ccm-proxy", baseURL: `${house.mux.url}/v1`, maxRetries: 0 }) };
}

const delta = (index: number, d: object): string => JSON.stringify({ type: "content_block_delta", index, delta: d });
const start = (index: number, block: object): string =>
  JSON.stringify({ type: "content_block_start", index, content_block: block });
const stop = (index: number): string => JSON.stringify({ type: "content_block_stop", index });

/** Thinking, a word, two parallel calls. */
const RICH = [
  textEvents("x")[0] ?? "",
  start(0, { type: "thinking", thinking: "", signature: "" }),
  delta(0, { type: "thinking_delta", thinking: "Let me see." }),
  delta(0, { type: "signature_delta", signature: "sig-of-anthropic" }),
  stop(0),
  start(1, { type: "text", text: "" }),
  delta(1, { type: "text_delta", text: "Grüße 世界. " }),
  stop(1),
  ...[2, 3].flatMap((n) => [
    start(n, { type: "tool_use", id: `toolu_${n}`, name: "read", input: {} }),
    delta(n, { type: "input_json_delta", partial_json: '{"path":' }),
    delta(n, { type: "input_json_delta", partial_json: `"/f${n}"}` }),
    stop(n),
  ]),
  JSON.stringify({
    type: "message_delta",
    delta: { stop_reason: "tool_use", stop_sequence: null },
    usage: { output_tokens: 33 },
  }),
  JSON.stringify({ type: "message_stop" }),
];
const rich: Handler = (_q, reply) => reply.sse(RICH, { named: true, slice: 7 });

const TOOLS = [
  {
    type: "function" as const,
    function: { name: "read", parameters: { type: "object", properties: { path: { type: "string" } } } },
  },
];
const ASK = { model: MODEL, messages: [{ role: "user" as const, content: "hi" }] };

describe("chat completions", () => {
  test("111, 112: a stream: reasoning, text, calls with OpenAI's indexes, finish, usage only when asked for", async () => {
    const { openai } = await build(rich);
    const stream = openai.chat.completions.stream({ ...ASK, tools: TOOLS, stream_options: { include_usage: true } });
    let reasoning = "";
    stream.on("chunk", (chunk) => {
      reasoning += String(
        (chunk.choices[0]?.delta as { reasoning_content?: string } | undefined)?.reasoning_content ?? "",
      );
    });
    const completion = await stream.finalChatCompletion();
    const [choice] = completion.choices;
    expect(reasoning).toBe("Let me see.");
    expect(choice?.message.content).toBe("Grüße 世界. ");
    expect(choice?.finish_reason).toBe("tool_calls");
    expect(
      choice?.message.tool_calls?.map((call) =>
        call.type === "function" ? [call.id, call.function.name, call.function.arguments] : [],
      ),
    ).toEqual([
      ["toolu_2", "read", '{"path":"/f2"}'],
      ["toolu_3", "read", '{"path":"/f3"}'],
    ]);
    expect(completion.usage).toMatchObject({
      prompt_tokens: 16,
      completion_tokens: 33,
      total_tokens: 49,
      prompt_tokens_details: { cached_tokens: 4 },
    });
    const plain = await openai.chat.completions.create({ ...ASK, stream: true });
    for await (const chunk of plain) expect(chunk.usage).toBeUndefined();
  });

  test("a whole answer", async () => {
    const { openai } = await build(healthy("hello there"));
    const completion = await openai.chat.completions.create(ASK);
    expect(completion).toMatchObject({
      object: "chat.completion",
      model: "upstream-model",
      choices: [{ message: { role: "assistant", content: "hello there" }, finish_reason: "stop" }],
    });
  });

  test("113: the request reaches Anthropic's protocol in its order and words", async () => {
    const { house, openai } = await build(healthy("ok"));
    await openai.chat.completions.create({
      model: MODEL,
      max_completion_tokens: 77,
      temperature: 1.7,
      stop: ["END", " "],
      parallel_tool_calls: false,
      reasoning_effort: "high",
      tools: TOOLS,
      messages: [
        { role: "system", content: "Be brief." },
        {
          role: "user",
          content: [
            { type: "text", text: "look" },
            { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
          ],
        },
        {
          role: "assistant",
          content: null,
          tool_calls: [
            { id: "c1", type: "function", function: { name: "read", arguments: '{"path":"/a"}' } },
            { id: "c2", type: "function", function: { name: "read", arguments: "not json" } },
          ],
        },
        { role: "tool", tool_call_id: "c2", content: "two" },
        { role: "tool", tool_call_id: "c1", content: "one" },
        { role: "user", content: "and now?" },
        { role: "developer", content: "Hurry." },
      ],
    });
    // What the SDK tells of itself is not Anthropic's own client's.
    expect(Object.keys(house.a.requests[0]?.headers ?? {}).join()).not.toContain("x-stainless");
    expect(house.a.requests[0]?.json()).toEqual({
      model: "model-of-a",
      system: [{ type: "text", text: "Be brief." }],
      max_tokens: 77,
      temperature: 1,
      stop_sequences: ["END"],
      thinking: { type: "adaptive" },
      output_config: { effort: "high" },
      tools: [{ name: "read", input_schema: TOOLS[0]?.function.parameters }],
      tool_choice: { type: "auto", disable_parallel_tool_use: true },
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "look" },
            { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "tool_use", id: "c1", name: "read", input: { path: "/a" } },
            { type: "tool_use", id: "c2", name: "read", input: { invalid_json_arguments: "not json" } },
          ],
        },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "c2", content: "two" },
            { type: "tool_result", tool_use_id: "c1", content: "one" },
            { type: "text", text: "and now?" },
            { type: "text", text: "<system-reminder>\nHurry.\n</system-reminder>" },
          ],
        },
      ],
    });
  });

  test("what Anthropic would refuse becomes what it takes: a greeting first, blank texts, ids of other servers", async () => {
    const { house, openai } = await build(healthy("ok"));
    const id = "functions.read:0";
    await openai.chat.completions.create({
      ...ASK,
      messages: [
        { role: "system", content: " " },
        { role: "assistant", content: "Hello! How can I help?" },
        { role: "user", content: "read it" },
        {
          role: "assistant",
          content: "\n\n",
          tool_calls: [{ id, type: "function", function: { name: "read", arguments: "" } }],
        },
        { role: "tool", tool_call_id: id, content: "" },
        { role: "tool", tool_call_id: "of-no-call", content: "stray" },
      ],
    });
    expect(house.a.requests[0]?.json()).toEqual({
      model: "model-of-a",
      max_tokens: expect.any(Number),
      messages: [
        { role: "user", content: "." },
        { role: "assistant", content: [{ type: "text", text: "Hello! How can I help?" }] },
        { role: "user", content: [{ type: "text", text: "read it" }] },
        { role: "assistant", content: [{ type: "tool_use", id: "functions_read_0", name: "read", input: {} }] },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "functions_read_0", content: "" },
            { type: "text", text: "[result of of-no-call]" },
            { type: "text", text: "stray" },
          ],
        },
      ],
    });
  });

  test("failover is as invisible here", async () => {
    const { openai } = await build((_q, r) => r.error(529, "overloaded_error", "no"));
    const completion = await openai.chat.completions.create(ASK);
    expect(completion.choices[0]?.message.content).toBe("hello from b");
  });

  test.each([
    [
      "that the text cites, where it does",
      true,
      { url: "https://a.org/two", title: "Two", start_index: 9, end_index: 21 },
    ],
    [
      "that a search found, where none is cited",
      false,
      { url: "https://a.org/one", title: "One", start_index: 0, end_index: 0 },
    ],
  ])("pages %s", async (_, cites, first) => {
    const page = (name: string) => ({ url: `https://a.org/${name.toLowerCase()}`, title: name });
    const citation = { type: "web_search_result_location", ...page("Two"), cited_text: "…", encrypted_index: "x" };
    const found = ["One", "Two"].map((name) => ({ type: "web_search_result", ...page(name), encrypted_content: "x" }));
    const blocks: { type: string; text?: string; citations?: object[]; [key: string]: unknown }[] = [
      { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "owls" } },
      { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: found },
      { type: "text", text: "They say " },
      { type: "text", text: "hoo at night", ...(cites && { citations: [citation] }) },
    ];
    const events = blocks.flatMap((block, at) => {
      if (block.type !== "text") return [start(at, block), stop(at)];
      const told = delta(at, { type: "text_delta", text: block.text });
      const cited = (block.citations ?? []).map((one) => delta(at, { type: "citations_delta", citation: one }));
      return [start(at, { type: "text", text: "" }), told, ...cited, stop(at)];
    });
    const { house, openai } = await build((_q, r) =>
      r.sse([textEvents("x")[0] ?? "", ...events, ...textEvents("x").slice(-2)], { named: true }),
    );
    const asked = { ...ASK, web_search_options: {} };
    const streamed: unknown[] = [];
    for await (const { choices } of await openai.chat.completions.create({ ...asked, stream: true }))
      streamed.push(...((choices[0]?.delta as { annotations?: unknown[] } | undefined)?.annotations ?? []));
    expect(streamed).toHaveLength(cites ? 1 : 2);
    expect(streamed[0]).toEqual({ type: "url_citation", url_citation: first });
    house.a.handle((_q, r) => r.json({ ...textAnswer(""), content: blocks }));
    const whole = await openai.chat.completions.create(asked);
    expect(whole.choices[0]?.message.annotations).toEqual(streamed);
    expect(whole.choices[0]?.message.content?.slice(9, 21)).toBe("hoo at night");
  });

  test("a client that leaves in the middle is not answered any further", async () => {
    const { openai, house } = await build((_q, r) => r.sse(RICH.slice(0, 7), { named: true, after: "hang" }));
    const stream = await openai.chat.completions.create({ ...ASK, stream: true });
    let text = "";
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      if (text !== "") stream.controller.abort();
    }
    expect(text).toBe("Grüße 世界. ");
    await vi.waitFor(() => expect(house.a.requests[0]?.aborted).toBe(true));
    expect(house.b.requests).toHaveLength(0);
  });

  test("an error comes in OpenAI's envelope, a broken stream throws", async () => {
    const { openai, house } = await build((_q, r) => r.error(400, "invalid_request_error", "messages: too odd"));
    await expect(openai.chat.completions.create(ASK)).rejects.toMatchObject({
      status: 400,
      error: { message: "messages: too odd", type: "invalid_request_error" },
    });
    await expect(openai.chat.completions.create({ ...ASK, n: 2 })).rejects.toMatchObject({ status: 400 });
    house.a.handle((_q, r) => r.sse(RICH.slice(0, 7), { named: true, after: "destroy" }));
    const stream = await openai.chat.completions.create({ ...ASK, stream: true });
    await expect(
      (async () => {
        for await (const _ of stream);
      })(),
    ).rejects.toThrow();
  });

  test("models in OpenAI's shape", async () => {
    const { openai } = await build(healthy("x"));
    expect((await openai.models.list()).data.map(({ id }) => id)).toEqual([MODEL]);
  });
});

describe("responses", () => {
  test("114: a stream: items in order, rising numbers, the last event holds them all", async () => {
    const { openai } = await build(rich);
    const stream = openai.responses.stream({ model: MODEL, input: "hi", include: ["reasoning.encrypted_content"] });
    const numbers: number[] = [];
    stream.on("event", (event) => numbers.push((event as { sequence_number: number }).sequence_number));
    const response = await stream.finalResponse();
    expect(numbers).toEqual(numbers.map((_, i) => i));
    expect(response.status).toBe("completed");
    expect(response.output_text).toBe("Grüße 世界. ");
    expect(response.output.map(({ type }) => type)).toEqual(["reasoning", "message", "function_call", "function_call"]);
    expect(response.output[2]).toMatchObject({ call_id: "toolu_2", name: "read", arguments: '{"path":"/f2"}' });
    expect(response.usage).toMatchObject({
      input_tokens: 16,
      output_tokens: 33,
      input_tokens_details: { cached_tokens: 4, cache_write_tokens: 0 },
    });
  });

  test("the conversation goes back with its thinking, signed by whom it was signed", async () => {
    const { openai, house } = await build(rich);
    const first = await openai.responses
      .stream({ model: MODEL, input: "hi", include: ["reasoning.encrypted_content"] })
      .finalResponse();
    house.a.handle(healthy("done"));
    const second = await openai.responses.create({
      model: MODEL,
      instructions: "Be brief.",
      input: [
        { role: "user", content: "hi" },
        ...(first.output as unknown as OpenAI.Responses.ResponseInputItem[]),
        { type: "function_call_output", call_id: "toolu_2", output: "two" },
        { type: "function_call_output", call_id: "toolu_3", output: [{ type: "input_text", text: "three" }] },
      ],
    });
    expect(second.output_text).toBe("done");
    expect(house.a.requests[1]?.json()).toMatchObject({
      system: [{ type: "text", text: "Be brief." }],
      messages: [
        { role: "user" },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "Let me see.", signature: "sig-of-anthropic" },
            { type: "text", text: "Grüße 世界. " },
            { type: "tool_use", id: "toolu_2", input: { path: "/f2" } },
            { type: "tool_use", id: "toolu_3" },
          ],
        },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "toolu_2", content: "two" },
            { type: "tool_result", tool_use_id: "toolu_3", content: "three" },
          ],
        },
      ],
    });
  });

  test("JSON without a schema is asked for in words where there is no setting for it", async () => {
    const { openai, house } = await build(healthy("{}"));
    await openai.responses.create({ model: MODEL, input: "hi", text: { format: { type: "json_object" } } });
    expect(house.a.requests[0]?.json()).toMatchObject({ system: [{ text: expect.stringContaining("JSON object") }] });
  });

  test("115: what would need stored state is refused with a reason", async () => {
    const { openai } = await build(healthy("x"));
    await expect(
      openai.responses.create({ model: MODEL, input: "x", previous_response_id: "resp_1" }),
    ).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining("previous_response_id"),
    });
  });

  test("a break after content ends in response.failed", async () => {
    const { openai } = await build((_q, r) => r.sse(RICH.slice(0, 7), { named: true }));
    const types: string[] = [];
    try {
      for await (const event of await openai.responses.create({ model: MODEL, input: "x", stream: true }))
        types.push(event.type);
    } catch {
      types.push("thrown");
    }
    expect(types.join()).toMatch(/error|failed|thrown/);
    expect(types).not.toContain("response.completed");
  });
});
