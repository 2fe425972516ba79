/** Whatever order and cutting the deltas of an answer come in, the client gets a stream without fault, and the same words. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BadBody } from "../../../lib/anthropic/request.ts";
import type { Block } from "../../../lib/anthropic/types.ts";
import { CannotCarry } from "../../../lib/wires/wire.ts";
import {
  chunk,
  completion,
  type Json,
  messageOf,
  play,
  requestBody,
  usageChunk,
  whole,
  wholeMessage,
} from "./support.ts";

interface CallPlan {
  name: string;
  input: Json;
  /** Where the text of the arguments is cut, as shares of its length. */
  cuts: number[];
  /** How the vendor names it: index, id, both, in every fragment or in the first only. */
  id: "first" | "every" | "none";
  nameIn: "first" | "second" | "every";
}

type Indexing = "plain" | "shifted" | "none";

/** What is said in one step: text, reasoning or the next fragment of a call. */
type Step = { text: string } | { reasoning: string } | { call: number };

const word = fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" });
/** Without -0, which JSON has not. */
const json = fc
  .dictionary(fc.string({ minLength: 1, maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
  .map((value) => JSON.parse(JSON.stringify(value)) as Json);

const callPlan: fc.Arbitrary<CallPlan> = fc.record({
  name: fc.stringMatching(/^[a-z]{1,10}_tool$/),
  input: json,
  cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
  id: fc.constantFrom("first", "every", "none"),
  nameIn: fc.constantFrom("first", "second", "every"),
});

/** The fragments of a call, in their order. */
function fragmentsOf(plan: CallPlan, place: number, indexing: Indexing): Json[] {
  const args = JSON.stringify(plan.input);
  const cuts = [...new Set([0, ...plan.cuts.map((share) => Math.floor(share * args.length)), args.length])].sort(
    (a, b) => a - b,
  );
  const pieces = cuts.slice(1).map((end, i) => args.slice(cuts[i], end));
  // A fragment with neither index, id nor name says nothing of where it belongs, so no vendor begins a call with one.
  const isBare = indexing === "none" && plan.id === "none";
  const nameAt = plan.nameIn === "second" && pieces.length > 1 && !isBare ? 1 : 0;
  return pieces.map((piece, i) => ({
    ...(indexing === "plain" && { index: place }),
    ...(indexing === "shifted" && { index: place + 3 }),
    ...((plan.id === "every" || (plan.id === "first" && i === 0)) && { id: `call_${place}` }),
    function: {
      arguments: piece,
      ...((i === nameAt || (plan.nameIn === "every" && indexing !== "none")) && { name: plan.name }),
    },
  }));
}

interface Plan {
  chunks: Json[];
  /** The calls' places in the order in which they first appear. */
  order: number[];
}

/** Sets the fragments of all calls and the other steps into one order, keeping that of each call's own fragments. */
function planOf(calls: CallPlan[], said: Step[], indexing: Indexing, shuffle: number[]): Plan {
  const queues = calls.map((plan, place) =>
    fragmentsOf(plan, place, indexing).map((fragment) => ({ place, value: chunk({ tool_calls: [fragment] }) })),
  );
  const others = said.map((step) => ({ place: -1, value: deltaOf(step) }));
  // Without indexes a fragment belongs to the call before it: each call comes in one piece then, as such vendors send it.
  const left = indexing === "none" ? [[...queues.flat(), ...others]] : [...queues, others];
  const steps: { place: number; value: Json }[] = [];
  for (let n = 0; left.some((queue) => queue.length > 0); n++) {
    const open = left.filter((queue) => queue.length > 0);
    const next = open[(shuffle[n % shuffle.length] ?? n) % open.length]?.shift();
    if (next) steps.push(next);
  }
  return {
    chunks: steps.map(({ value }) => value),
    order: [...new Set(steps.map(({ place }) => place))].filter((place) => place >= 0),
  };
}

function deltaOf(step: Step): Json {
  if ("text" in step) return chunk({ content: step.text });
  return chunk({ reasoning_content: "reasoning" in step ? step.reasoning : "" });
}

const callsIn = (content: Block[]) =>
  content.filter(({ type }) => type === "tool_use").map(({ name, input }) => ({ name, input }));
const said = (content: Block[], kind: "text" | "thinking") =>
  content
    .filter(({ type }) => type === kind)
    .map((block) => block[kind])
    .join("");
/** Text that is nothing but blanks between two other things is not shown. */
const letters = (text: unknown) => String(text).replace(/\s+/g, "");

const scenario = fc.record({
  calls: fc.array(callPlan, { maxLength: 4 }),
  said: fc.array(
    fc.oneof(
      word.map((text) => ({ text })),
      word.map((reasoning) => ({ reasoning })),
    ),
    { maxLength: 8 },
  ),
  indexing: fc.constantFrom("plain", "shifted", "none"),
  shuffle: fc.array(fc.nat(), { minLength: 1, maxLength: 20 }),
  usageAt: fc.double({ min: 0, max: 1, noNaN: true }),
  finishAt: fc.double({ min: 0, max: 1, noNaN: true }),
  done: fc.boolean(),
  slice: fc.integer({ min: 1, max: 400 }),
});

describe("any order of deltas", () => {
  it("makes a faultless stream with exact arguments, the same in any slices", () => {
    fc.assert(
      fc.property(scenario, ({ calls, said: steps, indexing, shuffle, usageAt, finishAt, done, slice }) => {
        fc.pre(calls.length > 0 || steps.some((step) => Object.values(step).join("").trim() !== ""));
        const { chunks, order } = planOf(calls, steps, indexing, shuffle);
        const finish = chunk({}, { finish: calls.length > 0 ? "tool_calls" : "stop" });
        chunks.splice(Math.floor(usageAt * (chunks.length + 1)), 0, usageChunk());
        chunks.splice(Math.floor(finishAt * (chunks.length + 1)), 0, finish);
        const played = play(chunks, { done });
        expect(played.faults).toEqual([]);
        expect(played.translator.phase).toBe("complete");
        const { content, stop_reason, usage } = messageOf(played);
        expect(callsIn(content)).toEqual(
          order.map((place) => ({ name: calls[place]?.name, input: calls[place]?.input })),
        );
        expect(letters(said(content, "text"))).toBe(
          letters(steps.map((step) => ("text" in step ? step.text : "")).join("")),
        );
        expect(said(content, "thinking")).toBe(
          steps.map((step) => ("reasoning" in step ? step.reasoning : "")).join(""),
        );
        expect(stop_reason).toBe(calls.length > 0 ? "tool_use" : "end_turn");
        expect(usage).toMatchObject({ input_tokens: 10, output_tokens: 2 });
        const ids = content.flatMap(({ type, id }) => (type === "tool_use" ? [String(id)] : []));
        expect(new Set(ids).size).toBe(ids.length);
        expect(play(chunks, { done, slice }).output).toBe(played.output);
      }),
      { numRuns: 400 },
    );
  });

  it("and a whole answer says the same as the stream of its parts", () => {
    fc.assert(
      fc.property(fc.array(callPlan, { maxLength: 3 }), word, word, (calls, text, reasoning) => {
        fc.pre(calls.length > 0 || `${text}${reasoning}`.trim() !== "");
        const whole = calls.map(({ name, input }, index) => ({
          index,
          id: `call_${index}`,
          type: "function",
          function: { name, arguments: JSON.stringify(input) },
        }));
        const finish = calls.length > 0 ? "tool_calls" : "stop";
        const parts = [
          chunk({ reasoning_content: reasoning }),
          chunk({ content: text }),
          ...calls
            .flatMap((plan, place) => fragmentsOf({ ...plan, id: "first" }, place, "plain"))
            .map((fragment) => chunk({ tool_calls: [fragment] })),
        ];
        const streamed = messageOf(play([...parts, chunk({}, { finish }), usageChunk()]));
        const answer = wholeMessage(
          completion({ reasoning_content: reasoning, content: text, tool_calls: whole }, { finish }),
        );
        expect({ content: answer.content, stop_reason: answer.stop_reason, usage: answer.usage }).toEqual(streamed);
      }),
      { numRuns: 200 },
    );
  });

  it("cut anywhere, it is complete, empty or told as broken, and never faulty", () => {
    fc.assert(
      fc.property(
        scenario,
        fc.double({ min: 0, max: 1, noNaN: true }),
        ({ calls, said: steps, indexing, shuffle }, cutAt) => {
          const { chunks } = planOf(calls, steps, indexing, shuffle);
          const played = play(chunks.slice(0, Math.floor(cutAt * chunks.length)), { done: false });
          expect(played.faults).toEqual([]);
          expect(played.translator.phase).toBe("failed");
          expect(["truncated", "empty_answer"]).toContain(played.translator.failure?.reason);
          expect(played.output === "" || played.output.includes("event: error")).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("nonsense", () => {
  /** Any JSON, with the protocol's own words in it more often than chance would have it. */
  const words = (keys: string[], values: unknown[]) =>
    fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(...values),
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...keys), tie("value"), { maxKeys: 4 }),
      ),
    })).value;

  it("in a request is refused by name, never a crash", () => {
    const value = words(
      [
        "role",
        "content",
        "type",
        "text",
        "source",
        "tool_use_id",
        "id",
        "name",
        "input",
        "is_error",
        "data",
        "media_type",
        "citations",
      ],
      ["user", "assistant", "system", "text", "tool_use", "tool_result", "image", "document", "base64", "t1", null],
    );
    const body = fc.dictionary(
      fc.constantFrom(
        "messages",
        "system",
        "tools",
        "tool_choice",
        "thinking",
        "output_config",
        "metadata",
        "stop_sequences",
        "max_tokens",
        "temperature",
        "stream",
      ),
      value,
    );
    fc.assert(
      fc.property(body, fc.array(value, { maxLength: 4 }), (fields, messages) => {
        try {
          const request = requestBody({ messages, ...fields });
          expect(request).toHaveProperty("messages");
        } catch (error) {
          if (!(error instanceof BadBody)) expect(error).toBeInstanceOf(CannotCarry);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("in a stream or an answer is a failure at worst, never a crash or a faulty stream", () => {
    const value = words(
      [
        "choices",
        "delta",
        "message",
        "content",
        "tool_calls",
        "function",
        "name",
        "arguments",
        "index",
        "id",
        "finish_reason",
        "usage",
        "error",
        "reasoning_details",
        "type",
        "text",
      ],
      ["stop", "tool_calls", "length", "text", "reasoning.text", 0, 1, "a", '{"x":1}', null],
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            value,
            value.map((delta) => chunk(delta)),
          ),
          { maxLength: 5 },
        ),
        (chunks) => {
          const played = play(chunks);
          // Arguments that are no JSON are the one fault that is passed on: the client tells the model.
          expect(played.faults.filter((fault) => !/is no JSON object$/.test(fault))).toEqual([]);
          expect(["complete", "failed"]).toContain(played.translator.phase);
          for (const each of chunks) expect(whole(each)).toHaveProperty("ok");
        },
      ),
      { numRuns: 500 },
    );
  });
});
