/** The numbered conformance cases 38 to 47 of streams, and what else hosts do, each with its twin that did not stream. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openaiResponses } from "../../../lib/wires/openai-responses/index.ts";
import { readCarrier } from "../../../lib/wires/shared/carrier.ts";
import { recordings } from "../../support/recordings.ts";
import { sseBytes } from "../../support/upstream.ts";
import {
  CREATED,
  ended,
  functionCall,
  inbound,
  itemEvents,
  type Json,
  message,
  messageOf,
  namesOf,
  outputText,
  type Played,
  type PlayOptions,
  play,
  reasoning,
  requestBody,
  response,
  sdkReader,
  streamOf,
  target,
  webSearch,
  whole,
  wholeMessage,
} from "./support.ts";

let sdk: Awaited<ReturnType<typeof sdkReader>>;
beforeAll(async () => {
  sdk = await sdkReader();
});
afterAll(() => sdk.close());

/** Plays in slices of 1, 7 and 4096 bytes, which must make no difference, and has the SDK read the result. */
async function good(events: readonly unknown[], options: PlayOptions = {}): Promise<Played> {
  const played = play(events, options);
  expect(played.faults).toEqual([]);
  expect(played.translator.failure).toBeUndefined();
  expect(played.translator.phase).toBe("complete");
  for (const slice of [1, 7]) expect(play(events, { ...options, slice }).output).toBe(played.output);
  const read = await sdk.read(played.output);
  const mine = messageOf(played);
  expect(read.stop_reason).toBe(mine.stop_reason);
  expect(read.content.map(plain)).toEqual(mine.content.map(plain));
  return played;
}

/** The SDK adds fields to blocks; what was said is the same. */
function plain({ type, text, thinking, signature, id, name, input, content }: Json): Json {
  return { type, text, thinking, signature, id, name, input, content };
}

/** A response as a stream, and its twin as a whole answer, which says the same. */
async function both(output: readonly Json[], more: Json = {}, options: PlayOptions = {}): Promise<Played> {
  const answer = response(output, more);
  const played = await good(streamOf(answer), options);
  const { content, stop_reason, usage } = messageOf(played);
  const twin = wholeMessage(answer, options);
  expect(twin.content).toEqual(content);
  expect(twin.stop_reason).toBe(stop_reason);
  expect(twin.usage).toEqual(usage);
  expect(twin).toHaveProperty("stop_sequence");
  return played;
}

const contentOf = (played: Played) => messageOf(played).content;
const callsOf = (played: Played) =>
  contentOf(played)
    .filter(({ type }) => type === "tool_use")
    .map(({ id, name, input }) => ({ id, name, input }));
const WEATHER = '{"city":"Paris"}';
const THOUGHTS = ["**Looking**\n\nAt the sky.", "**Deciding**"];
const SEARCH = {
  tools: [{ type: "web_search_20250305", name: "web_search", max_uses: 8 }],
  messages: [{ role: "user", content: "Perform a web search for the query: xAI" }],
};

describe("text", () => {
  it("38: a message is one text block", async () => {
    const played = await both([message("Hello, 世界 🦜")]);
    expect(namesOf(played)[1]).toBe("content_block_start 0 text");
    expect(contentOf(played)).toEqual([{ type: "text", text: "Hello, 世界 🦜" }]);
    expect(messageOf(played)).toMatchObject({ stop_reason: "end_turn", usage: { input_tokens: 10, output_tokens: 2 } });
    expect(played.translator.servedModel).toBe("served-model");
  });

  it("commentary and final answer are two blocks, even if a place was left out between them", async () => {
    const events = [
      ...CREATED,
      ...itemEvents(message("I look.", { id: "m1", phase: "commentary" }), 0),
      ...itemEvents(message("Done.", { id: "m2", phase: "final_answer" }), 2),
    ];
    const last = ended(response([message("I look."), message("Done.")]));
    expect(contentOf(await good([...events, last]))).toEqual([
      { type: "text", text: "I look." },
      { type: "text", text: "Done." },
    ]);
    await both([message("I look."), message("Done.")]);
  });

  it("a message of several parts keeps all of them, whichever of them has no deltas", async () => {
    const parts = { content: [outputText("a"), outputText("ab"), outputText("c")] };
    const events = itemEvents(message("", parts), 0);
    const without = events.filter(
      ({ type, content_index: at }) => at !== 1 || !String(type).endsWith("output_text.delta"),
    );
    const last = ended(response([message("", parts)]));
    expect(contentOf(await good([...CREATED, ...without, last]))).toEqual([{ type: "text", text: "aabc" }]);
    await both([message("", parts)]);
  });

  it.each(["output_text.delta", "output_text.done", "output_item.done", "completed"])(
    "the end of a text is told once, though it comes first in %s",
    async (first) => {
      const stages = ["output_text.delta", "output_text.done", "output_item.done", "completed"];
      const left = stages.slice(stages.indexOf(first));
      const answer = response([message("Hello there")]);
      const events = streamOf(answer).filter(({ type }) => {
        const stage = stages.find((name) => type === `response.${name}`);
        return stage === undefined || left.includes(stage);
      });
      expect(contentOf(await good(events))).toEqual([{ type: "text", text: "Hello there" }]);
    },
  );

  it("items that only the last event tells are told then", async () => {
    const answer = response([reasoning(["Hm."]), message("Hello"), functionCall("now", "{}")]);
    expect(contentOf(await good([...CREATED, ended(answer)])).map(({ type }) => type)).toEqual([
      "thinking",
      "text",
      "tool_use",
    ]);
  });

  it("a last event without items loses nothing", async () => {
    const answer = response([message("Hello"), functionCall("now", "{}")]);
    const events = streamOf(answer).slice(0, -1);
    const played = await good([...events, ended(response([]))]);
    expect(contentOf(played)).toHaveLength(2);
    expect(messageOf(played).stop_reason).toBe("tool_use");
  });

  it("a refusal is text, and the reason of the end", async () => {
    const refused = message("", { content: [{ type: "refusal", refusal: "I will not." }] });
    const played = await both([refused]);
    expect(contentOf(played)).toEqual([{ type: "text", text: "I will not." }]);
    expect(messageOf(played).stop_reason).toBe("refusal");
    const end = played.events.find(({ event }) => event === "message_delta");
    expect(end?.data.delta).toMatchObject({ stop_details: { type: "refusal", explanation: "I will not." } });
  });

  it("a refusal beside a call does not hide the call", async () => {
    const refused = message("", { content: [{ type: "refusal", refusal: "Not that." }] });
    expect(messageOf(await both([refused, functionCall("now", "{}")])).stop_reason).toBe("tool_use");
  });

  it("stop sequences are applied here, across deltas, and the rest is not told", async () => {
    const request = { stop_sequences: ["STOP"] };
    const answer = response([message("one STOP two"), functionCall("now", "{}")]);
    const played = await good(streamOf(answer), { request });
    expect(contentOf(played)).toEqual([{ type: "text", text: "one " }]);
    expect(wholeMessage(answer, { request })).toMatchObject({
      content: contentOf(played),
      stop_reason: "stop_sequence",
      stop_sequence: "STOP",
    });
    expect(messageOf(played).stop_reason).toBe("stop_sequence");
    const end = played.events.find(({ event }) => event === "message_delta");
    expect(end?.data.delta).toMatchObject({ stop_sequence: "STOP" });
  });

  it("what only began like a stop sequence is text after all", async () => {
    const played = await both([message("a ST"), message("OP b")], {}, { request: { stop_sequences: ["STOP"] } });
    expect(contentOf(played).map(({ text }) => text)).toEqual(["a ST", "OP b"]);
  });
});

describe("reasoning", () => {
  it("39: summaries are one thinking block, signed with the state of the finished item, before its tool_use", async () => {
    const played = await both([reasoning(THOUGHTS, "the state"), functionCall("weather", WEATHER)]);
    const [thinking, call] = contentOf(played);
    expect(thinking).toMatchObject({ type: "thinking", thinking: THOUGHTS.join("\n\n") });
    expect(readCarrier(thinking?.signature)).toEqual({
      kind: "responses",
      provider: "primary",
      model: "gpt-6-sol",
      data: "the state",
    });
    expect(call).toMatchObject({ type: "tool_use", id: "call_1", name: "weather", input: { city: "Paris" } });
    expect(messageOf(played).stop_reason).toBe("tool_use");
    const signatures = namesOf(played).filter((name) => name.endsWith("signature_delta"));
    expect(signatures).toHaveLength(1);
    const events = namesOf(played);
    expect(events[events.indexOf("content_block_stop 0") - 1]).toBe("content_block_delta 0 signature_delta");
  });

  it("40: without a summary the block has no words, only the signature", async () => {
    const [thinking] = contentOf(await both([reasoning([], "the state"), message("Hello")]));
    expect(thinking).toMatchObject({ type: "thinking", thinking: "" });
    expect(readCarrier(thinking?.signature)?.data).toBe("the state");
  });

  it("reasoning with neither words nor state is not shown", async () => {
    expect(contentOf(await both([reasoning([]), message("Hello")]))).toEqual([{ type: "text", text: "Hello" }]);
  });

  it("two reasonings are two blocks, each with its own state", async () => {
    const played = await both([reasoning(["a"], "A"), reasoning(["b"], "B"), message("Hello")]);
    const thinking = contentOf(played).filter(({ type }) => type === "thinking");
    expect(thinking.map((block) => [block.thinking, readCarrier(block.signature)?.data])).toEqual([
      ["a", "A"],
      ["b", "B"],
    ]);
  });

  it("the words of open models are thinking, too", async () => {
    const item = {
      type: "reasoning",
      id: "rs",
      summary: [],
      content: [{ type: "reasoning_text", text: "Let me see." }],
    };
    const delta = { type: "response.reasoning_text.delta", output_index: 0, content_index: 0 };
    const events = [
      { ...delta, delta: "Let me" },
      { ...delta, delta: " see." },
      { type: "response.output_item.done", output_index: 0, item },
      ...itemEvents(message("Hello"), 1),
    ];
    const answer = response([item, message("Hello")]);
    const played = await good([...CREATED, ...events, ended(answer)]);
    expect(contentOf(played)[0]).toMatchObject({ type: "thinking", thinking: "Let me see." });
    expect(wholeMessage(answer).content).toEqual(contentOf(played));
  });

  it.each([[THOUGHTS], [[]]])("state that comes back goes where it came from: %j", async (summary) => {
    const tools = [{ name: "weather", input_schema: { type: "object" } }];
    const played = await good(streamOf(response([reasoning(summary, "the state"), functionCall("weather", WEATHER)])));
    const result = [{ type: "tool_result", tool_use_id: "call_1", content: "rain" }];
    const messages = [
      { role: "user", content: "hi" },
      { role: "assistant", content: contentOf(played) },
      { role: "user", content: result },
    ];
    const { input } = requestBody({ tools, messages, thinking: { type: "adaptive" } });
    expect((input as Json[]).slice(1)).toEqual([
      {
        type: "reasoning",
        summary: summary
          .join("\n\n")
          .split("\n\n")
          .filter(Boolean)
          .map((text) => ({ type: "summary_text", text })),
        encrypted_content: "the state",
      },
      { type: "function_call", call_id: "call_1", name: "weather", arguments: WEATHER },
      { type: "function_call_output", call_id: "call_1", output: "rain" },
    ]);
  });
});

describe("calls", () => {
  it.each([
    ["in deltas and in both ends", []],
    ["only in arguments.done", ["delta", "item"]],
    ["only in the finished item", ["delta", "done"]],
    ["in deltas only", ["done", "item"]],
    ["in deltas that stop half-way", ["half"]],
  ])("41: arguments that come %s are told once", async (_how, without: string[]) => {
    let half = false;
    const events = streamOf(response([functionCall("weather", WEATHER)])).flatMap((event) => {
      const type = String(event.type);
      if (type.endsWith("arguments.delta")) {
        if (without.includes("delta") || half) return [];
        half = without.includes("half");
      }
      if (type.endsWith("arguments.done") && without.includes("done")) return [];
      if (type.endsWith("output_item.done") && without.includes("item"))
        return [{ ...event, item: { ...(event.item as Json), arguments: undefined } }];
      return [event];
    });
    const played = await good([...events.slice(0, -1), ended(response([]))]);
    expect(callsOf(played)).toEqual([{ id: "call_1", name: "weather", input: { city: "Paris" } }]);
    const deltas = played.events.filter(({ data }) => (data.delta as Json)?.type === "input_json_delta");
    expect(deltas.map(({ data }) => (data.delta as Json).partial_json).join("")).toBe(WEATHER);
  });

  it("42: ids that change from event to event make no difference", async () => {
    const events = streamOf(response([reasoning(THOUGHTS), message("Hello"), functionCall("weather", WEATHER)]));
    const changed = events.map((event, n) => ({ ...event, ...("item_id" in event && { item_id: `id-${n}` }) }));
    expect((await good(changed)).output).toBe((await good(events)).output);
  });

  it.each(["parallel", "multi_tool_use.parallel"])("43: %s wraps two calls", async (name) => {
    const uses = [
      { recipient_name: "functions.weather", parameters: { city: "Paris" } },
      { recipient_name: "functions.now", parameters: {} },
    ];
    const played = await both([functionCall(name, JSON.stringify({ tool_uses: uses }))]);
    expect(callsOf(played).map(({ name, input }) => [name, input])).toEqual([
      ["weather", { city: "Paris" }],
      ["now", {}],
    ]);
    expect(new Set(callsOf(played).map(({ id }) => id)).size).toBe(2);
    expect(messageOf(played).stop_reason).toBe("tool_use");
  });

  it("43: a tool of the client that is called parallel is called", async () => {
    const request = { tools: [{ name: "parallel", input_schema: { type: "object" } }] };
    const args = '{"tool_uses":[{"recipient_name":"functions.x"}]}';
    expect(callsOf(await both([functionCall("parallel", args)], {}, { request }))).toMatchObject([
      { name: "parallel", input: JSON.parse(args) },
    ]);
  });

  it("43: a wrapper that wraps nothing is shown as it is", async () => {
    expect(callsOf(await both([functionCall("parallel", '{"uses":[]}')]))).toMatchObject([{ name: "parallel" }]);
  });

  it("a call without arguments has an empty input", async () => {
    expect(callsOf(await both([functionCall("now", "{}")]))).toMatchObject([{ name: "now", input: {} }]);
    expect(callsOf(await both([functionCall("now", "")]))).toMatchObject([{ name: "now", input: {} }]);
  });

  it("a call without an id gets one, the same every time", async () => {
    const nameless = { ...functionCall("now", "{}"), call_id: undefined };
    const [first] = callsOf(await both([nameless]));
    expect(first?.id).toMatch(/^toolu_[A-Za-z0-9]{24}$/);
  });

  it("interleaved calls are one block after the other, each with its own arguments", async () => {
    const one = itemEvents(functionCall("weather", WEATHER), 0, 2);
    const two = itemEvents(functionCall("weather", '{"city":"Rome"}', "call_2"), 1, 2);
    const turns = one.flatMap((event, n) => [event, ...two.slice(n, n + 1)]);
    const answer = response([functionCall("weather", WEATHER), functionCall("weather", '{"city":"Rome"}', "call_2")]);
    const played = await good([...CREATED, ...turns, ...two.slice(one.length), ended(answer)]);
    expect(callsOf(played).map(({ input }) => input)).toEqual([{ city: "Paris" }, { city: "Rome" }]);
  });

  it("reasoning that ends while a call is open keeps its state", async () => {
    const call = itemEvents(functionCall("weather", WEATHER), 0);
    const between = [...itemEvents(reasoning(["a"], "A"), 1), ...itemEvents(reasoning([], "B"), 2)];
    const events = [...call.slice(0, 3), ...between, ...call.slice(3)];
    const answer = response([functionCall("weather", WEATHER), reasoning(["a"], "A"), reasoning([], "B")]);
    const content = contentOf(await good([...CREATED, ...events, ended(answer)]));
    expect(content.map(({ type }) => type)).toEqual(["tool_use", "thinking", "thinking"]);
    expect(content.slice(1).map(({ signature }) => readCarrier(signature)?.data)).toEqual(["A", "B"]);
  });

  it("items of tools that only OpenAI's servers have are left out", async () => {
    const shell = { type: "shell_call", id: "sh", action: { commands: ["ls"] } };
    expect(contentOf(await both([shell, message("Done.")]))).toEqual([{ type: "text", text: "Done." }]);
  });
});

describe("ends and failures", () => {
  const QUOTA = {
    type: "insufficient_quota",
    code: "insufficient_quota",
    message: "You exceeded your current quota",
    param: null,
  };

  it.each([
    ["nested", { type: "error", error: QUOTA }],
    ["flat", { ...QUOTA, type: "error" }],
    [
      "in response.failed only",
      { type: "response.failed", response: response([], { status: "failed", error: QUOTA }) },
    ],
    ["in response.done", { type: "response.done", response: response([], { status: "failed", error: QUOTA }) }],
  ])("44: an error after in_progress, %s, fails before anything was told, once", (_how, event) => {
    const failed = { type: "response.failed", response: response([], { status: "failed", error: QUOTA }) };
    const played = play([...CREATED, event, failed]);
    expect(played.output).toBe("");
    expect(played.translator.phase).toBe("failed");
    expect(played.translator.failure).toMatchObject({ reason: "billing", message: QUOTA.message });
  });

  it.each([
    ["rate_limit_exceeded", "rate_limited"],
    ["server_error", "server_error"],
    ["invalid_prompt", "content_refused"],
    ["context_length_exceeded", "context_too_long"],
    ["usage_limit_reached", "quota_window"],
    ["server_is_overloaded", "overloaded"],
    ["cyber_policy", "content_refused"],
    ["invalid_image_format", "bad_request"],
  ])("44: the code %s means %s", (code, reason) => {
    const error = { code, message: "no" };
    expect(play([...CREATED, { type: "error", error }]).translator.failure?.reason).toBe(reason);
    expect(whole({ error })).toMatchObject({ ok: false, failure: { reason } });
    expect(whole(response([], { status: "failed", error }))).toMatchObject({ ok: false, failure: { reason } });
  });

  it("44: after content the error ends the stream honestly, and nothing follows", () => {
    const played = play([...streamOf(response([message("Hello")])).slice(0, -2), { type: "error", error: QUOTA }]);
    expect(played.faults).toEqual([]);
    expect(namesOf(played).slice(-2)).toEqual(["content_block_stop 0", "error"]);
  });

  it.each([
    ["max_output_tokens", "max_tokens"],
    ["content_filter", "refusal"],
    ["max_messages", "end_turn"],
  ])("45: incomplete because of %s is %s", async (reason, expected) => {
    const incomplete = { status: "incomplete", incomplete_details: { reason } };
    expect(messageOf(await both([message("Hello")], incomplete)).stop_reason).toBe(expected);
  });

  it("45: the limit before any word is an answer without words", async () => {
    const incomplete = { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } };
    const played = await both([], incomplete);
    expect(messageOf(played)).toMatchObject({ content: [], stop_reason: "max_tokens" });
  });

  it("45: a call that the limit has cut is not told as whole", () => {
    const incomplete = { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } };
    const cut = { ...functionCall("Bash", '{"command":"rm -rf /tmp'), status: "incomplete" };
    const played = play(streamOf(response([message("So:"), cut], incomplete)));
    expect(played.faults).toEqual([]);
    expect(played.translator.failure).toMatchObject({ reason: "truncated" });
    expect(namesOf(played).at(-1)).toBe("error");
    expect(namesOf(played)).not.toContain("content_block_stop 1");
    const twin = wholeMessage(response([message("So:"), cut], incomplete));
    expect(twin.content).toEqual([{ type: "text", text: "So:" }]);
    expect(twin.stop_reason).toBe("max_tokens");
  });

  it("46: the end without response.completed is a cut", () => {
    const played = play(streamOf(response([message("Hello")])).slice(0, -1));
    expect(played.faults).toEqual([]);
    expect(played.translator.failure?.reason).toBe("truncated");
    expect(namesOf(played).slice(-2)).toEqual(["content_block_stop 0", "error"]);
    expect(played.output).not.toContain("message_stop");
  });

  it("46: so is [DONE] in its place", () => {
    const events = streamOf(response([message("Hello")])).slice(0, -1);
    expect(play(events, { done: true }).translator.failure?.reason).toBe("truncated");
  });

  it("46: nothing at all is an empty answer", () => {
    expect(play([]).translator.failure?.reason).toBe("empty_answer");
    expect(play(CREATED).translator.failure?.reason).toBe("empty_answer");
    expect(play(streamOf(response([]))).translator.failure?.reason).toBe("empty_answer");
    expect(play(streamOf(response([reasoning([])]))).translator.failure?.reason).toBe("empty_answer");
  });

  it.each([
    ["an empty body", "", "empty_answer"],
    ["half a body", '{"id":"resp_1","output":[', "truncated"],
    ["no response", "{}", "bad_answer"],
    ["nothing", "null", "empty_answer"],
    ["no content", JSON.stringify(response([])), "empty_answer"],
    ["one that is not done", JSON.stringify(response([], { status: "in_progress" })), "bad_answer"],
    ["one that was cancelled", JSON.stringify(response([message("x")], { status: "cancelled" })), "bad_answer"],
  ])("a whole answer that is %s is none", (_what, body, reason) => {
    const context = { inbound: inbound(), target: target(), messageId: "msg_1" };
    expect(openaiResponses.answer(Buffer.from(body), context)).toMatchObject({ ok: false, failure: { reason } });
  });

  it("[DONE] after the end and events after the end make no difference", async () => {
    const events = streamOf(response([message("Hello")]));
    const played = await good(events, { done: true });
    expect((await good([...events, ...events])).output).toBe(played.output);
  });

  it("usage that is missing is estimated", async () => {
    const played = await good(streamOf(response([message("Hello there, you")], { usage: null })));
    expect(messageOf(played).usage.output_tokens).toBe(4);
    expect(played.translator.notes).toContain("the upstream reported no usage; the tokens are estimated");
  });

  it("cached and written tokens are told apart from the others", async () => {
    const usage = {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 80, cache_write_tokens: 5 },
      output_tokens: 30,
      output_tokens_details: { reasoning_tokens: 12 },
    };
    expect(messageOf(await both([message("Hello")], { usage })).usage).toMatchObject({
      input_tokens: 15,
      cache_read_input_tokens: 80,
      cache_creation_input_tokens: 5,
      output_tokens: 30,
      output_tokens_details: { thinking_tokens: 12 },
    });
    const odd = { input_tokens: 10, input_tokens_details: { cached_tokens: 50 }, output_tokens: 1 };
    expect(messageOf(await both([message("Hello")], { usage: odd })).usage.input_tokens).toBe(0);
  });
});

describe("web search", () => {
  const sources = [
    { type: "url", url: "https://x.ai/about" },
    { type: "url", url: "https://example.org/a" },
  ];
  const annotation = {
    type: "url_citation",
    url: "https://x.ai/about",
    title: "About xAI",
    start_index: 0,
    end_index: 3,
  };

  it("47: a search with its pages is a server tool call and its result, before the text", async () => {
    const to = target({ searchTool: { type: "web_search", sources: true } });
    const search = webSearch({ type: "search", query: "xAI founded", sources });
    const opened = webSearch({ type: "open_page", url: "https://x.ai/about" });
    const output = [search, opened, message("", { content: [outputText("xAI is …", [annotation])] })];
    const played = await both(output, {}, { request: SEARCH, to });
    expect(contentOf(played)).toMatchObject([
      { type: "server_tool_use", name: "web_search", input: { query: "xAI founded" } },
      {
        type: "web_search_tool_result",
        content: [
          {
            type: "web_search_result",
            url: "https://x.ai/about",
            title: "x.ai",
            encrypted_content: "",
            page_age: null,
          },
          { url: "https://example.org/a", title: "example.org" },
        ],
      },
      { type: "text", text: "xAI is …" },
    ]);
    const [call, result] = contentOf(played);
    expect(call?.id).toMatch(/^srvtoolu_/);
    expect(result?.tool_use_id).toBe(call?.id);
    expect(messageOf(played)).toMatchObject({
      stop_reason: "end_turn",
      usage: { server_tool_use: { web_search_requests: 1 } },
    });
    const cited = played.events.find(({ data }) => (data.delta as Json)?.type === "citations_delta");
    expect(cited?.data.delta).toHaveProperty("citation", {
      type: "web_search_result_location",
      url: "https://x.ai/about",
      title: "About xAI",
      cited_text: "",
      encrypted_index: "",
    });
  });

  it("47: two searches are two calls, and counted", async () => {
    const to = target({ searchTool: { type: "web_search", sources: true } });
    const output = [
      webSearch({ type: "search", query: "a", sources: sources.slice(0, 1) }),
      webSearch({ type: "search", queries: ["b", "c"], sources: sources.slice(1) }),
      message("Both."),
    ];
    const played = await both(output, {}, { request: SEARCH, to });
    const calls = contentOf(played).filter(({ type }) => type === "server_tool_use");
    expect(calls.map(({ input }) => input)).toEqual([{ query: "a" }, { query: "b · c" }]);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
    expect(messageOf(played).usage.server_tool_use).toEqual({ web_search_requests: 2 });
  });

  it("47: where the vendor does not tell of pages, those that the text cites are the hits (xAI)", async () => {
    const to = target({ searchTool: { type: "web_search" } });
    const search = webSearch(undefined, { name: "web_search", arguments: '{"query":"what is xAI"}' });
    const output = [search, message("", { content: [outputText("xAI is …", [annotation, annotation])] })];
    const played = await both(output, {}, { request: SEARCH, to });
    expect(contentOf(played)).toMatchObject([
      { type: "text" },
      { type: "server_tool_use", input: { query: "what is xAI" } },
      { type: "web_search_tool_result", content: [{ url: "https://x.ai/about", title: "About xAI" }] },
    ]);
  });

  it("47: a search without any page is told as such, not as one without results", async () => {
    const to = target({ searchTool: { type: "web_search", sources: true } });
    const played = await both([webSearch({ type: "search", query: "a", sources: [] })], {}, { request: SEARCH, to });
    expect(contentOf(played)).toMatchObject([
      { type: "server_tool_use" },
      { type: "web_search_tool_result", content: { error_code: "unavailable" } },
    ]);
  });

  it("searches that nobody asked for are not told", async () => {
    const search = webSearch({ type: "search", query: "a", sources });
    const played = await both([search, message("", { content: [outputText("x", [annotation])] })]);
    expect(contentOf(played)).toEqual([{ type: "text", text: "x" }]);
    expect(messageOf(played).usage.server_tool_use).toBeUndefined();
  });

  it("47: the recorded search shows its hits", async (context) => {
    const recording = recordings("openai-responses").find(({ name }) => name === "openai-web-search-tool.1");
    if (!recording?.events) return context.skip();
    const to = target({ searchTool: { type: "web_search", sources: true } });
    const events = recording.events.map((event) => JSON.parse(event) as Json);
    const played = await good(events, { request: SEARCH, to });
    const results = contentOf(played).filter(({ type }) => type === "web_search_tool_result");
    expect(results.length).toBeGreaterThan(0);
    for (const { content } of results) expect((content as Json[]).length).toBeGreaterThan(0);
    const searches = events.filter(({ type, item }) => {
      const { action } = (item ?? {}) as { action?: Json };
      return type === "response.output_item.done" && action?.type === "search";
    });
    expect(messageOf(played).usage.server_tool_use?.web_search_requests).toBe(searches.length);
  });
});

describe("bytes", () => {
  const answer = response([reasoning(["Ünï 東京"], "S"), message("Grüße 🦜👩‍💻"), functionCall("weather", WEATHER)]);
  const events = streamOf(answer).map((event) => JSON.stringify(event));
  const expected = () => play(streamOf(answer)).output;

  it.each([
    ["without event names", () => sseBytes(events)],
    [
      "with types in the event names only",
      () =>
        events
          .map((event) => {
            const { type, ...data } = JSON.parse(event) as Json;
            return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
          })
          .join(""),
    ],
    [
      "with CRLF, comments and a BOM",
      () => `\uFEFF: hello\r\n\r\n${events.map((event) => `data: ${event}\r\n\r\n: keep-alive\r\n`).join("")}`,
    ],
    ["without blanks behind the colon", () => events.map((event) => `data:${event}\n\n`).join("")],
    [
      "without a last blank line",
      () =>
        events
          .map((event) => `data: ${event}\n\n`)
          .join("")
          .trimEnd(),
    ],
    ["with pings", () => events.map((event) => `event: ping\ndata: {"type":"ping"}\n\ndata: ${event}\n\n`).join("")],
    ["as lines of JSON", () => events.join("\n")],
    ["as an array of JSON", () => `[${events.join(",\n")}]`],
  ])("102: %s", (_how, raw) => {
    for (const slice of [1, 7, 4096]) expect(play([], { raw: raw(), slice }).output).toBe(expected());
  });

  it("35: a whole response where a stream was asked for is told as one", async () => {
    const played = await good([], { raw: JSON.stringify(answer) });
    expect(messageOf(played)).toEqual(messageOf(play(streamOf(answer))));
  });

  it("a stream where a whole answer was asked for is put together", () => {
    const context = { inbound: inbound(), target: target(), messageId: "msg_test1" };
    const read = openaiResponses.answer(sseBytes(events, { named: true }), context);
    if (!read.ok) throw new Error(read.failure.message);
    expect(JSON.parse(read.body.toString("utf8"))).toEqual(wholeMessage(answer));
    const cut = openaiResponses.answer(sseBytes(events.slice(0, -1)), context);
    expect(cut).toMatchObject({ ok: false, failure: { reason: "truncated" } });
  });

  it("one unreadable line costs a word at most; three in a row, or one of a call, cost the answer", () => {
    const bad = "data: {broken\n\n";
    const text = streamOf(response([message("Hello")])).map((event) => `data: ${JSON.stringify(event)}\n\n`);
    expect(play([], { raw: `${text[0]}${bad}${text.slice(1).join("")}` }).translator.phase).toBe("complete");
    const thrice = play([], { raw: `${text[0]}${bad.repeat(3)}${text.slice(1).join("")}` });
    expect(thrice.translator.failure?.reason).toBe("bad_answer");
    const args = 'data: {"type":"response.function_call_arguments.delta","delta":"\n\n';
    const ofCall = play([], { raw: `${text[0]}${args}${text.slice(1).join("")}` });
    expect(ofCall.translator.failure?.reason).toBe("bad_answer");
  });

  it("an HTML page is no answer", () => {
    const played = play([], { raw: "<!doctype html><title>502</title>" });
    expect(played.translator.failure?.reason).toBe("bad_answer");
  });

  it("104: arguments of a megabyte in thousands of deltas are told in linear time", () => {
    const args = JSON.stringify({ content: "x".repeat(1_000_000) });
    const played = play([...CREATED, ...itemEvents(functionCall("Write", args), 0, 100), ended(response([]))]);
    expect(played.translator.phase).toBe("complete");
    expect(JSON.stringify(callsOf(played)[0]?.input)).toBe(args);
  });
});
