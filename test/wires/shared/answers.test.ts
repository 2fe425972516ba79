import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkStream } from "../../../lib/anthropic/sse/grammar.ts";
import type { Block, MessageAnswer } from "../../../lib/anthropic/types.ts";
import { MessageBuilder } from "../../../lib/wires/shared/message-builder.ts";
import { StopFilter } from "../../../lib/wires/shared/stop-sequences.ts";
import { streamFromAnswer } from "../../../lib/wires/shared/stream-from-answer.ts";
import { addHits, hitOf, type SearchHit } from "../../../lib/wires/shared/web-search.ts";
import { eventsOf, messageOf } from "../openai-chat/support.ts";

const answer = (content: Block[], more: Partial<MessageAnswer> = {}): MessageAnswer => ({
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "m",
  content,
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 3, output_tokens: 5 },
  ...more,
});

describe("a stream from a whole answer", () => {
  const blocks: Block[] = [
    { type: "thinking", thinking: "Hm.", signature: "sig" },
    { type: "text", text: "One." },
    { type: "text", text: "Two." },
    { type: "redacted_thinking", data: "zzz" },
    { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "q" } },
    { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [] },
    { type: "tool_use", id: "toolu_1", name: "Read", input: { a: 1 } },
  ];

  it("says the same, block by block, without fault", () => {
    fc.assert(
      fc.property(fc.subarray(blocks), (content) => {
        const stream = streamFromAnswer(Buffer.from(JSON.stringify(answer(content, { stop_reason: "tool_use" }))));
        expect(checkStream(stream)).toEqual([]);
        expect(messageOf({ events: eventsOf(stream) })).toEqual({
          content,
          stop_reason: "tool_use",
          usage: { input_tokens: 3, output_tokens: 5 },
        });
      }),
    );
  });

  it("tells citations, stop sequence and the details of a refusal", () => {
    const cited = { type: "text", text: "So.", citations: [{ type: "web_search_result_location", url: "u" }] };
    const details = { type: "refusal", category: null, explanation: "no" };
    const stream = streamFromAnswer(
      Buffer.from(
        JSON.stringify(answer([cited], { stop_reason: "refusal", stop_sequence: "#", stop_details: details })),
      ),
    );
    expect(checkStream(stream)).toEqual([]);
    expect(stream).toContain('"citations_delta","citation":{"type":"web_search_result_location","url":"u"}');
    expect(eventsOf(stream).at(-2)?.data.delta).toEqual({
      stop_reason: "refusal",
      stop_sequence: "#",
      stop_details: details,
    });
  });
});

describe("the message builder", () => {
  it("takes back a call that nobody has seen", () => {
    const builder = new MessageBuilder({ id: "msg_1", model: "m" });
    builder.text("Hi");
    builder.tool("a", "Read");
    builder.toolInput('{"x":');
    builder.discard();
    builder.finish({ stopReason: "max_tokens", usage: { input_tokens: 1, output_tokens: 1 } });
    expect(builder.message()).toEqual(
      answer([{ type: "text", text: "Hi" }], {
        stop_reason: "max_tokens",
        usage: { input_tokens: 1, output_tokens: 1 },
      }),
    );
  });

  it("never gives a tool an input that is no object", () => {
    const inputs = ["", "{}", '{"a":1}', "[1]", "7", "{"].map((json) => {
      const builder = new MessageBuilder({ id: "msg_1", model: "m" });
      builder.tool("a", "Read");
      builder.toolInput(json);
      builder.close();
      return builder.message().content[0]?.input;
    });
    expect(inputs).toEqual([
      {},
      {},
      { a: 1 },
      ...["[1]", "7", "{"].map((invalid_json_arguments) => ({ invalid_json_arguments })),
    ]);
  });
});

describe("stop sequences applied by us", () => {
  it("cut the text where the first of them begins, however it is cut into pieces", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 30 });
    const sequences = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(letters, sequences, fc.array(fc.nat({ max: 30 }), { maxLength: 6 }), (text, stops, cuts) => {
        const filter = new StopFilter(stops);
        const ends = [...new Set([...cuts.filter((cut) => cut < text.length), text.length])].sort((a, b) => a - b);
        let shown = "";
        let from = 0;
        for (const end of ends) {
          shown += filter.push(text.slice(from, end));
          from = end;
        }
        if (filter.hit === undefined) shown += filter.flush();
        const first = Math.min(...stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0));
        if (first === Number.POSITIVE_INFINITY) expect([shown, filter.hit]).toEqual([text, undefined]);
        else {
          expect(stops).toContain(filter.hit);
          expect(text.startsWith(shown + filter.hit)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("hold back no more than may become one of them", () => {
    const filter = new StopFilter(["END"]);
    expect(filter.push("THE E")).toBe("THE ");
    expect(filter.push("X")).toBe("EX");
    expect(filter.push("EN")).toBe("");
    expect(filter.flush()).toBe("EN");
  });
});

describe("pages found by a search", () => {
  it("are told once each, with the best title", () => {
    const hits: SearchHit[] = [];
    addHits(
      hits,
      [hitOf("https://a.org/x", ""), hitOf("https://b.org/", "B", "2026")].filter((hit) => hit !== undefined),
    );
    addHits(
      hits,
      [hitOf("https://a.org/x", "A"), hitOf("https://b.org/", "Other")].filter((hit) => hit !== undefined),
    );
    expect(hits).toEqual([
      { url: "https://a.org/x", title: "A" },
      { url: "https://b.org/", title: "B", age: "2026" },
    ]);
    expect(hitOf("not a url", "x")).toBeUndefined();
    expect(hitOf(undefined, "x")).toBeUndefined();
  });
});
