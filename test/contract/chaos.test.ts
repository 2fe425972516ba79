/**
 * @module Fifty clients at once against providers that flap at random, with a fixed seed: each client gets exactly one whole
 * answer or one honest error, some go away, and nothing is left behind.
 */
import { request as httpRequest } from "node:http";
import { expect, test } from "vitest";
import { checkStream } from "../../lib/anthropic/sse/grammar.ts";
import { startMux } from "../support/mux.ts";
import { type Handler, startUpstream } from "../support/upstream.ts";
import { MODEL, textAnswer, textEvents } from "./house.ts";

const CLIENTS = 50;
const REQUESTS_EACH = 12;
const PROVIDERS = ["a", "b", "c"];
const WORDS = "one two three four five six seven eight nine ten";

/** The same numbers from the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const MOODS: readonly Handler[] = [
  (_q, r) => r.error(500, "api_error", "boom"),
  (_q, r) => r.error(529, "overloaded_error", "Overloaded"),
  (_q, r) => r.error(429, "rate_limit_error", "slow down", { "retry-after": "1" }),
  (_q, r) => r.html(502),
  (_q, r) => r.destroy(),
  (_q, r) => r.destroyAfterHeaders(),
  (_q, r) => r.sse(textEvents(WORDS).slice(0, 2), { named: true, after: "destroy" }),
  (_q, r) => r.sse(textEvents(WORDS).slice(0, 6), { named: true, after: "destroy" }),
  (_q, r) => r.sse(textEvents(WORDS).slice(0, 6), { named: true }),
  (_q, r) => r.hang(),
];

/** Well for two thirds of the time, else in one of the moods. */
function flapping(random: () => number): Handler {
  return (request, reply) => {
    const mood = random() < 0.66 ? undefined : MOODS[Math.floor(random() * MOODS.length)];
    if (mood) return mood(request, reply);
    if (!request.json<{ stream?: boolean }>().stream) return reply.json(textAnswer(WORDS));
    return reply.sse(textEvents(WORDS), { named: true, slice: 300, pauseMs: 1 });
  };
}

interface Answer {
  status: number;
  text: string;
  /** The connection was closed properly. */
  ended: boolean;
}

/** @param leaveAfterMs the client goes away then; @returns undefined when it did */
function ask(url: string, stream: boolean, leaveAfterMs: number | undefined): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify({
      model: MODEL,
      max_tokens: 100,
      stream,
      messages: [{ role: "user", content: "hi" }],
    });
    const outgoing = httpRequest(`${url}/v1/messages`, {
      method: "POST",
      agent: false,
      headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
    });
    let left = false;
    const leaving = leaveAfterMs === undefined ? undefined : setTimeout(leave, leaveAfterMs);
    function leave(): void {
      left = true;
      outgoing.destroy();
      resolve(undefined);
    }
    outgoing.on("error", (error) => (left ? undefined : reject(error)));
    outgoing.on("response", (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", (error) => (left ? undefined : reject(error)));
      response.on("end", () => {
        clearTimeout(leaving);
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString(), ended: response.complete });
      });
    });
    outgoing.end(body);
  });
}

/** `ok` or `error` for what is exactly one of both, else what is wrong with it. */
function judge(answer: Answer, stream: boolean): string {
  if (!answer.ended) return "the connection broke";
  if (answer.status !== 200) {
    const body = JSON.parse(answer.text) as { type?: string; error?: { message?: string } };
    return body.type === "error" && body.error?.message ? "error" : `status ${answer.status} without an error`;
  }
  if (!stream) return answer.text === JSON.stringify(textAnswer(WORDS)) ? "ok" : "not the answer";
  const faults = checkStream(answer.text);
  if (faults.length > 0) return faults.join("; ");
  const isError = answer.text.includes("event: error");
  const words = [...answer.text.matchAll(/"text_delta","text":"([^"]*)"/g)].map(([, word]) => word).join("");
  if (!isError) return words === WORDS ? "ok" : `other words: ${words}`;
  return WORDS.startsWith(words) ? "error" : `other words before an error: ${words}`;
}

test.each(["off", "restart"])(
  "chaos with rescue = %s",
  async (rescue) => {
    const rejections: unknown[] = [];
    const hear = (error: unknown) => void rejections.push(error);
    process.on("unhandledRejection", hear);
    const sockets = () => process.getActiveResourcesInfo().filter((kind) => kind.startsWith("TCP")).length;
    const socketsBefore = sockets();
    const random = seeded(20_261_124);
    const upstreams = await Promise.all(PROVIDERS.map(() => startUpstream(flapping(random))));
    const mux = await startMux({
      config: `${PROVIDERS.map(
        (name, at) =>
          `[[providers]]\nname = "${name}"\ntype = "anthropic"\nbase_url = "${upstreams[at]?.url}"\napi_key = "k"\ntimeouts = { first_byte_ms = 300, idle_ms = 300 }\n`,
      ).join("")}
[[models]]
name = "${MODEL}"
providers = [${PROVIDERS.map((name, at) => `{ name = "${name}", priority = ${at + 1}, model = "m" }`).join(", ")}]
[retry]
initial_delay_ms = 50
[failover]
rescue = "${rescue}"
cooldown_ms = 100
max_cooldown_ms = 300
[performance]
max_concurrent_requests = 200
`,
    });
    try {
      const { context } = mux.server;
      const heap = () => {
        globalThis.gc?.();
        return process.memoryUsage().heapUsed;
      };
      const before = heap();
      const verdicts = new Map<string, number>();
      const client = async (): Promise<void> => {
        for (let i = 0; i < REQUESTS_EACH; i++) {
          const stream = random() < 0.7;
          const leaveAfterMs = random() < 0.1 ? random() * 40 : undefined;
          const answer = await ask(mux.url, stream, leaveAfterMs);
          const verdict = answer ? judge(answer, stream) : "left";
          verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
        }
      };
      await Promise.all(Array.from({ length: CLIENTS }, client));

      expect([...verdicts.keys()].filter((verdict) => !["ok", "error", "left"].includes(verdict))).toEqual([]);
      expect([...verdicts.values()].reduce((sum, count) => sum + count, 0)).toBe(CLIENTS * REQUESTS_EACH);
      expect(verdicts.get("ok")).toBeGreaterThan((CLIENTS * REQUESTS_EACH) / 2);
      expect(rejections).toEqual([]);
      // Nothing is under way any more: no place taken, no deadline set, no entry open.
      await expect
        .poll(() => [context.gate.inside, context.gate.waiting, context.relay.timers.size])
        .toEqual([0, 0, 0]);
      const { items } = await context.journal.list({ limit: 1_000 });
      expect(items.filter(({ outcome }) => outcome === "running")).toEqual([]);
      expect(items.filter(({ outcome, rescue }) => rescue && outcome === "failed")).toEqual([]);
      // With some room for what the engine keeps: a leak of requests would be far larger.
      expect(heap() - before).toBeLessThan(64 * 1024 * 1024);
    } finally {
      process.off("unhandledRejection", hear);
      await mux.close();
      await Promise.all(upstreams.map((upstream) => upstream.close()));
    }
    await expect.poll(sockets).toBeLessThanOrEqual(socketsBefore);
  },
  60_000,
);
