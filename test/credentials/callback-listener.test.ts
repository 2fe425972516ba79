import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import {
  type CallbackListener,
  type ListenerOptions,
  listenForCallback,
} from "../../lib/credentials/oauth/callback-listener.ts";

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

async function taken(host = "127.0.0.1"): Promise<number> {
  const server: Server = createServer();
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return (server.address() as AddressInfo).port;
}

async function listen(options: Partial<ListenerOptions>): Promise<CallbackListener | undefined> {
  const listener = await listenForCallback({
    host: "127.0.0.1",
    path: "/callback",
    ports: [0],
    onCallback: async () => ({ status: 200, title: "Signed in", message: "You can close this page." }),
    onCancel: () => undefined,
    ...options,
  });
  if (listener) open.push(listener);
  return listener;
}

describe("the port of the callback", () => {
  it("is the first that is free", async () => {
    const [first, second] = [await taken(), await taken()];
    const free = await listen({ ports: [first, second, 0] });
    expect(free?.port).not.toBe(first);
    expect(free?.port).toBeGreaterThan(0);
  });

  it("is none when all are taken: then the answer is pasted", async () => {
    expect(await listen({ ports: [await taken(), await taken()] })).toBeUndefined();
  });

  it("is not half of one: what another program has on the other address family is its own", async () => {
    const other = await taken("::1").catch(() => undefined);
    if (other === undefined) return console.log("skipped: this machine has no IPv6");
    expect(await listen({ host: "localhost", ports: [other] })).toBeUndefined();
  });

  it("answers on both loopback addresses where the vendor is told `localhost`", async () => {
    const listener = await listen({ host: "localhost" });
    const page = await fetch(`http://127.0.0.1:${listener?.port}/callback?code=a`);
    expect([page.status, page.headers.get("cache-control"), page.headers.get("referrer-policy")]).toEqual([
      200,
      "no-store",
      "no-referrer",
    ]);
    const v6 = await fetch(`http://[::1]:${listener?.port}/callback?code=a`).catch(() => undefined);
    expect(v6?.status ?? 200).toBe(200);
  });

  it("is given up for another program that asks for it, and takes nothing but a browser's GET", async () => {
    let cancelled = 0;
    const listener = await listen({ onCancel: () => cancelled++ });
    const url = `http://127.0.0.1:${listener?.port}`;
    expect((await fetch(`${url}/callback`, { method: "POST" })).status).toBe(405);
    expect((await fetch(`${url}/favicon.ico`)).status).toBe(404);
    await fetch(`${url}/cancel`);
    expect(cancelled).toBe(1);
  });
});
