import Anthropic from "@anthropic-ai/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkStream } from "../../lib/anthropic/sse/grammar.ts";
import { type Mux, startMux } from "../support/mux.ts";
import { type Recording, recordings } from "../support/recordings.ts";
import { anthropicStreams, chatStreams } from "../support/streams.ts";
import { type Handler, startUpstream, type Upstream } from "../support/upstream.ts";
import { type Reading, readAnthropicStream, readChatAnswer, readChatStream, readMessage, readPlan } from "./reading.ts";

/** Bytes a write: within lines, within events, several events at once. */
const SLICES = [1, 7, 4096] as const;

let upstream: Upstream;
let mux: Mux;
let received: Buffer;
let client: Anthropic;

beforeAll(async () => {
  upstream = await startUpstream((_request, reply) => reply.destroy());
  mux = await startMux({ config: configFor(upstream.url) });
  client = new Anthropic({ baseURL: mux.url, apiKey: "any", maxRetries: 0, fetch: listening });
});
afterAll(async () => {
  await mux?.close();
  await upstream?.close();
});

function configFor(url: string): string {
  return `
[[providers]]
name = "messages"
type = "anthropic-compatible"
base_url = "${url}"
auth_type = "none"
[[providers]]
name = "chat"
type = "openai-compatible"
base_url = "${url}/v1"
auth_type = "none"
[[models]]
name = "over-anthropic"
providers = [{ name = "messages", priority = 1, model = "recorded" }]
[[models]]
name = "over-openai-chat"
providers = [{ name = "chat", priority = 1, model = "recorded" }]
`;
}

/** Keeps what the client is given, byte for byte. */
async function listening(...args: Parameters<typeof fetch>): Promise<Response> {
  const response = await fetch(...args);
  const parts: Buffer[] = [];
  const tap = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      parts.push(Buffer.from(chunk));
      received = Buffer.concat(parts);
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body?.pipeThrough(tap) ?? null, response);
}

const ASK = {
  max_tokens: 4096,
  messages: [{ role: "user" as const, content: "Say it again." }],
  tools: [{ name: "Edit", input_schema: { type: "object" as const, properties: {} } }],
};

async function streamed(model: string, handler: Handler): Promise<Reading> {
  upstream.handle(handler);
  received = Buffer.alloc(0);
  const message = await client.beta.messages.stream({ model, ...ASK }).finalMessage();
  expect(checkStream(received)).toEqual([]);
  return readMessage(message);
}

async function whole(model: string, answer: unknown, status = 200): Promise<Reading> {
  upstream.handle((_request, reply) => reply.json(answer, { status }));
  return readMessage(await client.beta.messages.create({ model, ...ASK }));
}

/** Where the vendor told no usage, an estimate stands in for it: never nothing. */
function expectSame(read: Reading, said: Reading): void {
  const { usage, ...rest } = said;
  expect(read).toMatchObject(rest);
  if (usage) expect(read.usage).toEqual(usage);
  else expect(read.usage?.output).toBeGreaterThan(0);
}

/** A recording of several answers is several streams. */
function answersIn(events: readonly string[]): string[][] {
  const answers: string[][] = [];
  for (const event of events) {
    if (answers.length === 0 || (JSON.parse(event) as { type?: string }).type === "message_start") answers.push([]);
    answers.at(-1)?.push(event);
  }
  return answers;
}

function named(list: readonly Recording[]) {
  return list.map((recording) => ({ ...recording, title: `${recording.vendor}/${recording.name}` }));
}

describe("recorded streams", () => {
  const anthropic = named(recordings("anthropic"));
  const chat = named(recordings("openai-chat"));

  describe.each(SLICES)("in slices of %i bytes", (slice) => {
    test.each(anthropic.filter(({ events }) => events))("$title", async ({ events }) => {
      for (const answer of answersIn(events ?? [])) {
        const read = await streamed("over-anthropic", (_request, reply) => reply.sse(answer, { named: true, slice }));
        expectSame(read, readAnthropicStream(answer));
      }
    });

    test.each(chat.filter(({ events }) => events))("$title", async ({ events = [] }) => {
      const read = await streamed("over-openai-chat", (_request, reply) => reply.sse(events, { done: true, slice }));
      expectSame(read, readChatStream(events));
    });
  });
});

describe("recorded whole answers", () => {
  const isError = ({ answer }: Recording): boolean => "error" in (JSON.parse(String(answer)) as object);
  const anthropic = named(recordings("anthropic").filter(({ answer }) => answer));
  const chat = named(recordings("openai-chat").filter(({ answer }) => answer));

  test.each(anthropic)("$title", async ({ answer }) => {
    const recorded = JSON.parse(String(answer)) as Parameters<typeof readMessage>[0];
    expectSame(await whole("over-anthropic", recorded), readMessage(recorded));
  });

  test.each(chat.filter((recording) => !isError(recording)))("$title", async ({ answer }) => {
    const recorded = JSON.parse(String(answer)) as Record<string, unknown>;
    expectSame(await whole("over-openai-chat", recorded), readChatAnswer(recorded));
  });

  test.each(chat.filter(isError))("$title is a refusal, and its words reach the client", async ({ answer }) => {
    const recorded = JSON.parse(String(answer)) as { error: { message: string } };
    const read = whole("over-openai-chat", recorded, 400);
    await expect(read).rejects.toMatchObject({ status: 400, message: expect.stringContaining(recorded.error.message) });
  });
});

describe("made-up streams", () => {
  describe.each(SLICES)("in slices of %i bytes", (slice) => {
    test.each(anthropicStreams())("Anthropic: $name", async ({ events, plan }) => {
      const read = await streamed("over-anthropic", (_request, reply) => reply.sse(events, { named: true, slice }));
      expectSame(read, readPlan(plan, true));
    });

    test.each(chatStreams())("Chat Completions: $name", async ({ events, plan, done, tellsUsage }) => {
      const read = await streamed("over-openai-chat", (_request, reply) => reply.sse(events, { done, slice }));
      expectSame(read, readPlan(plan, tellsUsage));
    });
  });
});
