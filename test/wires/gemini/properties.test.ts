/** Whatever Gemini says, in whatever order and cutting, the client gets a stream without fault, and the same words. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Block } from "../../../lib/anthropic/types.ts";
import { checkGeminiRequest } from "../../support/validators/gemini.ts";
import {
  chunk,
  freshWire,
  type Json,
  messageOf,
  nextTurn,
  play,
  requestBody,
  sdkReader,
  target,
  USAGE,
  wholeMessage,
} from "./support.ts";

/** One thing that is said; calls come whole or in pieces. */
type Step =
  | { text: string }
  | { thought: string }
  | { name: string; args: Json; cuts: number[] | undefined; signed: boolean };

const word = fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" });
/** Without -0, which JSON has not, and without names that JSON paths would need quotes for. */
const json = fc
  .dictionary(
    fc.stringMatching(/^[a-z_]{1,8}$/),
    fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        fc.string({ maxLength: 12, unit: "grapheme" }),
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(fc.stringMatching(/^[a-z_]{1,6}$/), tie("value"), { maxKeys: 3 }),
      ),
    })).value,
    { maxKeys: 4 },
  )
  .map((value) => JSON.parse(JSON.stringify(value)) as Json);

const step: fc.Arbitrary<Step> = fc.oneof(
  word.map((text) => ({ text })),
  word.map((thought) => ({ thought })),
  fc.record({
    name: fc.stringMatching(/^[a-z]{1,10}_tool$/),
    args: json,
    cuts: fc.option(fc.array(fc.nat({ max: 11 }), { minLength: 1, maxLength: 3 }), { nil: undefined }),
    signed: fc.boolean(),
  }),
);

/** Arguments as Vertex AI streams them: each leaf by its path, strings in several parts. */
function* piecesOf(value: unknown, path: string, cuts: number[]): Generator<Json> {
  if (typeof value === "string") {
    const [at = 0, ...rest] = [...new Set(cuts)].sort((a, b) => a - b);
    const ends = [at, ...rest, value.length].filter((end) => end <= value.length);
    let start = 0;
    for (const end of ends) {
      yield { jsonPath: path, stringValue: value.slice(start, end), willContinue: true };
      start = end;
    }
    yield { jsonPath: path, stringValue: "" };
  } else if (typeof value === "number") yield { jsonPath: path, numberValue: value };
  else if (typeof value === "boolean") yield { jsonPath: path, boolValue: value };
  else if (value === null) yield { jsonPath: path, nullValue: "NULL_VALUE" };
  else if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) yield* piecesOf(item, `${path}[${i}]`, cuts);
    yield { jsonPath: `${path}[]` };
  } else {
    const entries = Object.entries(value as Json);
    for (const [name, item] of entries) yield* piecesOf(item, `${path}.${name}`, cuts);
    if (entries.length === 0 && path !== "$") yield { jsonPath: path };
  }
}

function partsOf(said: Step): Json[] {
  if ("text" in said) return [{ text: said.text }];
  if ("thought" in said) return [{ text: said.thought, thought: true }];
  const signature = said.signed ? { thoughtSignature: "c2ln" } : {};
  if (!said.cuts) return [{ functionCall: { name: said.name, args: said.args }, ...signature }];
  return [
    { functionCall: { name: said.name, willContinue: true }, ...signature },
    ...[...piecesOf(said.args, "$", said.cuts)].map((piece) => ({
      functionCall: { partialArgs: [piece], willContinue: true },
    })),
    { functionCall: {} },
  ];
}

const scenario = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 8 }),
  /** How many parts stand in each chunk, in turns; 0 is a chunk with nothing to say. */
  grouping: fc
    .array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 5 })
    .filter((sizes) => sizes.some((size) => size > 0)),
  usageAt: fc.constantFrom("each", "last"),
  form: fc.constantFrom("events", "array", "envelope"),
  thinks: fc.boolean(),
  slice: fc.integer({ min: 1, max: 400 }),
});

function chunksOf({ steps, grouping, usageAt }: { steps: Step[]; grouping: number[]; usageAt: string }): Json[] {
  const parts = steps.flatMap(partsOf);
  const chunks: Json[] = [];
  for (let at = 0, n = 0; at < parts.length; n++) {
    const size = grouping[n % grouping.length] ?? 1;
    chunks.push(chunk(parts.slice(at, at + size), usageAt === "each" ? { usage: USAGE } : {}));
    at += size;
  }
  return [...chunks, chunk([{ text: "" }], { finish: "STOP", usage: USAGE })];
}

const said = (content: Block[], kind: "text" | "thinking") =>
  content
    .filter(({ type }) => type === kind)
    .map((block) => block[kind])
    .join("");
/** Text that is nothing but blanks between two other things is not shown. */
const letters = (text: unknown) => String(text).replace(/\s+/g, "");
const callsIn = (content: Block[]) =>
  content.filter(({ type }) => type === "tool_use").map(({ name, input }) => ({ name, input }));
const isSilent = (steps: Step[]) => steps.every((one) => "text" in one && one.text.trim() === "");

describe("any order of parts", () => {
  it("makes a faultless stream with exact arguments, the same in any slices, and a request that Google takes", () => {
    fc.assert(
      fc.property(scenario, ({ form, thinks, slice, ...plan }) => {
        fc.pre(!isSilent(plan.steps));
        const chunks = chunksOf(plan);
        const request = thinks ? { thinking: { type: "adaptive" } } : {};
        const raw = form === "array" ? { raw: JSON.stringify(chunks) } : {};
        const sent = form === "envelope" ? chunks.map((response) => ({ response })) : chunks;
        const played = play(sent, { request, ...raw });
        expect(played.faults).toEqual([]);
        expect(played.translator.phase).toBe("complete");
        const { content, stop_reason, usage } = messageOf(played);
        const calls = plan.steps.filter((one) => "name" in one).map(({ name, args }) => ({ name, input: args }));
        expect(callsIn(content)).toEqual(calls);
        const spoken = (kind: "text" | "thought") =>
          plan.steps.map((one) => (kind in one ? (one as Record<string, string>)[kind] : "")).join("");
        expect(letters(said(content, "text"))).toBe(letters(spoken("text")));
        expect(said(content, "thinking")).toBe(spoken("thought"));
        expect(stop_reason).toBe(calls.length > 0 ? "tool_use" : "end_turn");
        expect(usage).toMatchObject({ input_tokens: 10, output_tokens: 2 });
        const ids = content.flatMap(({ type, id }) => (type === "tool_use" ? [String(id)] : []));
        expect(new Set(ids).size).toBe(ids.length);
        expect(play(sent, { request, ...raw, slice }).output).toBe(played.output);
        const results = ids.map((id) => ({ type: "tool_result", tool_use_id: id, content: "ok" }));
        const next = requestBody(
          nextTurn(request, content, results.length > 0 ? results : [{ type: "text", text: "go" }]),
        );
        expect(checkGeminiRequest(next, { model: "gemini-3.8-flash" })).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it("and a whole answer says the same as the stream of its parts", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), fc.boolean(), (steps, thinks) => {
        fc.pre(!isSilent(steps));
        const request = thinks ? { thinking: { type: "adaptive" } } : {};
        const whole = steps.map((one) => ("name" in one ? { ...one, cuts: undefined } : one));
        const streamed = messageOf(play(chunksOf({ steps, grouping: [1], usageAt: "last" }), { request }));
        const answer = wholeMessage(chunk(whole.flatMap(partsOf), { finish: "STOP", usage: USAGE }), { request });
        expect({ content: answer.content, stop_reason: answer.stop_reason, usage: answer.usage }).toEqual(streamed);
      }),
      { numRuns: 200 },
    );
  });

  it("cut anywhere, it is complete, empty or told as broken, and never faulty", () => {
    fc.assert(
      fc.property(scenario, fc.double({ min: 0, max: 1, noNaN: true }), ({ form: _form, ...plan }, cutAt) => {
        const chunks = chunksOf(plan).slice(0, -1);
        const played = play(chunks.slice(0, Math.floor(cutAt * (chunks.length + 1))));
        expect(played.faults).toEqual([]);
        expect(played.translator.phase).toBe("failed");
        expect(["truncated", "empty_answer"]).toContain(played.translator.failure?.reason);
        expect(played.output === "" || played.output.includes("event: error")).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("every signature comes back on the very call on which it came", () => {
    const calls = fc.array(
      fc.record({ signature: fc.option(fc.stringMatching(/^[a-z]{8}$/), { nil: undefined }), text: fc.boolean() }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(calls, fc.boolean(), fc.boolean(), (plan, thinks, forgets) => {
        fc.pre(thinks || !forgets);
        const wire = freshWire();
        const request = thinks ? { thinking: { type: "adaptive" } } : {};
        const parts = plan.flatMap(({ signature, text }, i) => [
          ...(text ? [{ text: `step ${i}` }] : []),
          { functionCall: { name: "go", args: { i } }, ...(signature && { thoughtSignature: signature }) },
        ]);
        const { content } = messageOf(play([chunk(parts, { finish: "STOP" })], { request, wire }));
        const results = content
          .filter(({ type }) => type === "tool_use")
          .map(({ id }) => ({ type: "tool_result", tool_use_id: id, content: "ok" }));
        const next = requestBody(nextTurn(request, content, results), target(), {}, forgets ? freshWire() : wire);
        const back = ((next.contents as { parts: Json[] }[])[1]?.parts ?? []).filter((part) => "functionCall" in part);
        expect(back.map(({ thoughtSignature }) => thoughtSignature)).toEqual(
          plan.map(({ signature }, i) => signature ?? (i === 0 ? "skip_thought_signature_validator" : undefined)),
        );
      }),
      { numRuns: 200 },
    );
  });
});

describe("the official SDK", () => {
  let sdk: Awaited<ReturnType<typeof sdkReader>>;
  beforeAll(async () => {
    sdk = await sdkReader();
  });
  afterAll(() => sdk.close());

  it("reads the same words and arguments", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ form: _form, slice, ...plan }) => {
        fc.pre(!isSilent(plan.steps));
        const played = play(chunksOf(plan));
        const message = await sdk.read(played.output, slice);
        const mine = messageOf(played);
        expect(callsIn(message.content)).toEqual(callsIn(mine.content));
        expect(said(message.content, "text")).toBe(said(mine.content, "text"));
        expect(message.stop_reason).toBe(mine.stop_reason);
      }),
      { numRuns: 30 },
    );
  });
});
