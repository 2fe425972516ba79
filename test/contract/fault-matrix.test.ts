/**
 * @module Every failure, on every wire, streaming or not, at every position: on real sockets, with the outcome that
 * docs/failover.md promises and Anthropic's grammar checked.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkStream } from "../../lib/anthropic/sse/grammar.ts";
import type { FailureReason } from "../../lib/catalog/failure-reasons.ts";
import type { JournalEntry } from "../../lib/journal/entry.ts";
import type { Frame, Part } from "../../lib/simulator/wire.ts";
import { type Mux, startMux } from "../support/mux.ts";
import { type Exchange, type RawServer, startRawServer } from "../support/wall/exchange.ts";
import { healthy, play } from "../support/wall/scenarios.ts";
import { framesOf, type Speech, speechOf, wholeOf } from "../support/wall/speech.ts";

type Fault = (exchange: Exchange, speech: Speech) => void | Promise<void>;

const PARTS: readonly Part[] = [
  { type: "thinking", text: "The user wants a file changed, so first look." },
  { type: "text", text: "Let me look at the file before I change a word of it." },
  { type: "tool", name: "Edit", input: { path: "/src/main.ts", text: "one two three four five six seven" } },
];
const STREAM = { "content-type": "text/event-stream" };

const refuses =
  (status: number, type: string, message: string, headers: Record<string, string> = {}): Fault =>
  (exchange, { wire }) => {
    // The simulator knows Google's words for the failures that it plays; for the others the number has to tell.
    const isPlayed = wire.name !== "gemini" || (status !== 402 && status !== 403);
    exchange.json(status, isPlayed ? wire.error(status, type, message) : { error: { code: status, message } }, headers);
  };

interface Refusal {
  reason: FailureReason;
  fault: Fault;
  /** Word for word to the client, instead of on to the next provider. */
  status?: number;
}

/** What comes before any content, by status or by its absence. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  "reset before the headers": { reason: "reset", fault: (exchange) => exchange.reset() },
  "no answer": { reason: "too_slow", fault: async (exchange) => void (await exchange.pause(1_500)) },
  "500": { reason: "server_error", fault: refuses(500, "api_error", "boom") },
  "503": { reason: "overloaded", fault: refuses(503, "overloaded_error", "overloaded") },
  "529 with a web page": {
    reason: "bad_answer",
    fault: (exchange) => page(exchange, 529),
  },
  "200 with a web page": { reason: "bad_answer", fault: (exchange) => page(exchange, 200) },
  "an empty body": {
    reason: "empty_answer",
    fault: (exchange) => exchange.head(200, { ...STREAM, "content-length": "0" }),
  },
  "429 for a minute": {
    reason: "rate_limited",
    fault: refuses(429, "rate_limit_error", "slow down", { "retry-after": "60" }),
  },
  "401": { reason: "auth", fault: refuses(401, "authentication_error", "invalid api key") },
  "402": { reason: "billing", fault: refuses(402, "billing_error", "out of credit") },
  "403": { reason: "forbidden", fault: refuses(403, "permission_error", "not yours") },
  "404": { reason: "model_missing", fault: refuses(404, "not_found_error", "model: no such model") },
  "prompt too long": {
    reason: "context_too_long",
    status: 400,
    fault: refuses(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
  },
  "400": { reason: "bad_request", status: 400, fault: refuses(400, "invalid_request_error", "messages.0: odd") },
};

function page(exchange: Exchange, status: number): void {
  const html = "<!doctype html><html><body><h1>Bad gateway</h1></body></html>";
  exchange.head(status, { "content-type": "text/html", "content-length": String(html.length) });
  exchange.write(html);
}

/** How a stream breaks. */
const BREAKS: Readonly<Record<string, (exchange: Exchange) => void | Promise<void>>> = {
  reset: (exchange) => exchange.reset(),
  closed: (exchange) => exchange.close(),
  silent: async (exchange) => void (await exchange.pause(1_500)),
  ended: (exchange) => exchange.end(),
};

/** Where it breaks: behind how many of the events. */
const POSITIONS: Readonly<Record<string, (frames: readonly Frame[]) => number>> = {
  "before content": (frames) => frames.findIndex(({ at }) => at !== "start"),
  "in thinking": (frames) => middleOf("thinking", frames),
  "in text": (frames) => middleOf("text", frames),
  "in a tool call": (frames) => middleOf("tool", frames),
  "before the end": (frames) => frames.findIndex(({ at }) => at === "end"),
};

function middleOf(part: Frame["at"], frames: readonly Frame[]): number {
  const places = frames.flatMap(({ at }, index) => (at === part ? [index] : []));
  return (places[places.length >> 1] ?? 0) + 1;
}

const breaksAt =
  (position: string, how: string): Fault =>
  async (exchange, speech) => {
    const frames = framesOf(speech, PARTS);
    exchange.head(200, STREAM);
    await play(exchange, frames.slice(0, POSITIONS[position]?.(frames)));
    // What was written leaves first: a reset would overtake it.
    await exchange.pause(30);
    await BREAKS[how]?.(exchange);
  };

const wholeBreaks =
  (how: string): Fault =>
  async (exchange, speech) => {
    const body = JSON.stringify(wholeOf(speech, PARTS));
    exchange.head(200, { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) });
    exchange.write(body.slice(0, body.length >> 1));
    await exchange.pause(30);
    if (how === "ended") return exchange.close();
    await BREAKS[how]?.(exchange);
  };

const STREAM_FAULTS = Object.keys(POSITIONS).flatMap((position) =>
  Object.keys(BREAKS).map((how) => ({ name: `${position}, ${how}`, position, fault: breaksAt(position, how) })),
);
const WHOLE_FAULTS = Object.keys(BREAKS).map((how) => ({ name: `whole, ${how}`, fault: wholeBreaks(how) }));

const FAULTS: Readonly<Record<string, Fault>> = Object.fromEntries([
  ...Object.entries(REFUSALS).map(([name, { fault }]) => [name, fault] as const),
  ...STREAM_FAULTS.map(({ name, fault }) => [name, fault] as const),
  ...WHOLE_FAULTS.map(({ name, fault }) => [name, fault] as const),
]);
const NAMES = Object.keys(FAULTS);
/** A model and a provider of its own for each case: what one does to health must not reach the others. */
const modelOf = (name: string, stream: boolean) => `fault-${NAMES.indexOf(name)}-${stream ? "stream" : "whole"}`;

const WIRES: Readonly<Record<string, string>> = {
  anthropic: 'type = "anthropic-compatible"\nbase_url = "URL/wall"',
  "openai-chat": 'type = "openai-compatible"\nbase_url = "URL/wall/v1"',
  "openai-responses": 'type = "openai-compatible"\nwire = "openai-responses"\nbase_url = "URL/wall/v1"',
  gemini: 'type = "gemini"\nbase_url = "URL/wall/v1beta"',
};

function configOf(wire: string, url: string): string {
  const provider = (name: string) =>
    `[[providers]]\nname = "${name}"\n${WIRES[wire]?.replace("URL", url)}\napi_key = "k"\ntimeouts = { connect_ms = 2000, first_byte_ms = 800, first_event_ms = 800, idle_ms = 600 }\n`;
  const models = [true, false].flatMap((stream) => NAMES.map((name) => modelOf(name, stream)));
  const tables = models.map((model) => {
    return `${provider(model)}[[models]]\nname = "${model}"\nproviders = [{ name = "${model}", priority = 1, model = "${model}" }, { name = "second", priority = 2, model = "well" }]\n`;
  });
  return `${provider("second")}${tables.join("")}[retry]\nmax_attempts = 2\n`;
}

interface Outcome {
  status: number;
  text: string;
  entry: JournalEntry;
}

describe.each(Object.keys(WIRES))("%s", (wire) => {
  let wall: RawServer;
  let mux: Mux;
  beforeAll(async () => {
    wall = await startRawServer(async (exchange) => {
      const speech = speechOf(exchange.request);
      const name = NAMES[Number(exchange.request.model.split("-")[1])];
      await (name === undefined ? healthy : FAULTS[name])?.(exchange, speech);
    });
    mux = await startMux({ config: configOf(wire, wall.url) });
  });
  afterAll(async () => {
    await mux.close();
    await wall.close();
  });

  async function ask(name: string, stream: boolean): Promise<Outcome> {
    const response = await fetch(`${mux.url}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        model: modelOf(name, stream),
        max_tokens: 500,
        stream,
        thinking: { type: "enabled", budget_tokens: 1024 },
        tools: [{ name: "Edit", input_schema: { type: "object", properties: {} } }],
        messages: [{ role: "user", content: "change it" }],
      }),
    });
    const text = await response.text();
    if (stream && response.status === 200) expect([name, checkStream(text)]).toEqual([name, []]);
    const id = response.headers.get("x-ccm-request-id");
    const entry = (await (await fetch(`${mux.url}/api/journal/${id}`)).json()) as JournalEntry;
    return { status: response.status, text, entry };
  }

  describe.each([true, false])("streaming: %s", (stream) => {
    test.concurrent.each(Object.entries(REFUSALS))("%s", async (name, { reason, status }) => {
      const { entry, ...answer } = await ask(name, stream);
      expect(entry.attempts[0]?.failure).toBe(reason);
      expect([answer.status, entry.provider]).toEqual(status === undefined ? [200, "second"] : [status, undefined]);
    });
  });

  test.concurrent.each(WHOLE_FAULTS.map(({ name }) => name))("not streaming, %s", async (name) => {
    const { entry, status } = await ask(name, false);
    expect([status, entry.provider, entry.outcome]).toEqual([200, "second", "ok"]);
  });

  test.concurrent.each(STREAM_FAULTS.map(({ name, position }) => [name, position] as const))(
    "streaming, %s",
    async (name, position) => {
      const { entry, text } = await ask(name, true);
      if (position === "before content") {
        expect([entry.provider, entry.outcome]).toEqual(["second", "ok"]);
        return;
      }
      // Once there is content the client keeps what it has, and is told that it is not all.
      expect([entry.provider, entry.outcome]).toEqual([modelOf(name, true), "cut"]);
      expect(text).toContain("event: error");
      expect(text).not.toContain("event: message_stop");
    },
  );
});
