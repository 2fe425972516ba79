import Anthropic from "@anthropic-ai/sdk";
import { afterEach, describe, expect, test } from "vitest";
import { checkStream } from "../../lib/anthropic/sse/grammar.ts";
import { SseReader } from "../../lib/anthropic/sse/reader.ts";
import type { Handler } from "../support/upstream.ts";
import { buildHouse, type House, type HouseOptions, MODEL, textAnswer } from "./house.ts";

let house: House | undefined;
afterEach(async () => {
  await house?.close();
  house = undefined;
});

type Json = Record<string, unknown>;

interface Said {
  thinking?: string;
  /** A text each. */
  texts?: readonly string[];
  tool?: { id: string; input: string };
}

/** The events of an answer, words and arguments in pieces of five characters. */
function events({ thinking, texts = [], tool }: Said, model: string): Json[] {
  const message = {
    id: "msg_01",
    type: "message",
    role: "assistant",
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 100, cache_read_input_tokens: 10, output_tokens: 1 },
  };
  const blocks: { start: Json; deltas: Json[] }[] = [];
  if (thinking !== undefined)
    blocks.push({
      start: { type: "thinking", thinking: "", signature: "" },
      deltas: [
        ...pieces(thinking).map((piece) => ({ type: "thinking_delta", thinking: piece })),
        { type: "signature_delta", signature: "sig" },
      ],
    });
  for (const text of texts)
    blocks.push({
      start: { type: "text", text: "" },
      deltas: pieces(text).map((piece) => ({ type: "text_delta", text: piece })),
    });
  if (tool)
    blocks.push({
      start: { type: "tool_use", id: tool.id, name: "Edit", input: {} },
      deltas: pieces(tool.input).map((piece) => ({ type: "input_json_delta", partial_json: piece })),
    });
  return [
    { type: "message_start", message },
    ...blocks.flatMap(({ start, deltas }, index) => [
      { type: "content_block_start", index, content_block: start },
      ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
      { type: "content_block_stop", index },
    ]),
    {
      type: "message_delta",
      delta: { stop_reason: tool ? "tool_use" : "end_turn", stop_sequence: null },
      usage: { output_tokens: 40 },
    },
    { type: "message_stop" },
  ];
}

const pieces = (text: string) => text.match(/[\s\S]{1,5}/gu) ?? [];
const payloads = (all: readonly Json[]) => all.map((event) => JSON.stringify(event));

const says =
  (said: Said, model: string): Handler =>
  (_request, reply) =>
    reply.sse(payloads(events(said, model)), { named: true });

/** Says so many events, then breaks the connection. */
const breaks =
  (said: Said, count: number, after: "destroy" | "end" | "hang" = "destroy"): Handler =>
  (_request, reply) =>
    reply.sse(payloads(events(said, "model-of-a").slice(0, count)), { named: true, after });

async function build(rescue: string, options: HouseOptions, capabilities = ""): Promise<House> {
  house = await buildHouse({
    provider: "timeouts = { idle_ms = 400 }",
    config: `[failover]\nrescue = "${rescue}"\n`,
    ...options,
  });
  if (capabilities === "") return house;
  const { readFile, writeFile } = await import("node:fs/promises");
  const { mux } = house;
  const config = await readFile(mux.configPath, "utf8");
  await writeFile(mux.configPath, config.replaceAll(/model = "model-of-b"/g, `model = "model-of-b", ${capabilities}`));
  const inUse = () => mux.log.filter((line) => line.includes("configuration in use")).length;
  await expect.poll(inUse, { timeout: 5_000 }).toBe(2);
  return house;
}

/** The blocks that a client has put together, and the end that it was told. */
function read(text: string) {
  const blocks: Json[] = [];
  let end: Json = {};
  for (const { data } of new SseReader().push(Buffer.from(text))) {
    const body = JSON.parse(data) as Json & { index: number; delta: Json; content_block: Json };
    if (body.type === "content_block_start") blocks[body.index] = { ...body.content_block, words: "" };
    const block = blocks[body.index];
    if (body.type === "content_block_delta" && block)
      block.words = `${block.words}${body.delta.text ?? body.delta.partial_json ?? ""}`;
    if (body.type === "message_delta") end = body;
  }
  return { blocks, end, said: blocks.filter(({ type }) => type === "text").map(({ words }) => words) };
}

const WHOLE = "The quick brown fox jumps over the lazy dog.";
const PREFILL = "capabilities = { prefill = true }";

describe("restart: the same request goes to the next provider, and what the client has is swallowed", () => {
  const TOOL = {
    texts: ["Let me see."],
    tool: { id: "toolu_a", input: '{"path":"/src/ä.ts","text":"one two three"}' },
  };
  const cases: Record<string, { a: Said; b: Said; count: number }> = {
    "in a text": { a: { texts: [WHOLE] }, b: { texts: [WHOLE] }, count: 6 },
    "right behind the first word": { a: { texts: [WHOLE] }, b: { texts: [WHOLE] }, count: 3 },
    "in the second text": { a: { texts: ["One.", WHOLE] }, b: { texts: ["One.", WHOLE] }, count: 8 },
    "between two blocks": { a: { texts: ["One.", WHOLE] }, b: { texts: ["One.", WHOLE] }, count: 4 },
    "in a tool's input": { a: TOOL, b: { ...TOOL, tool: { ...TOOL.tool, id: "toolu_b" } }, count: 9 },
    "before the end": { a: { texts: [WHOLE] }, b: { texts: [WHOLE] }, count: 12 },
    "the other has thought first": { a: { texts: [WHOLE] }, b: { thinking: "Hm, a fox.", texts: [WHOLE] }, count: 6 },
  };
  test.each(Object.entries(cases))("broken %s", async (_name, { a, b, count }) => {
    const { ask, last, ...servers } = await build("restart", { a: breaks(a, count), b: says(b, "model-of-b") });
    const { text, status, headers } = await ask();
    expect(checkStream(text)).toEqual([]);
    expect(text).not.toContain("event: error");
    const { blocks, end } = read(text);
    const wanted = read(
      payloads(events(a, ""))
        .map((data) => `event: x\ndata: ${data}\n\n`)
        .join(""),
    );
    expect(blocks).toEqual(wanted.blocks);
    expect(text.match(/event: message_start/g)).toHaveLength(1);
    expect([status, headers.get("x-ccm-provider")]).toEqual([200, "a"]);
    expect(servers.b.requests.map(({ json }) => json())).toEqual([
      expect.objectContaining({ messages: [{ role: "user", content: "hi" }] }),
    ]);
    const entry = await last();
    expect(entry).toMatchObject({
      outcome: "ok",
      provider: "b",
      rescue: { kind: "restart", from: "a", to: "b" },
      usage: { input_tokens: 200, cache_read_input_tokens: 20 },
    });
    expect(entry.usage?.output_tokens).toBeGreaterThan(40);
    expect(entry.attempts).toMatchObject([{ failure: "reset" }, { provider: "b" }]);
    expect(entry.attempts[1]).not.toHaveProperty("failure");
    expect(end.usage).toMatchObject({
      ...entry.usage,
      iterations: [
        { type: "message", model: "model-of-a" },
        { type: "fallback_message", model: "model-of-b" },
      ],
    });
  });

  const differing: Record<string, { a?: Said; b: Said; count?: number }> = {
    "in a word": { b: { texts: [WHOLE.replace("quick", "swift")] } },
    "by being shorter": { b: { texts: ["The quick"] } },
    "by another block": { b: { texts: [], tool: { id: "toolu_b", input: "{}" } } },
    "in a block that is closed": { a: { texts: ["One.", WHOLE] }, b: { texts: ["One. Or two.", WHOLE] }, count: 8 },
    "by having fewer blocks": { a: { texts: ["One.", WHOLE] }, b: { texts: ["One."] }, count: 8 },
  };
  test.each(Object.entries(differing))(
    "an answer that differs %s ends in an honest error, and blames nobody else",
    async (_name, { a = { texts: [WHOLE] }, b, count = 6 }) => {
      const { ask, last, mux } = await build("restart", { a: breaks(a, count), b: says(b, "model-of-b") });
      const { text } = await ask();
      expect(checkStream(text)).toEqual([]);
      expect(text).toContain("event: error");
      expect(text).not.toContain("message_stop");
      expect(read(text).said.join("")).toBe(`${(a.texts ?? []).join("")}`.slice(0, read(text).said.join("").length));
      const entry = await last();
      expect(entry).toMatchObject({ outcome: "cut", provider: "a", attempts: [{ failure: "reset" }, { lost: true }] });
      expect(entry).not.toHaveProperty("rescue");
      const status = (await (await fetch(`${mux.url}/api/status`)).json()) as { providers: { failures: number }[] };
      expect(status.providers.map(({ failures }) => failures)).toEqual([1, 0]);
    },
  );

  test("a provider that fails meanwhile makes way for the next; one that breaks after new words ends it honestly", async () => {
    const { ask, last } = await build("restart", {
      a: breaks({ texts: [WHOLE] }, 5),
      b: (_q, r) => r.sse(payloads(events({ texts: [WHOLE] }, "b").slice(0, 8)), { named: true, after: "destroy" }),
    });
    const { text } = await ask();
    expect(checkStream(text)).toEqual([]);
    expect(text).toContain("event: error");
    expect(read(text).said).toEqual([WHOLE.slice(0, 30)]);
    expect(await last()).toMatchObject({ outcome: "cut", provider: "b", rescue: { from: "a", to: "b" } });
  });

  test.each([
    ["thinking was sent", { thinking: "Hm.", texts: [WHOLE] }, 8],
    ["too much was sent", { texts: [WHOLE.repeat(200)] }, 1_500],
  ] as const)("nobody is asked where %s", async (_name, said, count) => {
    const { ask, b } = await build("restart", { a: breaks(said, count), b: says(said, "model-of-b") });
    const { text } = await ask();
    expect(checkStream(text)).toEqual([]);
    expect(text).toContain("event: error");
    expect(b.requests).toHaveLength(0);
  });

  test("off: nobody is asked", async () => {
    const { ask, b } = await build("off", { a: breaks({ texts: [WHOLE] }, 5) });
    expect((await ask()).text).toContain("event: error");
    expect(b.requests).toHaveLength(0);
  });
});

describe("continue: a model that takes prefill goes on from the client's last word, behind a seam", () => {
  /** Answers with the rest of the text behind what the request's last turn says. */
  const goesOn =
    (rest: (said: string) => string): Handler =>
    (request, reply) => {
      const { messages } = request.json<{ messages: { role: string; content: { text: string }[] }[] }>();
      const said =
        messages
          .at(-1)
          ?.content.map(({ text }) => text)
          .join("") ?? "";
      return says({ texts: [rest(said)] }, "model-of-b")(request, reply);
    };
  const WORDS = { type: "text" };
  const SEAM = { type: "fallback", from: { model: "model-of-a" }, to: { model: "model-of-b" } };

  test.each([
    ["in a word", 5, WHOLE.slice(0, 15), WHOLE.slice(15)],
    ["behind white space, which cannot be sent along and is not sent twice", 4, WHOLE.slice(0, 10), WHOLE.slice(10)],
  ])("broken %s", async (_name, count, first, second) => {
    const { ask, last, b } = await build(
      "continue",
      { a: breaks({ texts: [WHOLE] }, count), b: goesOn((said) => WHOLE.slice(said.length)) },
      PREFILL,
    );
    const { text } = await ask({
      thinking: { type: "adaptive" },
      context_management: { edits: [] },
      max_tokens: 100,
    });
    expect(checkStream(text)).toEqual([]);
    const { blocks, end } = read(text);
    expect(blocks).toMatchObject([{ ...WORDS, words: first }, SEAM, { ...WORDS, words: second }]);
    expect(end.usage).toMatchObject({ input_tokens: 200, iterations: [{}, { type: "fallback_message" }] });
    const asked = b.requests[0]?.json<Json>();
    expect(asked?.messages).toEqual([
      { role: "user", content: "hi" },
      { role: "assistant", content: [{ type: "text", text: first.trimEnd() }] },
    ]);
    expect(asked).not.toHaveProperty("thinking");
    expect(asked).not.toHaveProperty("context_management");
    expect(asked?.max_tokens).toBeLessThan(100);
    expect(await last()).toMatchObject({
      outcome: "ok",
      provider: "b",
      rescue: { kind: "continue", from: "a", to: "b" },
    });
  });

  test("the seam is taken out when the client sends the conversation back", async () => {
    const { ask, a, b } = await build(
      "continue",
      { a: breaks({ texts: [WHOLE] }, 5), b: goesOn((said) => WHOLE.slice(said.length)) },
      PREFILL,
    );
    const { blocks } = read((await ask()).text);
    const content = blocks.map(({ words, ...block }) => (block.type === "text" ? { ...block, text: words } : block));
    a.handle(says({ texts: ["fine"] }, "model-of-a"));
    await ask({
      messages: [
        { role: "user", content: "hi" },
        { role: "assistant", content },
        { role: "user", content: "on" },
      ],
    });
    const sent = [...a.requests, ...b.requests].map(({ raw }) => raw.toString());
    expect(content.some(({ type }) => type === "fallback")).toBe(true);
    expect(sent.filter((body) => body.includes("fallback"))).toEqual([]);
  });

  test("the official client understands the seam", async () => {
    const { mux } = await build(
      "continue",
      { a: breaks({ texts: [WHOLE] }, 5), b: goesOn((said) => WHOLE.slice(said.length)) },
      PREFILL,
    );
    const client = new Anthropic({ baseURL: mux.url, apiKey: "k", maxRetries: 0 });
    const messages = [{ role: "user" as const, content: "hi" }];
    const message = await client.beta.messages.stream({ model: MODEL, max_tokens: 100, messages }).finalMessage();
    expect(message.content.map((block) => block.type)).toEqual(["text", "fallback", "text"]);
    expect(message.content.flatMap((block) => (block.type === "text" ? block.text : [])).join("")).toBe(WHOLE);
    expect([message.model, message.stop_reason]).toEqual(["model-of-b", "end_turn"]);
    expect(message.usage.iterations?.map(({ type }) => type)).toEqual(["message", "fallback_message"]);
    const plain = await client.messages
      .stream({ model: MODEL, max_tokens: 100, messages: [{ role: "user" as const, content: "another conversation" }] })
      .finalMessage();
    expect(plain.content.flatMap((block) => (block.type === "text" ? block.text : [])).join("")).toBe(WHOLE);
  });

  test("a refusal of the prefill is not the end: the same request is asked again", async () => {
    const { ask, b, last } = await build(
      "continue",
      {
        a: breaks({ texts: [WHOLE] }, 5),
        b: (request, reply) =>
          request.number === 1
            ? reply.error(400, "invalid_request_error", "This model does not support assistant message prefill.")
            : says({ texts: [WHOLE] }, "model-of-b")(request, reply),
      },
      PREFILL,
    );
    const { text } = await ask();
    expect(checkStream(text)).toEqual([]);
    expect(read(text).said).toEqual([WHOLE]);
    expect(b.requests).toHaveLength(2);
    expect(await last()).toMatchObject({ outcome: "ok", rescue: { kind: "restart" } });
  });

  test.each([
    ["a model that is not known to take prefill", {}, ""],
    [
      "a request that wants structured output",
      { output_config: { format: { type: "json_schema", schema: {} } } },
      PREFILL,
    ],
    [
      "a request that wants a certain tool",
      { tools: [{ name: "Edit", input_schema: {} }], tool_choice: { type: "any" } },
      PREFILL,
    ],
  ])("%s gets the same request again instead", async (_name, body, capabilities) => {
    const { ask, last } = await build(
      "continue",
      { a: breaks({ texts: [WHOLE] }, 5), b: says({ texts: [WHOLE] }, "model-of-b") },
      capabilities,
    );
    const { text } = await ask(body);
    expect(read(text).said).toEqual([WHOLE]);
    expect(await last()).toMatchObject({ rescue: { kind: "restart" } });
  });
});

test("an answer that came whole where a stream was asked for can be the rest", async () => {
  const { ask } = await build("restart", {
    a: breaks({ texts: [WHOLE] }, 5),
    b: (_request, reply) => reply.json(textAnswer(WHOLE)),
  });
  const { text } = await ask();
  expect(checkStream(text)).toEqual([]);
  expect(read(text).said).toEqual([WHOLE]);
});

describe("hold_back_ms: the beginning of an answer is held until it flows", () => {
  test("an early break costs nothing, though the words had come", async () => {
    const { ask, last } = await build("off", {
      a: (_request, reply) =>
        reply.sse(payloads(events({ texts: [WHOLE] }, "model-of-a").slice(0, 6)), { named: true, after: "destroy" }),
      b: says({ texts: [WHOLE] }, "model-of-b"),
      config: "[failover]\nhold_back_ms = 500\n",
    });
    const { text, headers } = await ask();
    expect(checkStream(text)).toEqual([]);
    expect([read(text).said, headers.get("x-ccm-provider")]).toEqual([[WHOLE], "b"]);
    expect(await last()).toMatchObject({ outcome: "ok", attempts: [{ failure: "reset" }, { failure: "reset" }, {}] });
  });

  test("an answer that flows on goes through once the time is over", async () => {
    const { ask } = await build("off", {
      a: (_request, reply) =>
        reply.sse(payloads(events({ texts: [WHOLE] }, "model-of-a")), { named: true, slice: 200, pauseMs: 20 }),
      config: "[failover]\nhold_back_ms = 60\n",
    });
    const { text, headers } = await ask();
    expect(checkStream(text)).toEqual([]);
    expect([read(text).said, headers.get("x-ccm-provider")]).toEqual([[WHOLE], "a"]);
  });
});
