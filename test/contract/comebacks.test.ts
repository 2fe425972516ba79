/** @module A client that breaks off and asks the same again right away gets the answer that is under way, whole. */
import Anthropic from "@anthropic-ai/sdk";
import { afterEach, describe, expect, test } from "vitest";
import { checkStream } from "../../lib/anthropic/sse/grammar.ts";
import type { Handler } from "../support/upstream.ts";
import { buildHouse, type House, healthy, MODEL, textAnswer, textEvents } from "./house.ts";

let house: House | undefined;
let release: (() => void)[] = [];
afterEach(async () => {
  for (const go of release) go();
  release = [];
  await house?.close();
  house = undefined;
});

/** Answers when the test says so. */
const held =
  (answer: Handler): Handler =>
  async (request, reply) => {
    await new Promise<void>((resolve) => release.push(resolve));
    return await answer(request, reply);
  };

const OPENAI = { messages: [{ role: "user", content: "hi" }] };
/** What clients say that wait for a second at most: the official SDKs do. */
const LIMIT = { "x-stainless-timeout": "1" };

interface Asking {
  leave(): void;
  answer: Promise<{ status: number; text: string; id: string | null }>;
}

function ask({ mux }: House, body: object, { path = "/v1/messages", headers = {} } = {}): Asking {
  const leaving = new AbortController();
  const answer = fetch(`${mux.url}${path}`, {
    method: "POST",
    signal: leaving.signal,
    headers: { "content-type": "application/json", "x-claude-code-session-id": "one", ...headers },
    body: JSON.stringify({ model: MODEL, max_tokens: 100, messages: OPENAI.messages, ...body }),
  }).then(async (response) => ({
    status: response.status,
    text: await response.text(),
    id: response.headers.get("x-ccm-request-id"),
  }));
  answer.catch(() => undefined);
  return { answer, leave: () => leaving.abort() };
}

/** Waits until the server has seen the client leave. */
const seen = ({ mux, a }: House) =>
  expect
    .poll(() => mux.server.context.comebacks.waitedFor === 1 || a.requests[0]?.aborted, { timeout: 5_000, interval: 5 })
    .toBe(true);

describe("a client whose own time limit ran out", () => {
  test.each([
    ["a whole answer", "/v1/messages", { stream: false }],
    ["a stream", "/v1/messages", { stream: true }],
    ["a whole answer in OpenAI's words", "/v1/chat/completions", { stream: false }],
    ["a stream in OpenAI's words", "/v1/chat/completions", { stream: true }],
    ["a stream of Responses", "/v1/responses", { stream: true, input: "hi" }],
  ])("gets the answer under way when it is back: %s", async (_what, path, body) => {
    house = await buildHouse({ a: held(healthy("hello from a")) });
    const { a, b } = house;
    const first = ask(house, body, { path, headers: LIMIT });
    await expect.poll(() => a.requests.length).toBe(1);
    first.leave();
    await seen(house);
    const second = ask(house, body, { path, headers: LIMIT });
    await expect.poll(() => release.length).toBe(1);
    release[0]?.();
    const { status, text, id } = await second.answer;
    expect(status).toBe(200);
    expect(text).toContain("hello");
    if (path === "/v1/messages" && body.stream) expect(checkStream(text)).toEqual([]);
    if (path === "/v1/messages" && !body.stream) expect(JSON.parse(text)).toEqual(textAnswer("hello from a"));
    expect([a.requests.length, b.requests.length]).toEqual([1, 0]);
    expect(await house.last()).toMatchObject({ id, outcome: "ok", comebacks: 1, attempts: [{ provider: "a" }] });
  });

  test("its place is free for others in the meantime; health, metrics and the log tell of it", async () => {
    house = await buildHouse({
      a: held(healthy("hello from a")),
      config: "[performance]\nmax_concurrent_requests = 1\n",
    });
    const { a, mux } = house;
    const first = ask(house, { stream: true }, { headers: LIMIT });
    await expect.poll(() => a.requests.length).toBe(1);
    first.leave();
    await seen(house);
    const told = async () => {
      const health = (await (await fetch(`${mux.url}/health`)).json()) as Record<string, unknown>;
      const metrics = await (await fetch(`${mux.url}/metrics`)).text();
      const counts = [...metrics.matchAll(/^ccm_(?:clients_awaited|comebacks_total) (\d+)$/gm)].map(([, n]) =>
        Number(n),
      );
      return [health.active_requests, health.awaited_clients, ...counts];
    };
    expect(await told()).toEqual([0, 1, 1, 0]);
    const other = ask(house, { stream: false });
    await expect.poll(() => release.length).toBe(2);
    release[1]?.();
    expect((await other.answer).status).toBe(200);
    const second = ask(house, { stream: true }, { headers: LIMIT });
    await expect.poll(told).toEqual([0, 0, 0, 1]);
    release[0]?.();
    const { id } = await second.answer;
    const line = () => mux.log.find((text) => text.includes(String(id)));
    await expect.poll(line).toMatch(/comebacks[=":]+1\b/);
    expect(a.requests).toHaveLength(2);
  });

  test("the official client, whose every second try would begin anew", async () => {
    house = await buildHouse({ a: held(healthy("hello from a")) });
    const { a, mux } = house;
    const client = new Anthropic({ baseURL: mux.url, apiKey: "k", maxRetries: 2, timeout: 1_000 });
    const asked = client.messages.create({ model: MODEL, max_tokens: 9, messages: [{ role: "user", content: "hi" }] });
    await seen(house);
    release[0]?.();
    const message = await asked;
    expect(message.content).toEqual([{ type: "text", text: "hello from a" }]);
    expect(a.requests).toHaveLength(1);
    expect(await house.last()).toMatchObject({ outcome: "ok", comebacks: 1 });
  });
});

// There is little time to come back in: a machine that is busy elsewhere may miss it.
test("a client whose connection broke in mid-answer gets it from the beginning", { retry: 5 }, async () => {
  const [start = "", ...rest] = textEvents("one two three four");
  house = await buildHouse({
    a: async (_request, reply) => {
      await reply.sse([start, ...rest.slice(0, 3)], { named: true, after: "hang" });
      await new Promise<void>((resolve) => release.push(resolve));
      await reply.sse(rest.slice(3), { named: true });
    },
  });
  const { a, mux } = house;
  const leaving = new AbortController();
  const request = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: MODEL, max_tokens: 9, stream: true, messages: OPENAI.messages }),
  };
  const first = await fetch(`${mux.url}/v1/messages`, { ...request, signal: leaving.signal });
  await first.body?.getReader().read();
  leaving.abort();
  const second = await fetch(`${mux.url}/v1/messages`, request);
  release[0]?.();
  const text = await second.text();
  expect(checkStream(text)).toEqual([]);
  expect([...text.matchAll(/"text_delta","text":"([^"]*)"/g)].map(([, words]) => words).join("")).toBe(
    "one two three four",
  );
  expect(a.requests).toHaveLength(1);
  expect(await house.last()).toMatchObject({ outcome: "ok", comebacks: 1 });
});

test("a client that does not come back takes its request with it; the next one with the same is served anew", async () => {
  house = await buildHouse({ a: held(healthy("hello from a")) });
  const { a, last } = house;
  const first = ask(house, { stream: true });
  await expect.poll(() => a.requests.length).toBe(1);
  first.leave();
  await expect.poll(() => a.requests[0]?.aborted, { timeout: 2_000 }).toBe(true);
  await expect.poll(async () => (await last()).outcome).toBe("cancelled");
  const second = ask(house, { stream: true });
  await expect.poll(() => release.length).toBe(2);
  release[1]?.();
  expect((await second.answer).status).toBe(200);
  expect(a.requests).toHaveLength(2);
});

test("an answer that becomes whole for nobody counts as cancelled", async () => {
  house = await buildHouse({ a: held(healthy("hello from a")) });
  const { a, last } = house;
  const first = ask(house, { stream: false });
  await expect.poll(() => a.requests.length).toBe(1);
  first.leave();
  await seen(house);
  release[0]?.();
  await expect.poll(async () => (await last()).outcome).toBe("cancelled");
});
