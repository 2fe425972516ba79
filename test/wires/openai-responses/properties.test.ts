/** Whatever order and cutting the events of a response come in, the client gets a stream without fault, and the same words. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Block } from "../../../lib/anthropic/types.ts";
import { readCarrier } from "../../../lib/wires/shared/carrier.ts";
import {
  CREATED,
  ended,
  functionCall,
  itemEvents,
  type Json,
  message,
  messageOf,
  play,
  reasoning,
  response,
  streamOf,
  wholeMessage,
} from "./support.ts";

type ItemPlan =
  | { kind: "text"; text: string }
  | { kind: "thinking"; summary: string[]; state: string | null }
  | { kind: "call"; name: string; input: Json };

/** What a host leaves out: deltas, the ends of parts, the contents of finished items, the items of the last event. */
interface Host {
  deltas: boolean;
  partEnds: boolean;
  itemEnds: boolean;
  lastItems: boolean;
}

const word = fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" }).filter((text) => text.trim() !== "");
/** Without -0, which JSON has not. */
const json = fc
  .dictionary(fc.string({ minLength: 1, maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
  .map((value) => JSON.parse(JSON.stringify(value)) as Json);

const itemPlan: fc.Arbitrary<ItemPlan> = fc.oneof(
  fc.record({ kind: fc.constant("text" as const), text: word }),
  fc.record({
    kind: fc.constant("thinking" as const),
    summary: fc.array(word, { maxLength: 3 }),
    state: fc.option(fc.string({ minLength: 1, maxLength: 8 })),
  }),
  fc.record({ kind: fc.constant("call" as const), name: fc.stringMatching(/^[a-z]{1,10}_tool$/), input: json }),
);
const host = fc.record({
  deltas: fc.boolean(),
  partEnds: fc.boolean(),
  itemEnds: fc.boolean(),
  lastItems: fc.boolean(),
});

function itemOf(plan: ItemPlan, place: number): Json {
  if (plan.kind === "text") return message(plan.text, { id: `m${place}` });
  if (plan.kind === "thinking") return reasoning(plan.summary, plan.state);
  return functionCall(plan.name, JSON.stringify(plan.input), `call_${place}`);
}

/** The events of an item at a host. The state of reasoning is only ever told by finished items. */
function eventsAt({ deltas, partEnds, itemEnds, lastItems }: Host, item: Json, place: number, size: number): Json[] {
  const isWhole = deltas || partEnds;
  return itemEvents(item, place, size).filter(({ type }) => {
    const name = String(type);
    if (name.endsWith(".delta")) return deltas;
    if (name.endsWith("output_item.done")) return itemEnds || (!lastItems && (!isWhole || item.type === "reasoning"));
    return partEnds || !name.endsWith(".done");
  });
}

/** Sets the events of all items into one order, keeping that of each item's own. */
function interleaved(queues: Json[][], shuffle: readonly number[]): Json[] {
  const left = queues.map((queue) => [...queue]);
  const events: Json[] = [];
  for (let n = 0; left.some((queue) => queue.length > 0); n++) {
    const open = left.filter((queue) => queue.length > 0);
    const next = open[(shuffle[n % shuffle.length] ?? n) % open.length]?.shift();
    if (next) events.push(next);
  }
  return events;
}

const said = (content: Block[], kind: "text" | "thinking") =>
  content.filter(({ type }) => type === kind).map((block) => String(block[kind]));
const callsIn = (content: Block[]) =>
  content.filter(({ type }) => type === "tool_use").map(({ name, input }) => ({ name, input }));
const statesIn = (content: Block[]) =>
  content.flatMap(({ signature }) => {
    const carrier = readCarrier(signature);
    return carrier ? [carrier.data] : [];
  });
const sorted = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).sort();
/** Letters, whatever blocks they stand in. */
const letters = (texts: readonly string[]) => [...texts.join("").replace(/\s+/gu, "")].sort().join("");

const scenario = fc.record({
  plans: fc.array(itemPlan, { maxLength: 5 }),
  host,
  shuffle: fc.array(fc.nat(), { minLength: 1, maxLength: 20 }),
  size: fc.integer({ min: 1, max: 9 }),
  slice: fc.integer({ min: 1, max: 400 }),
});

describe("any order of events", () => {
  it("makes a faultless stream with exact arguments and states, the same in any slices", () => {
    fc.assert(
      fc.property(scenario, ({ plans, host, shuffle, size, slice }) => {
        const items = plans.map(itemOf);
        const queues = items.map((item, place) => eventsAt(host, item, place, size));
        const last = ended(response(host.lastItems ? items : []));
        const events = [...CREATED, ...interleaved(queues, shuffle), last];
        const played = play(events);
        expect(play(events, { slice }).output).toBe(played.output);
        const shown = plans.filter(
          (plan) => plan.kind !== "thinking" || plan.summary.length > 0 || plan.state !== null,
        );
        if (shown.length === 0) {
          expect(played.translator.failure?.reason).toBe("empty_answer");
          return;
        }
        expect(played.faults).toEqual([]);
        expect(played.translator.phase).toBe("complete");
        const { content, stop_reason, usage } = messageOf(played);
        const calls = plans.flatMap((plan) => (plan.kind === "call" ? [{ name: plan.name, input: plan.input }] : []));
        expect(sorted(callsIn(content))).toEqual(sorted(calls));
        expect(letters(said(content, "text"))).toBe(
          letters(plans.map((plan) => (plan.kind === "text" ? plan.text : ""))),
        );
        expect(letters(said(content, "thinking"))).toBe(
          letters(plans.flatMap((plan) => (plan.kind === "thinking" ? plan.summary : []))),
        );
        const states = plans.flatMap((plan) => (plan.kind === "thinking" && plan.state !== null ? [plan.state] : []));
        expect(sorted(statesIn(content))).toEqual(sorted(states));
        expect(stop_reason).toBe(calls.length > 0 ? "tool_use" : "end_turn");
        expect(usage).toMatchObject({ input_tokens: 10, output_tokens: 2 });
        const ids = content.flatMap(({ type, id }) => (type === "tool_use" ? [String(id)] : []));
        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns: 400 },
    );
  });

  it("one item after the other keeps its order and its words, block by block, and a whole answer says the same", () => {
    fc.assert(
      fc.property(fc.array(itemPlan, { minLength: 1, maxLength: 5 }), host, (plans, host) => {
        const answer = response(plans.map(itemOf));
        const items = answer.output as Json[];
        const queues = items.map((item, place) => eventsAt({ ...host, itemEnds: true }, item, place, 3));
        const played = play([...CREATED, ...queues.flat(), ended(host.lastItems ? answer : response([]))]);
        const streamed = messageOf(played);
        if (played.translator.failure) {
          expect(played.translator.failure.reason).toBe("empty_answer");
          return;
        }
        const { content, stop_reason, usage } = wholeMessage(answer);
        expect({ content, stop_reason, usage }).toEqual(streamed);
        const texts = plans.flatMap((plan) => (plan.kind === "text" ? [plan.text] : []));
        expect(said(content, "text")).toEqual(texts);
      }),
      { numRuns: 200 },
    );
  });

  it("cut anywhere, it is empty or told as broken, and never faulty", () => {
    fc.assert(
      fc.property(scenario, fc.double({ min: 0, max: 1, noNaN: true }), ({ plans, host, shuffle, size }, cutAt) => {
        const queues = plans.map((plan, place) => eventsAt(host, itemOf(plan, place), place, size));
        const events = interleaved(queues, shuffle);
        const played = play([...CREATED, ...events.slice(0, Math.floor(cutAt * events.length))]);
        expect(played.faults).toEqual([]);
        expect(played.translator.phase).toBe("failed");
        expect(["truncated", "empty_answer"]).toContain(played.translator.failure?.reason);
        expect(played.output === "" || played.output.includes("event: error")).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("cut at any byte, it is never taken for whole", () => {
    const bytes = Buffer.from(
      streamOf(response([reasoning(["Hm."], "S"), message("Grüße 🦜"), functionCall("now", '{"a":"ä"}')]))
        .map((event) => `data: ${JSON.stringify(event)}\n\n`)
        .join(""),
    );
    const lastEvent = bytes.lastIndexOf("data: ");
    fc.assert(
      fc.property(fc.integer({ min: 0, max: lastEvent }), (at) => {
        const played = play([], { raw: bytes.subarray(0, at) });
        expect(played.faults).toEqual([]);
        expect(played.translator.phase).toBe("failed");
      }),
      { numRuns: 200 },
    );
  });

  it("nonsense where events should be never throws", () => {
    const types = fc.constantFrom(
      "response.created",
      "response.output_item.added",
      "response.output_item.done",
      "response.output_text.delta",
      "response.output_text.done",
      "response.output_text.annotation.added",
      "response.refusal.delta",
      "response.reasoning_summary_text.delta",
      "response.function_call_arguments.delta",
      "response.function_call_arguments.done",
      "response.completed",
      "response.incomplete",
      "response.failed",
      "error",
      "toString",
      "constructor",
    );
    const keys = ["item", "response", "delta", "text", "arguments", "output_index", "content_index", "annotation"];
    const inner = fc.dictionary(
      fc.constantFrom("type", "id", "name", "arguments", "content", "summary", "output", "action", "status", "usage"),
      fc.oneof(
        fc.jsonValue({ maxDepth: 2 }),
        fc.constantFrom("function_call", "message", "reasoning", "web_search_call"),
      ),
    );
    const event = fc
      .tuple(types, fc.dictionary(fc.constantFrom(...keys), fc.oneof(inner, fc.jsonValue({ maxDepth: 2 }))))
      .map(([type, fields]) => ({ ...fields, type }));
    fc.assert(
      fc.property(fc.array(event, { maxLength: 8 }), (events) => {
        const played = play(events);
        // Arguments that are no JSON reach the client as they are: it reports them to the model.
        expect(played.faults.filter((fault) => !fault.endsWith("is no JSON object"))).toEqual([]);
        expect(["complete", "failed"]).toContain(played.translator.phase);
      }),
      { numRuns: 500 },
    );
  });
});
