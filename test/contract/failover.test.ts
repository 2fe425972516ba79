import { afterEach, describe, expect, test } from "vitest";
import { checkStream } from "../../lib/anthropic/sse/grammar.ts";
import { closedPort, type Handler } from "../support/upstream.ts";
import { buildHouse, type House, type HouseOptions, healthy, textAnswer, textEvents } from "./house.ts";

let house: House | undefined;
afterEach(async () => {
  await house?.close();
  house = undefined;
});

async function build(options: HouseOptions): Promise<House> {
  house = await buildHouse(options);
  return house;
}

const START = textEvents("x").slice(0, 2);
const ERROR_EVENT = JSON.stringify({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } });
const QUICK = "timeouts = { connect_ms = 300, first_byte_ms = 400, idle_ms = 400 }";

interface Row {
  fault: Handler;
  /** How often the first provider is asked. */
  asked: number;
  reason: string;
  /** It can happen in a stream only. */
  streamOnly?: true;
}

/** Design section 7, "what happened before content": each must end with the second provider's whole answer. */
const BEFORE_CONTENT: Record<string, Row> = {
  "the connection is cut before an answer": { fault: (_q, r) => r.destroy(), asked: 2, reason: "reset" },
  "the connection is cut after the headers": { fault: (_q, r) => r.destroyAfterHeaders(), asked: 2, reason: "reset" },
  "500": { fault: (_q, r) => r.error(500, "api_error", "boom"), asked: 2, reason: "server_error" },
  "502 with a web page": { fault: (_q, r) => r.html(502), asked: 2, reason: "bad_answer" },
  "200 with a web page": { fault: (_q, r) => r.html(200), asked: 2, reason: "bad_answer" },
  "503": { fault: (_q, r) => r.error(503, "api_error", "unavailable"), asked: 1, reason: "overloaded" },
  "529": { fault: (_q, r) => r.error(529, "overloaded_error", "Overloaded"), asked: 1, reason: "overloaded" },
  "an error event first": {
    fault: (_q, r) => r.sse([ERROR_EVENT], { named: true }),
    asked: 1,
    reason: "overloaded",
    streamOnly: true,
  },
  "an error event after the start": {
    fault: (_q, r) => r.sse([...START, ERROR_EVENT], { named: true }),
    asked: 1,
    reason: "overloaded",
    streamOnly: true,
  },
  "an empty stream": { fault: (_q, r) => r.sse([]), asked: 2, reason: "empty_answer", streamOnly: true },
  "a stream that ends before content": {
    fault: (_q, r) => r.sse(START, { named: true }),
    asked: 2,
    reason: "truncated",
    streamOnly: true,
  },
  "a stream that breaks before content": {
    fault: (_q, r) => r.sse(START, { named: true, after: "destroy" }),
    asked: 2,
    reason: "reset",
    streamOnly: true,
  },
  "no answer in time": { fault: (_q, r) => r.hang(), asked: 1, reason: "too_slow" },
  "no first event in time": {
    fault: (_q, r) => r.sse([START[0] ?? ""], { named: true, after: "hang" }),
    asked: 1,
    reason: "too_slow",
    streamOnly: true,
  },
  "429 for a minute": {
    fault: (_q, r) => r.error(429, "rate_limit_error", "slow down", { "retry-after": "60" }),
    asked: 1,
    reason: "rate_limited",
  },
  "429 without a hint": {
    fault: (_q, r) => r.error(429, "rate_limit_error", "slow down"),
    asked: 2,
    reason: "rate_limited",
  },
  "401": { fault: (_q, r) => r.error(401, "authentication_error", "invalid x-api-key"), asked: 1, reason: "auth" },
  "403": { fault: (_q, r) => r.error(403, "permission_error", "not yours"), asked: 1, reason: "forbidden" },
  "402": { fault: (_q, r) => r.error(402, "billing_error", "no credit"), asked: 1, reason: "billing" },
  "404 for the model": {
    fault: (_q, r) => r.error(404, "not_found_error", "model: model-of-a"),
    asked: 1,
    reason: "model_missing",
  },
  "a redirect": {
    fault: (_q, r) => void r.response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
    asked: 2,
    reason: "bad_answer",
  },
};

describe.each(Object.entries(BEFORE_CONTENT))("before content: %s", (_name, { fault, asked, reason, streamOnly }) => {
  test.each(streamOnly ? [true] : [true, false])(
    "stream %s: the client sees one clean answer from the next provider",
    async (stream) => {
      const { a, b, ask, last } = await build({ a: fault, provider: QUICK });
      const { status, headers, text } = await ask({ stream });
      expect(status).toBe(200);
      if (stream) {
        expect(checkStream(text)).toEqual([]);
        expect(text).not.toContain("event: error");
        expect(text.match(/"text_delta","text":"/g)).toHaveLength(3);
      } else expect(JSON.parse(text)).toEqual(textAnswer("hello from b"));
      expect(a.requests).toHaveLength(asked);
      expect(b.requests).toHaveLength(1);
      expect(headers.get("x-ccm-provider")).toBe("b");
      expect(headers.get("x-ccm-attempts")).toBe(String(asked + 1));
      const entry = await last();
      expect(entry).toMatchObject({ outcome: "ok", status: 200, provider: "b", upstreamModel: "model-of-b" });
      expect(entry.attempts[0]).toMatchObject({ provider: "a", failure: reason });
    },
  );
});

describe("what is not failed over", () => {
  test.each([true, false])(
    "a 400 that blames the request itself comes back byte for byte (stream %s)",
    async (stream) => {
      const words = JSON.stringify({
        type: "error",
        error: {
          type: "invalid_request_error",
          message: "messages.3: `tool_use` ids were found without `tool_result`",
        },
        request_id: "req_1",
      });
      const { b, ask } = await build({
        a: (_q, r) => void r.bytes(words, { status: 400, headers: { "content-type": "application/json" } }),
      });
      const { status, text, headers } = await ask({ stream });
      expect(status).toBe(400);
      expect(text).toBe(words);
      expect(headers.get("x-should-retry")).toBe("false");
      expect(b.requests).toHaveLength(0);
    },
  );

  test("a prompt that is too long goes only to a larger window, else comes back in the words that make the client compact", async () => {
    const words = "prompt is too long: 210000 tokens > 200000 maximum";
    const { b, ask } = await build({ a: (_q, r) => r.error(400, "invalid_request_error", words) });
    const { status, text } = await ask();
    expect(status).toBe(400);
    expect(text).toContain(words);
    expect(b.requests).toHaveLength(0);
  });

  test("a short rate limit is waited out at the same provider", async () => {
    let times = 0;
    const once: Handler = (request, reply) => {
      if (++times === 1) return reply.error(429, "rate_limit_error", "soon", { "retry-after": "1" });
      return healthy("hello from a")(request, reply);
    };
    const { a, b, ask } = await build({ a: once });
    const { headers, text } = await ask();
    expect(checkStream(text)).toEqual([]);
    expect(headers.get("x-ccm-provider")).toBe("a");
    expect([a.requests.length, b.requests.length]).toEqual([2, 0]);
  });

  test("one hiccup is tried again at the same provider, on a fresh connection", async () => {
    let times = 0;
    const once: Handler = (request, reply) =>
      ++times === 1 ? reply.destroy() : healthy("hello from a")(request, reply);
    const { a, b, ask } = await build({ a: once });
    expect((await ask()).headers.get("x-ccm-provider")).toBe("a");
    expect([a.requests.length, b.requests.length, a.connections()]).toEqual([2, 0, 2]);
  });
});

describe("after content", () => {
  const cut = textEvents("one two three four").slice(0, 4);
  test.each<[string, Handler]>([
    ["the stream ends", (_q, r) => r.sse(cut, { named: true })],
    ["the connection breaks", (_q, r) => r.sse(cut, { named: true, after: "destroy" })],
    ["the provider falls silent", (_q, r) => r.sse(cut, { named: true, after: "hang" })],
  ])("%s: what was said stays, an error ends it, nobody says end_turn", async (_name, fault) => {
    const { b, ask, last } = await build({ a: fault, provider: QUICK });
    const { status, text } = await ask();
    expect(status).toBe(200);
    expect(checkStream(text)).toEqual([]);
    expect(text).toContain("event: error");
    expect(text).toContain('"text":"two "');
    expect(text).not.toContain("end_turn");
    expect(b.requests).toHaveLength(0);
    expect(await last()).toMatchObject({ outcome: "cut", provider: "a" });
  });

  test.each([true, false])(
    "a provider that is not done in total_ms is too slow, however much it says (stream %s)",
    async (stream) => {
      const talks: Handler = (_q, r) =>
        r.sse(textEvents("word ".repeat(200)), { named: true, slice: 120, pauseMs: 40 });
      const { ask, last } = await build({ a: talks, provider: "timeouts = { total_ms = 1000 }" });
      const { text } = await ask({ stream });
      const entry = await last();
      expect(entry.attempts[0]).toMatchObject({ failure: "too_slow", message: "not done within 1000 ms" });
      expect([entry.outcome, entry.provider]).toEqual(stream ? ["cut", "a"] : ["ok", "b"]);
      if (stream) expect(checkStream(text)).toEqual([]);
    },
  );

  test("the client's next request goes elsewhere first, other conversations do not", async () => {
    let times = 0;
    const once: Handler = (request, reply) =>
      ++times === 1 ? reply.sse(cut, { named: true }) : healthy("hello from a")(request, reply);
    const { ask } = await build({ a: once });
    const of = async (session: string) =>
      (await ask({}, { "x-claude-code-session-id": session })).headers.get("x-ccm-provider");
    expect([await of("one"), await of("one"), await of("two")]).toEqual(["a", "b", "a"]);
  });

  test("where nobody watches, the whole answer is held and any break stays unseen", async () => {
    const { ask } = await build({ a: (_q, r) => r.sse(cut, { named: true, after: "destroy" }) });
    const { text, headers } = await ask({}, { "x-claude-code-request-class": "auxiliary" });
    expect(checkStream(text)).toEqual([]);
    expect(text).toContain("end_turn");
    expect(headers.get("x-ccm-provider")).toBe("b");
  });
});

describe("when all fail", () => {
  test("the most telling failure's status, every attempt in the message, when to come back, and no secret", async () => {
    const leak: Handler = (_q, r) => r.error(401, "authentication_error", "invalid key sk-ant-api03-secret-of-a");
    const { ask, last } = await build({ a: leak, b: (_q, r) => r.error(529, "overloaded_error", "Overloaded") });
    const { status, text, headers } = await ask();
    const body = JSON.parse(text) as { type: string; error: { type: string; message: string }; request_id: string };
    expect(status).toBe(529);
    expect(body).toMatchObject({ type: "error", error: { type: "overloaded_error" } });
    expect(body.error.message).toMatch(/a: HTTP 401 after \d+ ms, b: HTTP 529 after \d+ ms/);
    expect(body.request_id).toBe(headers.get("x-ccm-request-id"));
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    expect(headers.get("x-should-retry")).toBe("true");
    expect(JSON.stringify([text, await last()])).not.toContain("secret-of");
  });

  test("rate limits: the shortest wait", async () => {
    const limited =
      (seconds: string): Handler =>
      (_q, r) =>
        r.error(429, "rate_limit_error", "later", { "retry-after": seconds });
    const { ask } = await build({ a: limited("30"), b: limited("10") });
    const { status, headers } = await ask({ stream: false });
    expect([status, headers.get("retry-after")]).toEqual([429, "10"]);
  });

  test("one that is fit at once outweighs another's wait", async () => {
    const { ask } = await build({
      a: (_q, r) => r.error(529, "overloaded_error", "later", { "retry-after": "40" }),
      b: (_q, r) => r.error(529, "overloaded_error", "busy"),
      config: "[retry]\nmax_attempts = 1\n",
    });
    const { headers } = await ask();
    expect([headers.get("retry-after-ms"), headers.get("x-should-retry")]).toEqual(["500", "true"]);
  });

  test("a plan that is used up: when it is there again, and that waiting for it is not the client's business", async () => {
    const used: Handler = (_q, r) =>
      r.error(429, "rate_limit_error", "This request would exceed your account's rate limit.", {
        "retry-after": "7200",
      });
    const { ask } = await build({ a: used, b: used });
    const { status, headers } = await ask();
    expect([status, headers.get("retry-after"), headers.get("x-should-retry")]).toEqual([429, "7200", "false"]);
  });

  test("keys refused everywhere: 401 that names the provider, and no retry", async () => {
    const refused: Handler = (_q, r) => r.error(401, "authentication_error", "invalid x-api-key");
    const { ask } = await build({ a: refused, b: refused });
    const { status, headers, text } = await ask();
    expect([status, headers.get("x-should-retry")]).toEqual([401, "false"]);
    expect(text).toContain("a: invalid x-api-key");
  });

  test("nobody listens at all", async () => {
    const port = await closedPort();
    const { mux } = await build({});
    const { writeFile, readFile } = await import("node:fs/promises");
    const config = await readFile(mux.configPath, "utf8");
    await writeFile(mux.configPath, config.replaceAll(/base_url = "[^"]+"/g, `base_url = "http://127.0.0.1:${port}"`));
    await expect
      .poll(() => mux.log.filter((line) => line.includes("configuration in use")).length, { timeout: 5000 })
      .toBe(2);
    const { status, text } = await (house as House).ask();
    expect(status).toBe(529);
    expect(text).toContain("could not connect");
  });
});

describe("health", () => {
  test("a provider that fails is left alone for a while, then tried again", async () => {
    let down = true;
    const flaky: Handler = (request, reply) =>
      down ? reply.error(529, "overloaded_error", "no") : healthy("hello from a")(request, reply);
    const { a, ask } = await build({ a: flaky, config: "[failover]\ncooldown_ms = 700\nmax_cooldown_ms = 700\n" });
    for (let i = 0; i < 5; i++) expect((await ask()).headers.get("x-ccm-provider")).toBe("b");
    expect(a.requests).toHaveLength(3);
    down = false;
    await expect
      .poll(async () => (await ask()).headers.get("x-ccm-provider"), { timeout: 5000, interval: 100 })
      .toBe("a");
  });

  test("with everybody cooling down, the soonest is asked all the same", async () => {
    let down = true;
    const flaky =
      (text: string): Handler =>
      (request, reply) =>
        down ? reply.error(529, "overloaded_error", "no") : healthy(text)(request, reply);
    const { ask } = await build({ a: flaky("a"), b: flaky("b"), config: "[retry]\nmax_attempts = 1\n" });
    for (let i = 0; i < 4; i++) expect((await ask()).status).toBe(529);
    down = false;
    expect((await ask()).status).toBe(200);
  });
});

describe("a client that goes away", () => {
  test.each<[string, Handler]>([
    ["before the answer", (_q, r) => r.hang()],
    ["in mid-answer", (_q, r) => r.sse(textEvents("a b c").slice(0, 3), { named: true, after: "hang" })],
  ])("%s takes the upstream with it, and nobody is blamed", async (_name, fault) => {
    const { a, b, mux } = await build({ a: fault });
    const gone = new AbortController();
    const pending = fetch(`${mux.url}/v1/messages`, {
      method: "POST",
      signal: gone.signal,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        model: "claude-sonnet-4-20250514",
        max_tokens: 9,
        stream: true,
        messages: [{ role: "user", content: "x" }],
      }),
    }).then((response) => response.text());
    await expect.poll(() => a.requests.length).toBe(1);
    setTimeout(() => gone.abort(), 50);
    await expect(pending).rejects.toThrow();
    await expect.poll(() => a.requests[0]?.aborted, { timeout: 2000 }).toBe(true);
    await expect.poll(async () => (await (house as House).last()).outcome).toBe("cancelled");
    expect(b.requests).toHaveLength(0);
    const status = (await (await fetch(`${mux.url}/api/status`)).json()) as {
      providers: { state: string; failures: number }[];
    };
    expect(status.providers.map((p) => p.state)).toEqual(["ok", "ok"]);
  });
});

describe("work is bounded", () => {
  test("beyond max_concurrent_requests a request waits its turn", async () => {
    let inside = 0;
    let most = 0;
    const counting: Handler = async (request, reply) => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 60));
      inside--;
      return healthy("ok")(request, reply);
    };
    const { ask } = await build({ a: counting, config: "[performance]\nmax_concurrent_requests = 2\n" });
    const answers = await Promise.all(Array.from({ length: 7 }, () => ask({ stream: false })));
    expect(answers.map(({ status }) => status)).toEqual(Array(7).fill(200));
    expect(most).toBe(2);
  });

  test("a provider with all its places taken is passed over, and not blamed", async () => {
    const slow: Handler = async (request, reply) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return healthy("hello from a")(request, reply);
    };
    const { ask, a } = await build({ a: slow, provider: "max_concurrent_requests = 1" });
    const [first, second] = await Promise.all([ask(), ask()]);
    expect([first?.headers.get("x-ccm-provider"), second?.headers.get("x-ccm-provider")].sort()).toEqual(["a", "b"]);
    expect((await ask()).headers.get("x-ccm-provider")).toBe("a");
    expect(a.requests).toHaveLength(2);
  });

  test("in a storm, retries stay within their budget", async () => {
    const { a, ask } = await build({
      a: (_q, r) => r.error(500, "api_error", "boom"),
      b: (_q, r) => r.error(500, "api_error", "boom"),
      config: "[retry]\nmax_attempts = 2\n[failover]\nfailure_threshold = 1000\n",
    });
    await Promise.all(Array.from({ length: 20 }, () => ask()));
    expect(a.requests.length).toBeGreaterThan(20);
    expect(a.requests.length).toBeLessThan(30);
  });
});
