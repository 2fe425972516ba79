import { createHash } from "node:crypto";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { clientEnv } from "../../lib/cli/client-env.ts";
import { healthy } from "../contract/house.ts";
import { buildLoginHouse } from "../contract/login-house.ts";
import { type Mux, startMux } from "../support/mux.ts";
import { type Handler, type ReceivedRequest, startUpstream } from "../support/upstream.ts";
import { CLIENT_TOKEN, type ClaudeOptions, type ClaudeRun, findClaude, runClaude } from "./claude-code.ts";

const claude = findClaude();
if ("missing" in claude) console.info(`skipped: tests with the real Claude Code. ${claude.missing}`);

const MODEL = "claude-sonnet-4-20250514";
const OAUTH_BETA = "oauth-2025-04-20";
const SERVER_KEY = "key-of-the-server-0123456789";
/** A client that does not give up is ended after so long. */
const PATIENCE_MS = 8_000;

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

/** The mux over Anthropic, which gets the client's own login, and a second provider with a key. */
async function subscription(anthropic: Handler, more = "") {
  const own = await startUpstream(anthropic);
  const other = await startUpstream(healthy("hello from the key"));
  const mux = await startMux({
    config: `${more}
[[providers]]
name = "own"
type = "anthropic"
auth_type = "passthrough"
base_url = "${own.url}"
[[providers]]
name = "key"
type = "anthropic"
api_key = "sk-ant-api03-key-of-the-second"
base_url = "${other.url}"
[[models]]
name = "${MODEL}"
providers = [{ name = "own", priority = 1, model = "${MODEL}" }, { name = "key", priority = 2, model = "m" }]
[[models]]
name = "own-only"
providers = [{ name = "own", model = "${MODEL}" }]
[router.default]
model = "${MODEL}"`,
  });
  const door = await tap(mux);
  open.push(own, other, mux, door);
  return { own, other, door };
}

/** The mux over one provider with a login that nobody has signed in to. */
async function signedOut() {
  const plan = await startUpstream(healthy("hello"));
  const mux = await startMux({
    config: `[[providers]]
name = "plan"
type = "anthropic"
auth_type = "oauth"
base_url = "${plan.url}"
[[models]]
name = "own-only"
providers = [{ name = "plan", model = "${MODEL}" }]
[router.default]
model = "own-only"`,
  });
  const door = await tap(mux);
  open.push(plan, mux, door);
  return { plan, door };
}

type Headers = Readonly<Record<string, unknown>>;

interface Door {
  url: string;
  /** What the client sent to `/v1/messages`, and what it got. */
  exchanges: { at: number; headers: Headers; hash: string; status: number; answer: Headers }[];
  close(): Promise<void>;
}

/** Stands between the client and the mux, and changes nothing. */
async function tap({ url }: Pick<Mux, "url">): Promise<Door> {
  const exchanges: Door["exchanges"] = [];
  const server: Server = createServer(async (incoming, outgoing) => {
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const { method = "GET", headers, url: path = "/" } = incoming;
    const onward = request(`${url}${path}`, { method, headers, agent: false }, (answer) => {
      if (method === "POST" && path.startsWith("/v1/messages"))
        exchanges.push({
          at: performance.now(),
          headers,
          hash: hashOf(body),
          status: answer.statusCode ?? 0,
          answer: answer.headers,
        });
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    onward.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function hashOf(body: Buffer): string {
  return createHash("sha256").update(body).digest("hex");
}

function betas({ headers }: Pick<ReceivedRequest, "headers">): string[] {
  return String(headers["anthropic-beta"] ?? "").split(",");
}

describe.skipIf("missing" in claude)("the real Claude Code", { timeout: 120_000 }, () => {
  const run = (options: Omit<ClaudeOptions, "prompt">): Promise<ClaudeRun> =>
    runClaude("binary" in claude ? claude.binary : "", { prompt: "Say hello.", model: MODEL, ...options });

  describe("with a login of its own, in the environment of the profile `subscription`", () => {
    test.each([true, "by file"] as const)(
      "(kept: %s) sends it through, with every header and byte",
      async (signedIn) => {
        const { door, own, other } = await subscription(healthy("hello from the plan"));
        const { set } = clientEnv({ url: door.url, profile: "subscription", serverKey: undefined, compaction: {} }, {});
        const { answer, isError } = await run({ baseUrl: door.url, signedIn, env: set });
        expect({ answer, isError }).toEqual({ answer: "hello from the plan", isError: false });
        const [sent] = door.exchanges;
        const [got] = own.requests;
        expect(got?.headers).toMatchObject({
          authorization: `Bearer ${CLIENT_TOKEN}`,
          "user-agent": sent?.headers["user-agent"],
          "x-app": "cli",
          "anthropic-beta": sent?.headers["anthropic-beta"],
          "anthropic-version": "2023-06-01",
          "anthropic-dangerous-direct-browser-access": "true",
          "x-claude-code-session-id": sent?.headers["x-claude-code-session-id"],
          "x-stainless-lang": "js",
        });
        expect(got?.headers).not.toHaveProperty("x-api-key");
        expect(got && betas(got)).toContain(OAUTH_BETA);
        expect(got && hashOf(got.raw)).toBe(sent?.hash);
        expect(other.requests).toHaveLength(0);
      },
    );

    test("and a key that the server wants: the key stays here, the login goes to Anthropic only", async () => {
      const busy: Handler = (_request, reply) => reply.error(529, "overloaded_error", "busy");
      const { door, own, other } = await subscription(busy, `[server]\napi_keys = ["${SERVER_KEY}"]`);
      const { set } = clientEnv({ url: door.url, profile: "subscription", serverKey: SERVER_KEY, compaction: {} }, {});
      const { answer } = await run({ baseUrl: door.url, signedIn: "by file", env: set });
      expect(answer).toBe("hello from the key");
      expect(own.requests[0]?.headers.authorization).toBe(`Bearer ${CLIENT_TOKEN}`);
      expect(other.requests[0]?.headers["x-api-key"]).toBe("sk-ant-api03-key-of-the-second");
      for (const [who, { requests }] of Object.entries({ own, other }))
        for (const { headers } of requests) {
          expect(JSON.stringify(headers), who).not.toContain(SERVER_KEY);
          if (who === "other") expect(JSON.stringify(headers)).not.toContain(CLIENT_TOKEN);
        }
    });
  });

  test("with the stand-in key of the profile `proxy`: the login that the server keeps takes its place", async () => {
    const house = await buildLoginHouse();
    open.push(house);
    await house.signIn();
    const door = await tap(house.mux);
    open.push(door);
    const { set } = clientEnv({ url: door.url, profile: "proxy", serverKey: undefined, compaction: {} }, {});
    const { answer, isError } = await run({ baseUrl: door.url, env: set });
    expect({ answer, isError }).toEqual({ answer: "hello from the plan", isError: false });
    expect(door.exchanges[0]?.headers["x-api-key"]).toBe("ccm-proxy");
    const [got] = house.api.requests;
    expect(got?.headers).not.toHaveProperty("x-api-key");
    expect(got && betas(got).filter((beta) => beta === OAUTH_BETA)).toHaveLength(1);
    expect(got && betas(got).slice(0, 2)).toEqual(["claude-code-20250219", OAUTH_BETA]);
    const system = got?.json().system as { text: string }[];
    expect(system.findIndex(({ text }) => /^You are (?:Claude Code|a Claude agent)/.test(text))).toBeLessThan(2);
  });

  /** What the vendor says, how often the client then asks us, and what its user reads. */
  const ENDS: [string, Handler, number, RegExp][] = [
    [
      "401: the client looks at its own login, asks once more and says so",
      (_request, reply) => reply.error(401, "authentication_error", "OAuth token has expired"),
      2,
      /^Failed to authenticate\. API Error: 401 OAuth token has expired$/,
    ],
    [
      "403: it ends at once",
      (_request, reply) => reply.error(403, "permission_error", "not for this account"),
      1,
      /^Failed to authenticate\. API Error: 403 own: not for this account/,
    ],
    [
      "400: it tries its own variants, and each is asked once",
      (_request, reply) => reply.error(400, "invalid_request_error", "that is not right"),
      6,
      /^API Error: 400 that is not right$/,
    ],
    [
      "429 for ten minutes: it ends at once",
      (_request, reply) => reply.error(429, "rate_limit_error", "slow down", { "retry-after": "600" }),
      1,
      /own: slow down/,
    ],
    [
      "429 because the plan is used up: it ends at once, and says until when",
      (_request, reply) =>
        reply.error(429, "rate_limit_error", "used up", {
          "anthropic-ratelimit-unified-status": "rejected",
          "anthropic-ratelimit-unified-reset": String(Math.floor(Date.now() / 1_000) + 3_600),
          "anthropic-ratelimit-unified-representative-claim": "five_hour",
        }),
      1,
      /^You've hit your 5-hour limit · resets /,
    ],
  ];

  describe("where nobody else can serve", () => {
    test.each(ENDS)("%s", async (_name, handler, asks, words) => {
      const { door, own } = await subscription(handler);
      const { answer, isError } = await run({ baseUrl: door.url, signedIn: "by file", model: "own-only" });
      expect({ answer: answer.match(words)?.[0] ?? answer, isError }).toMatchObject({ isError: true });
      expect(answer).toMatch(words);
      expect([door.exchanges.length, own.requests.length]).toEqual([asks, asks]);
    });

    test("nobody is signed in: it ends at once, with what to do", async () => {
      const { door, plan } = await signedOut();
      const { answer, isError } = await run({ baseUrl: door.url, model: "own-only" });
      expect(isError).toBe(true);
      expect(answer).toMatch(/401 .*nobody is signed in.*ccmctl login plan/);
      expect([door.exchanges.length, plan.requests.length]).toEqual([1, 0]);
    });

    test.each<[string, Handler, number]>([
      ["429 without a time", (_request, reply) => reply.error(429, "rate_limit_error", "slow down"), 429],
      ["503", (_request, reply) => reply.error(503, "api_error", "down"), 529],
    ])("%s: it is told when to come back, and comes no sooner", async (_name, handler, status) => {
      const { door } = await subscription(handler);
      await run({ baseUrl: door.url, signedIn: "by file", model: "own-only", longestMs: PATIENCE_MS });
      const [first, second] = door.exchanges;
      expect(first).toMatchObject({ status, answer: { "x-should-retry": "true" } });
      const waitMs = Number(first?.answer["retry-after-ms"]);
      expect(waitMs).toBeGreaterThan(0);
      if (second) expect(second.at - (first?.at ?? 0)).toBeGreaterThanOrEqual(waitMs);
      expect(door.exchanges.length).toBeLessThan(7); // as often as without a word from us
    });
  });
});
