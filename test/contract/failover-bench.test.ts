/**
 * @module The sixteen scenarios of the public bench for gateways (failoverbench, methodology 0.1): the faults, what counts
 * as rescued, and the checks, with shorter times. `safe`: not rescued, but an honest error in time.
 */
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Mux, startMux } from "../support/mux.ts";
import { ANSWER } from "../support/wall/answer.ts";
import { type RawServer, startRawServer, type WallRequest } from "../support/wall/exchange.ts";
import { behave, TIMES } from "../support/wall/scenarios.ts";

interface Result {
  ok: boolean;
  text: string;
  model?: string;
  usage?: { output_tokens: number };
  error?: string;
  status?: number;
  ms: number;
}

interface Seen {
  result: Result;
  primary: WallRequest[];
  fallback: WallRequest[];
}

interface Scenario {
  fault: string;
  fallback?: string;
  /** The ideal is an honest error. */
  refused?: true;
  /** What holds besides, by name; the numbers are the bench's, in its fast profile or scaled down with the times. */
  checks?: (seen: Seen) => Record<string, boolean>;
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  s01: {
    fault: "429 with Retry-After, once",
    checks: ({ primary: [first, second] }) => ({
      "retried at the same provider": second !== undefined,
      "Retry-After honoured": (second?.at ?? 0) - (first?.at ?? 0) >= TIMES.retryAfter * 0.9,
    }),
  },
  s02: {
    fault: "429 for ever, without a hint",
    checks: ({ primary }) => ({
      "at most 4 in 3 s": primary.filter(({ at }) => at - (primary[0]?.at ?? 0) < 3_000).length <= 4,
      "at most 6": primary.length <= 6,
    }),
  },
  s03: { fault: "500 once", checks: ({ primary }) => ({ "retried at the same provider": primary.length === 2 }) },
  s04: { fault: "503 for ever", checks: ({ primary }) => ({ "at most 6": primary.length <= 6 }) },
  s05: { fault: "reset before the headers, once" },
  s06: {
    fault: "no answer at all",
    checks: ({ primary, result }) => ({ "asked once": primary.length === 1, "in time": result.ms < TIMES.stall * 5 }),
  },
  s07: { fault: "the first word comes late", checks: ({ fallback }) => ({ "limit applied": fallback.length === 1 }) },
  s08: { fault: "cut in mid-answer" },
  s09: { fault: "silent in mid-answer", checks: ({ result }) => ({ bounded: result.ms < TIMES.stall * 10 }) },
  s10: { fault: "an event that is not JSON", checks: ({ fallback }) => ({ "mended in place": fallback.length === 0 }) },
  s11: {
    fault: "no last word",
    checks: ({ result }) => ({ prompt: result.ms < 8_000, usage: (result.usage?.output_tokens ?? 0) > 0 }),
  },
  s12: { fault: "context too long", checks: ({ primary }) => ({ "asked once": primary.length === 1 }) },
  s13: {
    fault: "content refused",
    refused: true,
    checks: ({ primary, result }) => ({
      "asked once": primary.length === 1,
      "the reason is told": /safety system/.test(result.error ?? ""),
    }),
  },
  s14: {
    fault: "cut in mid-answer, and the fall-back takes no prefill",
    fallback: "ok-noprefill",
    checks: ({ result }) => ({ "prefill never blamed": !/prefill/.test(result.error ?? "") }),
  },
  s16: {
    fault: "503 for ever: who is named, who is paid",
    checks: ({ result }) => ({
      "names who answered": result.model?.startsWith("ok") ?? false,
      usage: (result.usage?.output_tokens ?? 0) > 0,
    }),
  },
};

/** The bench's verdict. */
function verdict({ refused, checks }: Scenario, seen: Seen): string {
  const { ok, text } = seen.result;
  if (ok && text !== ANSWER) return "fail: a broken answer sold as whole";
  const failed = Object.entries(checks?.(seen) ?? {}).flatMap(([name, holds]) => (holds ? [] : [name]));
  const isRescued = refused ? !ok : ok;
  if (isRescued) return failed.length === 0 ? "pass" : `partial: ${failed.join(", ")}`;
  return failed.length === 0 ? "safe" : `fail: ${failed.join(", ")}`;
}

const UPSTREAMS: Readonly<Record<string, string>> = {
  Anthropic: 'type = "anthropic-compatible"\nbase_url = "URL/wall"',
  OpenAI: 'type = "openai-compatible"\nbase_url = "URL/wall/v1"',
};

/** A model and two providers of its own for each scenario: what one does to health must not reach the others. */
function configOf(upstream: string, url: string, names: readonly string[], failover: string): string {
  const limits = "timeouts = { connect_ms = 2000, first_byte_ms = 700, first_event_ms = 700, idle_ms = 700 }";
  const provider = (name: string) => `[[providers]]
name = "${name}"
${upstream.replace("URL", url)}
api_key = "k"
${limits}
`;
  const models = names.map((name) => {
    const fallback = SCENARIOS[name]?.fallback ?? "ok";
    return `${provider(`first-${name}`)}${provider(`second-${name}`)}[[models]]
name = "${name}"
providers = [
  { name = "first-${name}", priority = 1, model = "${name}", capabilities = { context_window = 8192 } },
  { name = "second-${name}", priority = 2, model = "${fallback}~${name}", capabilities = { context_window = 200000, prefill = ${fallback === "ok"} } },
]
`;
  });
  return `${models.join("")}[failover]\ncooldown_ms = 300\nmax_cooldown_ms = 600\n${failover}`;
}

type Ask = (url: string, model: string) => Promise<Result>;

/** The official SDKs, without retries of their own. */
const CLIENTS: Readonly<Record<string, Ask>> = { Anthropic: askAnthropic, OpenAI: askOpenai };

async function askOpenai(url: string, model: string): Promise<Result> {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "ccm-proxy", maxRetries: 0, timeout: 30_000 });
  const started = performance.now();
  const since = () => performance.now() - started;
  let text = "";
  try {
    const stream = await client.chat.completions.create({
      model,
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: "user", content: "Explain." }],
    });
    const result: Result = { ok: false, text: "", ms: 0 };
    for await (const chunk of stream) {
      const [choice] = chunk.choices;
      text += choice?.delta.content ?? "";
      result.model = chunk.model;
      if (chunk.usage) result.usage = { output_tokens: chunk.usage.completion_tokens };
      if (choice?.finish_reason) result.ok = true;
    }
    return { ...result, text, ms: since(), ...(!result.ok && { error: "no finish_reason" }) };
  } catch (error) {
    return { ok: false, text, error: String(error), ms: since() };
  }
}

async function askAnthropic(url: string, model: string): Promise<Result> {
  const client = new Anthropic({ baseURL: url, apiKey: "ccm-proxy", maxRetries: 0, timeout: 30_000 });
  const started = performance.now();
  const since = () => performance.now() - started;
  try {
    const stream = client.messages.stream({
      model,
      max_tokens: 500,
      messages: [{ role: "user", content: "Explain." }],
    });
    const message = await stream.finalMessage();
    const text = message.content.map((block) => (block.type === "text" ? block.text : "")).join("");
    return { ok: true, text, model: message.model, usage: message.usage, ms: since() };
  } catch (error) {
    const status = error instanceof Anthropic.APIError ? error.status : undefined;
    return { ok: false, text: "", error: String(error), ms: since(), ...(status !== undefined && { status }) };
  }
}

const MODES = {
  "without rescues": { failover: 'rescue = "off"', safe: ["s08", "s09", "s14"] },
  "with restart": { failover: 'rescue = "restart"', safe: [] },
  "with continue": { failover: 'rescue = "continue"', safe: [] },
} as const;

const DIALECTS = Object.entries(CLIENTS).flatMap(([client, ask]) =>
  Object.entries(UPSTREAMS).map(([provider, upstream]) => [client, provider, ask, upstream] as const),
);

describe.each(DIALECTS)(
  "a client that speaks as %s, providers that speak as %s",
  (_client, _provider, ask, upstream) => {
    describe.each(Object.entries(MODES))("%s", (_mode, { failover, safe }) => {
      let wall: RawServer;
      let mux: Mux;
      beforeAll(async () => {
        wall = await startRawServer(behave);
        mux = await startMux({ config: configOf(upstream, wall.url, Object.keys(SCENARIOS), failover) });
      });
      afterAll(async () => {
        await mux.close();
        await wall.close();
      });

      test.concurrent.each(Object.entries(SCENARIOS).map(([name, s]) => [name, s.fault, s] as const))(
        "%s %s",
        async (name, _fault, scenario) => {
          const result = await ask(mux.url, name);
          const asked = (model: string) => wall.requests.filter((request) => request.model === model);
          const seen = { result, primary: asked(name), fallback: asked(`${scenario.fallback ?? "ok"}~${name}`) };
          const expected = (safe as readonly string[]).includes(name) ? "safe" : "pass";
          expect({ verdict: verdict(scenario, seen), error: result.error }).toMatchObject({ verdict: expected });
        },
      );
    });

    test("s15 down, then healthy again: served all the time, and back soon", async () => {
      const wall = await startRawServer(behave);
      const mux = await startMux({ config: configOf(upstream, wall.url, ["s15"], "") });
      try {
        const results: Result[] = [];
        while (wall.requests.length === 0 || !results.at(-1)?.model?.startsWith("s15")) {
          results.push(await ask(mux.url, "s15"));
          await new Promise((resolve) => setTimeout(resolve, 150));
          if (results.length > 60) break;
        }
        expect(results.map(({ ok, text }) => ok && text === ANSWER)).toEqual(results.map(() => true));
        const probes = wall.requests.filter(({ model, at }) => model === "s15" && at < TIMES.down);
        expect(probes.length).toBeLessThanOrEqual(results.length);
        expect(results.at(-1)?.model).toBe("s15");
      } finally {
        await mux.close();
        await wall.close();
      }
    });
  },
);
