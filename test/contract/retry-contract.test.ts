/** @module Every error tells its client whether to come back by itself, and when, wherever waiting mends anything. */
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FAILURE_REASONS, type FailureReason } from "../../lib/catalog/failure-reasons.ts";
import { BodyError } from "../../lib/server/body.ts";
import { refuseBody } from "../../lib/server/messages.ts";
import { clientReply } from "../../lib/server/reply.ts";
import { type Mux, startMux } from "../support/mux.ts";
import { closedPort } from "../support/upstream.ts";
import { type RawServer, startRawServer } from "../support/wall/exchange.ts";
import { REFUSALS, type Refused, refusalOf } from "../support/wall/refusals.ts";
import { speechOf } from "../support/wall/speech.ts";

/** What is told: whether to come back, and whether a time is named. */
type Told = { again: boolean; when: boolean };
const NEVER: Told = { again: false, when: false };
/** It is known when, but that is longer than a person would sit through. */
const LATER: Told = { again: false, when: true };
const SOON: Told = { again: true, when: true };

interface Asked {
  path?: string;
  headers?: Record<string, string>;
  body?: unknown;
  method?: string;
}

const PATHS = ["/v1/messages", "/v1/chat/completions", "/v1/responses"] as const;
const messages = [{ role: "user", content: "hi" }];
/** A body that each of the paths understands. */
const about = (model: string, more: object = {}): object => ({ model, max_tokens: 9, messages, input: "hi", ...more });

/** What a provider may say, and what follows for the client when nobody else is there. */
const BY_REASON = (Object.keys(REFUSALS) as Refused[]).map((reason): [Refused, Told] => {
  const { again, scope } = FAILURE_REASONS[reason];
  if (again) return [reason, SOON];
  // Nobody knows when there will be money; and what leaves the provider fit is not mended by waiting for it.
  return [reason, scope === "none" || reason === "billing" ? NEVER : LATER];
});

let wall: RawServer;
let mux: Mux;
let full: Mux;
let locked: Mux;

beforeAll(async () => {
  wall = await startRawServer(async (exchange) => {
    const { model } = exchange.request;
    const { wire } = speechOf(exchange.request);
    if (model === "busy") return void (await exchange.pause(20_000));
    if (model === "own") return exchange.json(401, refusalOf("auth", wire).body);
    const { status, body } = refusalOf(model as Refused, wire);
    exchange.json(status, body);
  });
  const provider = (name: string, url: string, more = 'api_key = "k"'): string =>
    `[[providers]]\nname = "${name}"\ntype = "anthropic"\nbase_url = "${url}/wall"\n${more}\n`;
  const model = (name: string, by: string): string =>
    `[[models]]\nname = "${name}"\nproviders = [{ name = "${by}", priority = 1, model = "${name}" }]\n`;
  const words = BY_REASON.map(([reason]) => provider(`by-${reason}`, wall.url) + model(reason, `by-${reason}`));
  const common = "[retry]\nmax_attempts = 1\n";
  mux = await startMux({
    config: `${words.join("")}${provider("nobody", `http://127.0.0.1:${await closedPort()}`)}${model("down", "nobody")}
${provider("mine", wall.url, 'auth_type = "passthrough"')}${model("own", "mine")}${common}`,
  });
  full = await startMux({
    config: `${provider("only", wall.url)}${model("busy", "only")}[performance]\nmax_concurrent_requests = 1\n`,
  });
  locked = await startMux({
    config: `${provider("only", wall.url)}${model("busy", "only")}[server]\napi_keys = ["k"]\n`,
  });
});
afterAll(async () => {
  await Promise.all([mux.close(), full.close(), locked.close()]);
  await wall.close();
});

async function told(at: Mux, { path = "/v1/messages", headers = {}, body, method = "POST" }: Asked) {
  const sent = typeof body === "string" || body === undefined ? body : JSON.stringify(body);
  const response = await fetch(`${at.url}${path}`, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(sent !== undefined && { body: sent }),
  });
  await response.text();
  return { status: response.status, ...readTold((name) => response.headers.get(name)) };
}

/** Both times are told or none, and they mean the same. */
function readTold(header: (name: string) => string | null | undefined): Told {
  const [again, seconds, ms] = ["x-should-retry", "retry-after", "retry-after-ms"].map((name) => header(name) ?? "");
  expect(again).toMatch(/^(?:true|false)$/);
  expect(seconds === "").toBe(ms === "");
  if (seconds !== "") expect(Number(seconds)).toBe(Math.ceil(Number(ms) / 1000));
  return { again: again === "true", when: seconds !== "" };
}

describe.each(PATHS)("%s", (path) => {
  test.each(BY_REASON)("a provider says: %s", async (reason: FailureReason, expected) => {
    for (const stream of [true, false]) {
      const { status, ...rest } = await told(mux, { path, body: about(reason, { stream }) });
      expect([status >= 400, rest]).toEqual([true, expected]);
    }
  });

  test("nobody listens", async () => {
    expect(await told(mux, { path, body: about("down") })).toEqual({ status: 529, ...SOON });
  });

  test("the client's own login was refused: it comes back with a new one", async () => {
    const headers = { authorization: "Bearer sk-ant-oat01-of-the-client" };
    expect(await told(mux, { path, headers, body: about("own") })).toEqual({ status: 401, ...SOON });
  });

  test.each<[string, number, Asked]>([
    ["no JSON", 400, { body: "{" }],
    ["no model", 400, { body: { messages } }],
    ["a model that nobody has", 404, { body: about("unheard-of") }],
    ["a provider that nobody has", 400, { body: about("down"), headers: { "x-ccm-provider": "nobody-at-all" } }],
    ["a simulation that does not exist", 400, { body: about("down"), headers: { "x-ccm-simulate": "nobody=dance" } }],
    ["no JSON by its type", 415, { body: "hi", headers: { "content-type": "text/plain" } }],
    ["another page's request", 403, { body: about("down"), headers: { origin: "https://evil.example" } }],
    ["another method", 404, { method: "PUT", body: about("down") }],
  ])("the request's own fault: %s", async (_what, expected, asked) => {
    expect(await told(mux, { path, ...asked })).toEqual({ status: expected, ...NEVER });
  });

  test("more than 32 MiB", async () => {
    const response = await new Promise<{ status: number | undefined } & Told>((resolve, reject) => {
      const headers = { "content-type": "application/json", "content-length": 33 * 1024 * 1024 };
      const outgoing = httpRequest(`${mux.url}${path}`, { method: "POST", headers }, ({ statusCode, headers: got }) => {
        resolve({ status: statusCode, ...readTold((name) => got[name] as string | undefined) });
        outgoing.destroy();
      });
      outgoing.on("error", reject).flushHeaders();
    });
    expect(response).toEqual({ status: 413, ...NEVER });
  });

  test("a body that does not come in time may do so the next time", async () => {
    const server = createServer((_request, response) => {
      refuseBody(new BodyError(408, "too slow"), clientReply(response), "req_1");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", body: "{" });
    expect([response.status, readTold((name) => response.headers.get(name))]).toEqual([408, SOON]);
    server.close();
  });

  test("no key where one is needed", async () => {
    expect(await told(locked, { path, body: about("busy") })).toEqual({ status: 401, ...NEVER });
  });
});

test("too many at a time: each that is turned away may come back soon", { timeout: 20_000 }, async () => {
  const leaving = new AbortController();
  const busy = fetch(`${full.url}/v1/messages`, {
    method: "POST",
    signal: leaving.signal,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(about("busy")),
  }).catch(() => undefined);
  await expect.poll(() => wall.requests.some(({ model }) => model === "busy")).toBe(true);
  const turned = await Promise.all(PATHS.map((path) => told(full, { path, body: about("busy", { stream: false }) })));
  expect(turned).toEqual(PATHS.map(() => ({ status: 429, ...SOON })));
  leaving.abort();
  await busy;
});
