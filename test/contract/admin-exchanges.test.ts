import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ExchangeView } from "../../lib/server/admin/views.ts";
import { type Mux, startMux } from "../support/mux.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";
import { healthy, MODEL } from "./house.ts";

const KEY = "sk-ant-api03-of-the-provider-0123456789";

describe("a request as it travelled", () => {
  let a: Upstream;
  let b: Upstream;
  let mux: Mux;
  afterEach(async () => {
    await mux.close();
    await a.close();
    await b.close();
  });
  beforeEach(async () => {
    a = await startUpstream((_request, reply) =>
      reply.json({ type: "error", error: { type: "overloaded_error", message: "full" } }, { status: 529 }),
    );
    b = await startUpstream(healthy("Hello there"));
  });
  async function start(logging = "") {
    const provider = (name: string, url: string) =>
      `[[providers]]\nname = "${name}"\ntype = "anthropic"\napi_key = "${KEY}"\nbase_url = "${url}"\nheaders = { x-team = "team-secret-0123456789" }\n`;
    mux = await startMux({
      config: `${provider("a", a.url)}${provider("b", b.url)}[[models]]\nname = "${MODEL}"\nproviders = [{ name = "a" }, { name = "b", priority = 2 }]\n${logging}`,
    });
  }
  async function ask(headers: Record<string, string> = {}): Promise<{ id: string; answer: string }> {
    const response = await fetch(`${mux.url}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": "client-key-0123456789", ...headers },
      body: JSON.stringify({ model: MODEL, max_tokens: 9, stream: true, messages: [{ role: "user", content: "Hi" }] }),
    });
    return { id: response.headers.get("x-ccm-request-id") ?? "", answer: await response.text() };
  }
  async function exchange(id: string): Promise<{ status: number; text: string; view: ExchangeView }> {
    const response = await fetch(`${mux.url}/api/exchanges/${id}`);
    const text = await response.text();
    return { status: response.status, text, view: JSON.parse(text) as ExchangeView };
  }

  test("its headers are shown on both sides, credentials masked; bodies are not kept", async () => {
    await start();
    const { text, view } = await exchange((await ask()).id);
    expect(view.path).toBe("/v1/messages");
    expect(view.request.headers).toMatchObject({ "content-type": "application/json", "x-api-key": "…6789" });
    expect(view.upstream.map(({ provider, status }) => [provider, status])).toEqual([
      ["a", 529],
      ["b", 200],
    ]);
    expect(view.upstream[0]?.url).toBe(`${a.url}/v1/messages`);
    expect(view.upstream[1]?.answer?.headers["content-type"]).toContain("text/event-stream");
    for (const secret of [KEY, "client-key", "team-secret", "Hello"]) expect(text).not.toContain(secret);
    expect(view.request.body).toBeUndefined();
  });

  test("with log_bodies, bodies are there too, word for word", async () => {
    await start("[logging]\nlog_bodies = true\n");
    const { id, answer } = await ask();
    const { text, view } = await exchange(id);
    expect(JSON.parse(view.request.body ?? "")).toMatchObject({ model: MODEL, messages: [{ content: "Hi" }] });
    expect([view.request.whole, view.status, view.answer?.body]).toEqual([true, 200, answer]);
    expect(view.upstream[0]?.answer?.body).toContain("overloaded_error");
    expect(view.upstream[1]?.answer?.body).toContain("Hello");
    expect(text).not.toContain(KEY);
  });

  test("one request may ask for it by itself, and it goes no further", async () => {
    await start();
    const { view } = await exchange((await ask({ "x-ccm-keep": "1" })).id);
    expect(view.request.body).toContain('"Hi"');
    expect(view.upstream[1]?.sent.headers["x-ccm-keep"]).toBeUndefined();
    const { view: next } = await exchange((await ask()).id);
    expect(next.request.body).toBeUndefined();
  });

  test("a key that a vendor repeats in its answer is masked there, too", async () => {
    await a.close();
    a = await startUpstream((request, reply) =>
      reply.json({ error: { message: `bad key: ${request.headers["x-api-key"]}` } }, { status: 401 }),
    );
    await start("[logging]\nlog_bodies = true\n");
    const { text, view } = await exchange((await ask()).id);
    expect(view.upstream[0]?.answer?.body).toContain("bad key: sk-…6789");
    expect(text).not.toContain(KEY);
  });

  test("what is not kept any more says so", async () => {
    await start();
    const { id } = await ask();
    for (let wave = 0; wave < 5; wave++) await Promise.all(Array.from({ length: 40 }, () => ask()));
    const { status, text } = await exchange(id);
    expect([status, text.includes("no longer kept")]).toEqual([404, true]);
  });
});
