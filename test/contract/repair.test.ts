/** A provider that refuses a field it does not know gets the request once more without it, unseen by the client. */
import { afterEach, describe, expect, it } from "vitest";
import type { JournalEntry } from "../../lib/journal/entry.ts";
import { type Mux, startMux } from "../support/mux.ts";
import { type Handler, startUpstream, type Upstream } from "../support/upstream.ts";
import { buildHouse } from "./house.ts";

let closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.map((close) => close()));
  closing = [];
});

const COMPLETION = {
  id: "chatcmpl-1",
  object: "chat.completion",
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "hello" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
};

/** Refuses requests that have one of these fields, the way OpenAI does. */
function refusing(...fields: string[]): Handler {
  return (request, reply) => {
    const body = request.json<Record<string, unknown>>();
    const refused = fields.find((field) => field in body);
    if (refused === undefined) return reply.json(COMPLETION);
    const message = `Unsupported parameter: '${refused}' is not supported with this model.`;
    reply.json({ error: { message, type: "invalid_request_error", code: "unsupported_parameter" } }, { status: 400 });
  };
}

const MESSAGE = {
  ...{ id: "msg_1", type: "message", role: "assistant", model: "m", stop_reason: "end_turn", stop_sequence: null },
  content: [{ type: "text", text: "hello" }],
  usage: { input_tokens: 3, output_tokens: 1 },
};

async function start(handler: Handler, type = "openai-compatible"): Promise<{ upstream: Upstream; mux: Mux }> {
  const upstream = await startUpstream(handler);
  const mux = await startMux({
    config: `[[providers]]
name = "own"
type = "${type}"
base_url = "${upstream.url}/v1"
auth_type = "none"
[[models]]
name = "m"
providers = [{ name = "own", model = "m" }]
`,
  });
  closing.push(
    () => mux.close(),
    () => upstream.close(),
  );
  return { upstream, mux };
}

async function ask(mux: Mux, body: object): Promise<{ status: number; text: string }> {
  const response = await fetch(`${mux.url}/v1/messages`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "m", max_tokens: 100, messages: [{ role: "user", content: "hi" }], ...body }),
  });
  return { status: response.status, text: await response.text() };
}

async function last(mux: Mux): Promise<JournalEntry | undefined> {
  const page = (await (await fetch(`${mux.url}/api/journal?limit=1`)).json()) as { items: JournalEntry[] };
  return page.items[0];
}

describe("an unknown field", () => {
  it("costs one more request the first time, none later, and shows in the journal", async () => {
    const { upstream, mux } = await start(refusing("temperature"));
    expect(await ask(mux, { temperature: 0.5 })).toMatchObject({ status: 200, text: expect.stringContaining("hello") });
    expect(upstream.requests).toHaveLength(2);
    expect(upstream.requests[1]?.json()).not.toHaveProperty("temperature");
    const [attempt, ...others] = (await last(mux))?.attempts ?? [];
    expect(others).toEqual([]);
    expect(attempt).toMatchObject({ provider: "own", repaired: "temperature", status: 200 });
    expect(attempt).not.toHaveProperty("failure");
    expect((await ask(mux, { temperature: 0.5 })).status).toBe(200);
    expect(upstream.requests).toHaveLength(3);
  });

  it("is looked for once in a request: a second one is the client's to see, and known the next time", async () => {
    const { upstream, mux } = await start(refusing("temperature", "stop"));
    const body = { temperature: 0.5, stop_sequences: ["x"] };
    expect(await ask(mux, body)).toMatchObject({ status: 400, text: expect.stringContaining("'stop'") });
    expect(upstream.requests).toHaveLength(2);
    expect((await ask(mux, body)).status).toBe(200);
  });

  it("without which the request would mean something else stays, and its refusal reaches the client", async () => {
    const { upstream, mux } = await start(refusing("messages"));
    expect(await ask(mux, {})).toMatchObject({ status: 400, text: expect.stringContaining("'messages'") });
    expect(upstream.requests).toHaveLength(1);
  });

  it("that an OpenAI client relies on stays, too: its refusal names it", async () => {
    const { upstream, mux } = await start(refusing("seed"));
    const response = await fetch(`${mux.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "hi" }], seed: 7 }),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining("'seed'") } });
    expect(upstream.requests).toHaveLength(1);
  });
});

it("Anthropic's own refusals reach the client as they are: it knows best what to do", async () => {
  const message = "context_management: Extra inputs are not permitted";
  const house = await buildHouse({ a: (_request, reply) => reply.error(400, "invalid_request_error", message) });
  closing.push(() => house.close());
  const { status, text } = await house.ask({ context_management: { edits: [] } });
  expect(status).toBe(400);
  expect(text).toContain(message);
  expect(house.a.requests).toHaveLength(1);
});

describe("half a character", () => {
  it.each(["openai-compatible", "anthropic-compatible"])(
    "that a strict parser refuses is mended, unseen by the client of a provider of the type %s",
    async (type) => {
      const message = "The request body is not valid JSON: no low surrogate in string: line 1 column 99 (char 98)";
      const { mux, upstream } = await start((request, reply) => {
        if (/\\ud83d/.test(request.raw.toString("utf8")))
          return reply.json({ type: "error", error: { type: "invalid_request_error", message } }, { status: 400 });
        return reply.json(type === "openai-compatible" ? COMPLETION : MESSAGE);
      }, type);
      const content = "cut off in the middle of an emoji: \ud83d";
      expect(await ask(mux, { messages: [{ role: "user", content }] })).toMatchObject({ status: 200 });
      expect(upstream.requests.map(({ raw }) => /\\ufffd/.test(raw.toString("utf8")))).toEqual([false, true]);
    },
  );
});
