/** Every recorded answer of a real provider, in slices and whole, read by the official SDK. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkStream } from "../../../lib/anthropic/sse/grammar.ts";
import type { Block } from "../../../lib/anthropic/types.ts";
import { providerType } from "../../../lib/catalog/index.ts";
import { streamFromAnswer } from "../../../lib/wires/shared/stream-from-answer.ts";
import { type Recording, recordings } from "../../support/recordings.ts";
import { type Json, messageOf, play, sdkReader, target, whole } from "./support.ts";

const found = recordings("openai-chat");
let sdk: Awaited<ReturnType<typeof sdkReader>>;
beforeAll(async () => {
  sdk = await sdkReader();
});
afterAll(() => sdk.close());

/** The vendor's own entry where the catalogue has one; Moonshot and xAI are known there by shorter names. */
function vendorTarget(vendor: string) {
  const type = providerType(vendor);
  return type ? target({}, { type, model: "recorded-model" }) : target();
}

interface Said {
  text: string;
  thinking: string;
  calls: { name: string; input: unknown }[];
}

/** What the recording says, read as plainly as possible. */
function saidBy(parts: Json[]): Said {
  const said: Said = { text: "", thinking: "", calls: [] };
  const args: string[] = [];
  for (const part of parts)
    for (const choice of (part.choices ?? []) as Json[]) {
      const message = (choice.delta ?? choice.message ?? {}) as Json;
      said.text += typeof message.content === "string" ? message.content : "";
      said.thinking += String(message.reasoning_content ?? message.reasoning ?? "");
      for (const [place, call] of ((message.tool_calls ?? []) as Json[]).entries()) {
        const at = Number(call.index ?? place);
        const called = call.function as { name?: string; arguments?: string };
        args[at] = (args[at] ?? "") + (called.arguments ?? "");
        said.calls[at] ??= { name: "", input: undefined };
        if (called.name) said.calls[at].name = called.name;
      }
    }
  for (const [at, call] of said.calls.entries()) call.input = JSON.parse(args[at] || "{}");
  return said;
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
function endOf(parts: Json[]): { stop: string; input: number; output: number; cached: number } {
  const usage = parts.map(({ usage }) => usage as Json | null).findLast(Boolean) ?? {};
  const reasons = parts
    .flatMap(({ choices }) => ((choices ?? []) as Json[]).map((choice) => choice.finish_reason))
    .filter(Boolean);
  const cached = Number((usage.prompt_tokens_details as Json | undefined)?.cached_tokens ?? 0);
  const reasoning = Number((usage.completion_tokens_details as Json | undefined)?.reasoning_tokens ?? 0);
  const completion = Number(usage.completion_tokens);
  return {
    stop: reasons.at(-1) === "tool_calls" ? "tool_use" : "end_turn",
    input: Number(usage.prompt_tokens) - cached,
    output: completion + (reasoning > completion ? reasoning : 0),
    cached,
  };
}

const title = ({ vendor, name }: Recording) => `${vendor}: ${name}`;

describe.skipIf(found.length === 0)("recorded streams", () => {
  const streams = found.flatMap((recording) => (recording.events ? [{ ...recording, events: recording.events }] : []));
  it.each(streams.map((recording) => [title(recording), recording] as const))(
    "%s",
    async (_title, { events, vendor }) => {
      const parts = events.map((event) => JSON.parse(event) as Json);
      const to = vendorTarget(vendor);
      const played = play(parts, { to });
      expect(played.faults).toEqual([]);
      expect(played.translator.phase).toBe("complete");
      for (const slice of [1, 7]) expect(play(parts, { to, slice }).output).toBe(played.output);
      const message = await sdk.read(played.output, 4096);
      expect(saidIn(message.content)).toEqual(saidBy(parts));
      const end = endOf(parts);
      expect(message.stop_reason).toBe(end.stop);
      expect(message.usage).toMatchObject({ input_tokens: end.input, output_tokens: end.output });
      expect(message.usage.cache_read_input_tokens ?? 0).toBe(end.cached);
      expect(played.translator.servedModel).toBe(parts.map(({ model }) => model).find(Boolean));
    },
  );
});

describe.skipIf(found.length === 0)("recorded whole answers", () => {
  const answers = found.flatMap((recording) => (recording.answer ? [{ ...recording, answer: recording.answer }] : []));
  it.each(answers.map((recording) => [title(recording), recording] as const))(
    "%s",
    async (_title, { answer, vendor }) => {
      const completion = JSON.parse(answer.toString("utf8")) as Json;
      const to = vendorTarget(vendor);
      const read = whole(completion, { to });
      if (completion.error) {
        expect(read).toMatchObject({ ok: false, failure: { message: expect.stringContaining("max_tokens") } });
        return;
      }
      if (!read.ok) throw new Error(read.failure.message);
      const restreamed = streamFromAnswer(read.body);
      expect(checkStream(restreamed)).toEqual([]);
      const message = await sdk.read(restreamed);
      expect(saidIn(message.content)).toEqual(saidBy([completion]));
      const end = endOf([completion]);
      expect(read.stopReason).toBe(end.stop);
      expect(read.usage).toMatchObject({ input_tokens: end.input, output_tokens: end.output });
      expect(message.usage).toMatchObject({ ...read.usage });
      const played = play([], { to, raw: answer });
      expect(messageOf(played)).toMatchObject({
        content: JSON.parse(read.body.toString("utf8")).content,
        stop_reason: end.stop,
      });
    },
  );
});
