/** @module Streams that are odd, mendable or hopeless, on real sockets, and recorded ones cut behind each of their events. */
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkStream } from "../../lib/anthropic/sse/grammar.ts";
import type { FailureReason } from "../../lib/catalog/failure-reasons.ts";
import type { JournalEntry } from "../../lib/journal/entry.ts";
import type { Part } from "../../lib/simulator/wire.ts";
import { type Mux, startMux } from "../support/mux.ts";
import { recordings, slices } from "../support/recordings.ts";
import { sseBytes } from "../support/upstream.ts";
import { ANSWER } from "../support/wall/answer.ts";
import { type Exchange, type RawServer, startRawServer } from "../support/wall/exchange.ts";
import { healthy } from "../support/wall/scenarios.ts";
import { framesOf, type Speech, speechOf, wholeOf } from "../support/wall/speech.ts";

const STREAM = { "content-type": "text/event-stream" };
const DOCUMENT = { "content-type": "application/json" };
const UPSTREAMS: Readonly<Record<string, string>> = {
  Anthropic: 'type = "anthropic-compatible"\nbase_url = "URL/wall"',
  OpenAI: 'type = "openai-compatible"\nbase_url = "URL/wall/v1"',
};

interface Odd {
  /** Who serves in the end. */
  by: "first" | "second";
  /** What the first is blamed for. */
  reason?: FailureReason;
  fault: (exchange: Exchange, speech: Speech, whole: string) => void | Promise<void>;
}

const sends =
  (change: (whole: string, speech: Speech) => Buffer | string, headers: Record<string, string> = STREAM) =>
  (exchange: Exchange, speech: Speech, whole: string): void => {
    exchange.head(200, headers);
    exchange.write(change(whole, speech));
    exchange.end();
  };

/** The same answer, not streamed. */
const wholeAnswer = (_whole: string, speech: Speech): string =>
  JSON.stringify(wholeOf(speech, [{ type: "text", text: ANSWER }]));

/** Sends the same piece again and again, as fast as it is taken. */
const floods =
  (piece: string, times: number) =>
  async (exchange: Exchange): Promise<void> => {
    exchange.head(200, STREAM);
    for (let i = 0; i < times && (await exchange.pause(0)); i++) exchange.write(piece);
  };

const ODD: Readonly<Record<string, Odd>> = {
  "CRLF line ends": { by: "first", fault: sends((whole) => whole.replaceAll("\n", "\r\n")) },
  "CR line ends": { by: "first", fault: sends((whole) => whole.replaceAll("\n", "\r")) },
  "a BOM": { by: "first", fault: sends((whole) => `\ufeff${whole}`) },
  "no space behind the colon": { by: "first", fault: sends((whole) => whole.replaceAll("data: ", "data:")) },
  "no blank line at the end": { by: "first", fault: sends((whole) => whole.slice(0, -1)) },
  "comments in between": { by: "first", fault: sends((whole) => whole.replaceAll("\n\n", "\n\n: keep-alive\n\n")) },
  "no content type": { by: "first", fault: sends((whole) => whole, {}) },
  "events that are labelled as a document": { by: "first", fault: sends((whole) => whole, DOCUMENT) },
  "comments first, labelled as a document": { by: "first", fault: sends((whole) => `: hello\n\n${whole}`, DOCUMENT) },
  "a document where events should be": { by: "first", fault: sends(wholeAnswer, DOCUMENT) },
  "a document that is labelled as events": { by: "first", fault: sends(wholeAnswer) },
  "a document behind blanks, in pieces": {
    by: "first",
    fault: async (exchange, speech) => {
      exchange.head(200, STREAM);
      for (const slice of slices(`\r\n  ${wholeAnswer("", speech)}`, 61)) {
        exchange.write(slice);
        await exchange.pause(1);
      }
      exchange.end();
    },
  },
  "half a document": { by: "second", fault: sends((whole, speech) => wholeAnswer(whole, speech).slice(0, -9)) },
  "a web page that is labelled as events": {
    by: "second",
    reason: "bad_answer",
    fault: sends(() => "<!doctype html><h1>Bad gateway</h1>"),
  },
  "gzip that nobody asked for": {
    by: "first",
    fault: sends((whole) => gzipSync(whole), { ...STREAM, "content-encoding": "gzip" }),
  },
  "characters cut in half": {
    by: "first",
    fault: async (exchange, _speech, whole) => {
      exchange.head(200, STREAM);
      for (const slice of slices(whole, 61)) {
        exchange.write(slice);
        await exchange.pause(1);
      }
      exchange.end();
    },
  },
  "a line of 1 MiB": {
    by: "first",
    fault: sends((whole) => whole.replace("\n\n", `\n\n: ${"x".repeat(1 << 20)}\n\n`)),
  },
  "the beginning twice": {
    by: "first",
    fault: sends((whole) => `${whole.slice(0, whole.indexOf("\n\n") + 2)}${whole}`),
  },
  "an error with status 200": {
    by: "second",
    fault: sends((_whole, { wire }) => wire.errorFrame("overloaded_error", "Overloaded")),
  },
  "an error with status 200 behind the beginning": {
    by: "second",
    fault: sends(
      (whole, { wire }) => whole.slice(0, whole.indexOf("\n\n") + 2) + wire.errorFrame("overloaded_error", "no"),
    ),
  },
  "nothing but pings": {
    by: "second",
    fault: async (exchange) => {
      exchange.head(200, STREAM);
      for (let i = 0; i < 40 && (await exchange.pause(50)); i++)
        exchange.write('event: ping\ndata: {"type": "ping"}\n\n');
    },
  },
  "a byte now and then": {
    by: "second",
    fault: async (exchange, _speech, whole) => {
      exchange.head(200, STREAM);
      for (const byte of slices(whole, 1)) {
        if (!(await exchange.pause(50))) return;
        exchange.write(byte);
      }
    },
  },
  "an event that never ends": { by: "second", fault: floods("x".repeat(1 << 20), 50) },
  "more comments than anybody holds": {
    by: "second",
    fault: floods(`: ${"x".repeat(1 << 20)}\n\n`, 50),
  },
  "what calls itself gzip and is none": {
    by: "second",
    reason: "bad_answer",
    fault: sends((whole) => whole, { ...STREAM, "content-encoding": "gzip" }),
  },
  "an encoding that nobody asked for": {
    by: "second",
    reason: "bad_answer",
    fault: sends((whole) => whole, { ...STREAM, "content-encoding": "zstd" }),
  },
  "gzip that is cut": {
    by: "second",
    fault: sends((whole) => gzipSync(whole.slice(0, whole.indexOf("\n\n") + 2)).subarray(0, -6), {
      ...STREAM,
      "content-encoding": "gzip",
    }),
  },
  "fewer bytes than were announced": {
    by: "second",
    fault: (exchange, _speech, whole) => {
      exchange.head(200, { ...STREAM, "content-length": String(Buffer.byteLength(whole)) });
      exchange.write(whole.slice(0, whole.indexOf("\n\n") + 2));
      exchange.close();
    },
  },
  "no HTTP at all": {
    by: "second",
    reason: "bad_answer",
    fault: (exchange) => exchange.raw("SSH-2.0-OpenSSH_9.2\r\n"),
  },
  "two lengths of one body": {
    by: "second",
    reason: "bad_answer",
    fault: (exchange) =>
      exchange.raw("HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
  },
  "a switch of protocols": {
    by: "second",
    fault: (exchange) => exchange.raw("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
  },
  "a header line now and then": {
    by: "second",
    reason: "too_slow",
    fault: async (exchange) => {
      exchange.raw("HTTP/1.1 200 OK\r\n");
      for (let i = 0; i < 40 && (await exchange.pause(50)); i++) exchange.raw(`x-${i}: y\r\n`);
    },
  },
  "hints ahead of the answer, and trailers behind it": {
    by: "first",
    fault: (exchange, _speech, whole) => {
      exchange.raw("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n");
      exchange.head(200, { ...STREAM, trailer: "x-late" });
      exchange.write(whole);
      exchange.raw("0\r\nx-late: 1\r\n\r\n");
    },
  },
  "HTTP/1.0, whose end is the connection's": {
    by: "first",
    fault: (exchange, _speech, whole) => {
      exchange.raw(`HTTP/1.0 200 OK\r\ncontent-type: text/event-stream\r\n\r\n${whole}`);
      exchange.close();
    },
  },
  "everything twice": { by: "first", fault: sends((whole) => whole + whole) },
  "an event without an end": {
    by: "second",
    fault: async (exchange) => {
      exchange.head(200, STREAM);
      exchange.write(`data: ${"x".repeat(1 << 20)}`);
      await exchange.pause(1_500);
    },
  },
};

async function post(mux: Mux, model: string, stream = true) {
  const response = await fetch(`${mux.url}/v1/messages`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model, max_tokens: 500, stream, messages: [{ role: "user", content: "Explain." }] }),
  });
  const text = await response.text();
  const id = response.headers.get("x-ccm-request-id");
  const entry = (await (await fetch(`${mux.url}/api/journal/${id}`)).json()) as JournalEntry;
  return { status: response.status, text, entry };
}

/** The words of an Anthropic stream. */
function wordsOf(text: string): string {
  const deltas = [...text.matchAll(/^data: ?(.*)\r?$/gm)].map(
    ([, data]) => JSON.parse(data ?? "") as { delta?: { text?: string } },
  );
  return deltas.map(({ delta }) => delta?.text ?? "").join("");
}

describe.each(Object.entries(UPSTREAMS))("odd streams of a provider that speaks as %s", (_name, upstream) => {
  const names = Object.keys(ODD);
  let wall: RawServer;
  let mux: Mux;
  beforeAll(async () => {
    wall = await startRawServer(async (exchange) => {
      const speech = speechOf(exchange.request);
      const odd = ODD[names[Number(exchange.request.model.split("-")[1])] ?? ""];
      const whole = framesOf(speech, [{ type: "text", text: ANSWER }]);
      if (odd) await odd.fault(exchange, speech, whole.map(({ bytes }) => bytes).join(""));
      else await healthy(exchange, speech);
    });
    const provider = (name: string) =>
      `[[providers]]\nname = "${name}"\n${upstream.replace("URL", wall.url)}\napi_key = "k"\ntimeouts = { first_byte_ms = 700, first_event_ms = 700, idle_ms = 700 }\n`;
    const models = names.map(
      (_odd, at) =>
        `${provider(`first-${at}`)}[[models]]\nname = "odd-${at}"\nproviders = [{ name = "first-${at}", priority = 1, model = "odd-${at}" }, { name = "second", priority = 2, model = "well" }]\n`,
    );
    mux = await startMux({ config: `${provider("second")}${models.join("")}` });
  });
  afterAll(async () => {
    await mux.close();
    await wall.close();
  });

  test.concurrent.each(Object.entries(ODD))("%s", async (name, { by, reason }) => {
    const { text, entry } = await post(mux, `odd-${names.indexOf(name)}`);
    expect(checkStream(text)).toEqual([]);
    expect(wordsOf(text)).toBe(ANSWER);
    expect(entry).toMatchObject({
      outcome: "ok",
      provider: by === "first" ? `first-${names.indexOf(name)}` : "second",
    });
    if (reason) expect(entry.attempts[0]?.failure).toBe(reason);
  });
});

test.each([
  ["a block that is null", [null]],
  ["a block without a type", [{ text: "words" }]],
  ["a text without words", [{ type: "text", text: null }]],
])("a document with %s is nobody's answer: the next provider serves", async (_what, content) => {
  const wall = await startRawServer(async (exchange) => {
    const { model, stream } = exchange.request;
    if (model === "well") return void (await healthy(exchange, speechOf(exchange.request)));
    const message = {
      ...{ id: "msg_1", type: "message", role: "assistant", model: "m" },
      content,
      stop_reason: "end_turn",
    };
    exchange.json(200, message, stream ? STREAM : {});
  });
  const provider = (name: string) =>
    `[[providers]]\nname = "${name}"\n${UPSTREAMS.Anthropic?.replace("URL", wall.url)}\napi_key = "k"\n`;
  const mux = await startMux({
    config: `${provider("first")}${provider("second")}[[models]]\nname = "m"\nproviders = [{ name = "first", priority = 1, model = "odd" }, { name = "second", priority = 2, model = "well" }]\n`,
  });
  for (const stream of [true, false]) {
    const { entry } = await post(mux, "m", stream);
    expect(entry).toMatchObject({ outcome: "ok", provider: "second", attempts: [{ failure: "bad_answer" }, {}, {}] });
    await fetch(`${mux.url}/api/providers/first/reset`, {
      method: "POST",
      headers: { "content-type": "application/json" },
    });
  }
  await mux.close();
  await wall.close();
});

const WIRES: Readonly<Record<string, string>> = {
  ...UPSTREAMS,
  Responses: 'type = "openai-compatible"\nwire = "openai-responses"\nbase_url = "URL/wall/v1"',
  Gemini: 'type = "gemini"\nbase_url = "URL/wall/v1beta"',
};
const FOLDERS: Readonly<Record<string, string>> = {
  Anthropic: "anthropic",
  OpenAI: "openai-chat",
  Responses: "openai-responses",
  Gemini: "gemini",
};
/** Few events, so that each of them can be the last. */
const MOST_EVENTS = 40;

describe.each(Object.entries(WIRES))("a provider that speaks as %s and only streams", (_name, upstream) => {
  const parts: readonly Part[] = [
    { type: "text", text: ANSWER },
    { type: "tool", name: "Edit", input: { path: "/src/main.ts", lines: [1, 2] } },
  ];
  test.each([
    ["as it should", STREAM],
    ["as a document", DOCUMENT],
  ])("serves a client that wants one document: labelled %s", async (_how, label) => {
    const wall = await startRawServer(async (exchange) => {
      const speech = { ...speechOf(exchange.request), stream: true };
      exchange.head(200, label);
      for (const { bytes } of framesOf(speech, parts)) exchange.write(bytes);
      exchange.end();
    });
    const mux = await startMux({
      config: `[[providers]]\nname = "only"\n${upstream.replace("URL", wall.url)}\napi_key = "k"\n[[models]]\nname = "m"\nproviders = [{ name = "only", priority = 1, model = "m" }]\n`,
    });
    const { text } = await post(mux, "m", false);
    expect(JSON.parse(text)).toMatchObject({
      type: "message",
      role: "assistant",
      content: [
        { type: "text", text: ANSWER },
        { type: "tool_use", name: "Edit", input: { path: "/src/main.ts", lines: [1, 2] } },
      ],
      stop_reason: "tool_use",
      usage: { output_tokens: expect.any(Number) },
    });
    await mux.close();
    await wall.close();
  });
});

const RECORDED = Object.keys(WIRES).flatMap((wire) => {
  const short = recordings(FOLDERS[wire] ?? "").filter(({ events }) => events && events.length <= MOST_EVENTS);
  return short.length === 0 ? [] : [{ wire, recorded: short.slice(0, 4) }];
});

describe.each(RECORDED)("recorded streams of $wire", ({ wire, recorded }) => {
  test.each(recorded.map((recording) => [recording.name, recording.events ?? []] as const))(
    "%s: cut behind each event, and in the middle of each, it is an honest error, or whole because its end was told",
    async (_name, events) => {
      const named = wire === "Anthropic" || wire === "Responses";
      const wall = await startRawServer((exchange) => {
        exchange.head(200, STREAM);
        const [behind = 0, half = 0] = exchange.request.model.split("-").map(Number);
        const next = sseBytes(events.slice(behind, behind + half), { named });
        exchange.write(
          Buffer.concat([sseBytes(events.slice(0, behind), { named }), next.subarray(0, next.length >> 1)]),
        );
        setTimeout(() => exchange.close(), 5);
      });
      const cuts = [...events.keys()].flatMap((at) => [`${at}-0`, `${at}-1`]);
      const models = cuts.map((cut) => `[[models]]\nname = "${cut}"\nproviders = [{ name = "a", model = "${cut}" }]\n`);
      const mux = await startMux({
        config: `[[providers]]\nname = "a"\n${WIRES[wire]?.replace("URL", wall.url)}\napi_key = "k"\n${models.join("")}[retry]\nmax_attempts = 1\n`,
      });
      try {
        const outcomes = new Set<string>();
        for (const at of cuts) {
          const { status, text, entry } = await post(mux, at);
          outcomes.add(entry.outcome);
          if (status !== 200) {
            expect([at, entry.outcome, JSON.parse(text).type]).toEqual([at, "failed", "error"]);
            continue;
          }
          expect([at, checkStream(text)]).toEqual([at, []]);
          expect([at, entry.outcome, text.includes("event: error")]).toEqual([
            at,
            text.includes("event: message_stop") ? "ok" : "cut",
            !text.includes("event: message_stop"),
          ]);
        }
        expect(outcomes.has("failed")).toBe(true);
      } finally {
        await mux.close();
        await wall.close();
      }
    },
    60_000,
  );
});
