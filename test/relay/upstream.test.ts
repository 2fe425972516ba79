import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, expect, test, vi } from "vitest";
import { Timers } from "../../lib/relay/timers.ts";
import { UpstreamPool } from "../../lib/relay/upstream.ts";

/** The first byte of a TLS record that holds a handshake (RFC 8446, 5.1). */
const HANDSHAKE = 0x16;

test.each([
  ["https", HANDSHAKE],
  ["http", "P".charCodeAt(0)],
])("an upstream whose address says %s is spoken to in that way", async (scheme, first) => {
  const server = createServer();
  const heard = new Promise((resolve) => {
    server.on("connection", (socket) => {
      socket.once("data", (bytes) => {
        resolve(bytes[0]);
        socket.destroy();
      });
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const pool = new UpstreamPool(new Timers(), 1);
  const request = {
    method: "POST",
    url: `${scheme}://127.0.0.1:${port}/v1/messages`,
    headers: {},
    body: "{}",
  } as const;
  const { response } = pool.call(request, { connectMs: 5_000, firstByteMs: 5_000 }, false);
  await expect(response).rejects.toThrow();
  expect(await heard).toBe(first);
  pool.close();
  server.close();
});

/** Whether the system asks after a while if the other end of the connection to this port is still there: proc(5), net/tcp. */
function isAskedAfter(port: number): boolean {
  const to = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = readFileSync("/proc/net/tcp", "utf8").split("\n");
  const row = rows.map((line) => line.trim().split(/\s+/)).find(([, , remote]) => remote === to);
  return row?.[5]?.startsWith("02:") ?? false;
}

test.runIf(process.platform === "linux")(
  "a connection that is still is asked after, so that one that died is noticed",
  async () => {
    const server = createServer();
    const taken = once(server, "connection");
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const pool = new UpstreamPool(new Timers(), 1);
    const url = `http://127.0.0.1:${port}/v1/messages`;
    const call = pool.call({ method: "POST", url, headers: {}, body: "{}" }, { connectMs: 0, firstByteMs: 0 }, false);
    const ended = expect(call.response).rejects.toThrow();
    await taken;
    await expect.poll(() => isAskedAfter(port)).toBe(true);
    call.abort();
    await ended;
    pool.close();
    server.close();
  },
);

afterEach(() => {
  vi.restoreAllMocks();
});

/** An upstream that answers the first request of each connection, and what `then` says to all further ones. */
async function answersOnce(then: (socket: Socket) => void) {
  const seen = new Set<Socket>();
  let requests = 0;
  const server = createHttpServer(async (request, response) => {
    requests++;
    if (seen.has(request.socket)) return then(request.socket);
    seen.add(request.socket);
    response.end((await text(request)).length.toString());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const pool = new UpstreamPool(new Timers(), 20);
  return {
    get requests() {
      return requests;
    },
    call: (body = "{}") => {
      const request = { method: "POST", url: `http://127.0.0.1:${port}/v1/messages`, headers: {}, body } as const;
      return pool.call(request, { connectMs: 5_000, firstByteMs: 5_000 }, false);
    },
    close() {
      pool.close();
      server.close();
      for (const socket of seen) socket.destroy();
    },
  };
}

test.each([
  ["reset", (socket: Socket) => socket.resetAndDestroy()],
  ["closed", (socket: Socket) => socket.destroy()],
])(
  "idle connections that turn out to be %s cost nothing, however many they are and however large the body",
  async (_, then) => {
    const upstream = await answersOnce(then);
    const ask = async () => text(await upstream.call("x".repeat(1_000_000)).response);
    for (let round = 0; round < 2; round++)
      expect(await Promise.all(Array.from({ length: 12 }, ask))).toEqual(Array(12).fill("1000000"));
    upstream.close();
  },
);

test("a request that is broken off while the upstream works on it is not sent again", async () => {
  let ahead = 0;
  const real = performance.now.bind(performance);
  vi.spyOn(performance, "now").mockImplementation(() => real() + ahead);
  const upstream = await answersOnce((socket) => {
    ahead = 2_500;
    socket.resetAndDestroy();
  });
  await text(await upstream.call().response);
  await expect(upstream.call().response).rejects.toMatchObject({ failure: { reason: "reset" } });
  expect(upstream.requests).toBe(2);
  upstream.close();
});

test("a call that was taken back is not sent again", async () => {
  const upstream = await answersOnce(() => call?.abort());
  await text(await upstream.call().response);
  const call = upstream.call();
  await expect(call.response).rejects.toThrow();
  expect(upstream.requests).toBe(2);
  upstream.close();
});
