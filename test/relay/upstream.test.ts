import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
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
