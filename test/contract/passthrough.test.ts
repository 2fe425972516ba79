import { request as httpRequest } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { bytesOf, mainTurn } from "../support/claude-code-request.ts";
import { sseBytes } from "../support/upstream.ts";
import { buildHouse, type House, MODEL, textEvents } from "./house.ts";

let house: House | undefined;
afterEach(async () => house?.close());

/** Sends bytes and headers as they are; fetch would add some of its own. */
function post(url: string, body: Buffer, headers: Record<string, string>): Promise<{ status: number; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      url,
      { method: "POST", headers: { ...headers, "content-length": String(body.length) } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }));
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

describe("onto Anthropic's own protocol nothing changes but the model's name and the credential", () => {
  test("the body of a real-looking turn, with fields and betas that nobody knows", async () => {
    house = await buildHouse({});
    const built = mainTurn();
    const odd = bytesOf(built)
      .toString()
      .replace(/^\{/, '{ "future_field": {"a":[1.50, 1e3, "\\u00e9"]},\n\t"speed": null, ');
    const body = Buffer.from(odd);
    await post(`${house.mux.url}/v1/messages?beta=true`, body, {
      ...built.headers,
      "anthropic-beta": "never-seen-2027-01-01,x",
      authorization: "Bearer ccm-proxy",
    });
    const [received] = house.a.requests;
    const model = String((JSON.parse(odd) as { model: string }).model);
    expect(received?.raw.toString()).toBe(odd.replace(JSON.stringify(model), '"model-of-a"'));
    expect(received?.headers["anthropic-beta"]).toBe("never-seen-2027-01-01,x");
    expect(received?.headers["x-claude-code-session-id"]).toBe(built.headers["x-claude-code-session-id"]);
    expect(received?.headers["x-api-key"]).toBe("sk-ant-api03-secret-of-a");
    expect(received?.headers.authorization).toBeUndefined();
    expect(received?.path).toBe("/v1/messages?beta=true");
  });

  test.each([1, 7, 4096])(
    "a stream in slices of %i bytes, with events, blocks and fields that nobody knows",
    async (slice) => {
      const events = textEvents("Grüße, 世界 😀");
      events.splice(2, 0, JSON.stringify({ type: "ping" }), JSON.stringify({ type: "future_event", x: [1.0, null] }));
      const bytes = Buffer.concat([Buffer.from(": a comment\n\n"), sseBytes(events, { named: true })]);
      house = await buildHouse({
        a: (_q, r) => r.bytes(bytes, { slice, headers: { "content-type": "text/event-stream" } }),
      });
      const { text } = await house.ask();
      expect(text).toBe(bytes.toString());
    },
  );

  test("a whole answer", async () => {
    const answer =
      '{"id":"msg_1","type":"message", "role":"assistant","model":"m","content":[{"type":"future_block","n":1.50}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":2,"future":{}}}';
    house = await buildHouse({ a: (_q, r) => r.bytes(answer, { headers: { "content-type": "application/json" } }) });
    expect((await house.ask({ stream: false })).text).toBe(answer);
  });

  test("compressed answers are decoded", async () => {
    house = await buildHouse({
      a: (_q, r) =>
        r.json(
          {
            id: "msg_1",
            type: "message",
            role: "assistant",
            model: "m",
            content: [],
            stop_reason: "end_turn",
            stop_sequence: null,
            usage: { input_tokens: 1, output_tokens: 2 },
          },
          { gzip: true },
        ),
    });
    const { headers, text } = await house.ask({ stream: false });
    expect(headers.get("content-encoding")).toBeNull();
    expect(JSON.parse(text)).toMatchObject({ id: "msg_1" });
  });

  test("the decision is told in the response's headers", async () => {
    house = await buildHouse({});
    const { headers } = await house.ask();
    expect(headers.get("x-ccm-request-id")).toMatch(/^req_/);
    expect(headers.get("x-ccm-route")).toMatch(/^model: /);
    expect(headers.get("x-ccm-model")).toBe("model-of-a");
    expect(headers.get("x-ccm-provider")).toBe("a");
    expect(headers.get("x-ccm-attempts")).toBe("1");
  });
});

describe("the small routes", () => {
  test("models: ours, under ids that Claude Code's picker shows, with their chain", async () => {
    house = await buildHouse({
      config: '[[models]]\nname = "glm-4.6"\nproviders = [{ name = "b", model = "glm-4.6" }]\n',
    });
    const get = async (path: string): Promise<Response> =>
      fetch(`${house?.mux.url}${path}`, { headers: { "anthropic-version": "2023-06-01" } });
    const list = (await (await get("/v1/models?limit=1000")).json()) as { data: { id: string; description: string }[] };
    expect(list.data.map((m) => m.id)).toEqual([MODEL, "glm-4.6", "anthropic/glm-4.6"]);
    expect(list.data[0]?.description).toBe("a → b");
    expect(await (await get("/v1/models/anthropic%2Fglm-4.6")).json()).toMatchObject({
      id: "anthropic/glm-4.6",
      display_name: "glm-4.6",
    });
    expect((await get("/v1/models/nope")).status).toBe(404);
    const picked = await house.ask({ model: "anthropic/glm-4.6" });
    expect(picked.headers.get("x-ccm-model")).toBe("glm-4.6");
  });

  test.each([
    ["HEAD", "/"],
    ["HEAD", "/api/hello"],
    ["GET", "/api/hello"],
    ["GET", "/health"],
  ])("%s %s is 200", async (method, path) => {
    house = await buildHouse({});
    expect((await fetch(house.mux.url + path, { method })).status).toBe(200);
  });

  test("an unknown path is a 404 in Anthropic's envelope", async () => {
    house = await buildHouse({});
    const response = await fetch(`${house.mux.url}/v1/nothing`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ type: "error", error: { type: "not_found_error" } });
  });

  test.each([
    "/v1/v1/messages?beta=true",
    "/messages",
    "/anthropic/v1/messages",
    "/chat/completions",
    "/v1/v1/responses",
  ])("%s is told which base URL would be right", async (path) => {
    house = await buildHouse({});
    const response = await fetch(house.mux.url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect(response.status).toBe(404);
    const { error } = (await response.json()) as { error: { message: string } };
    expect(error.message).toContain("the base URL is the server's address alone for clients of Anthropic's protocol");
  });

  test.each([
    ["{", /not valid JSON/],
    ["[]", /JSON object/],
    ['{"messages":[]}', /model/],
    ['{"model":"claude-x"}', /messages/],
  ])("the body %s is a 400 that says why", async (body, words) => {
    house = await buildHouse({});
    const response = await fetch(`${house.mux.url}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    expect(response.status).toBe(400);
    expect(((await response.json()) as { error: { message: string } }).error.message).toMatch(words);
  });

  test("more than 32 MiB is a 413", async () => {
    house = await buildHouse({});
    const { port } = new URL(house.mux.url);
    const status = await new Promise<number>((resolve, reject) => {
      const outgoing = httpRequest(
        {
          port,
          host: "127.0.0.1",
          method: "POST",
          path: "/v1/messages",
          headers: { "content-type": "application/json", "content-length": 33 * 1024 * 1024 },
        },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      );
      outgoing.on("error", reject);
      outgoing.write("{");
    });
    expect(status).toBe(413);
  });

  test("tokens are counted upstream where that works, else estimated", async () => {
    house = await buildHouse({
      a: (request, reply) =>
        request.path.includes("count_tokens")
          ? reply.json({ input_tokens: 4321 })
          : reply.error(500, "api_error", "no"),
    });
    const count = async (): Promise<Response> =>
      fetch(`${house?.mux.url}/v1/messages/count_tokens?beta=true`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          model: MODEL,
          messages: [{ role: "user", content: "How long is this sentence in tokens?" }],
        }),
      });
    expect(await (await count()).json()).toEqual({ input_tokens: 4321 });
    house.a.handle((_q, r) => r.error(500, "api_error", "no"));
    const estimated = (await (await count()).json()) as { input_tokens: number };
    expect(estimated.input_tokens).toBeGreaterThan(5);
    expect(estimated.input_tokens).toBeLessThan(40);
  });
});
