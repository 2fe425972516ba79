/** @module `timeouts.connect_ms`, seen where nothing comes back: no handshake of TCP, or none of TLS. */
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { JournalEntry } from "../../lib/journal/entry.ts";
import { type BlackHole, openBlackHole } from "../support/black-hole.ts";
import { type Mux, startMux } from "../support/mux.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";
import { healthy } from "./house.ts";

const CONNECT_MS = 300;

let mux: Mux | undefined;
let other: Upstream | undefined;
let hole: BlackHole | undefined;
let mute: Server | undefined;
afterEach(async () => {
  await mux?.close();
  await other?.close();
  hole?.close();
  mute?.close();
  mux = other = hole = mute = undefined;
});

async function startHole(): Promise<number> {
  hole = await openBlackHole();
  return hole.port;
}

/** Takes connections and never says a word. */
async function startMute(): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
    socket.on("close", () => sockets.delete(socket));
  });
  mute = server;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

test.each([
  ["an address that swallows packets", async () => `http://127.0.0.1:${await startHole()}`],
  ["a TLS handshake that is never answered", async () => `https://127.0.0.1:${await startMute()}`],
])("%s costs the limit once, and the next provider serves", { timeout: 30_000 }, async (_what, place) => {
  other = await startUpstream(healthy("hello from the other"));
  const url = await place();
  mux = await startMux({
    config: `[[providers]]
name = "far"
type = "anthropic"
base_url = "${url}"
api_key = "k"
timeouts = { connect_ms = ${CONNECT_MS}, first_byte_ms = 20000 }
[[providers]]
name = "other"
type = "anthropic"
base_url = "${other.url}"
api_key = "k"
[[models]]
name = "m"
providers = [{ name = "far", priority = 1, model = "x" }, { name = "other", priority = 2, model = "y" }]
`,
  });
  const response = await fetch(`${mux.url}/v1/messages`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "m", max_tokens: 9, messages: [{ role: "user", content: "hi" }] }),
  });
  expect([response.status, await response.text()]).toEqual([200, expect.stringContaining("hello from the other")]);
  const id = response.headers.get("x-ccm-request-id");
  const { attempts } = (await (await fetch(`${mux.url}/api/journal/${id}`)).json()) as JournalEntry;
  const message = `no connection within ${CONNECT_MS} ms`;
  expect(attempts).toMatchObject([{ provider: "far", failure: "too_slow", message }, { provider: "other" }]);
  expect(attempts[0]?.ms).toBeGreaterThanOrEqual(CONNECT_MS - 1);
});
