/** The numbered conformance cases of what happens in the course of time, on every protocol. The server's clock is moved by hand. */
import { setTimeout as sleep } from "node:timers/promises";
import { constants, createGzip } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { checkStream } from "../../lib/anthropic/sse/grammar.ts";
import type { RunningServer } from "../../lib/server/start.ts";
import { slices } from "../support/recordings.ts";
import type { Handler, Reply } from "../support/upstream.ts";
import { ask, fails, halfACall, halves, hello, house, KINDS, type Kind, STREAM, says } from "./kinds.ts";

let ahead = 0;
beforeEach(() => {
  ahead = 0;
  const real = performance.now.bind(performance);
  vi.spyOn(performance, "now").mockImplementation(() => real() + ahead);
});
afterEach(() => {
  vi.restoreAllMocks();
});

type Server = { server: RunningServer };

/** The server's clock goes on by so many ms, half a second at a time, and what is due happens. */
async function pass({ server }: Server, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 500) {
    ahead += Math.min(500, left);
    server.context.relay.timers.look();
  }
  await sleep(5);
}

/** When the provider falls silent, and what it does before and after. */
const SILENCES = {
  "before its headers": {
    before: () => undefined,
    after: (reply: Reply, kind: Kind) => reply.bytes(Buffer.concat(halves(kind)), { headers: STREAM }),
  },
  "after its headers": {
    before: (reply: Reply) => reply.bytes("", { headers: STREAM, after: "hang" }),
    after: (reply: Reply, kind: Kind) => reply.bytes(Buffer.concat(halves(kind))),
  },
  "in mid-answer": {
    before: (reply: Reply, kind: Kind) => reply.bytes(halves(kind)[0], { headers: STREAM, after: "hang" }),
    after: (reply: Reply, kind: Kind) => reply.bytes(halves(kind)[1]),
  },
} as const;
type Silence = keyof typeof SILENCES;

/** A provider that is silent until told to go on. */
function silent(kind: Kind, when: Silence): { handler: Handler; goOn: () => void } {
  let goOn: () => void = () => undefined;
  const told = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const { before, after } = SILENCES[when];
  const handler: Handler = async (_, reply) => {
    await before(reply, kind);
    await told;
    await after(reply, kind);
  };
  return { handler, goOn };
}

/** Each piece can be read as soon as it has come. */
async function compressed(pieces: readonly Buffer[]): Promise<Buffer[]> {
  const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
  const out: Buffer[] = [];
  for (const piece of pieces) {
    await new Promise((done) => gzip.write(piece, done));
    out.push(gzip.read() as Buffer);
  }
  gzip.end();
  for await (const rest of gzip) out.push(rest as Buffer);
  return out;
}

/** A question under way to the only provider, which is silent; its headers have come, if it sends any. */
async function askedOnlyOne(kind: Kind, when: "before its headers" | "after its headers") {
  const { handler, goOn } = silent(kind, when);
  const { mux, upstreams } = await house({ ...kind, handler });
  const asked = ask(mux);
  await expect.poll(() => upstreams[0]?.requests.length).toBe(1);
  await sleep(20);
  return { mux, upstreams, asked, goOn };
}

const count = (text: string, part: string): number => text.split(part).length - 1;

/** Longer than any silence here. */
const PATIENT = "timeouts = { first_byte_ms = 600000, first_event_ms = 600000, idle_ms = 600000 }";

describe.each(KINDS)("$type", (kind) => {
  it.each(["before its headers", "after its headers"] as const)(
    "98: 40 s of silence %s are filled, and the answer is what it would have been",
    async (when) => {
      const { mux, upstreams, asked, goOn } = await askedOnlyOne(kind, when);
      await pass(mux, 15_500);
      const response = await asked; // it has begun by 15 s
      await pass(mux, 25_000);
      goOn();
      const text = await response.text();
      expect(checkStream(text)).toEqual([]);
      expect(count(text, "event: ping")).toBeGreaterThanOrEqual(2);
      expect(count(text, "event: message_start")).toBe(1);
      expect(text).toContain("Hello");
      expect(text).toContain("end_turn");
      expect(upstreams[0]?.requests).toHaveLength(1);
    },
  );

  it.each(Object.keys(SILENCES) as Silence[])(
    "119: 320 s of silence %s, where the limits allow it: one request, and the client is kept awake",
    async (when) => {
      const { handler, goOn } = silent(kind, when);
      const { mux, upstreams } = await house({ ...kind, handler, more: PATIENT }, { ...kind, handler: says(kind) });
      const asked = ask(mux);
      await expect.poll(() => upstreams[0]?.requests.length).toBe(1);
      if (when === "in mid-answer") await asked; // its first word is there
      await sleep(20);
      await pass(mux, 320_000);
      goOn();
      const text = await (await asked).text();
      expect(checkStream(text)).toEqual([]);
      expect(count(text, "event: ping")).toBeGreaterThanOrEqual(30);
      expect(count(text, "event: message_start")).toBe(1);
      expect(count(text, "Hello")).toBe(1);
      expect(text).toContain("end_turn");
      expect(upstreams.map(({ requests }) => requests.length)).toEqual([1, 0]);
    },
  );

  it("99: silence beyond the limit before any block: the next answers in the same stream", async () => {
    const { handler } = silent(kind, "after its headers");
    const { mux, upstreams } = await house({ ...kind, handler }, { ...kind, handler: says(kind) });
    const asked = ask(mux);
    await expect.poll(() => upstreams[0]?.requests.length).toBe(1);
    await sleep(20);
    await pass(mux, 121_000);
    const text = await (await asked).text();
    expect(checkStream(text)).toEqual([]);
    expect(count(text, "event: message_start")).toBe(1);
    expect(count(text, "event: ping")).toBeGreaterThanOrEqual(10);
    expect(text).toContain("Hello");
    expect(text).toContain("end_turn");
    expect(upstreams.map(({ requests }) => requests.length)).toEqual([1, 1]);
    await expect.poll(() => upstreams[0]?.requests[0]?.aborted).toBe(true);
  });

  it("100: a provider that dies with a block of text open: it is closed, and an error says that this is not all", async () => {
    const [begun] = halves(kind);
    const dies: Handler = (_, reply) => reply.bytes(begun, { headers: STREAM, after: "destroy" });
    const { mux, upstreams } = await house({ ...kind, handler: dies }, { ...kind, handler: says(kind) });
    const text = await (await ask(mux)).text();
    expect(checkStream(text)).toEqual([]);
    expect(text).toMatch(/event: content_block_stop\n[^\n]*\n\nevent: error\n.*"overloaded_error".*\n\n$/);
    expect(text).not.toContain("message_stop");
    expect(upstreams.map(({ requests }) => requests.length)).toEqual([1, 0]);
  });

  const call = halfACall(kind);
  it.skipIf(!call)(
    "100: a provider that dies in the middle of a call: the block stays open, so that nobody runs it",
    async () => {
      const dies: Handler = (_, reply) => reply.bytes(call ?? "", { headers: STREAM, after: "destroy" });
      const { mux } = await house({ ...kind, handler: dies });
      const tools = [{ name: "Read", input_schema: { type: "object" } }];
      const text = await (await ask(mux, { tools })).text();
      expect(checkStream(text)).toEqual([]);
      expect(text).toMatch(/event: error\n.*"overloaded_error".*\n\n$/);
      expect(text).not.toContain("content_block_stop");
      expect(text).not.toContain("message_stop");
    },
  );

  it.each(Object.keys(SILENCES) as Silence[])(
    "97: a client that leaves %s takes the upstream with it, and nobody else is asked",
    async (when) => {
      const { handler } = silent(kind, when);
      const { mux, upstreams } = await house({ ...kind, handler }, { ...kind, handler: says(kind) });
      const gone = new AbortController();
      const asked = ask(mux, {}, {}, gone.signal);
      await expect.poll(() => upstreams[0]?.requests.length).toBe(1);
      if (when === "in mid-answer") await asked;
      const left = when === "in mid-answer" ? undefined : expect(asked).rejects.toThrow();
      gone.abort();
      await left;
      await expect.poll(() => mux.server.context.comebacks.waitedFor).toBe(1);
      await pass(mux, 200);
      await expect.poll(() => upstreams[0]?.requests[0]?.aborted).toBe(true);
      await pass(mux, 10_000);
      expect(upstreams.map(({ requests }) => requests.length)).toEqual([1, 0]);
    },
  );

  it.each(["as it is", "compressed"])(
    "97: a client that left before an answer that is all there by now, %s: nothing is left of its request",
    async (form) => {
      let goOn: () => void = () => undefined;
      const told = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      let isSaid = false;
      const isPlain = form === "as it is";
      const { mux, upstreams } = await house({
        ...kind,
        async handler(_, reply) {
          await told;
          const pieces = slices(hello(kind), 40);
          const sent = isPlain ? pieces : await compressed(pieces);
          const headers = { ...STREAM, connection: "close", ...(!isPlain && { "content-encoding": "gzip" }) };
          for (const piece of sent) {
            await reply.bytes(piece, { headers, after: "hang" });
            await sleep(2);
          }
          reply.response.end();
          isSaid = true;
        },
      });
      const gone = new AbortController();
      const left = expect(ask(mux, {}, {}, gone.signal)).rejects.toThrow();
      await expect.poll(() => upstreams[0]?.requests.length).toBe(1);
      gone.abort();
      await left;
      await expect.poll(() => mux.server.context.comebacks.waitedFor).toBe(1);
      goOn();
      await expect.poll(() => isSaid).toBe(true);
      await pass(mux, 1_000);
      await expect.poll(() => mux.server.context.gate.inside).toBe(0);
    },
  );

  it("97: a client that leaves while a rate limit is waited out starts no further try", async () => {
    const limited = fails(429, { error: { message: "slow down" } }, { "retry-after": "2" });
    const { mux, upstreams } = await house({ ...kind, handler: limited }, { ...kind, handler: says(kind) });
    const gone = new AbortController();
    const left = expect(ask(mux, {}, {}, gone.signal)).rejects.toThrow();
    await expect.poll(() => upstreams[0]?.requests.length).toBe(1);
    await sleep(20); // it has been told to wait
    gone.abort();
    await left;
    await expect.poll(() => mux.server.context.comebacks.waitedFor).toBe(1);
    await pass(mux, 200);
    await expect.poll(() => mux.server.context.comebacks.waitedFor).toBe(0);
    await pass(mux, 10_000);
    expect(upstreams.map(({ requests }) => requests.length)).toEqual([1, 0]);
  });
});

describe.each(KINDS)("$type, with nobody else left and the limits as they come", (kind) => {
  it.each(["before its headers", "after its headers"] as const)(
    "119: 320 s of silence %s: one request, and its answer",
    async (when) => {
      const { mux, upstreams, asked, goOn } = await askedOnlyOne(kind, when);
      await pass(mux, 320_000);
      goOn();
      const text = await (await asked).text();
      expect(checkStream(text)).toEqual([]);
      expect(count(text, "event: ping")).toBeGreaterThanOrEqual(30);
      expect(text).toContain("end_turn");
      expect(upstreams[0]?.requests).toHaveLength(1);
    },
  );

  it("119: 320 s until an answer that is not streamed", async () => {
    let goOn: () => void = () => undefined;
    const told = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const whole = says(kind);
    const { mux, upstreams } = await house({ ...kind, handler: (...args) => told.then(() => whole(...args)) });
    const asked = ask(mux, { stream: false });
    await expect.poll(() => upstreams[0]?.requests.length).toBe(1);
    await pass(mux, 320_000);
    goOn();
    expect(await (await asked).json()).toMatchObject({ type: "message", stop_reason: "end_turn" });
    expect(upstreams[0]?.requests).toHaveLength(1);
  });
});

describe("nobody else left", () => {
  const [kind] = KINDS;

  it("a silence in mid-answer ends as it always does", async () => {
    const { handler } = silent(kind, "in mid-answer");
    const { mux, upstreams } = await house({ ...kind, handler });
    const text = (await ask(mux)).text();
    await sleep(20);
    await pass(mux, 121_000);
    expect(await text).toMatch(/event: error\n.*"overloaded_error".*\n\n$/);
    expect(upstreams[0]?.requests).toHaveLength(1);
  });

  it("a silence in mid-answer is waited out where the answer is held: nothing of it was passed on", async () => {
    const { handler, goOn } = silent(kind, "in mid-answer");
    const { mux, upstreams } = await house({ ...kind, handler });
    const asked = ask(mux, {}, { "x-claude-code-request-class": "auxiliary" });
    await expect.poll(() => upstreams[0]?.requests.length).toBe(1);
    await sleep(20); // its first words have come
    await pass(mux, 320_000);
    goOn();
    const text = await (await asked).text();
    expect(checkStream(text)).toEqual([]);
    expect(text).toContain("end_turn");
    expect(upstreams[0]?.requests).toHaveLength(1);
  });

  it.each([
    ["no longer than the request may take", "", 601_000],
    ["no longer than the user has said", "timeouts = { first_byte_ms = 90000 }", 91_000],
  ])("a provider is waited for %s", async (_, more, ms) => {
    const { handler } = silent(kind, "before its headers");
    const { mux, upstreams } = await house({ ...kind, handler, more });
    const asked = ask(mux);
    await expect.poll(() => upstreams[0]?.requests.length).toBe(1);
    await pass(mux, ms);
    expect(await (await asked).text()).toMatch(/event: error\n.*"overloaded_error".*\n\n$/);
    expect(upstreams[0]?.requests).toHaveLength(1);
  });

  it("holds for the last of several: the first is given up at its limit", async () => {
    const first = silent(kind, "before its headers");
    const last = silent(kind, "before its headers");
    const { mux, upstreams } = await house({ ...kind, handler: first.handler }, { ...kind, handler: last.handler });
    const asked = ask(mux);
    await expect.poll(() => upstreams[0]?.requests.length).toBe(1);
    await pass(mux, 121_000);
    await expect.poll(() => upstreams[1]?.requests.length).toBe(1);
    await pass(mux, 320_000);
    last.goOn();
    expect(await (await asked).text()).toContain("end_turn");
    expect(upstreams.map(({ requests }) => requests.length)).toEqual([1, 1]);
  });
});

it("a count of tokens that the provider begins and does not finish is estimated, as one that it does not begin", async () => {
  const [kind] = KINDS;
  const headers = { "content-type": "application/json" };
  const { mux, upstreams } = await house({
    ...kind,
    handler: (_, reply) => reply.bytes('{"input_', { headers, after: "hang" }),
  });
  const body = JSON.stringify({ model: "m", messages: [{ role: "user", content: "hi" }] });
  const counted = fetch(`${mux.url}/v1/messages/count_tokens`, { method: "POST", headers, body });
  await expect.poll(() => upstreams[0]?.requests.length).toBe(1);
  await sleep(20); // what it says has come
  await pass(mux, 6_000);
  const response = await counted;
  expect([response.status, response.headers.get("x-ccm-count")]).toEqual([200, "estimated"]);
  await expect.poll(() => upstreams[0]?.requests[0]?.aborted).toBe(true);
});
