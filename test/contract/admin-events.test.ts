import { readFile, writeFile } from "node:fs/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { EventReader, type ServerEvent } from "../../lib/admin/test/sse.ts";
import type { JournalEntry } from "../../lib/journal/entry.ts";
import type { ProviderStatus, StatusView } from "../../lib/server/admin/views.ts";
import { startMux } from "../support/mux.ts";
import { buildHouse, type House, MODEL } from "./house.ts";

let house: House;
beforeEach(async () => {
  house = await buildHouse();
});
afterEach(() => house?.close());

/** A reader of `/api/events` that can wait for what it wants to see. */
async function follow(url = house.mux.url) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpRequest(`${url}/api/events`, resolve).on("error", reject).end();
  });
  const reader = new EventReader();
  const seen: ServerEvent[] = [];
  let hear: () => void = () => undefined;
  response.setEncoding("utf8").on("data", (text: string) => {
    seen.push(...reader.push(text));
    hear();
  });
  const ended = new Promise<void>((resolve) => response.on("close", resolve).on("error", () => undefined));
  return {
    response,
    ended,
    /** The first event of the name, seen or to come, whose data the test accepts. */
    async next<T>(name: string, accept: (data: T) => boolean = () => true): Promise<T> {
      for (;;) {
        for (const { event, data } of seen) {
          if (event !== name) continue;
          const parsed = JSON.parse(data) as T;
          if (accept(parsed)) return parsed;
        }
        await new Promise<void>((resolve) => {
          hear = resolve;
        });
      }
    },
  };
}

test("a new reader gets the status at once, as an event stream that nobody keeps", async () => {
  const live = await follow();
  expect(live.response.headers).toMatchObject({
    "content-type": "text/event-stream",
    "cache-control": expect.stringMatching(/no-store|no-cache/),
  });
  expect(await live.next<StatusView>("status")).toMatchObject({ url: house.mux.url });
  live.response.destroy();
});

test("a request is seen while it runs, when it has ended, and in the totals", async () => {
  const live = await follow();
  let answer: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  house.a.handle(async (_, reply) => {
    await held;
    reply.json({
      type: "message",
      id: "m",
      role: "assistant",
      model: "m",
      content: [],
      stop_reason: "end_turn",
      usage: {},
    });
  });
  const asked = house.ask({ stream: false });
  const running = await live.next<JournalEntry>("request", ({ outcome }) => outcome === "running");
  answer();
  await asked;
  const done = await live.next<JournalEntry>(
    "request",
    ({ id, outcome }) => id === running.id && outcome !== "running",
  );
  expect(done.attempts[0]).toMatchObject({ provider: "a" });
  await live.next<StatusView>("status", ({ totals }) => totals.requests === 1);
  live.response.destroy();
});

test("a provider that falls ill is told", async () => {
  const live = await follow();
  await live.next("status");
  house.a.handle((_, reply) => reply.json({ type: "error", error: { type: "x", message: "no" } }, { status: 401 }));
  await house.ask();
  const ill = (providers: ProviderStatus[]) => providers.some(({ name, state }) => name === "a" && state !== "ok");
  await Promise.race([live.next("health", ill), live.next<StatusView>("status", ({ providers }) => ill(providers))]);
  live.response.destroy();
});

test("a changed configuration is told", async () => {
  const { writeFile, readFile } = await import("node:fs/promises");
  const live = await follow();
  const before = await live.next<StatusView>("status");
  await writeFile(house.mux.configPath, `${await readFile(house.mux.configPath, "utf8")}\n# a remark\n`);
  await live.next<StatusView>("status", ({ config }) => config.etag !== before.config.etag);
  live.response.destroy();
});

test("open streams do not keep the server from stopping, and end with it", async () => {
  const live = [await follow(), await follow()];
  await Promise.all(live.map((one) => one.next("status")));
  await house.close();
  await Promise.all(live.map((one) => one.ended));
  house = await buildHouse();
});

test("a reader that goes away leaves nothing behind", async () => {
  const { url, server, close } = await startMux({ config: "" });
  const { journal } = server.context;
  let readers = 0;
  const subscribe = journal.subscribe.bind(journal);
  journal.subscribe = (listener) => {
    const end = subscribe(listener);
    readers++;
    return () => {
      readers--;
      end();
    };
  };
  const live = await Promise.all([follow(url), follow(url), follow(url)]);
  await Promise.all(live.map((one) => one.next("status")));
  expect(readers).toBe(3);
  for (const { response } of live) response.destroy();
  await vi.waitFor(() => expect(readers).toBe(0));
  await close();
});

test("whoever has not shown a new admin token hears nothing more; another change of the configuration ends no stream", async () => {
  const live = await follow();
  await live.next<StatusView>("status");
  const text = await readFile(house.mux.configPath, "utf8");
  await writeFile(house.mux.configPath, `${text}\n[router.background]\nmodel = "${MODEL}"\n`);
  const { etag } = (await live.next<StatusView>("status", ({ config }) => config.etag !== "")).config;
  await live.next<StatusView>("status", ({ config }) => config.etag !== etag);
  await writeFile(house.mux.configPath, `[server]\nadmin_token = "a-new-token-0123456789"\n${text}`);
  await live.ended;
});
