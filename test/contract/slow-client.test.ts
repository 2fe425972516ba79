/** @module A client that does not read: its provider is slowed down, nothing piles up here, and no byte is lost. */
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { type Mux, startMux } from "../support/mux.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";

const DELTA_BYTES = 16 * 1024;
const DELTAS = 4_096;
/** What the kernel keeps of two connections on loopback, and more; half of the answer. */
const MOST_SENT = (DELTA_BYTES * DELTAS) / 2;

let mux: Mux | undefined;
let upstream: Upstream | undefined;
afterEach(async () => {
  await mux?.close();
  await upstream?.close();
  mux = upstream = undefined;
});

const WORDS = "x".repeat(DELTA_BYTES);
const anthropic = (type: string, rest: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
const chat = (delta: object, finish: string | null): string =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", model: "m", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

/** A long answer in each of the two dialects: how it begins, goes on and ends. */
const SPEECH: Readonly<Record<string, { provider: string; begin: string; delta: string; end: string }>> = {
  anthropic: {
    provider: 'type = "anthropic-compatible"\nbase_url = "URL"',
    begin:
      anthropic("message_start", {
        message: {
          id: "msg_1",
          type: "message",
          role: "assistant",
          model: "m",
          content: [],
          usage: { input_tokens: 1, output_tokens: 1 },
        },
      }) + anthropic("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
    delta: anthropic("content_block_delta", { index: 0, delta: { type: "text_delta", text: WORDS } }),
    end:
      anthropic("content_block_stop", { index: 0 }) +
      anthropic("message_delta", {
        delta: { stop_reason: "end_turn", stop_sequence: null },
        usage: { output_tokens: 9 },
      }) +
      anthropic("message_stop", {}),
  },
  "openai-chat": {
    provider: 'type = "openai-compatible"\nbase_url = "URL/v1"',
    begin: chat({ role: "assistant", content: "" }, null),
    delta: chat({ content: WORDS }, null),
    end: `${chat({}, "stop")}data: [DONE]\n\n`,
  },
};

test.each(
  Object.keys(SPEECH).flatMap((wire) => ["/v1/messages", "/v1/chat/completions"].map((path) => [wire, path] as const)),
)("%s to %s", { timeout: 60_000 }, async (wire, path) => {
  const { provider = "", begin = "", delta = "", end = "" } = SPEECH[wire] ?? {};
  let sent = 0;
  upstream = await startUpstream(async (_request, { response }) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).write(begin);
    for (; sent < DELTAS && !response.destroyed; sent++) if (!response.write(delta)) await once(response, "drain");
    response.end(end);
  });
  mux = await startMux({
    config: `[[providers]]\nname = "p"\n${provider.replace("URL", upstream.url)}\napi_key = "k"\n[[models]]\nname = "m"\nproviders = [{ name = "p", priority = 1, model = "m" }]\n`,
  });
  const outgoing = httpRequest(`${mux.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
  });
  outgoing.end(
    JSON.stringify({ model: "m", max_tokens: 9, stream: true, messages: [{ role: "user", content: "hi" }] }),
  );
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];

  // Nobody reads: in the end nothing more is sent, either.
  for (let before = -1; before !== sent; await sleep(300)) before = sent;
  expect(sent * DELTA_BYTES).toBeLessThan(MOST_SENT);

  let words = 0;
  let last = "";
  for await (const chunk of response.setEncoding("latin1") as AsyncIterable<string>) {
    for (let at = chunk.indexOf("x"); at >= 0; at = chunk.indexOf("x", at + 1)) words++;
    last = (last + chunk).slice(-200);
  }
  expect(words).toBeGreaterThanOrEqual(DELTA_BYTES * DELTAS);
  expect(last).toContain(path === "/v1/messages" ? "message_stop" : "[DONE]");
});
