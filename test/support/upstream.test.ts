import { request } from "node:http";
import { connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { captures, recordings, slices } from "./recordings.ts";
import { closedPort, type Handler, startUpstream, type Upstream } from "./upstream.ts";

let upstream: Upstream | undefined;
afterEach(async () => {
  await upstream?.close();
  upstream = undefined;
});

interface Seen {
  status?: number;
  headers: Record<string, unknown>;
  chunks: Buffer[];
  error?: string;
}

/** Asks the upstream and notes all that arrives, whether or not it ends well. */
async function ask(handler: Handler): Promise<Seen> {
  upstream = await startUpstream(handler);
  const { port } = upstream;
  return new Promise((resolve) => {
    const seen: Seen = { headers: {}, chunks: [] };
    const outgoing = request({ port, host: "127.0.0.1", method: "POST", path: "/a?b=1", agent: false }, (incoming) => {
      if (incoming.statusCode !== undefined) seen.status = incoming.statusCode;
      seen.headers = incoming.headers;
      incoming.on("data", (chunk: Buffer) => seen.chunks.push(chunk));
      incoming.on("error", (error) => resolve({ ...seen, error: error.message }));
      incoming.on("end", () => resolve(seen));
    });
    outgoing.on("error", (error) => resolve({ ...seen, error: error.message }));
    outgoing.end('{"hello":1}');
  });
}

test("an upstream records what it was asked", async () => {
  await ask((_request, reply) => reply.json({ ok: true }));
  const [seen] = upstream?.requests ?? [];
  expect(seen).toMatchObject({ method: "POST", path: "/a?b=1", number: 1, aborted: false });
  expect(seen?.json()).toEqual({ hello: 1 });
  expect(upstream?.connections()).toBe(1);
});

test("events arrive in slices, named and ended as asked", async () => {
  const seen = await ask((_request, reply) => reply.sse(['{"type":"ping"}'], { named: true, slice: 7, pauseMs: 1 }));
  expect(Buffer.concat(seen.chunks).toString()).toBe('event: ping\ndata: {"type":"ping"}\n\n');
  expect(seen.chunks.length).toBeGreaterThan(1);
  const done = await ask((_request, reply) => reply.sse(["{}"], { done: true }));
  expect(Buffer.concat(done.chunks).toString()).toBe("data: {}\n\ndata: [DONE]\n\n");
});

test("a connection can break before the headers, behind them and in mid-stream", async () => {
  expect(await ask((_request, reply) => reply.destroy())).toMatchObject({ chunks: [], error: "socket hang up" });
  const headersOnly = await ask((_request, reply) => reply.destroyAfterHeaders());
  expect(headersOnly).toMatchObject({ status: 200, chunks: [], error: "aborted" });
  const midway = await ask((_request, reply) => reply.sse(["one", "two"], { after: "destroy" }));
  expect(midway.error).toBe("aborted");
  expect(Buffer.concat(midway.chunks).toString()).toBe("data: one\n\ndata: two\n\n");
  expect(upstream?.requests[0]?.aborted).toBe(false);
});

test("a client that goes away is noticed", async () => {
  upstream = await startUpstream((_request, reply) => reply.hang());
  const socket = connect(upstream.port, "127.0.0.1");
  socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  await expect.poll(() => upstream?.requests.length).toBe(1);
  socket.destroy();
  await expect.poll(() => upstream?.requests[0]?.aborted).toBe(true);
});

test("a closed port refuses connections", async () => {
  const port = await closedPort();
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => connect(port, "127.0.0.1").on("error", resolve));
  expect(error.code).toBe("ECONNREFUSED");
});

test("slices cut anywhere and lose nothing", () => {
  const text = "grüße, 世界";
  for (const size of [1, 7, 4096]) expect(Buffer.concat(slices(text, size)).toString()).toBe(text);
  expect(slices(text, 7)).toHaveLength(Math.ceil(Buffer.byteLength(text) / 7));
});

test("recordings name their wire and vendor, and every event is one JSON document", () => {
  for (const recording of [...recordings("anthropic"), ...recordings("openai-chat")]) {
    expect(recording.events ?? recording.answer).toBeDefined();
    for (const event of recording.events ?? []) JSON.parse(event);
    expect(recording.vendor).not.toContain("/");
  }
  for (const capture of captures()) expect(capture.client).toMatch(/^Claude Code /);
});
