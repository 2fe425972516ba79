/** @module A small house for contract tests: our server in front of providers that do what the test says. */
import type { JournalEntry } from "../../lib/journal/entry.ts";
import { startMux } from "../support/mux.ts";
import { type Handler, startUpstream, type Upstream } from "../support/upstream.ts";

export const MODEL = "claude-sonnet-4-20250514";

/** One Anthropic stream with the given text, as event payloads. */
export function textEvents(text: string, model = "upstream-model"): string[] {
  return [
    {
      type: "message_start",
      message: {
        id: "msg_01up",
        type: "message",
        role: "assistant",
        model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: 12, cache_read_input_tokens: 4, output_tokens: 1 },
      },
    },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    ...text
      .split(/(?<= )/)
      .map((word) => ({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: word } })),
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 7 } },
    { type: "message_stop" },
  ].map((event) => JSON.stringify(event));
}

/** The same answer, whole. */
export function textAnswer(text: string): object {
  return {
    id: "msg_01up",
    type: "message",
    role: "assistant",
    model: "upstream-model",
    content: [{ type: "text", text }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: { input_tokens: 12, cache_read_input_tokens: 4, output_tokens: 7 },
  };
}

/** A provider that answers well, streaming or not. */
export function healthy(text: string): Handler {
  return (request, reply) => {
    if (request.json<{ stream?: boolean }>().stream) return reply.sse(textEvents(text), { named: true });
    reply.json(textAnswer(text));
  };
}

export interface House {
  mux: Awaited<ReturnType<typeof startMux>>;
  /** In the order of the chain: `a` is asked first. */
  a: Upstream;
  b: Upstream;
  /** Sends a request; the body's text comes back whole. */
  ask(body?: object, headers?: Record<string, string>): Promise<{ status: number; headers: Headers; text: string }>;
  /** The journal's newest entry. */
  last(): Promise<JournalEntry>;
  close(): Promise<void>;
}

export interface HouseOptions {
  a?: Handler;
  b?: Handler;
  /** TOML added at the end. */
  config?: string;
  /** TOML added to both providers. */
  provider?: string;
}

export async function buildHouse(options: HouseOptions = {}): Promise<House> {
  const a = await startUpstream(options.a ?? healthy("hello from a"));
  const b = await startUpstream(options.b ?? healthy("hello from b"));
  const provider = (name: string, { url }: Upstream): string =>
    `[[providers]]\nname = "${name}"\ntype = "anthropic"\nbase_url = "${url}"\napi_key = "sk-ant-api03-secret-of-${name}"\n${options.provider ?? ""}\n`;
  const mux = await startMux({
    config: `${provider("a", a)}${provider("b", b)}
[[models]]
name = "${MODEL}"
providers = [{ name = "a", priority = 1, model = "model-of-a" }, { name = "b", priority = 2, model = "model-of-b" }]
[router.default]
model = "${MODEL}"
${options.config ?? ""}`,
  });
  return {
    mux,
    a,
    b,
    async ask(body = {}, headers = {}) {
      const response = await fetch(`${mux.url}/v1/messages`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "x-api-key": "ccm-proxy",
          "anthropic-version": "2023-06-01",
          ...headers,
        },
        body: JSON.stringify({
          model: MODEL,
          max_tokens: 100,
          stream: true,
          messages: [{ role: "user", content: "hi" }],
          ...body,
        }),
      });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
    async last() {
      const page = (await (await fetch(`${mux.url}/api/journal?limit=1`)).json()) as { items: JournalEntry[] };
      const [entry] = page.items;
      if (!entry) throw new Error("the journal is empty");
      return entry;
    },
    async close() {
      await mux.close();
      await a.close();
      await b.close();
    },
  };
}
