/** Every recorded answer of Gemini, in slices and whole, read by the official SDK. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkStream } from "../../../lib/anthropic/sse/grammar.ts";
import type { Block } from "../../../lib/anthropic/types.ts";
import { streamFromAnswer } from "../../../lib/wires/shared/stream-from-answer.ts";
import { recordings } from "../../support/recordings.ts";
import { type Json, messageOf, play, sdkReader, whole, wholeMessage } from "./support.ts";

const found = recordings("gemini");
let sdk: Awaited<ReturnType<typeof sdkReader>>;
beforeAll(async () => {
  sdk = await sdkReader();
});
afterAll(() => sdk.close());

interface Said {
  text: string;
  thinking: string;
  calls: { name: string; input: unknown }[];
}

const partsOf = (chunks: Json[]) =>
  chunks
    .flatMap(({ candidates }) => (candidates ?? []) as Json[])
    .flatMap(({ content }) => ((content as Json | undefined)?.parts ?? []) as Json[]);

/** What the recording says, read as plainly as possible. */
function saidBy(chunks: Json[]): Said {
  const said: Said = { text: "", thinking: "", calls: [] };
  for (const part of partsOf(chunks)) {
    if (typeof part.text === "string") said[part.thought === true ? "thinking" : "text"] += part.text;
    const called = part.functionCall as Json | undefined;
    if (called?.name) said.calls.push({ name: String(called.name), input: called.args ?? {} });
    for (const piece of (called?.partialArgs ?? []) as Json[]) setPath(said.calls.at(-1)?.input as Json, piece);
  }
  return said;
}

/** `$.a.b[0].c` by plain eval-free means: the recordings know no other form. */
function setPath(root: Json, piece: Json): void {
  const steps = String(piece.jsonPath)
    .slice(2)
    .split(/\.|(?=\[)/)
    .map((step) => (step.startsWith("[") ? Number(step.slice(1, -1)) : step));
  let at = root as Record<string | number, unknown>;
  for (const [i, step] of steps.slice(0, -1).entries()) {
    at[step] ??= typeof steps[i + 1] === "number" ? [] : {};
    at = at[step] as Record<string | number, unknown>;
  }
  const last = steps.at(-1) ?? "";
  const value = piece.stringValue ?? piece.numberValue ?? piece.boolValue ?? null;
  at[last] = typeof at[last] === "string" ? `${at[last]}${String(value)}` : value;
}

function saidIn(content: Block[]): Said {
  const join = (type: string) =>
    content
      .filter((block) => block.type === type)
      .map((block) => block[type])
      .join("");
  const calls = content
    .filter(({ type }) => type === "tool_use")
    .map(({ name, input }) => ({ name: String(name), input }));
  return { text: join("text"), thinking: join("thinking"), calls };
}

/** Its stop reason and usage, in Anthropic's arithmetic. */
function endOf(chunks: Json[]): { stop: string; input: number; output: number } {
  const usage = chunks.map(({ usageMetadata }) => usageMetadata as Json | undefined).findLast(Boolean) ?? {};
  return {
    stop: partsOf(chunks).some(({ functionCall }) => (functionCall as Json | undefined)?.name)
      ? "tool_use"
      : "end_turn",
    input: Number(usage.promptTokenCount),
    output: Number(usage.candidatesTokenCount) + Number(usage.thoughtsTokenCount ?? 0),
  };
}

describe.skipIf(found.length === 0)("recorded streams", () => {
  const streams = found.flatMap(({ name, events }) => (events ? [[name, events] as const] : []));
  it.each(streams)("%s", async (_name, events) => {
    const chunks = events.map((event) => JSON.parse(event) as Json);
    const played = play(chunks);
    expect(played.faults).toEqual([]);
    expect(played.translator.phase).toBe("complete");
    for (const slice of [1, 7]) expect(play(chunks, { slice }).output).toBe(played.output);
    const message = await sdk.read(played.output, 4096);
    expect(saidIn(message.content)).toEqual(saidBy(chunks));
    const end = endOf(chunks);
    expect(message.stop_reason).toBe(end.stop);
    expect(message.usage).toMatchObject({ input_tokens: end.input, output_tokens: end.output });
    expect(played.translator.servedModel).toBe(chunks[0]?.modelVersion);
    // The same in one JSON array, as it is streamed without alt=sse, and in Code Assist's envelope.
    const array = Buffer.from(JSON.stringify(chunks, null, 2));
    expect(messageOf(play([], { raw: array, slice: 7 })).content).toEqual(messageOf(played).content);
    expect(play(chunks.map((response) => ({ response, traceId: "t" }))).output).toBe(played.output);
    expect(wholeMessage(chunks).content).toEqual(messageOf(played).content);
  });
});

describe.skipIf(found.length === 0)("recorded whole answers", () => {
  const answers = found.flatMap(({ name, answer }) => (answer ? [[name, answer] as const] : []));
  it.each(answers)("%s", async (_name, bytes) => {
    const answer = JSON.parse(bytes.toString("utf8")) as Json;
    const read = whole(answer);
    if (answer.error) {
      expect(read).toMatchObject({ ok: false, failure: { reason: "rate_limited", retryAfterMs: 34_400 } });
      return;
    }
    if (!read.ok) throw new Error(read.failure.message);
    const restreamed = streamFromAnswer(read.body);
    expect(checkStream(restreamed)).toEqual([]);
    const message = await sdk.read(restreamed);
    expect(saidIn(message.content)).toEqual(saidBy([answer]));
    const end = endOf([answer]);
    expect(read.stopReason).toBe(end.stop);
    expect(read.usage).toMatchObject({ input_tokens: end.input, output_tokens: end.output });
    expect(messageOf(play([], { raw: bytes })).content).toEqual(JSON.parse(read.body.toString("utf8")).content);
  });
});
