import { once } from "node:events";
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
