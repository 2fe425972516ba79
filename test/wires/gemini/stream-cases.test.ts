/** The numbered conformance cases 48 to 59 of streams, each with its twin that did not stream. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCarrier } from "../../../lib/wires/shared/carrier.ts";
import { checkGeminiRequest } from "../../support/validators/gemini.ts";
import {
  call,
  chunk,
  freshWire,
  inbound,
  type Json,
  messageOf,
  namesOf,
  nextTurn,
  type Played,
  type PlayOptions,
  play,
  requestBody,
  sdkReader,
  target,
  USAGE,
  whole,
  wholeMessage,
} from "./support.ts";

let sdk: Awaited<ReturnType<typeof sdkReader>>;
beforeAll(async () => {
  sdk = await sdkReader();
});
afterAll(() => sdk.close());

const THINKS = { thinking: { type: "adaptive" } };
const SESSION = { "x-claude-code-session-id": "11111111-2222-3333-4444-555555555555" };

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
function twin(played: Played, answer: unknown, options: PlayOptions = {}): void {
  const message = wholeMessage(answer, options);
  const { content, stop_reason, usage } = messageOf(played);
  expect(message.content).toEqual(content);
  expect(message.stop_reason).toBe(stop_reason);
  expect(message.usage).toEqual(usage);
  expect(message).toHaveProperty("stop_sequence");
}

const failureOf = (chunks: readonly unknown[], options: PlayOptions = {}) => {
  const played = play(chunks, options);
  expect(played.output).toBe("");
  expect(played.translator.phase).toBe("failed");
  return played.translator.failure;
};
const dataOf = (block: Json | undefined) => readCarrier(block?.signature)?.data;

describe("48: text", () => {
  it("deltas, an end with usage", async () => {
    const played = await good([
      chunk([{ text: "Hel" }]),
      chunk([{ text: "lo" }]),
      chunk([{ text: "" }], { finish: "STOP", usage: USAGE }),
    ]);
    expect(namesOf(played)).toEqual([
      "message_start",
      "content_block_start 0 text",
      "content_block_delta 0 text_delta",
      "content_block_delta 0 text_delta",
      "content_block_stop 0",
      "message_delta",
      "message_stop",
    ]);
    expect(messageOf(played)).toMatchObject({ content: [{ type: "text", text: "Hello" }], stop_reason: "end_turn" });
    expect(played.translator.servedModel).toBe("served-model");
    twin(played, chunk([{ text: "Hello" }], { finish: "STOP", usage: USAGE }));
  });

  it("output is candidates and thoughts, input is the prompt without what was cached", async () => {
    const usageMetadata = {
      promptTokenCount: 100,
      cachedContentTokenCount: 80,
      toolUsePromptTokenCount: 7,
      candidatesTokenCount: 5,
      thoughtsTokenCount: 20,
      totalTokenCount: 132,
    };
    const usage = {
      input_tokens: 27,
      cache_read_input_tokens: 80,
      output_tokens: 25,
      output_tokens_details: { thinking_tokens: 20 },
    };
    const played = await good([chunk([{ text: "Hi" }], { finish: "STOP", usage: usageMetadata })]);
    expect(messageOf(played).usage).toEqual(usage);
    expect(played.translator.usage).toEqual(usage);
    const snake = Object.fromEntries(
      Object.entries(usageMetadata).map(([key, n]) => [
        key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        n,
      ]),
    );
    expect(wholeMessage({ ...chunk([{ text: "Hi" }], { finish: "STOP" }), usage_metadata: snake }).usage).toEqual(
      usage,
    );
    const odd = { promptTokenCount: 5, cachedContentTokenCount: 9, candidatesTokenCount: 1 };
    expect(wholeMessage(chunk([{ text: "Hi" }], { finish: "STOP", usage: odd })).usage).toMatchObject({
      input_tokens: 0,
    });
  });

  it("usage grows from chunk to chunk, and some tell only part of it", async () => {
    const played = await good([
      chunk([{ text: "Hel" }], { usage: { promptTokenCount: 10, candidatesTokenCount: 1 } }),
      chunk([{ text: "lo" }], { usage: { trafficType: "ON_DEMAND", candidatesTokenCount: 2 } }),
      chunk([{ text: "" }], { finish: "STOP", usage: { trafficType: "ON_DEMAND" } }),
    ]);
    expect(messageOf(played).usage).toMatchObject({ input_tokens: 10, output_tokens: 2 });
    const start = played.events[0]?.data.message as Json;
    expect(start.usage).toEqual({ input_tokens: 10, output_tokens: 1 });
  });

  it("no usage at all is estimated, never zero", async () => {
    const played = await good([chunk([{ text: "Hello" }], { finish: "STOP" })]);
    expect(messageOf(played).usage.input_tokens).toBeGreaterThan(0);
    expect(messageOf(played).usage.output_tokens).toBeGreaterThan(0);
  });

  it("what comes after the finish still counts, and STOP in every chunk is no end", async () => {
    const played = await good([
      chunk([{ text: "Hel" }], { finish: "STOP" }),
      chunk([{ text: "lo" }], { finish: "MAX_TOKENS" }),
      chunk([], { finish: "STOP", usage: USAGE }),
    ]);
    expect(messageOf(played)).toMatchObject({ content: [{ text: "Hello" }], stop_reason: "max_tokens" });
  });

  it("a connection that breaks after the finish has cost nothing, unless the model finishes every chunk", () => {
    const isWhole = (chunks: Json[]) => {
      const translator = freshWire().stream({
        inbound: inbound({ stream: true }),
        target: target(),
        messageId: "msg_1",
      });
      for (const one of chunks) translator.push(Buffer.from(`data: ${JSON.stringify(one)}\n\n`));
      return translator.isWhole;
    };
    const last = chunk([{ text: "" }], { finish: "STOP" });
    expect(isWhole([chunk([{ text: "Hel" }])])).toBe(false);
    expect(isWhole([chunk([{ text: "Hel" }]), last])).toBe(true);
    expect(isWhole([{ promptFeedback: { blockReason: "SAFETY" } }])).toBe(true);
    expect(isWhole([chunk([{ text: "Hel" }], { finish: "STOP" }), chunk([{ text: "lo" }], { finish: "STOP" })])).toBe(
      false,
    );
  });

  it("the end without a finishReason is a cut: the text is closed, then an error", () => {
    const played = play([chunk([{ text: "Hel" }])]);
    expect(played.faults).toEqual([]);
    expect(played.translator.failure?.reason).toBe("truncated");
    expect(namesOf(played).slice(-2)).toEqual(["content_block_stop 0", "error"]);
    expect(failureOf([])?.reason).toBe("empty_answer");
    expect(whole({})).toMatchObject({ ok: false, failure: { reason: "empty_answer" } });
  });
});

describe("49: a call and its signature", () => {
  const request = { ...THINKS, tools: [{ name: "Read", input_schema: { type: "object" } }] };
  const answer = [
    chunk([call("Read", { path: "/a" }, { thoughtSignature: "c2ln" })]),
    chunk([{ text: "" }], { finish: "STOP", usage: USAGE }),
  ];
  const results = (content: Json[]) =>
    content
      .filter(({ type }) => type === "tool_use")
      .map(({ id }) => ({ type: "tool_result", tool_use_id: id, content: "ok" }));
  const replay = (content: Json[], wire = freshWire(), to = target(), headers = {}) => {
    const body = requestBody(nextTurn(request, content, results(content)), to, headers, wire);
    expect(checkGeminiRequest(body, { model: to.model })).toEqual([]);
    return (body.contents as { parts: Json[] }[])[1]?.parts;
  };
  const signed = { functionCall: { name: "Read", args: { path: "/a" } }, thoughtSignature: "c2ln" };
  const standIn = { ...signed, thoughtSignature: "skip_thought_signature_validator" };

  it("is a tool_use after a thinking block that carries the signature, and comes back on the same call", async () => {
    const played = await good(answer, { request });
    const { content, stop_reason } = messageOf(played);
    expect(stop_reason).toBe("tool_use");
    expect(content).toMatchObject([
      { type: "thinking", thinking: "" },
      { type: "tool_use", name: "Read", input: { path: "/a" } },
    ]);
    expect(replay(content)).toEqual([signed]);
    twin(
      played,
      chunk([call("Read", { path: "/a" }, { thoughtSignature: "c2ln" })], { finish: "STOP", usage: USAGE }),
      { request },
    );
  });

  it("is remembered where the client has removed the thinking, for a day, for this model only", () => {
    let now = 0;
    const wire = freshWire(undefined, () => now);
    const calls = messageOf(play(answer, { request, wire })).content.filter(({ type }) => type === "tool_use");
    expect(replay(calls, wire)).toEqual([signed]);
    expect(replay(calls, wire, target("gemini-3.1-pro-preview"))).toEqual([standIn]);
    now = 24 * 3600 * 1000 + 1;
    expect(replay(calls, wire)).toEqual([standIn]);
  });

  it("a client that does not think gets no thinking blocks, but its signatures are remembered", async () => {
    const wire = freshWire();
    const { content } = messageOf(play(answer, { request: { tools: request.tools }, wire }));
    expect(content.map(({ type }) => type)).toEqual(["tool_use"]);
    expect(replay(content, wire)).toEqual([signed]);
  });

  it("of parallel calls each keeps what came with it", async () => {
    const parts = [call("Read", { path: "/a" }, { thoughtSignature: "c2ln" }), call("Read", { path: "/b" })];
    const { content } = messageOf(await good([chunk(parts, { finish: "STOP" })], { request }));
    expect(content.map(({ type }) => type)).toEqual(["thinking", "tool_use", "tool_use"]);
    expect(replay(content)).toEqual([signed, { functionCall: { name: "Read", args: { path: "/b" } } }]);
  });

  it("the upstream's own id is given back to it", async () => {
    const { content } = messageOf(
      await good([chunk([call("Read", {}, { id: "fc.1/x", thoughtSignature: "c2ln" })], { finish: "STOP" })], {
        request,
      }),
    );
    expect(String(content[1]?.id)).toMatch(/^toolu_[a-zA-Z0-9]{24}$/);
    const body = requestBody(nextTurn(request, content, results(content)));
    expect(checkGeminiRequest(body, { model: "gemini-3.8-flash" })).toEqual([]);
    expect((body.contents as { parts: Json[] }[])[2]?.parts[0]?.functionResponse).toMatchObject({ id: "fc.1/x" });
  });

  it("the signature of a text is remembered for the same words in the same session", async () => {
    const wire = freshWire();
    const chunks = [
      chunk([{ text: "It is" }]),
      chunk([{ text: " so." }]),
      chunk([{ text: "", thoughtSignature: "dHh0" }], { finish: "STOP" }),
    ];
    const { content } = messageOf(play(chunks, { request, wire, headers: SESSION }));
    expect(content).toEqual([{ type: "text", text: "It is so." }]);
    const back = (headers: Record<string, string>) => {
      const messages = [
        { role: "user", content: "?" },
        { role: "assistant", content },
        { role: "user", content: "go" },
      ];
      return (requestBody({ messages }, target(), headers, wire).contents as { parts: Json[] }[])[1]?.parts;
    };
    expect(back(SESSION)).toEqual([{ text: "It is so.", thoughtSignature: "dHh0" }]);
    expect(back({})).toEqual([{ text: "It is so." }]);
    expect(back({ "x-claude-code-session-id": "another" })).toEqual([{ text: "It is so." }]);
  });

  it("calls of Google's own tools come back where they stood", async () => {
    const tools = [{ type: "web_search_20250305", name: "web_search" }, ...request.tools];
    const own = [
      { toolCall: { toolType: "GOOGLE_SEARCH_WEB", args: { queries: ["x"] }, id: "s1" }, thoughtSignature: "YQ==" },
      { toolResponse: { toolType: "GOOGLE_SEARCH_WEB", response: {}, id: "s1" } },
    ];
    const parts = [
      { text: "I search." },
      ...own,
      { text: "Found." },
      call("Read", { path: "/a" }, { thoughtSignature: "c2ln" }),
    ];
    const { content } = messageOf(await good([chunk(parts, { finish: "STOP" })], { request: { ...THINKS, tools } }));
    expect(content.map(({ type }) => type)).toEqual(["text", "thinking", "text", "thinking", "tool_use"]);
    expect(replay(content)).toEqual([{ text: "I search." }, ...own, { text: "Found." }, signed]);
  });
});

describe("50: thoughts", () => {
  it("are thinking blocks, text comes after them", async () => {
    const chunks = [
      chunk([{ text: "Let me", thought: true }]),
      chunk([{ text: " see.", thought: true }]),
      chunk([{ text: "So." }], { finish: "STOP", usage: USAGE }),
    ];
    const played = await good(chunks, { request: THINKS });
    expect(messageOf(played).content).toMatchObject([
      { type: "thinking", thinking: "Let me see." },
      { type: "text", text: "So." },
    ]);
    expect(readCarrier(messageOf(played).content[0]?.signature)).toEqual({
      kind: "gemini",
      provider: "gemini",
      model: "gemini-3.8-flash",
    });
    const parts = [{ text: "Let me see.", thought: true }, { text: "So." }];
    twin(played, chunk(parts, { finish: "STOP", usage: USAGE }), { request: THINKS });
  });

  it("carry the signature of the call to which they lead, and their own", async () => {
    const parts = [
      { text: "Hm.", thought: true, thoughtSignature: "dGg=" },
      call("Read", { a: 1 }, { thoughtSignature: "c2ln" }),
    ];
    const { content } = messageOf(await good([chunk(parts, { finish: "STOP" })], { request: THINKS }));
    expect(content.map(({ type }) => type)).toEqual(["thinking", "tool_use"]);
    expect(dataOf(content[0])).toEqual({ thought: "dGg=", calls: { [String(content[1]?.id)]: { signature: "c2ln" } } });
  });

  it("and text in turns are never mixed in one block", async () => {
    const parts = [{ text: "a", thought: true }, { text: "b" }, { text: "c", thought: true }, { text: "d" }];
    const played = await good(parts.map((part, i) => chunk([part], i === 3 ? { finish: "STOP" } : {})));
    expect(messageOf(played).content.map(({ type }) => type)).toEqual(["thinking", "text", "thinking", "text"]);
  });
});

describe("51, 52: arguments", () => {
  it("51: none make an empty object", async () => {
    const played = await good([chunk([call("now")]), chunk([{ text: "" }], { finish: "STOP" })]);
    expect(messageOf(played)).toMatchObject({ content: [{ name: "now", input: {} }], stop_reason: "tool_use" });
    expect(played.output).not.toContain("input_json_delta");
  });

  const partial = (partialArgs: unknown[], willContinue = true) => ({
    functionCall: { partialArgs, ...(willContinue && { willContinue }) },
  });
  const begin = { functionCall: { name: "set", willContinue: true }, thoughtSignature: "c2ln" };
  const piece = (jsonPath: string, stringValue: string, willContinue = false) => ({
    jsonPath,
    stringValue,
    ...(willContinue && { willContinue }),
  });
  const inputOf = async (parts: unknown[], end: Json = { text: "" }) => {
    const played = await good([...parts.map((part) => chunk([part])), chunk([end], { finish: "STOP" })], {
      request: THINKS,
    });
    return messageOf(played)
      .content.filter(({ type }) => type === "tool_use")
      .map(({ input }) => input);
  };

  it("52: in pieces make one object: strings that grow, numbers, flags, null, nesting, empty things", async () => {
    const parts = [
      begin,
      partial([piece("$.text", "a", true)]),
      partial([piece("$.text", '"b\\', true)]),
      partial([piece("$.text", "")]),
      { functionCall: { willContinue: true } },
      partial([
        { jsonPath: "$.n", numberValue: 0.5 },
        { jsonPath: "$.yes", boolValue: false },
        { jsonPath: "$.no", nullValue: "NULL_VALUE" },
      ]),
      partial([
        { jsonPath: "$.list[0].x[0]", numberValue: 1 },
        { jsonPath: "$.list[0].x[1]", numberValue: 2 },
        { jsonPath: "$.list[1]", stringValue: "s" },
        { jsonPath: "$.list[]" },
      ]),
      partial([
        { jsonPath: "$.none[]" },
        { jsonPath: "$.empty" },
        piece("$['odd key'].b", "v"),
        piece('$["__proto__"].c', "w"),
      ]),
    ];
    const wanted = {
      text: 'a"b\\',
      n: 0.5,
      yes: false,
      no: null,
      list: [{ x: [1, 2] }, "s"],
      none: [],
      empty: {},
      "odd key": { b: "v" },
    };
    for (const end of [{ functionCall: {} }, { text: "" }]) {
      const [input] = await inputOf(parts, end);
      expect(input).toMatchObject(wanted);
      expect(JSON.stringify(input)).toContain('"__proto__":{"c":"w"}');
    }
  });

  it("52: a call ends with its terminator, with the next call, with anything else, or with the answer", async () => {
    const one = partial([piece("$.a", "1")]);
    const two = { functionCall: { name: "set", args: { a: "2" } } };
    expect(await inputOf([begin, one, { functionCall: {} }, two])).toEqual([{ a: "1" }, { a: "2" }]);
    expect(await inputOf([begin, one, two])).toEqual([{ a: "1" }, { a: "2" }]);
    expect(await inputOf([begin, one, { text: "So." }])).toEqual([{ a: "1" }]);
    expect(await inputOf([begin, partial([piece("$.a", "1")], false), { functionCall: {} }])).toEqual([{ a: "1" }]);
  });

  it("pieces that fit nowhere fail instead of running another command", () => {
    for (const path of ["$.a[5]", "a", "$.a..b", "$.b.c"]) {
      const parts = [begin, partial([piece("$.b", "text")]), partial([piece(path, "x")])];
      expect(failureOf(parts.map((part) => chunk([part])))?.reason).toBe("bad_answer");
    }
  });

  it("half a call at the limit is never shown", async () => {
    const parts = [{ text: "I set it." }, begin, partial([piece("$.command", "rm -rf /tm", true)])];
    const played = await good([...parts.map((part) => chunk([part])), chunk([], { finish: "MAX_TOKENS" })]);
    expect(messageOf(played)).toMatchObject({ content: [{ type: "text" }], stop_reason: "max_tokens" });
    expect(messageOf(played).content).toHaveLength(1);
  });
});

describe("53: finish reasons", () => {
  it.each([
    ["STOP", "end_turn"],
    ["MAX_TOKENS", "max_tokens"],
    ["CONTINUATION", "max_tokens"],
    ["SAFETY", "refusal"],
    ["RECITATION", "refusal"],
    ["PROHIBITED_CONTENT", "refusal"],
    ["SPII", "refusal"],
    ["BLOCKLIST", "refusal"],
    ["LANGUAGE", "refusal"],
    ["SOMETHING_NEW", "end_turn"],
  ])("%s after text is %s", async (finish, stop) => {
    const played = await good([chunk([{ text: "So" }]), chunk([], { finish, usage: USAGE })]);
    expect(messageOf(played).stop_reason).toBe(stop);
    twin(played, chunk([{ text: "So" }], { finish, usage: USAGE }));
  });

  it("a refusal tells why", async () => {
    const last = chunk([], { finish: "SAFETY" });
    (last.candidates as Json[])[0] = { ...(last.candidates as Json[])[0], finishMessage: "Harm was likely." };
    const played = await good([chunk([{ text: "So" }]), last]);
    expect(played.events.at(-2)?.data.delta).toMatchObject({
      stop_details: { type: "refusal", explanation: "the answer was stopped by Google (SAFETY): Harm was likely." },
    });
    expect(messageOf(await good([chunk([], { finish: "SAFETY" })]))).toMatchObject({
      content: [],
      stop_reason: "refusal",
    });
  });

  it.each(["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MALFORMED_RESPONSE", "OTHER"])(
    "%s is no answer: somebody else is asked, and after content it is told",
    (finish) => {
      expect(failureOf([chunk([], { finish })])).toMatchObject({
        reason: "bad_answer",
        message: expect.stringContaining(finish),
      });
      const played = play([chunk([{ text: "So" }]), chunk([], { finish })]);
      expect(played.faults).toEqual([]);
      expect(namesOf(played).slice(-2)).toEqual(["content_block_stop 0", "error"]);
      expect(whole(chunk([], { finish }))).toMatchObject({ ok: false, failure: { reason: "bad_answer" } });
    },
  );

  it("STOP without a word is no answer either; the limit without a word is one", async () => {
    expect(failureOf([chunk([{ text: "" }], { finish: "STOP", usage: USAGE })])?.reason).toBe("empty_answer");
    expect(failureOf([chunk([{ text: " \n" }], { finish: "STOP", usage: USAGE })])?.reason).toBe("empty_answer");
    expect(messageOf(await good([chunk([], { finish: "MAX_TOKENS" })]))).toMatchObject({
      content: [],
      stop_reason: "max_tokens",
    });
  });
});

describe("54 to 59", () => {
  it("54: a blocked prompt is a refusal", async () => {
    const blocked = { promptFeedback: { blockReason: "PROHIBITED_CONTENT" }, usageMetadata: { promptTokenCount: 10 } };
    const played = await good([blocked]);
    expect(messageOf(played)).toMatchObject({ content: [], stop_reason: "refusal", usage: { input_tokens: 10 } });
    expect(played.events.at(-2)?.data.delta).toMatchObject({
      stop_details: { explanation: "the prompt was blocked by Google (PROHIBITED_CONTENT)" },
    });
    twin(played, blocked);
  });

  const exhausted = {
    error: {
      code: 429,
      message: "Resource has been exhausted",
      status: "RESOURCE_EXHAUSTED",
      details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34.4s" }],
    },
  };

  it("55: an error inside a stream of status 200 is that error", () => {
    const limited = { reason: "rate_limited", status: 429, retryAfterMs: 34_400 };
    expect(failureOf([exhausted])).toMatchObject(limited);
    expect(failureOf([[exhausted]])).toMatchObject(limited);
    expect(failureOf([], { raw: JSON.stringify([exhausted], null, 2) })).toMatchObject(limited);
    expect(failureOf([], { raw: JSON.stringify(exhausted), slice: 7 })).toMatchObject(limited);
    const unavailable = { error: { code: 503, message: "overloaded", status: "UNAVAILABLE" } };
    const late = play([chunk([{ text: "So" }]), unavailable, chunk([{ text: "lost" }])]);
    expect(late.faults).toEqual([]);
    expect(late.translator.failure).toMatchObject({ reason: "overloaded", status: 503 });
    expect(namesOf(late).slice(-2)).toEqual(["content_block_stop 0", "error"]);
  });

  it("56: empty candidates and parts make no blocks", async () => {
    const empty = [
      { candidates: [] },
      { usageMetadata: USAGE },
      chunk([]),
      chunk([{ text: "" }, {}, null]),
      { candidates: [{ index: 0 }] },
      { candidates: [{ content: { role: "model" } }] },
    ];
    const played = await good([...empty, chunk([{ text: "Hi" }]), ...empty, chunk([{ text: "" }], { finish: "STOP" })]);
    expect(messageOf(played).content).toEqual([{ type: "text", text: "Hi" }]);
  });

  it("57: calls of one name without ids get ids of their own, the same every time", async () => {
    const chunks = [chunk([call("Read", { a: 1 }), call("Read", { a: 1 })], { finish: "STOP" })];
    const ids = messageOf(await good(chunks)).content.map(({ id }) => String(id));
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^toolu_[a-zA-Z0-9]{24}$/);
    expect(messageOf(play(chunks)).content.map(({ id }) => id)).toEqual(ids);
    const named = messageOf(await good([chunk([call("Read", {}, { id: "abc-1" })], { finish: "STOP" })]));
    expect(named.content[0]?.id).toBe("abc-1");
  });

  it("58: a namespace before a tool's name goes", async () => {
    const request = { tools: [{ name: "Bash", input_schema: { type: "object" } }] };
    for (const name of ["default_api:Bash", "default_api.Bash", "Bash"]) {
      const played = await good([chunk([call(name, { command: "ls" })], { finish: "STOP" })], { request });
      expect(messageOf(played).content[0]?.name).toBe("Bash");
    }
    const unknown = await good([chunk([call("other:Tool", {})], { finish: "STOP" })], { request });
    expect(messageOf(unknown).content[0]?.name).toMatch(/^other_Tool_/);
  });

  it("a call without a name is told as one, so that the client can say so", async () => {
    const played = await good([chunk([{ functionCall: { args: { a: 1 } } }], { finish: "STOP" })]);
    expect(messageOf(played).content[0]).toMatchObject({ name: "tool_0", input: { a: 1 } });
  });

  it("59: Code Assist's envelope makes no difference", async () => {
    const chunks = [chunk([{ text: "Hel" }]), chunk([{ text: "lo" }], { finish: "STOP", usage: USAGE })];
    const wrapped = chunks.map((response) => ({ response, traceId: "t", remainingCredits: [] }));
    expect((await good(wrapped)).output).toBe((await good(chunks)).output);
    expect(wholeMessage({ response: chunk([{ text: "Hello" }], { finish: "STOP", usage: USAGE }) }).content).toEqual([
      { type: "text", text: "Hello" },
    ]);
    expect(failureOf([{ response: exhausted }])?.reason).toBe("rate_limited");
  });
});

describe("86: web search", () => {
  const request = {
    tools: [{ type: "web_search_20250305", name: "web_search", max_uses: 8 }],
    messages: [{ role: "user", content: "Perform a web search for the query: rain in Paris" }],
  };
  const grounding = {
    webSearchQueries: ["rain paris", "paris weather"],
    groundingChunks: [
      { web: { uri: "https://vertexaisearch.cloud.google.com/grounding-api-redirect/A", title: "meteo.fr" } },
      { web: { uri: "https://vertexaisearch.cloud.google.com/grounding-api-redirect/B", title: "bbc.co.uk" } },
      { web: { uri: "https://vertexaisearch.cloud.google.com/grounding-api-redirect/A", title: "meteo.fr" } },
      { retrievedContext: { uri: "x" } },
    ],
    groundingSupports: [],
    searchEntryPoint: { renderedContent: "<div>" },
  };
  const grounded = (metadata: unknown, words: string) => ({
    candidates: [
      { content: { parts: [{ text: words }], role: "model" }, finishReason: "STOP", groundingMetadata: metadata },
    ],
    usageMetadata: USAGE,
  });

  it("comes back as Anthropic's own search would, with hits and a count", async () => {
    const played = await good([chunk([{ text: "It will" }]), grounded(grounding, " rain.")], { request });
    const { content, usage, stop_reason } = messageOf(played);
    expect(content).toEqual([
      { type: "text", text: "It will rain." },
      {
        type: "server_tool_use",
        id: expect.stringMatching(/^srvtoolu_/),
        name: "web_search",
        input: { query: "rain paris · paris weather" },
      },
      {
        type: "web_search_tool_result",
        tool_use_id: content[1]?.id,
        content: ["meteo.fr", "bbc.co.uk"].map((title) =>
          expect.objectContaining({ type: "web_search_result", title }),
        ),
      },
    ]);
    expect(usage).toMatchObject({ server_tool_use: { web_search_requests: 2 } });
    expect(stop_reason).toBe("end_turn");
    expect(played.translator.usage).toMatchObject({ server_tool_use: { web_search_requests: 2 } });
    twin(played, { ...grounded(grounding, "It will rain."), responseId: "resp-1" }, { request });
  });

  it("an answer without a search says that there was none", async () => {
    const played = await good([grounded({}, "From memory.")], { request });
    expect(messageOf(played).content.at(-1)).toMatchObject({ content: { error_code: "unavailable" } });
    expect(messageOf(played).content[1]).toMatchObject({ input: { query: "rain in Paris" } });
    expect(messageOf(played).usage).not.toHaveProperty("server_tool_use");
  });

  it("beside functions it is told only where it was done", async () => {
    const mixed = { ...request, tools: [...request.tools, { name: "Read", input_schema: { type: "object" } }] };
    const without = await good([chunk([call("Read", {})], { finish: "STOP" })], { request: mixed });
    expect(messageOf(without).content.map(({ type }) => type)).toEqual(["tool_use"]);
    const withOne = await good([grounded(grounding, "Rain.")], { request: mixed });
    expect(messageOf(withOne).content.map(({ type }) => type)).toEqual([
      "text",
      "server_tool_use",
      "web_search_tool_result",
    ]);
  });
});

describe("bytes", () => {
  it("101: characters cut anywhere come out whole", async () => {
    const text = "Grüße 👩‍👩‍👧 漢字 \u{1F680}";
    expect(messageOf(await good([chunk([{ text }], { finish: "STOP" })])).content).toEqual([{ type: "text", text }]);
  });

  it("102: line ends, comments, a BOM, no space and no last newline make no difference", () => {
    const one = JSON.stringify(chunk([{ text: "Hel" }]));
    const last = JSON.stringify(chunk([{ text: "lo" }], { finish: "STOP", usage: USAGE }));
    const plainly = play([], { raw: `data: ${one}\n\ndata: ${last}\n\n` }).output;
    for (const raw of [
      `\uFEFF: keepalive\n\ndata:${one}\n\ndata:${last}\n\n`,
      `data: ${one}\r\n\r\ndata: ${last}\r\n\r\n`,
      `data: ${one}\n\ndata: ${last}`,
      `data: ${one}\n\ndata: ${last}\n\ndata: [DONE]\n\n`,
      `[${one},\n${last}]`,
      `${one}\n${last}\n`,
    ])
      for (const slice of [1, 7, 4096]) expect(play([], { raw, slice }).output).toBe(plainly);
  });

  it("pages and nonsense are no stream", () => {
    expect(failureOf([], { raw: "<!doctype html><html></html>" })?.reason).toBe("bad_answer");
    expect(failureOf([], { raw: "data: {oops\n\n".repeat(3) })?.reason).toBe("bad_answer");
    expect(whole("nonsense")).toMatchObject({ ok: false });
    const cut = freshWire().answer(Buffer.from('{"candidates":['), {
      inbound: inbound(),
      target: target(),
      messageId: "m",
    });
    expect(cut).toMatchObject({ ok: false, failure: { reason: "truncated" } });
  });

  it("pictures have no place in an answer and are noted", async () => {
    const played = await good([
      chunk([{ text: "See" }, { inlineData: { mimeType: "image/png", data: "AA==" } }], { finish: "STOP" }),
    ]);
    expect(messageOf(played).content).toEqual([{ type: "text", text: "See" }]);
    expect(played.translator.notes?.join()).toContain("picture");
  });

  it("104: one chunk of 1 MiB and ten thousand tiny ones are read in linear time", () => {
    const big = play([chunk([{ text: "x".repeat(1 << 20) }], { finish: "STOP" })]);
    expect(messageOf(big).content[0]?.text).toHaveLength(1 << 20);
    const many = Array.from({ length: 10_000 }, () => chunk([{ text: "y" }]));
    const small = play([...many, chunk([], { finish: "STOP" })], { slice: 1 << 24 });
    expect(messageOf(small).content[0]?.text).toHaveLength(10_000);
  });
});
