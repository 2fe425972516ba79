/** Every recorded answer of a real provider, in slices and whole, read by the official SDK. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkStream } from "../../../lib/anthropic/sse/grammar.ts";
import type { Block } from "../../../lib/anthropic/types.ts";
import { providerType } from "../../../lib/catalog/index.ts";
import { streamFromAnswer } from "../../../lib/wires/shared/stream-from-answer.ts";
import type { Target } from "../../../lib/wires/wire.ts";
import { type Recording, recordings } from "../../support/recordings.ts";
import { type Json, messageOf, play, sdkReader, target, whole } from "./support.ts";

const found = ["openai-responses", "openai-responses-xai", "openai-responses-open", "openai-responses-azure"].flatMap(
  (folder) => recordings(folder),
);
let sdk: Awaited<ReturnType<typeof sdkReader>>;
beforeAll(async () => {
  sdk = await sdkReader();
});
afterAll(() => sdk.close());

/** The vendor's own entry of the catalogue, asked for what it was asked for when it was recorded. */
function vendorTarget({ wire }: Recording): Target {
  const id = wire === "openai-responses-xai" ? "xai" : wire === "openai-responses-open" ? "lmstudio" : "openai";
  const type = providerType(id);
  if (!type) throw new Error(`the catalogue has no ${id}`);
  return target({}, { type, model: "recorded-model" });
}

const SEARCH = { tools: [{ type: "web_search_20250305", name: "web_search", max_uses: 8 }] };
const isSearch = ({ name }: Recording) => name.includes("search-tool.") || name === "xai-x-search-tool";

/** The recordings hold one event a line; one of them has lost the last bracket of some lines. */
function parsed(line: string): Json {
  try {
    return JSON.parse(line) as Json;
  } catch {
    return JSON.parse(`${line}}`) as Json;
  }
}

/** Some files hold several answers one after the other. */
function answersIn(events: readonly string[]): Json[][] {
  const answers: Json[][] = [];
  for (const event of events.map(parsed)) {
    if (event.type === "response.created") answers.push([]);
    answers.at(-1)?.push(event);
  }
  return answers;
}

/** The finished items, as the stream told them: the last event of some recordings leaves them out or shortens them. */
function itemsIn(events: readonly Json[]): Json[] {
  const done = events.filter(({ type }) => type === "response.output_item.done");
  return done.sort((a, b) => Number(a.output_index) - Number(b.output_index)).map(({ item }) => item as Json);
}

function deltasIn(events: readonly Json[]): string {
  return events.map(({ type, delta }) => (type === "response.output_text.delta" ? delta : "")).join("");
}

interface Said {
  text: string;
  thinking: string;
  calls: { name: string; input: unknown }[];
}

/** What a finished response says, read as plainly as possible. */
function saidBy(response: Json): Said {
  const said: Said = { text: "", thinking: "", calls: [] };
  for (const item of response.output as Json[]) {
    const texts = (parts: unknown) => ((parts ?? []) as Json[]).map(({ text }) => String(text));
    if (item.type === "message") said.text += texts(item.content).join("");
    if (item.type === "reasoning") said.thinking += [...texts(item.content), ...texts(item.summary)].join("\n\n");
    if (item.type === "function_call") said.calls.push(...callsIn(item));
  }
  return said;
}

function callsIn(item: Json): Said["calls"] {
  const args = JSON.parse(String(item.arguments)) as Json;
  if (item.name !== "parallel") return [{ name: String(item.name), input: args }];
  return (args.tool_uses as Json[]).map((use) => ({
    name: String(use.recipient_name).replace("functions.", ""),
    input: use.parameters,
  }));
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
function endOf(response: Json): { stop: string; input: number; output: number; cached: number } {
  const usage = response.usage as Json;
  const cached = Number((usage.input_tokens_details as Json | undefined)?.cached_tokens ?? 0);
  const hasCalls = (response.output as Json[]).some(({ type }) => type === "function_call");
  return {
    stop: hasCalls ? "tool_use" : "end_turn",
    input: Number(usage.input_tokens) - cached,
    output: Number(usage.output_tokens),
    cached,
  };
}

/** Recordings of nothing but tools that only OpenAI's servers offer, and that no request of ours asks for. */
const isEmpty = (response: Json) => {
  const { text, thinking, calls } = saidBy(response);
  const carried = (response.output as Json[]).some(({ encrypted_content: state }) => typeof state === "string");
  return text === "" && thinking === "" && calls.length === 0 && !carried;
};

const title = ({ wire, name }: Recording) => `${wire}: ${name}`;

describe.skipIf(found.length === 0)("recorded streams", () => {
  const streams = found.flatMap((recording) =>
    answersIn(recording.events ?? []).map((events, n) => ({
      recording,
      events,
      name: `${title(recording)} (${n + 1})`,
    })),
  );
  it.each(streams.map((stream) => [stream.name, stream] as const))("%s", async (_name, { recording, events }) => {
    const options = { to: vendorTarget(recording), request: isSearch(recording) ? SEARCH : {} };
    const played = play(events, options);
    for (const slice of [1, 7]) expect(play(events, { ...options, slice }).output).toBe(played.output);
    const final = events.at(-1)?.response as Json;
    const told = { ...final, output: itemsIn(events) };
    if (isEmpty(told) && !isSearch(recording)) {
      expect(played.translator.failure?.reason).toBe("empty_answer");
      return;
    }
    expect(played.faults).toEqual([]);
    expect(played.translator.phase).toBe("complete");
    const message = await sdk.read(played.output, 4096);
    const said = saidIn(message.content);
    const isEdited = recording.name === "openai-shell-container.1";
    expect(said).toEqual({ ...saidBy(told), ...(isEdited && { text: deltasIn(events) }) });
    const end = endOf(told);
    expect(message.stop_reason).toBe(end.stop);
    expect(message.usage).toMatchObject({ input_tokens: end.input, output_tokens: end.output });
    expect(message.usage.cache_read_input_tokens ?? 0).toBe(end.cached);
    expect(played.translator.servedModel).toBe(final.model);
    // This recording was rewritten in its deltas only.
    if (isEdited) return;
    const twin = whole(told, options);
    if (!twin.ok) throw new Error(twin.failure.message);
    const { content, stop_reason, usage } = messageOf(played);
    expect(JSON.parse(twin.body.toString("utf8"))).toMatchObject({ content, stop_reason, usage });
  });
});

describe.skipIf(found.length === 0)("recorded whole answers", () => {
  const answers = found.flatMap((recording) => (recording.answer ? [{ recording, answer: recording.answer }] : []));
  it.each(answers.map((answer) => [title(answer.recording), answer] as const))(
    "%s",
    async (_title, { recording, answer }) => {
      const response = JSON.parse(answer.toString("utf8")) as Json;
      const options = { to: vendorTarget(recording), request: isSearch(recording) ? SEARCH : {} };
      const read = whole(response, options);
      if (isEmpty(response)) {
        expect(read).toMatchObject({ ok: false, failure: { reason: "empty_answer" } });
        return;
      }
      if (!read.ok) throw new Error(read.failure.message);
      const restreamed = streamFromAnswer(read.body);
      expect(checkStream(restreamed)).toEqual([]);
      const message = await sdk.read(restreamed);
      expect(saidIn(message.content)).toEqual(saidBy(response));
      const end = endOf(response);
      expect(read.stopReason).toBe(end.stop);
      expect(read.usage).toMatchObject({ input_tokens: end.input, output_tokens: end.output });
      const played = play([], { ...options, raw: answer });
      expect(played.faults).toEqual([]);
      expect(messageOf(played)).toMatchObject({ stop_reason: end.stop });
    },
  );
});
