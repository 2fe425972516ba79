/** @module Providers of every protocol, for what must be so on all of them. */
import { afterEach } from "vitest";
import { startMux } from "../support/mux.ts";
import { type Handler, sseBytes, startUpstream, type Upstream } from "../support/upstream.ts";

const steps: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of steps.splice(0).reverse()) await step();
});

/** One provider of each kind. */
export const KINDS = [
  { type: "anthropic", model: "claude-haiku-5-5" },
  { type: "moonshot", model: "kimi-k3" },
  { type: "openai", model: "gpt-6-sol" },
  { type: "gemini", model: "gemini-3.8-flash" },
] as const;
export type Kind = (typeof KINDS)[number];

/** Providers named `a`, `b`, …, in this order, of one model named `m`. @param more TOML for each of them */
export async function house(...providers: { type: string; model: string; handler: Handler; more?: string }[]) {
  const upstreams: Upstream[] = [];
  let config = "";
  for (const [n, { type, handler, more = "" }] of providers.entries()) {
    const upstream = await startUpstream(handler);
    steps.push(() => upstream.close());
    upstreams.push(upstream);
    config += `[[providers]]\nname = "${"abc"[n]}"\ntype = "${type}"\nbase_url = "${upstream.url}"\napi_key = "sk-0123456789abcdef"\n${more}\n`;
  }
  const chain = providers.map(({ model }, n) => `{ name = "${"abc"[n]}", priority = ${n + 1}, model = "${model}" }`);
  const mux = await startMux({ config: `${config}[[models]]\nname = "m"\nproviders = [${chain.join(", ")}]\n` });
  steps.push(() => mux.close());
  return { mux, upstreams };
}

export function ask(
  { url }: { url: string },
  body: object = {},
  headers: Record<string, string> = { "x-api-key": "any" },
  signal?: AbortSignal,
) {
  return fetch(`${url}/v1/messages`, {
    method: "POST",
    ...(signal && { signal }),
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({
      model: "m",
      max_tokens: 100,
      stream: true,
      messages: [{ role: "user", content: "hi" }],
      ...body,
    }),
  });
}

export const fails =
  (status: number, body: unknown, headers: Record<string, string> = {}): Handler =>
  (_, reply) =>
    reply.json(body, { status, headers });

/** An answer in each protocol: its beginning, up to a word in an open block of text, and the rest. */
const ANSWERS: Record<Kind["type"], readonly [begun: object[], rest: object[]]> = {
  anthropic: [
    [
      messageStart(),
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hello" } },
    ],
    [
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 1 } },
      { type: "message_stop" },
    ],
  ],
  moonshot: [
    [{ id: "c", choices: [{ index: 0, delta: { content: "Hello" }, finish_reason: null }] }],
    [
      {
        id: "c",
        choices: [{ index: 0, delta: {}, finish_reason: "stop" }],
        usage: { prompt_tokens: 1, completion_tokens: 1 },
      },
    ],
  ],
  openai: [
    [{ type: "response.output_text.delta", output_index: 0, content_index: 0, delta: "Hello" }],
    [
      {
        type: "response.completed",
        response: { id: "r", status: "completed", output: [], usage: { input_tokens: 1, output_tokens: 1 } },
      },
    ],
  ],
  gemini: [
    [{ candidates: [{ content: { parts: [{ text: "Hello" }] } }] }],
    [
      {
        candidates: [{ content: { parts: [] }, finishReason: "STOP" }],
        usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1 },
      },
    ],
  ],
};

/** The beginning of a call in an open block; Gemini's come whole. */
const CALLS: Partial<Record<Kind["type"], object[]>> = {
  anthropic: [
    messageStart(),
    { type: "content_block_start", index: 0, content_block: { type: "tool_use", id: "t1", name: "Read", input: {} } },
    { type: "content_block_delta", index: 0, delta: { type: "input_json_delta", partial_json: '{"pa' } },
  ],
  moonshot: [
    {
      id: "c",
      choices: [
        {
          index: 0,
          delta: {
            tool_calls: [{ index: 0, id: "t1", type: "function", function: { name: "Read", arguments: '{"pa' } }],
          },
          finish_reason: null,
        },
      ],
    },
  ],
  openai: [
    {
      type: "response.output_item.added",
      output_index: 0,
      item: { type: "function_call", id: "fc_1", call_id: "t1", name: "Read", arguments: "", status: "in_progress" },
    },
    { type: "response.function_call_arguments.delta", output_index: 0, item_id: "fc_1", delta: '{"pa' },
  ],
};

function messageStart(): object {
  const usage = { input_tokens: 1, output_tokens: 1 };
  const head = { id: "msg_1", type: "message", role: "assistant", model: "served", content: [] };
  return { type: "message_start", message: { ...head, stop_reason: null, stop_sequence: null, usage } };
}

/** Bytes of a stream in the kind's protocol. */
function bytes({ type }: Pick<Kind, "type">, events: readonly object[], done = false): Buffer {
  const named = type === "anthropic" || type === "openai";
  return sseBytes(
    events.map((event) => JSON.stringify(event)),
    { named, done: done && type === "moonshot" },
  );
}

/** "Hello" in two parts: what has been said when half of it is there, and the rest. */
export function halves(kind: Kind): [begun: Buffer, rest: Buffer] {
  const [begun, rest] = ANSWERS[kind.type];
  return [bytes(kind, begun), bytes(kind, rest, true)];
}

/** "Hello" as a stream of the kind's protocol. */
export function hello(kind: Kind): Buffer {
  return Buffer.concat(halves(kind));
}

/** A call that is not whole yet; undefined where calls come whole. */
export function halfACall(kind: Kind): Buffer | undefined {
  const events = CALLS[kind.type];
  return events && bytes(kind, events);
}

export const STREAM = { "content-type": "text/event-stream" };

export const says =
  (kind: Kind, headers: Record<string, string> = {}): Handler =>
  (_, reply) =>
    reply.bytes(hello(kind), { headers: { ...STREAM, ...headers } });
