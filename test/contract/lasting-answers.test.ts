/**
 * @module An answer that lasts goes on without the request, whose bytes are let go of in its midst: the client sees no
 * difference.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkStream } from "../../lib/anthropic/sse/grammar.ts";
import { messageOfEvents } from "../../lib/wires/anthropic/message-of-events.ts";
import { type Mux, startMux } from "../support/mux.ts";
import { type RawServer, startRawServer } from "../support/wall/exchange.ts";
import { framesOf, speechOf } from "../support/wall/speech.ts";

const PROVIDERS: Readonly<Record<string, string>> = {
  anthropic: 'type = "anthropic-compatible"\nbase_url = "URL/wall"',
  "openai-chat": 'type = "openai-compatible"\nbase_url = "URL/wall/v1"',
  "openai-responses": 'type = "openai-compatible"\nwire = "openai-responses"\nbase_url = "URL/wall/v1"',
  gemini: 'type = "gemini"\nbase_url = "URL/wall/v1beta"',
};
/** Longer than an answer takes until the request is let go of. */
const LASTING_MS = 1_200;
/** No protocol but Anthropic's takes it as it is. */
const TOOL = "mcp__files.of the project__edit.many";
const WORDS = "one two three four five six";

describe.each(Object.keys(PROVIDERS))("%s", (name) => {
  let wall: RawServer;
  let mux: Mux;
  beforeAll(async () => {
    wall = await startRawServer(async (exchange) => {
      const speech = speechOf(exchange.request);
      // Under the name that the provider was told, and with an id that the conversation knows already.
      const [, called = ""] = /"name":"(mcp__[^"]*)"/.exec(JSON.stringify(exchange.request.body)) ?? [];
      const frames = framesOf(speech, [
        { type: "text", text: WORDS },
        { type: "tool", name: called, input: { path: "/a", count: 2 } },
      ]);
      exchange.head(200, { "content-type": "text/event-stream" });
      const half = frames.findIndex(({ at }) => at === "text") + 1;
      for (const [at, { bytes }] of frames.entries()) {
        // Apart from each other, so that what comes behind the pause is not read in one go.
        if (exchange.request.model === "lasting") await exchange.pause(at === half ? LASTING_MS : 10);
        exchange.write(bytes);
      }
      exchange.end();
    });
    const models = ["brief", "lasting"].map(
      (model) => `[[models]]\nname = "${model}"\nproviders = [{ name = "p", priority = 1, model = "${model}" }]\n`,
    );
    mux = await startMux({
      config: `[[providers]]\nname = "p"\n${PROVIDERS[name]?.replace("URL", wall.url)}\napi_key = "k"\n${models.join("")}`,
    });
  });
  afterAll(async () => {
    await mux.close();
    await wall.close();
  });

  async function ask(model: string): Promise<Record<string, unknown>> {
    const response = await fetch(`${mux.url}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        model,
        max_tokens: 500,
        stream: true,
        stop_sequences: ["never said"],
        tools: [
          {
            name: TOOL,
            input_schema: { type: "object", properties: { path: { type: "string" }, count: { type: "integer" } } },
          },
        ],
        messages: [{ role: "user", content: "Please." }],
      }),
    });
    const text = await response.text();
    expect(checkStream(text)).toEqual([]);
    const { id: _id, model: _model, ...message } = messageOfEvents(Buffer.from(text)) ?? {};
    return message;
  }

  test("says the same, tools by the client's own names", async () => {
    const [brief, lasting] = await Promise.all([ask("brief"), ask("lasting")]);
    expect(withoutIds(lasting)).toEqual(withoutIds(brief));
    expect(lasting.content).toMatchObject([
      { type: "text", text: WORDS },
      { type: "tool_use", name: TOOL, input: { path: "/a", count: 2 } },
    ]);
    expect(lasting.stop_reason).toBe("tool_use");
  });
});

/** Ids are made of the answer's own, which differ. */
function withoutIds(message: Record<string, unknown>): string {
  return JSON.stringify(message, (key, value) => (key === "id" ? "" : value));
}
