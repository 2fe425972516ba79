/**
 * @module Every failure, on every wire, streaming or not, at every position: on real sockets, with the outcome that the one
 * table of reasons promises and Anthropic's grammar checked.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkStream } from "../../lib/anthropic/sse/grammar.ts";
import { FAILURE_REASONS, type FailureReason } from "../../lib/catalog/failure-reasons.ts";
import type { JournalEntry } from "../../lib/journal/entry.ts";
import type { Part } from "../../lib/simulator/wire.ts";
import { type Mux, startMux } from "../support/mux.ts";
import { closedPort, startUpstream, type Upstream } from "../support/upstream.ts";
import { BREAKS, type Break, halfOfWhole, POSITIONS, type Position, streamUntil } from "../support/wall/breaks.ts";
import { type Exchange, type RawServer, startRawServer, type WallRequest } from "../support/wall/exchange.ts";
import { REFUSALS, type Refused, refusalFrame, refusalOf } from "../support/wall/refusals.ts";
import { healthy } from "../support/wall/scenarios.ts";
import { type Speech, speechOf } from "../support/wall/speech.ts";

const PARTS: readonly Part[] = [
  { type: "thinking", text: "The user wants a file changed, so first look." },
  { type: "text", text: "Let me look at the file before I change a word of it." },
  { type: "tool", name: "Edit", input: { path: "/src/main.ts", text: "one two three four five six seven" } },
];
const SILENCE_MS = 800;

/** One row: what the first provider does, and by what name the failure goes. */
interface Row {
  name: string;
  stream: boolean;
  reason: FailureReason | readonly FailureReason[];
  /** Something has reached the client before it breaks. */
  behindContent?: true;
  fault: (exchange: Exchange, speech: Speech) => void | Promise<void>;
  /** Nobody listens at the provider's address. */
  down?: true;
  /** It is the client that goes away. */
  leaves?: true;
  except?: (wire: string) => boolean;
}

const BOTH = [true, false] as const;
const words = Object.keys(REFUSALS) as Refused[];
const positions = Object.keys(POSITIONS) as Position[];
const breaks = Object.keys(BREAKS) as Break[];
const page = (status: number) => (exchange: Exchange) => {
  const html = "<!doctype html><html><body><h1>Bad gateway</h1></body></html>";
  exchange.head(status, { "content-type": "text/html", "content-length": String(html.length) });
  exchange.write(html);
};

/** Google speaks of a day's quota of Gemini only; behind Vertex AI's 429 there is always a minute's. */
const isNeverSaid = (reason: Refused) => (wire: string) => reason === "quota_window" && wire.startsWith("vertex");

const BEFORE_HEADERS: readonly Row[] = BOTH.flatMap((stream): Row[] => [
  ...words.map(
    (reason): Row => ({
      name: `${reason}, by status`,
      stream,
      reason,
      except: isNeverSaid(reason),
      fault(exchange, { wire }) {
        const { status, body } = refusalOf(reason, wire);
        exchange.json(status, body);
      },
    }),
  ),
  { name: "nobody listens", stream, reason: "connect", down: true, fault: (exchange) => exchange.reset() },
  { name: "reset", stream, reason: "reset", fault: (exchange) => exchange.reset() },
  { name: "closed", stream, reason: "reset", fault: (exchange) => exchange.close() },
  { name: "no answer", stream, reason: "too_slow", fault: BREAKS.silent },
  { name: "529 with a web page", stream, reason: "bad_answer", fault: page(529) },
  { name: "200 with a web page", stream, reason: "bad_answer", fault: page(200) },
  {
    name: "an empty body",
    stream,
    reason: "empty_answer",
    fault: (exchange) => exchange.head(200, { "content-type": "text/event-stream", "content-length": "0" }),
  },
  ...words.map(
    (reason): Row => ({
      name: `${reason}, with status 200`,
      stream,
      reason,
      except: isNeverSaid(reason),
      fault: (exchange, { wire }) => exchange.json(200, refusalOf(reason, wire).body),
    }),
  ),
]);

/** What a break is called depends on when it is noticed. */
const BROKEN: Readonly<Record<Break, readonly FailureReason[]>> = {
  reset: ["reset"],
  closed: ["reset", "truncated"],
  silent: ["too_slow"],
  ended: ["truncated", "empty_answer"],
};

const IN_STREAM: readonly Row[] = positions.flatMap((position): Row[] => {
  const behind = position === "before content" ? {} : ({ behindContent: true } as const);
  return [
    ...breaks.map(
      (how): Row => ({
        name: `${position}, ${how}`,
        stream: true,
        reason: BROKEN[how],
        ...behind,
        fault: (exchange, speech) => streamUntil(position, exchange, speech, PARTS, BREAKS[how]),
      }),
    ),
    ...words.map(
      (reason): Row => ({
        name: `${position}, ${reason}`,
        stream: true,
        reason,
        except: isNeverSaid(reason),
        ...behind,
        fault: (exchange, speech) =>
          streamUntil(position, exchange, speech, PARTS, () => {
            exchange.write(refusalFrame(reason, speech.wire));
            exchange.end();
          }),
      }),
    ),
    {
      name: `${position}, three events that are not JSON`,
      stream: true,
      reason: "bad_answer",
      ...behind,
      fault: (exchange, speech) =>
        streamUntil(position, exchange, speech, PARTS, () => {
          exchange.write('data: {"half": \n\n'.repeat(3));
          exchange.end();
        }),
    },
  ];
});

/** There is no proper end in the middle of a body whose length was told. */
const IN_WHOLE: readonly Row[] = (["reset", "closed", "silent"] as const).map((how) => ({
  name: `in the body, ${how}`,
  stream: false,
  reason: BROKEN[how],
  fault: (exchange, speech) => halfOfWhole(exchange, speech, PARTS, BREAKS[how]),
}));

const CLIENT_GONE: readonly Row[] = [
  ...BOTH.map(
    (stream): Row => ({ name: "before headers", stream, reason: "client_gone", leaves: true, fault: BREAKS.silent }),
  ),
  ...positions.map(
    (position): Row => ({
      name: position,
      stream: true,
      reason: "client_gone",
      leaves: true,
      fault: (exchange, speech) => streamUntil(position, exchange, speech, PARTS, BREAKS.silent),
    }),
  ),
];

const ROWS: readonly Row[] = [...BEFORE_HEADERS, ...IN_STREAM, ...IN_WHOLE, ...CLIENT_GONE];

/** What happens before anything is sent, so that no provider can bring it about. */
const NEVER_SENT: readonly FailureReason[] = ["no_credential", "other_form"];
/** What a plan says in headers of its own: see model-window. */
const BY_HEADER: readonly FailureReason[] = ["model_quota_window"];
/** What only a client's own login can bring about: see oauth-passthrough. */
const PASSED_THROUGH: readonly FailureReason[] = ["client_login"];

test("every reason has a row", () => {
  const shown = new Set([...ROWS.flatMap(({ reason }) => reason), ...NEVER_SENT, ...BY_HEADER, ...PASSED_THROUGH]);
  expect(Object.keys(FAILURE_REASONS).filter((reason) => !shown.has(reason as FailureReason))).toEqual([]);
});

/** How a provider of each kind is configured, and what its models are called. */
const WIRES: Readonly<Record<string, { provider: string; model: (name: string) => string }>> = {
  anthropic: { provider: 'type = "anthropic-compatible"\nbase_url = "URL/wall"\napi_key = "k"', model: (name) => name },
  "openai-chat": {
    provider: 'type = "openai-compatible"\nbase_url = "URL/wall/v1"\napi_key = "k"',
    model: (name) => name,
  },
  "openai-responses": {
    provider: 'type = "openai-compatible"\nwire = "openai-responses"\nbase_url = "URL/wall/v1"\napi_key = "k"',
    model: (name) => name,
  },
  gemini: { provider: 'type = "gemini"\nbase_url = "URL/wall/v1beta"\napi_key = "k"', model: (name) => name },
  "vertex, Claude": { provider: "VERTEX", model: (name) => `claude-${name}` },
  "vertex, Gemini": { provider: "VERTEX", model: (name) => `gemini-${name}` },
  "vertex, open models": { provider: "VERTEX", model: (name) => `someone/${name}-maas` },
};
const VERTEX =
  'type = "vertex-ai"\nbase_url = "URL/wall"\nproject = "p"\nlocation = "europe-west1"\noauth = { adc_file = "ADC", token_url = "TOKENS/token" }';

/** A model and a provider of its own for each row: what one does to health must not reach the others. */
function configOf(wire: string, urls: { wall: string; down: string; tokens: string; adc: string }): string {
  const { provider, model } = WIRES[wire] ?? { provider: "", model: (name) => name };
  const limits = `timeouts = { connect_ms = 2000, first_byte_ms = ${SILENCE_MS}, first_event_ms = ${SILENCE_MS}, idle_ms = ${SILENCE_MS} }`;
  const table = (name: string, url: string, more = "") =>
    `[[providers]]\nname = "${name}"\n${provider.replace("VERTEX", VERTEX).replace("URL", url).replace("TOKENS", urls.tokens).replace("ADC", urls.adc)}\n${more}\n`;
  const rows = ROWS.map(
    ({ down, leaves }, at) =>
      `${table(`first-${at}`, down ? urls.down : urls.wall, leaves ? "" : limits)}[[models]]\nname = "row-${at}"\nproviders = [{ name = "first-${at}", priority = 1, model = "${model(`fault-${at}`)}" }, { name = "second", priority = 2, model = "${model("well")}" }]\n`,
  );
  return `${table("second", urls.wall)}${rows.join("")}[retry]\nmax_attempts = 2\n`;
}

/** How often the provider is asked, at most, that fails before content; retries of all requests together have a budget. */
function mostAsked(reason: FailureReason): number {
  return FAILURE_REASONS[reason].next === "retry" ? 2 : 1;
}

const isAbout =
  (row: number) =>
  ({ model }: WallRequest): boolean =>
    model.endsWith(`fault-${row}`) || model.endsWith(`fault-${row}-maas`);

/** Told and not judged: how exact a limit can be kept is the machine's to say, and it may be busy elsewhere. */
function spread(ms: readonly number[]): string {
  const sorted = ms.toSorted((a, b) => a - b);
  const share = (part: number): string => (sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN).toFixed(1);
  return `${share(0.5)} as a rule, ${share(1)} at most (${sorted.length} times)`;
}

describe.each(Object.keys(WIRES))("%s", (wire) => {
  const overtime: number[] = [];
  const gaps: number[] = [];
  let wall: RawServer;
  let tokens: Upstream;
  let mux: Mux;
  const folder = mkdtempSync(join(tmpdir(), "ccm-matrix-"));
  beforeAll(async () => {
    wall = await startRawServer(async (exchange) => {
      const speech = speechOf(exchange.request);
      const row = ROWS[Number(/fault-(\d+)/.exec(exchange.request.model)?.[1])];
      await (row?.fault ?? healthy)(exchange, speech);
    });
    tokens = await startUpstream((_request, reply) => reply.json({ access_token: "ya29.x", expires_in: 3_600 }));
    const adc = join(folder, "adc.json");
    writeFileSync(
      adc,
      JSON.stringify({ type: "authorized_user", client_id: "c", client_secret: "s", refresh_token: "r" }),
    );
    const down = `http://127.0.0.1:${await closedPort()}`;
    mux = await startMux({ config: configOf(wire, { wall: wall.url, down, tokens: tokens.url, adc }) });
  });
  afterAll(async () => {
    console.info(
      `${wire}: a silent provider was left so many ms after its limit: ${spread(overtime)}; the next was asked after another ${spread(gaps)}`,
    );
    await mux.close();
    await wall.close();
    await tokens.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function post(at: number, stream: boolean, signal?: AbortSignal): Promise<Response> {
    return fetch(`${mux.url}/v1/messages`, {
      method: "POST",
      ...(signal && { signal }),
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        model: `row-${at}`,
        max_tokens: 5_000,
        stream,
        thinking: { type: "enabled", budget_tokens: 1_024 },
        tools: [{ name: "Edit", input_schema: { type: "object", properties: {} } }],
        messages: [{ role: "user", content: "change it" }],
      }),
    });
  }

  async function ask(at: number, stream: boolean): Promise<{ status: number; text: string; entry: JournalEntry }> {
    const response = await post(at, stream);
    const text = await response.text();
    const id = response.headers.get("x-ccm-request-id");
    const entry = (await (await fetch(`${mux.url}/api/journal/${id}`)).json()) as JournalEntry;
    return { status: response.status, text, entry };
  }

  const cases = ROWS.map((row, at) => [`${row.stream ? "streaming" : "whole"}: ${row.name}`, at, row] as const).filter(
    ([, , { except }]) => !except?.(wire),
  );
  test.concurrent.each(cases.filter(([, , { leaves }]) => !leaves))("%s", async (_name, at, row) => {
    const { status, text, entry } = await ask(at, row.stream);
    const [first, ...others] = entry.attempts;
    const reason = first?.failure;
    expect([row.reason].flat()).toContain(reason);
    if (reason === undefined) return;
    const rule = FAILURE_REASONS[reason];
    if (reason === "too_slow" && first) {
      const { spokeFor, leftAfter } = wall.requests.find(isAbout(at)) ?? {};
      if (spokeFor !== undefined && leftAfter !== undefined) overtime.push(leftAfter - spokeFor - SILENCE_MS);
      for (const { at: began } of others) gaps.push(began - first.at - first.ms);
    }
    if (row.stream && status === 200) expect(checkStream(text)).toEqual([]);

    if (row.behindContent) {
      // The client keeps what it has, and is told that it is not all.
      expect([entry.outcome, entry.provider, others]).toEqual(["cut", `first-${at}`, []]);
      expect(text).toContain("event: error");
      expect(text).not.toContain("event: message_stop");
      return;
    }
    const asked = entry.attempts.filter(({ provider }) => provider === `first-${at}`);
    expect(asked.length).toBeLessThanOrEqual(mostAsked(reason));
    if (rule.next === "stop" || rule.next === "larger") {
      expect([status, entry.outcome, others]).toEqual([rule.status, "failed", []]);
      expect(JSON.parse(text)).toMatchObject({ type: "error", error: { type: expect.any(String) } });
      expect(text).toContain(REFUSALS[reason as Refused].message.slice(0, 12));
    } else {
      expect([status, entry.outcome, entry.provider]).toEqual([200, "ok", "second"]);
      expect(text).not.toContain("event: error");
    }
  });

  test.concurrent.for(cases.filter(([, , { leaves }]) => leaves))(
    "%s, the client goes away",
    async ([_name, at, row], { expect }) => {
      const leaving = new AbortController();
      const left = post(at, row.stream, leaving.signal).then((response) => response.text());
      const reached = () => wall.requests.find(isAbout(at));
      await expect.poll(reached, { timeout: 10_000 }).toBeDefined();
      setTimeout(() => leaving.abort(), 100);
      await expect(left).rejects.toThrow();
      await expect.poll(() => reached()?.leftAfter, { timeout: 3_000 }).toBeGreaterThan(0);
      const found = async () => {
        const { items } = (await (await fetch(`${mux.url}/api/journal?model=row-${at}`)).json()) as {
          items: JournalEntry[];
        };
        return items.map(({ outcome, attempts }) => [outcome, ...attempts.map(({ failure }) => failure)]);
      };
      await expect.poll(found).toEqual([["cancelled", "client_gone"]]);
      const { providers } = (await (await fetch(`${mux.url}/api/status`)).json()) as {
        providers: { name: string; state: string }[];
      };
      expect(providers.find(({ name }) => name === `first-${at}`)?.state).toBe("ok");
    },
  );
});
