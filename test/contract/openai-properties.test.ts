/** What OpenAI clients send, and what they are told, for any request and any answer. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readRequest } from "../../lib/anthropic/request.ts";
import { SseReader } from "../../lib/anthropic/sse/reader.ts";
import { MessageWriter } from "../../lib/anthropic/sse/writer.ts";
import { AnthropicEvents } from "../../lib/server/openai/anthropic-events.ts";
import { fromChat } from "../../lib/server/openai/chat-request.ts";
import { extrasOf, refuseImpossible } from "../../lib/server/openai/extras.ts";
import { BadOpenAiRequest, type Loose } from "../../lib/server/openai/parts.ts";
import { chatAnswer, type OpenAiAnswer, responsesAnswer } from "../../lib/server/openai/reply.ts";
import { fromResponses } from "../../lib/server/openai/responses-request.ts";

/** JSON made of the words that matter, in odd places. */
function nonsense(keys: readonly string[], values: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(...values),
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys), tie("value"), { maxKeys: 4 }),
    ),
  })).value;
}

describe.each([
  ["chat completions", fromChat, "messages"],
  ["responses", fromResponses, "input"],
] as const)("nonsense in %s", (_name, read, turns) => {
  it("is refused by name or understood as far as it goes, never a crash", () => {
    const keys = ["type", "role", "content", "text", "tool_calls", "function", "custom", "name", "arguments", "id"];
    const more = [
      "call_id",
      "image_url",
      "url",
      "file",
      "file_data",
      "output",
      "input",
      "summary",
      "encrypted_content",
    ];
    const values = [
      "user",
      "assistant",
      "system",
      "tool",
      "text",
      "input_text",
      "image_url",
      "function",
      "custom",
      "{}",
    ];
    const items = ["function_call", "function_call_output", "custom_tool_call", "reasoning", "web_search", null, 1];
    const value = nonsense([...keys, ...more], [...values, ...items]);
    const fields = fc.dictionary(
      fc.constantFrom(
        ...["tools", "tool_choice", "functions", "stop", "response_format", "text", "reasoning", "reasoning_effort"],
        ...[
          "max_tokens",
          "temperature",
          "top_p",
          "n",
          "logprobs",
          "seed",
          "logit_bias",
          "user",
          "stream",
          "instructions",
        ],
        ...["parallel_tool_calls", "web_search_options", "include", "modalities", "prediction", "verbosity"],
      ),
      value,
    );
    fc.assert(
      fc.property(fields, fc.oneof(value, fc.array(value, { maxLength: 4 })), (given, said) => {
        const body = JSON.parse(JSON.stringify({ model: "m", [turns]: said, ...given })) as Loose;
        try {
          refuseImpossible(body);
          const bytes = Buffer.from(JSON.stringify(read(body)));
          const { messages } = readRequest(bytes, {}, extrasOf(body)).tree();
          expect(messages.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(BadOpenAiRequest);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

function pieces(json: string): string[] {
  return json.match(/.{1,5}/gsu) ?? [];
}

/** One block of an answer, and how it is cut. */
const block = fc.oneof(
  fc.record({
    kind: fc.constant("text" as const),
    words: fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant("thinking" as const), words: fc.array(fc.string(), { minLength: 1, maxLength: 3 }) }),
  fc.record({
    kind: fc.constantFrom("tool" as const, "custom" as const),
    words: fc.string({ maxLength: 20 }).map((input) => pieces(JSON.stringify({ input }))),
  }),
  fc.record({ kind: fc.constant("search" as const), words: fc.constant<string[]>([]) }),
);
type Block = typeof block extends fc.Arbitrary<infer T> ? T : never;

function written(blocks: readonly Block[], stopReason: string): string {
  const writer = new MessageWriter({ id: "msg_1", model: "served" });
  let out = writer.start({ input_tokens: 3, output_tokens: 1 });
  for (const [n, { kind, words }] of blocks.entries()) {
    out += writer.close();
    if (kind === "text") out += words.map((word) => writer.text(word)).join("");
    else if (kind === "thinking") {
      out += words.map((word) => writer.thinking(word)).join("");
      writer.sign(`signature ${n}`);
    } else if (kind === "search") {
      out += writer.serverTool(`srvtoolu_${n}`, "web_search") + writer.toolInput('{"query":"x"}');
      const page = { type: "web_search_result", url: "https://a.org/", title: "A" };
      out += writer.whole({ type: "web_search_tool_result", tool_use_id: `srvtoolu_${n}`, content: [page] });
    } else out += writer.tool(`toolu_${n}`, kind) + words.map((word) => writer.toolInput(word)).join("");
  }
  return out + writer.finish({ stopReason, usage: { input_tokens: 3, output_tokens: 7 } });
}

const REQUEST: Loose = {
  model: "m",
  stream_options: { include_usage: true },
  include: ["reasoning.encrypted_content"],
  tools: [{ type: "custom", custom: { name: "custom" }, name: "custom" }],
};

/** What a client of the protocol is told, as its events. */
function told(answer: OpenAiAnswer, stream: string): Loose[] {
  const text = new AnthropicEvents()
    .push(stream)
    .map((event) => answer.stream(event))
    .join("");
  const reader = new SseReader();
  const events = [...reader.push(Buffer.from(text)), ...reader.end()];
  return events.flatMap(({ data }) => (data === "[DONE]" ? [] : [JSON.parse(data) as Loose]));
}

const textOf = (blocks: readonly Block[], kind: Block["kind"]) =>
  blocks
    .filter((each) => each.kind === kind)
    .flatMap(({ words }) => words)
    .join("");
const callsIn = (blocks: readonly Block[]) => blocks.filter(({ kind }) => kind === "tool" || kind === "custom");
const list = (value: unknown): Loose[] => (Array.isArray(value) ? (value as Loose[]) : []);

const answers = fc.record({
  blocks: fc.array(block, { maxLength: 6 }),
  stop: fc.constantFrom("end_turn", "max_tokens", "tool_use", "refusal"),
});

describe("any answer", () => {
  it("is told in chunks that add up to it, with calls counted from 0", () => {
    fc.assert(
      fc.property(answers, ({ blocks, stop }) => {
        const chunks = told(chatAnswer(REQUEST, 0), written(blocks, stop));
        const choices = chunks.flatMap(({ choices }) => list(choices));
        const deltas = choices.map(({ delta }) => delta as Loose);
        expect(deltas.map(({ content }) => content ?? "").join("")).toBe(textOf(blocks, "text"));
        expect(deltas.map((delta) => delta.reasoning_content ?? "").join("")).toBe(textOf(blocks, "thinking"));
        const args: string[] = [];
        const kinds: unknown[] = [];
        for (const { index, type, function: fn, custom } of deltas.flatMap((delta) => list(delta.tool_calls))) {
          const at = Number(index);
          if (type !== undefined) kinds[at] = type;
          args[at] =
            (args[at] ?? "") +
            String((fn as Loose | undefined)?.arguments ?? (custom as Loose | undefined)?.input ?? "");
        }
        const calls = callsIn(blocks);
        expect(kinds).toEqual(calls.map(({ kind }) => (kind === "tool" ? "function" : "custom")));
        expect(args).toEqual(
          calls.map(({ kind, words }) => (kind === "tool" ? words.join("") : JSON.parse(words.join("")).input)),
        );
        expect(choices.filter(({ finish_reason: finish }) => finish !== null)).toHaveLength(1);
        expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 7 } });
        expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
      }),
    );
  });

  it("is told in a response's events: each item announced, told and closed, and all of them in the last", () => {
    fc.assert(
      fc.property(answers, ({ blocks, stop }) => {
        const events = told(responsesAnswer(REQUEST, 0), written(blocks, stop));
        expect(events.map(({ sequence_number: n }) => n)).toEqual(events.map((_, n) => n));
        const of = (type: string) => events.filter((event) => event.type === type);
        const added = of("response.output_item.added");
        const done = of("response.output_item.done");
        expect(done.map(({ output_index: at }) => at)).toEqual(added.map((_, n) => n));
        expect(done.map(({ item }) => (item as Loose).id)).toEqual(added.map(({ item }) => (item as Loose).id));
        const last = events.at(-1)?.response as Loose;
        expect(last.output).toEqual(done.map(({ item }) => item));
        expect(last.status).toBe(stop === "max_tokens" || stop === "refusal" ? "incomplete" : "completed");
        const items = list(last.output);
        const texts = items.filter(({ type }) => type === "message").flatMap(({ content }) => list(content));
        expect(texts.map(({ text }) => text).join("")).toBe(textOf(blocks, "text"));
        expect(
          of("response.output_text.delta")
            .map(({ delta }) => delta)
            .join(""),
        ).toBe(textOf(blocks, "text"));
        const calls = items.filter(({ type }) => type === "function_call" || type === "custom_tool_call");
        expect(calls.map(({ arguments: args, input }) => args ?? input)).toEqual(
          callsIn(blocks).map(({ kind, words }) =>
            kind === "tool" ? words.join("") : JSON.parse(words.join("")).input,
          ),
        );
      }),
    );
  });
});
