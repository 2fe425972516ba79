/** The numbered conformance cases 1 to 37 of streams, each with its twin that did not stream. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openaiChat } from "../../../lib/wires/openai-chat/index.ts";
import { readCarrier } from "../../../lib/wires/shared/carrier.ts";
import {
  call,
  chunk,
  completion,
  inbound,
  type Json,
  messageOf,
  namesOf,
  type Played,
  type PlayOptions,
  play,
  requestBody,
  sdkReader,
  target,
  usageChunk,
  whole,
  wholeMessage,
} from "./support.ts";

let sdk: Awaited<ReturnType<typeof sdkReader>>;
beforeAll(async () => {
  sdk = await sdkReader();
});
afterAll(() => sdk.close());

/** Plays in slices of 1, 7 and 4096 bytes, which must make no difference, and has the SDK read the result. */
async function good(chunks: readonly unknown[], options: PlayOptions = {}): Promise<Played> {
  const played = play(chunks, options);
  expect(played.faults).toEqual([]);
  expect(played.translator.phase).toBe("complete");
  for (const slice of [1, 7]) expect(play(chunks, { ...options, slice }).output).toBe(played.output);
  const message = await sdk.read(played.output);
  const mine = messageOf(played);
  expect(message.stop_reason).toBe(mine.stop_reason);
  expect(message.content.map(plain)).toEqual(mine.content.map(plain));
  return played;
}

/** The SDK adds fields to blocks; what was said is the same. */
function plain({ type, text, thinking, signature, id, name, input, content }: Json): Json {
  return { type, text, thinking, signature, id, name, input, content };
}

/** The twin: the same said without streaming has the same content, stop reason and usage. */
function twin(played: Played, whole: unknown, options: PlayOptions = {}): void {
  const message = wholeMessage(whole, options);
  const { content, stop_reason, usage } = messageOf(played);
  expect(message.content).toEqual(content);
  expect(message.stop_reason).toBe(stop_reason);
  expect(message.usage).toEqual(usage);
  expect(message).toHaveProperty("stop_sequence");
}

const HELLO = [chunk({ role: "assistant", content: "" }), chunk({ content: "Hel" }), chunk({ content: "lo" })];
const USAGE = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 };
const WEATHER = '{"city":"Paris"}';

describe("text and its end", () => {
  it("1: two deltas, a finish with usage and [DONE] make one text block", async () => {
    const played = await good([...HELLO, chunk({}, { finish: "stop", usage: USAGE })]);
    expect(namesOf(played)).toEqual([
      "message_start",
      "content_block_start 0 text",
      "content_block_delta 0 text_delta",
      "content_block_delta 0 text_delta",
      "content_block_stop 0",
      "message_delta",
      "message_stop",
    ]);
    const { content, stop_reason, usage } = messageOf(played);
    expect(content).toEqual([{ type: "text", text: "Hello" }]);
    expect(stop_reason).toBe("end_turn");
    expect(usage).toMatchObject({ input_tokens: 10, output_tokens: 2 });
    expect(played.translator.servedModel).toBe("served-model");
    twin(played, completion({ role: "assistant", content: "Hello" }));
  });

  it("2: usage in a chunk of its own after the finish makes no difference", async () => {
    const inFinish = await good([...HELLO, chunk({}, { finish: "stop", usage: USAGE })]);
    const after = await good([...HELLO, chunk({}, { finish: "stop" }), usageChunk(USAGE)]);
    expect(messageOf(after)).toEqual(messageOf(inFinish));
    expect(after.events.filter(({ event }) => event === "message_delta")).toHaveLength(1);
  });

  it.each([
    ["inside the finish chunk", [...HELLO, chunk({}, { finish: "stop", usage: USAGE })]],
    [
      "in every chunk, growing",
      [
        chunk({ content: "Hel" }, { usage: { prompt_tokens: 10, completion_tokens: 1 } }),
        chunk({ content: "lo" }, { usage: USAGE }),
        chunk({}, { finish: "stop", usage: USAGE }),
      ],
    ],
    ["before the finish", [...HELLO, usageChunk(USAGE), chunk({}, { finish: "stop" })]],
  ])("3: usage %s gives the same end", async (_where, chunks) => {
    const played = await good(chunks);
    const ends = played.events.filter(({ event }) => event === "message_delta");
    expect(ends).toHaveLength(1);
    expect(ends[0]?.data).toMatchObject({
      delta: { stop_reason: "end_turn" },
      usage: { input_tokens: 10, output_tokens: 2 },
    });
  });

  it("4: no usage at all is estimated, never zero", async () => {
    const played = await good([...HELLO, chunk({}, { finish: "stop" })]);
    const { usage } = messageOf(played);
    expect(usage.output_tokens).toBeGreaterThan(0);
    expect(usage.input_tokens).toBeGreaterThan(0);
    expect(played.translator.notes).toContain("the upstream reported no usage; the tokens are estimated");
    twin(played, completion({ role: "assistant", content: "Hello" }, { usage: null }));
  });

  it("5: a finish and the end of the stream are enough, [DONE] is not needed", async () => {
    const played = await good([...HELLO, chunk({}, { finish: "stop", usage: USAGE })], { done: false });
    expect(messageOf(played).stop_reason).toBe("end_turn");
  });

  it("6: the end without finish, [DONE] or usage is a cut: the text is closed, then an error", () => {
    const played = play(HELLO, { done: false });
    expect(played.faults).toEqual([]);
    expect(played.translator.phase).toBe("failed");
    expect(played.translator.failure?.reason).toBe("truncated");
    expect(namesOf(played).slice(-2)).toEqual(["content_block_stop 0", "error"]);
    expect(played.output).not.toContain("message_stop");
  });

  it("7: two finishes make one end", async () => {
    const played = await good([...HELLO, chunk({}, { finish: "stop" }), chunk({}, { finish: "stop", usage: USAGE })]);
    expect(played.events.filter(({ event }) => event === "message_delta")).toHaveLength(1);
  });

  it("8: what comes after [DONE] is ignored", async () => {
    const raw = `data: ${JSON.stringify(chunk({ content: "Hello" }, { finish: "stop", usage: USAGE }))}\n\ndata: [DONE]\n\n`;
    const late = `data: ${JSON.stringify(chunk({ content: " again" }))}\n\ndata: [DONE]\n\n`;
    const played = await good([], { raw: raw + late });
    expect(messageOf(played).content).toEqual([{ type: "text", text: "Hello" }]);
  });

  it("only [DONE], without any finish, ends an answer too", async () => {
    expect(messageOf(await good([...HELLO, usageChunk()])).stop_reason).toBe("end_turn");
  });

  it("the end without finish but with usage is taken for whole, and noted", async () => {
    const played = await good([...HELLO, usageChunk()], { done: false });
    expect(messageOf(played).stop_reason).toBe("end_turn");
    expect(played.translator.notes?.join()).toContain("without a finish_reason");
  });

  it("usage that comes with every delta is no sign of the end", () => {
    const played = play([chunk({ content: "Hel" }, { usage: USAGE }), chunk({ content: "lo" }, { usage: USAGE })], {
      done: false,
    });
    expect(played.translator.failure?.reason).toBe("truncated");
  });

  it("a stream that ends without saying anything is an empty answer", () => {
    for (const played of [play([]), play([], { done: false }), play([chunk({ role: "assistant", content: "" })])]) {
      expect(played.output).toBe("");
      expect(played.translator.failure?.reason).toBe("empty_answer");
    }
  });

  it("so is one that is finished and has said nothing", () => {
    const played = play([chunk({ role: "assistant", content: "" }), chunk({}, { finish: "stop", usage: USAGE })]);
    expect(played.output).toBe("");
    expect(played.translator.failure).toMatchObject({
      reason: "empty_answer",
      message: expect.stringContaining("stop"),
    });
  });

  it("one that was stopped before it could say anything is whole", async () => {
    const played = await good([
      chunk({ role: "assistant", content: "" }),
      chunk({}, { finish: "length", usage: USAGE }),
    ]);
    expect(messageOf(played)).toMatchObject({ content: [], stop_reason: "max_tokens" });
    twin(played, completion({ role: "assistant", content: "" }, { finish: "length" }));
  });
});

describe("tool calls", () => {
  it("9: id and name, then three fragments of arguments", async () => {
    const played = await good([
      chunk({
        role: "assistant",
        content: null,
        tool_calls: [call({ index: 0, id: "call_1", name: "weather", args: "" })],
      }),
      chunk({ tool_calls: [call({ index: 0, args: '{"ci' })] }),
      chunk({ tool_calls: [call({ index: 0, args: 'ty":"Pa' })] }),
      chunk({ tool_calls: [call({ index: 0, args: 'ris"}' })] }),
      chunk({}, { finish: "tool_calls", usage: USAGE }),
    ]);
    expect(namesOf(played)).toEqual([
      "message_start",
      "content_block_start 0 tool_use",
      "content_block_delta 0 input_json_delta",
      "content_block_delta 0 input_json_delta",
      "content_block_delta 0 input_json_delta",
      "content_block_stop 0",
      "message_delta",
      "message_stop",
    ]);
    expect(played.events[1]?.data.content_block).toEqual({
      type: "tool_use",
      id: "call_1",
      name: "weather",
      input: {},
    });
    expect(messageOf(played)).toMatchObject({ stop_reason: "tool_use", content: [{ input: { city: "Paris" } }] });
    const tool_calls = [call({ id: "call_1", name: "weather", args: WEATHER })];
    twin(played, completion({ role: "assistant", content: null, tool_calls }, { finish: "tool_calls" }));
  });

  it("10: id, name and arguments in one chunk", async () => {
    const played = await good([
      chunk({ tool_calls: [call({ index: 0, id: "call_1", name: "weather", args: WEATHER })] }),
      chunk({}, { finish: "tool_calls" }),
    ]);
    const deltas = played.events.filter(({ event }) => event === "content_block_delta");
    expect(deltas.map(({ data }) => data.delta)).toEqual([{ type: "input_json_delta", partial_json: WEATHER }]);
  });

  it("11: parallel calls with interleaved fragments come out one after the other", async () => {
    const played = await good([
      chunk({ tool_calls: [call({ index: 0, id: "a", name: "one", args: '{"x":' })] }),
      chunk({ tool_calls: [call({ index: 1, id: "b", name: "two", args: '{"y":' })] }),
      chunk({ tool_calls: [call({ index: 0, args: "1}" })] }),
      chunk({ tool_calls: [call({ index: 1, args: "2}" })] }),
      chunk({}, { finish: "tool_calls", usage: USAGE }),
    ]);
    expect(messageOf(played).content).toEqual([
      { type: "tool_use", id: "a", name: "one", input: { x: 1 } },
      { type: "tool_use", id: "b", name: "two", input: { y: 2 } },
    ]);
    const tool_calls = [
      call({ id: "a", name: "one", args: '{"x":1}' }),
      call({ id: "b", name: "two", args: '{"y":2}' }),
    ];
    twin(played, completion({ content: null, tool_calls }, { finish: "tool_calls" }));
  });

  it("12: two calls of the same index with different ids are two", async () => {
    const played = await good([
      chunk({ tool_calls: [call({ index: 0, id: "a", name: "one", args: '{"x":1}' })] }),
      chunk({ tool_calls: [call({ index: 0, id: "b", name: "one", args: '{"x":2}' })] }),
      chunk({}, { finish: "tool_calls" }),
    ]);
    expect(messageOf(played).content.map(({ id, input }) => [id, input])).toEqual([
      ["a", { x: 1 }],
      ["b", { x: 2 }],
    ]);
  });

  it.each([undefined, null])("13: index %s on two whole calls gives two", async (index) => {
    const at = index === undefined ? {} : { index };
    const played = await good([
      chunk({ tool_calls: [call({ ...at, id: "a", name: "one", args: '{"x":1}' })] }),
      chunk({ tool_calls: [call({ ...at, id: "b", name: "two", args: '{"y":2}' })] }),
      chunk({}, { finish: "stop" }),
    ]);
    expect(messageOf(played).content.map(({ name, input }) => [name, input])).toEqual([
      ["one", { x: 1 }],
      ["two", { y: 2 }],
    ]);
  });

  it("13: the same in one chunk, without ids, with the same name and no arguments", async () => {
    const played = await good([
      chunk(
        { tool_calls: [call({ name: "one", args: "{}" }), call({ name: "one", args: "{}" })] },
        { finish: "tool_calls" },
      ),
    ]);
    expect(messageOf(played).content.map(({ name, input }) => [name, input])).toEqual([
      ["one", {}],
      ["one", {}],
    ]);
  });

  it("14: a first index of 1 leaves no gap", async () => {
    const played = await good([
      chunk({ content: "Look." }),
      chunk({ tool_calls: [call({ index: 1, id: "a", name: "one", args: "{}" })] }),
      chunk({}, { finish: "tool_calls" }),
    ]);
    expect(namesOf(played).filter((name) => name.startsWith("content_block_start"))).toEqual([
      "content_block_start 0 text",
      "content_block_start 1 tool_use",
    ]);
  });

  it("15: an id repeated in every fragment is one call", async () => {
    const played = await good([
      chunk({ tool_calls: [call({ index: 0, id: "a", name: "weather", args: '{"city":' })] }),
      chunk({ tool_calls: [call({ index: 0, id: "a", name: "weather", args: '"Paris"}' })] }),
      chunk({}, { finish: "tool_calls" }),
    ]);
    expect(messageOf(played).content).toEqual([
      { type: "tool_use", id: "a", name: "weather", input: { city: "Paris" } },
    ]);
  });

  it("16: missing ids are made, legal and unique", async () => {
    const chunks = [
      chunk({
        tool_calls: [call({ index: 0, name: "one", args: "{}" }), call({ index: 1, id: "", name: "two", args: "{}" })],
      }),
      chunk({}, { finish: "tool_calls" }),
    ];
    const ids = messageOf(await good(chunks)).content.map(({ id }) => String(id));
    for (const id of ids) expect(id).toMatch(/^toolu_[a-zA-Z0-9]{24}$/);
    expect(new Set(ids).size).toBe(2);
    expect(messageOf(play(chunks)).content.map(({ id }) => id)).toEqual(ids);
  });

  it("17: an id that the vendor uses again in the next turn becomes two, and pairs in the history", async () => {
    const turn = (id: string) => [
      {
        ...chunk({ tool_calls: [call({ index: 0, id: "functions.Bash:0", name: "Bash", args: '{"command":"ls"}' })] }),
        id,
      },
      { ...chunk({}, { finish: "tool_calls" }), id },
    ];
    const first = messageOf(await good(turn("resp-1"))).content[0];
    const history = (blocks: unknown[]) => ({
      messages: [
        { role: "user", content: "go" },
        ...blocks.flatMap((block) => [
          { role: "assistant", content: [block] },
          { role: "user", content: [{ type: "tool_result", tool_use_id: (block as Json).id, content: "ok" }] },
        ]),
      ],
    });
    const second = messageOf(await good(turn("resp-2"), { request: history([first]) })).content[0];
    expect(second?.id).not.toBe(first?.id);
    for (const block of [first, second]) expect(String(block?.id)).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    for (const quirks of [{}, { toolCallId: "kimi" }] as const) {
      const messages = requestBody(history([first, second]), target(quirks)).messages as Json[];
      const called = messages.flatMap((m) => ((m.tool_calls ?? []) as Json[]).map(({ id }) => id));
      expect(messages.filter(({ role }) => role === "tool").map((m) => m.tool_call_id)).toEqual(called);
      expect(new Set(called).size).toBe(2);
    }
  });

  it("17: an id that is legal but was used before is replaced too", async () => {
    const chunks = [
      chunk({ tool_calls: [call({ index: 0, id: "call_0", name: "one", args: "{}" })] }),
      chunk({}, { finish: "tool_calls" }),
    ];
    const messages = [
      { role: "assistant", content: [{ type: "tool_use", id: "call_0", name: "one", input: {} }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "call_0", content: "ok" }] },
    ];
    expect(messageOf(await good(chunks, { request: { messages } })).content[0]?.id).not.toBe("call_0");
  });

  it("18: a name that comes after some arguments loses none of them", async () => {
    const played = await good([
      chunk({ tool_calls: [call({ index: 0, id: "a", args: '{"city":' })] }),
      chunk({ tool_calls: [call({ index: 0, name: "weather", args: '"Paris"}' })] }),
      chunk({}, { finish: "tool_calls" }),
    ]);
    expect(messageOf(played).content).toEqual([
      { type: "tool_use", id: "a", name: "weather", input: { city: "Paris" } },
    ]);
  });

  it("a name that comes in pieces, grows or is said again is one name", async () => {
    for (const names of [
      ["get_", "weather"],
      ["get", "get_weather"],
      ["get_weather", "get_weather"],
    ]) {
      const played = await good([
        ...names.map((name) => chunk({ tool_calls: [call({ index: 0, id: "a", name })] })),
        chunk({ tool_calls: [call({ index: 0, args: WEATHER })] }),
        chunk({}, { finish: "tool_calls" }),
      ]);
      expect(messageOf(played).content[0]?.name).toBe("get_weather");
    }
  });

  it("19: a call whose name never comes is not lost in silence", async () => {
    const played = await good([
      chunk({ tool_calls: [call({ index: 0, id: "a", args: WEATHER })] }),
      chunk({}, { finish: "tool_calls", usage: USAGE }),
    ]);
    expect(messageOf(played).content).toEqual([
      { type: "tool_use", id: "a", name: "tool_0", input: { city: "Paris" } },
    ]);
    twin(
      played,
      completion({ content: null, tool_calls: [call({ id: "a", args: WEATHER })] }, { finish: "tool_calls" }),
    );
  });

  it.each(["", null, undefined])("20: arguments %j mean none", async (args) => {
    const played = await good([
      chunk({ tool_calls: [call({ index: 0, id: "a", name: "now", ...(args !== undefined && { args }) })] }),
      chunk({}, { finish: "tool_calls", usage: USAGE }),
    ]);
    expect(played.output).not.toContain("input_json_delta");
    expect((await sdk.read(played.output)).content[0]?.input).toEqual({});
    twin(
      played,
      completion({ content: null, tool_calls: [call({ id: "a", name: "now", args })] }, { finish: "tool_calls" }),
    );
  });

  it("21: arguments that are an object are written out once", async () => {
    const played = await good([
      chunk({ tool_calls: [call({ index: 0, id: "a", name: "weather", args: { city: "Paris" } })] }),
      chunk({}, { finish: "tool_calls", usage: USAGE }),
    ]);
    expect(messageOf(played).content[0]?.input).toEqual({ city: "Paris" });
    const tool_calls = [call({ id: "a", name: "weather", args: { city: "Paris" } })];
    twin(played, completion({ content: null, tool_calls }, { finish: "tool_calls" }));
  });

  it("22: {} and then the real object gives the real object", async () => {
    const played = await good([
      chunk({ tool_calls: [call({ index: 0, id: "a", name: "weather", args: "{}" })] }),
      chunk({ tool_calls: [call({ index: 0, args: '{"city":' })] }),
      chunk({ tool_calls: [call({ index: 0, args: '"Paris"}' })] }),
      chunk({}, { finish: "tool_calls" }),
    ]);
    expect(messageOf(played).content[0]?.input).toEqual({ city: "Paris" });
  });

  it("arguments that are sent again as a whole count once", async () => {
    const played = await good([
      chunk({ tool_calls: [call({ index: 0, id: "a", name: "weather", args: WEATHER })] }),
      chunk({ tool_calls: [call({ index: 0, id: "a", name: "weather", args: WEATHER })] }),
      chunk({}, { finish: "tool_calls" }),
    ]);
    expect(messageOf(played).content).toEqual([
      { type: "tool_use", id: "a", name: "weather", input: { city: "Paris" } },
    ]);
  });

  it("23: arguments cut by the length limit are neither closed nor mended", () => {
    const chunks = [
      chunk({ content: "I will write it." }),
      chunk({ tool_calls: [call({ index: 0, id: "a", name: "Bash", args: '{"command":"rm -rf build/t' })] }),
      chunk({}, { finish: "length", usage: USAGE }),
    ];
    const played = play(chunks);
    expect(played.faults).toEqual([]);
    expect(played.translator).toMatchObject({
      phase: "failed",
      stopReason: "max_tokens",
      failure: { reason: "truncated" },
    });
    expect(namesOf(played).slice(-2)).toEqual(["content_block_delta 1 input_json_delta", "error"]);
    const tool_calls = [call({ id: "a", name: "Bash", args: '{"command":"rm -rf build/t' })];
    expect(wholeMessage(completion({ content: "I will write it.", tool_calls }, { finish: "length" }))).toMatchObject({
      stop_reason: "max_tokens",
      content: [{ type: "text", text: "I will write it." }],
    });
  });

  it("23: a later call that is cut before anything of it was sent is left out", async () => {
    const fragments = [
      call({ index: 0, id: "a", name: "one", args: "{}" }),
      call({ index: 1, id: "b", name: "two", args: '{"y":"' }),
    ];
    const played = await good([chunk({ tool_calls: fragments }), chunk({}, { finish: "length", usage: USAGE })]);
    expect(messageOf(played)).toMatchObject({ stop_reason: "max_tokens", content: [{ name: "one", input: {} }] });
    expect(messageOf(played).content).toHaveLength(1);
    twin(played, completion({ tool_calls: fragments }, { finish: "length" }));
  });

  it("a closing bracket that the model forgot is put in; a string that is cut is not touched", async () => {
    const forgot = await good([
      chunk({ tool_calls: [call({ index: 0, id: "a", name: "one", args: '{"x":["y"' })] }),
      chunk({}, { finish: "tool_calls" }),
    ]);
    expect(messageOf(forgot).content[0]?.input).toEqual({ x: ["y"] });
    const cut = play([
      chunk({ tool_calls: [call({ index: 0, id: "a", name: "Bash", args: '{"command":"rm -rf /tmp' })] }),
      chunk({}, { finish: "tool_calls" }),
    ]);
    expect(cut.faults).toEqual(["the input of block 0 is no JSON object"]);
    expect(
      wholeMessage(
        completion(
          { tool_calls: [call({ id: "a", name: "Bash", args: '{"command":"rm -rf /tmp' })] },
          { finish: "tool_calls" },
        ),
      ).content[0]?.input,
    ).toEqual({ invalid_json_arguments: '{"command":"rm -rf /tmp' });
  });

  it("24: an empty tool_calls beside text is nothing", async () => {
    const played = await good([
      chunk({ content: "Hel", tool_calls: [] }),
      chunk({ content: "lo", tool_calls: [] }),
      chunk({ tool_calls: [] }, { finish: "stop" }),
    ]);
    expect(messageOf(played)).toMatchObject({ stop_reason: "end_turn", content: [{ type: "text", text: "Hello" }] });
  });

  it("25: text, tool, text are blocks 0, 1, 2", async () => {
    const played = await good([
      chunk({ content: "Before." }),
      chunk({ tool_calls: [call({ index: 0, id: "a", name: "one", args: '{"x":1}' })] }),
      chunk({ content: "After." }),
      chunk({}, { finish: "tool_calls" }),
    ]);
    expect(messageOf(played).content.map(({ type }) => type)).toEqual(["text", "tool_use", "text"]);
  });

  it("26: `stop` with tool calls means tool_use", async () => {
    const played = await good([
      chunk({ tool_calls: [call({ index: 0, id: "a", name: "one", args: '{"x":1}' })] }),
      chunk({}, { finish: "stop", usage: USAGE }),
    ]);
    expect(messageOf(played).stop_reason).toBe("tool_use");
    twin(played, completion({ content: "", tool_calls: [call({ id: "a", name: "one", args: '{"x":1}' })] }));
  });

  it.each([
    ["stop", "end_turn"],
    ["eos", "end_turn"],
    ["length", "max_tokens"],
    ["content_filter", "refusal"],
    ["sensitive", "refusal"],
    ["model_context_window_exceeded", "model_context_window_exceeded"],
    ["tool_calls", "end_turn"],
    ["no such word", "end_turn"],
  ])("27: %s without calls means %s", async (finish, meaning) => {
    const played = await good([...HELLO, chunk({}, { finish, usage: USAGE })]);
    expect(messageOf(played).stop_reason).toBe(meaning);
    twin(played, completion({ content: "Hello" }, { finish }));
  });

  it("27: function_call, the older form of a call, means tool_use", async () => {
    const played = await good([
      chunk({ function_call: { name: "weather", arguments: "" } }),
      chunk({ function_call: { arguments: WEATHER } }),
      chunk({}, { finish: "function_call" }),
    ]);
    expect(messageOf(played)).toMatchObject({
      stop_reason: "tool_use",
      content: [{ name: "weather", input: { city: "Paris" } }],
    });
  });

  it.each(["error", "network_error", "insufficient_system_resource"])("%s as finish_reason is a failure", (finish) => {
    expect(play([...HELLO, chunk({}, { finish })]).translator.failure?.reason).toBe("server_error");
    expect(whole(completion({ content: "Hel" }, { finish }))).toMatchObject({
      ok: false,
      failure: { reason: "server_error" },
    });
  });

  it("several choices are one answer", async () => {
    const choices = (delta: Json, second: Json) => ({
      ...chunk(delta),
      choices: [
        { index: 0, delta, finish_reason: null },
        { index: 1, delta: second, finish_reason: null },
      ],
    });
    const played = await good([
      choices({ content: "Look." }, { tool_calls: [call({ index: 0, id: "a", name: "one", args: '{"x":1}' })] }),
      {
        ...chunk({}),
        choices: [
          { index: 0, delta: {}, finish_reason: "stop" },
          { index: 1, delta: {}, finish_reason: "tool_calls" },
        ],
      },
    ]);
    expect(messageOf(played)).toMatchObject({ stop_reason: "tool_use", content: [{ text: "Look." }, { name: "one" }] });
  });
});

describe("reasoning", () => {
  const back = target({ reasoningReplay: "reasoning_content" }, { id: "deepseek", model: "deepseek-flash" });

  it("28: reasoning_content, then content: a thinking block, a text block", async () => {
    const chunks = [
      chunk({ role: "assistant", content: null, reasoning_content: "" }),
      chunk({ content: null, reasoning_content: "Let me " }),
      chunk({ content: null, reasoning_content: "see." }),
      chunk({ content: "Hello", reasoning_content: null }),
      chunk({}, { finish: "stop", usage: USAGE }),
    ];
    const bare = await good(chunks);
    expect(messageOf(bare).content).toEqual([
      { type: "thinking", thinking: "Let me see.", signature: "" },
      { type: "text", text: "Hello" },
    ]);
    twin(bare, completion({ content: "Hello", reasoning_content: "Let me see." }));
    const carried = messageOf(await good(chunks, { to: back })).content[0];
    expect(readCarrier(carried?.signature)).toEqual({
      kind: "reasoning_content",
      provider: "deepseek",
      model: "deepseek-flash",
    });
  });

  it.each(["reasoning", "reasoning_text"])(
    "29: %s is read too, and of two fields with the same words one",
    async (field) => {
      const played = await good([chunk({ [field]: "Hmm." }), chunk({ content: "Hi" }), chunk({}, { finish: "stop" })]);
      expect(messageOf(played).content[0]).toMatchObject({ type: "thinking", thinking: "Hmm." });
      const both = await good([
        chunk({ [field]: "Hmm.", reasoning_content: "Hmm." }),
        chunk({ content: "Hi" }),
        chunk({}, { finish: "stop" }),
      ]);
      expect(messageOf(both).content[0]).toMatchObject({ thinking: "Hmm." });
    },
  );

  it("29: reasoning_details with a signature: one signature_delta, the last of its block, which brings them back", async () => {
    const to = target(
      { reasoningReplay: "reasoning_details" },
      { id: "openrouter", model: "anthropic/claude-sonnet-5" },
    );
    const detail = (more: Json) => [{ type: "reasoning.text", format: "anthropic-claude-v1", index: 0, ...more }];
    const played = await good(
      [
        chunk({ reasoning: "Let me ", reasoning_details: detail({ text: "Let me " }) }),
        chunk({ reasoning: "see.", reasoning_details: detail({ text: "see." }) }),
        chunk({ reasoning_details: detail({ signature: "sig==" }) }),
        chunk({ content: "Hi" }),
        chunk({ tool_calls: [call({ index: 0, id: "a", name: "one", args: '{"x":1}' })] }),
        chunk({}, { finish: "tool_calls", usage: USAGE }),
      ],
      { to },
    );
    const names = namesOf(played);
    expect(names.filter((name) => name.endsWith("signature_delta"))).toHaveLength(1);
    expect(names[names.indexOf("content_block_delta 0 signature_delta") + 1]).toBe("content_block_stop 0");
    const { content } = messageOf(played);
    expect(content[0]).toMatchObject({ type: "thinking", thinking: "Let me see." });
    const messages = [
      { role: "user", content: "hi" },
      { role: "assistant", content },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "a", content: "1" }] },
    ];
    const assistant = (to: typeof back) => (requestBody({ messages }, to).messages as Json[])[1];
    expect(assistant(to)?.reasoning_details).toEqual(detail({ text: "Let me see.", signature: "sig==" }));
    for (const other of [back, { ...to, model: "google/gemini-3" }])
      expect(assistant(other)).not.toHaveProperty("reasoning_details");
    const reasoning_details = detail({ text: "Let me see.", signature: "sig==" });
    const tool_calls = [call({ id: "a", name: "one", args: '{"x":1}' })];
    twin(
      played,
      completion({ content: "Hi", reasoning: "Let me see.", reasoning_details, tool_calls }, { finish: "tool_calls" }),
      { to },
    );
  });

  it("29: encrypted details that come alone are carried by an empty thinking block", async () => {
    const to = target({ reasoningReplay: "reasoning_details" }, { id: "openrouter", model: "openai/gpt-6-sol" });
    const secret = { type: "reasoning.encrypted", data: "b64==", id: "rs_1", format: "openai-responses-v1", index: 0 };
    const played = await good(
      [chunk({ content: "Hi" }), chunk({ reasoning_details: [secret] }), chunk({}, { finish: "stop" })],
      { to },
    );
    const { content } = messageOf(played);
    expect(content.map(({ type, thinking }) => [type, thinking])).toEqual([
      ["text", undefined],
      ["thinking", ""],
    ]);
    expect(
      (requestBody({ messages: [{ role: "assistant", content }] }, to).messages as Json[])[0]?.reasoning_details,
    ).toEqual([secret]);
  });

  it("30: reasoning and content in turns alternate in blocks", async () => {
    const played = await good([
      chunk({ reasoning: "1" }),
      chunk({ content: "a" }),
      chunk({ reasoning: "2" }),
      chunk({ content: "b" }),
      chunk({}, { finish: "stop" }),
    ]);
    expect(messageOf(played).content.map(({ type, thinking, text }) => [type, thinking ?? text])).toEqual([
      ["thinking", "1"],
      ["text", "a"],
      ["thinking", "2"],
      ["text", "b"],
    ]);
  });

  it("typed content parts (Mistral) are told apart", async () => {
    const thinking = [{ type: "thinking", thinking: [{ type: "text", text: "Hmm." }] }];
    const played = await good([
      chunk({ content: thinking }),
      chunk({ content: [{ type: "text", text: "Hi" }] }),
      chunk({ content: "!" }, { finish: "stop", usage: USAGE }),
    ]);
    expect(messageOf(played).content).toMatchObject([{ thinking: "Hmm." }, { text: "Hi!" }]);
    twin(played, completion({ content: [...thinking, { type: "text", text: "Hi!" }] }));
  });

  it("thoughts between tags inside the text are told apart where a vendor puts them there", async () => {
    const to = target({ inlineThinking: true });
    const chunks = ["<th", "ink>Let me", " see.</th", "ink>\n\nHello", " <think>"].map((content) => chunk({ content }));
    const played = await good([...chunks, chunk({}, { finish: "stop", usage: USAGE })], { to });
    expect(messageOf(played).content).toMatchObject([{ thinking: "Let me see." }, { text: "Hello <think>" }]);
    twin(played, completion({ content: "<think>Let me see.</think>\n\nHello <think>" }), { to });
    const plain = await good([chunk({ content: "<thi" }), chunk({}, { finish: "stop" })], { to });
    expect(messageOf(plain).content).toEqual([{ type: "text", text: "<thi" }]);
  });
});

describe("nothing, refusals and errors", () => {
  it.each([[{}], [null], [{ content: null }], [{ content: "" }], [undefined]])(
    "31: delta %j opens no block",
    async (delta) => {
      const played = await good([chunk(delta), chunk(delta), ...HELLO, chunk({}, { finish: "stop" })]);
      expect(messageOf(played).content).toEqual([{ type: "text", text: "Hello" }]);
    },
  );

  it("31: chunks without choices do nothing", async () => {
    const played = await good([
      { choices: [], prompt_filter_results: [] },
      { id: "x" },
      { choices: null },
      ...HELLO,
      chunk({}, { finish: "stop" }),
    ]);
    expect(messageOf(played).content).toEqual([{ type: "text", text: "Hello" }]);
  });

  it("blank text before a tool call makes no block of its own, and none of text is lost", async () => {
    const tool = chunk({ tool_calls: [call({ index: 0, id: "a", name: "one", args: '{"x":1}' })] });
    const played = await good([chunk({ content: "\n" }), tool, chunk({}, { finish: "tool_calls" })]);
    expect(messageOf(played).content.map(({ type }) => type)).toEqual(["tool_use"]);
    const text = await good([chunk({ content: "\n" }), chunk({ content: "\nHi\n" }), chunk({}, { finish: "stop" })]);
    expect(messageOf(text).content).toEqual([{ type: "text", text: "\n\nHi\n" }]);
  });

  it("32: a refusal is text, and stops as one", async () => {
    const played = await good([
      chunk({ refusal: "I can" }),
      chunk({ refusal: "not." }),
      chunk({}, { finish: "stop", usage: USAGE }),
    ]);
    expect(messageOf(played)).toMatchObject({ stop_reason: "refusal", content: [{ type: "text", text: "I cannot." }] });
    expect(played.events.at(-2)?.data.delta).toMatchObject({
      stop_details: {
        type: "refusal",
        category: null,
        explanation: "I cannot.",
      },
    });
    twin(played, completion({ content: null, refusal: "I cannot." }));
  });

  it("33: an error as the first data of a 200 is a failure of its kind, before anything was said", () => {
    const played = play([{ error: { message: "x", code: 429 } }], { done: false });
    expect(played.output).toBe("");
    expect(played.translator).toMatchObject({ phase: "failed", failure: { reason: "rate_limited", message: "x" } });
    expect(whole({ error: { message: "x", code: 429 } })).toMatchObject({
      ok: false,
      failure: { reason: "rate_limited" },
    });
  });

  it.each([
    [
      "with a role first",
      [chunk({ role: "assistant", content: "" }), { error: { message: "overloaded", code: "server_is_overloaded" } }],
      "overloaded",
    ],
    ["as a string", [{ error: "out of memory" }], "server_error"],
    [
      "flat, with a status",
      [{ message: "queue is full", type: "too_many_requests_error", code: "queue_exceeded" }],
      "overloaded",
    ],
    [
      "beside a choice",
      [{ ...chunk({ content: "" }, { finish: "error" }), error: { code: 502, message: "upstream died" } }],
      "server_error",
    ],
    [
      "as the vendor's own object",
      [{ object: "error", message: "too long", code: "context_length_exceeded" }],
      "context_too_long",
    ],
  ])("33: an error %s", (_how, chunks, reason) => {
    const played = play(chunks, { done: false });
    expect(played.output).toBe("");
    expect(played.translator.failure?.reason).toBe(reason);
  });

  it("33: an event that calls itself an error is one, even if it is no JSON", () => {
    const plain = play([], { raw: "event: error\ndata: worker died\n\n", done: false });
    expect(plain.translator.failure).toMatchObject({ reason: "server_error", message: "worker died" });
    const named = play([], { raw: 'event: error\ndata: {"message":"slow down","code":"rate_limit_exceeded"}\n\n' });
    expect(named.translator.failure?.reason).toBe("rate_limited");
  });

  it("34: an error after text closes the text, tells the error and nothing more", () => {
    const played = play([...HELLO, { error: { message: "boom", code: "server_error" } }, chunk({ content: " more" })]);
    expect(played.faults).toEqual([]);
    expect(namesOf(played).slice(-2)).toEqual(["content_block_stop 0", "error"]);
    expect(played.events.at(-1)?.data).toMatchObject({
      type: "error",
      error: { message: "primary: boom" },
      request_id: "req_1",
    });
    expect(played.output).not.toContain("more");
  });

  it("35: a whole completion where events should be becomes a whole stream", async () => {
    const body = completion(
      { content: "Hello", tool_calls: [call({ id: "a", name: "one", args: '{"x":1}' })] },
      { finish: "tool_calls" },
    );
    const played = await good([], { raw: JSON.stringify(body) });
    twin(played, body);
  });

  it("35: an error, lines of JSON, or a page where events should be", async () => {
    expect(play([], { raw: '{"error":{"message":"no","code":401}}' }).translator.failure?.reason).toBe("auth");
    expect(play([], { raw: "\n<!doctype html><p>Bad gateway" }).translator.failure?.reason).toBe("bad_answer");
    const lines = [...HELLO, chunk({}, { finish: "stop" })].map((line) => JSON.stringify(line)).join("\n");
    expect(messageOf(await good([], { raw: lines })).content).toEqual([{ type: "text", text: "Hello" }]);
  });

  it("a line that is not JSON is left out and noted; three in a row are a failure", async () => {
    const text = (chunks: string[]) => chunks.map((line) => `data: ${line}\n\n`).join("");
    const ok = [
      JSON.stringify(chunk({ content: "Hello" })),
      "{broken",
      JSON.stringify(chunk({}, { finish: "stop" })),
      "[DONE]",
    ];
    const played = await good([], { raw: text(ok) });
    expect(messageOf(played).content).toEqual([{ type: "text", text: "Hello" }]);
    expect(played.translator.notes).toContain("left out a line of the stream that is not JSON");
    const bad = play([], { raw: text([JSON.stringify(chunk({ content: "Hello" })), "{", "{", "{"]) });
    expect(bad.translator.failure?.reason).toBe("bad_answer");
  });

  it("a line that is not JSON while a tool is called is a failure at once", () => {
    const tool = JSON.stringify(chunk({ tool_calls: [call({ index: 0, id: "a", name: "one", args: '{"x":' })] }));
    const raw = `data: ${tool}\n\ndata: {"choices":[{"delta":{"tool_ca\n\n`;
    expect(play([], { raw, done: false }).translator.failure?.reason).toBe("bad_answer");
  });

  it("the phase stays `before` until there is content", () => {
    const translator = openaiChat.stream({ inbound: inbound({ stream: true }), target: target(), messageId: "msg_1" });
    const send = (value: unknown) => translator.push(Buffer.from(`data: ${JSON.stringify(value)}\n\n`));
    for (const delta of [
      { role: "assistant", content: "" },
      { content: "\n" },
      { tool_calls: [call({ index: 0, id: "a", name: "one" })] },
    ]) {
      expect(send(chunk(delta))).toBe("");
      expect(translator.phase).toBe("before");
    }
    expect(send(chunk({ tool_calls: [call({ index: 0, args: '{"x"' })] }))).toContain("message_start");
    expect(translator.phase).toBe("content");
  });
});

describe("usage", () => {
  const ends = (usage: unknown, to = target()) =>
    messageOf(play([...HELLO, chunk({}, { finish: "stop" }), usageChunk(usage)], { to })).usage;

  it("36: cached and written tokens are told apart from the others", () => {
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 7,
      prompt_tokens_details: { cached_tokens: 80, cache_write_tokens: 5 },
    };
    expect(ends(usage)).toMatchObject({
      input_tokens: 15,
      cache_read_input_tokens: 80,
      cache_creation_input_tokens: 5,
      output_tokens: 7,
    });
    twin(
      play([...HELLO, chunk({}, { finish: "stop" }), usageChunk(usage)]),
      completion({ content: "Hello" }, { usage }),
    );
  });

  it("37: more cached than there was never makes a negative number", () => {
    expect(
      ends({ prompt_tokens: 10, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 50 } }),
    ).toMatchObject({
      input_tokens: 0,
      cache_read_input_tokens: 50,
    });
  });

  it.each([
    [
      "DeepSeek",
      { prompt_tokens: 100, completion_tokens: 1, prompt_cache_hit_tokens: 60, prompt_cache_miss_tokens: 40 },
    ],
    ["Moonshot", { prompt_tokens: 100, completion_tokens: 1, cached_tokens: 60 }],
    ["Mistral", { prompt_tokens: 100, completion_tokens: 1, num_cached_tokens: 60 }],
    ["no details", { prompt_tokens: 100, completion_tokens: 1, prompt_tokens_details: null, cached_tokens: 60 }],
  ])("cached tokens where %s puts them", (_vendor, usage) => {
    expect(ends(usage)).toMatchObject({ input_tokens: 40, cache_read_input_tokens: 60 });
  });

  it("reasoning is part of the output, on top where the vendor leaves it out", () => {
    const usage = { prompt_tokens: 10, completion_tokens: 26, completion_tokens_details: { reasoning_tokens: 20 } };
    expect(ends(usage)).toMatchObject({ output_tokens: 26, output_tokens_details: { thinking_tokens: 20 } });
    expect(ends(usage, target({ reasoningOnTop: true }))).toMatchObject({ output_tokens: 46 });
    const more = { prompt_tokens: 10, completion_tokens: 1, completion_tokens_details: { reasoning_tokens: 290 } };
    expect(ends(more)).toMatchObject({ output_tokens: 291 });
  });

  it("usage in the last choice (Moonshot) or below x_groq is found", () => {
    const inChoice = { ...chunk({}), choices: [{ index: 0, delta: {}, finish_reason: "stop", usage: USAGE }] };
    const groq = chunk({}, { finish: "stop", x_groq: { id: "r", usage: USAGE } });
    for (const last of [inChoice, groq])
      expect(messageOf(play([...HELLO, last])).usage).toMatchObject({ input_tokens: 10, output_tokens: 2 });
  });
});

describe("bytes", () => {
  it("101: characters cut anywhere come out whole", async () => {
    const text = "Grüße 👩‍👩‍👧 漢字 \u{1F680}";
    const played = await good([chunk({ content: text }), chunk({}, { finish: "stop" })]);
    expect(messageOf(played).content).toEqual([{ type: "text", text }]);
  });

  it("102: line ends, comments, a BOM, several data lines, no space and no last newline make no difference", () => {
    const one = JSON.stringify(chunk({ content: "Hello" }));
    const last = JSON.stringify(chunk({}, { finish: "stop", usage: USAGE }));
    const plain = play([], { raw: `data: ${one}\n\ndata: ${last}\n\ndata: [DONE]\n\n` }).output;
    const half = one.indexOf(",") + 1;
    const others = [
      `\uFEFF: OPENROUTER PROCESSING\n\ndata:${one}\n\n: keep-alive\n\ndata:${last}\n\ndata:[DONE] \n\n`,
      `data: ${one}\r\n\r\ndata: ${last}\r\n\r\ndata: [DONE]\r\n\r\n`,
      `data: ${one}\r\rdata: ${last}\r\rdata: [DONE]\r\r`,
      `id: 1\nretry: 5\ndata: ${one.slice(0, half)}\ndata: ${one.slice(half)}\n\nevent: message\ndata: ${last}`,
    ];
    for (const raw of others) for (const slice of [1, 7, 4096]) expect(play([], { raw, slice }).output).toBe(plain);
  });

  it("104: one event of 1 MiB and ten thousand tiny ones in one chunk are read in linear time", () => {
    const big = play([chunk({ content: "x".repeat(1 << 20) }), chunk({}, { finish: "stop" })]);
    expect(messageOf(big).content[0]?.text).toHaveLength(1 << 20);
    const many = Array.from({ length: 10_000 }, () => chunk({ content: "y" }));
    const small = play([...many, chunk({}, { finish: "stop" })], { slice: 1 << 24 });
    expect(messageOf(small).content[0]?.text).toHaveLength(10_000);
  });

  it("stop sequences that the vendor does not take are applied across borders of chunks", async () => {
    const request = { stop_sequences: ["1", "2", "3", "4", "END", "5"] };
    const chunks = [
      chunk({ content: "Hello E" }),
      chunk({ content: "N" }),
      chunk({ content: "D of it" }),
      chunk({ content: "!" }),
    ];
    const played = await good(chunks, { request });
    expect(messageOf(played)).toMatchObject({ stop_reason: "stop_sequence", content: [{ text: "Hello " }] });
    expect(played.events.at(-2)?.data.delta).toMatchObject({ stop_sequence: "END" });
    const near = await good([chunk({ content: "Hello EN" }), chunk({ content: "DLESS" }, { finish: "stop" })], {
      request: { stop_sequences: ["1", "2", "3", "4", "ENDS"] },
    });
    expect(messageOf(near).content).toEqual([{ type: "text", text: "Hello ENDLESS" }]);
  });

  it("a stop sequence that the vendor reports is told", async () => {
    const choice = { index: 0, delta: { content: "Hello" }, finish_reason: "stop", stop_reason: "###" };
    const played = await good([{ ...chunk({}), choices: [choice] }], { request: { stop_sequences: ["###"] } });
    expect(messageOf(played).stop_reason).toBe("stop_sequence");
  });
});
