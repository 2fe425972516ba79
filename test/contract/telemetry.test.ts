import { readFile, writeFile } from "node:fs/promises";
import { afterEach, describe, expect, it } from "vitest";
import { spansOf } from "../../lib/server/telemetry/spans.ts";
import { answered } from "../journal/entries.ts";
import { type ReceivedRequest, startUpstream, type Upstream } from "../support/upstream.ts";
import { buildHouse, type House, type HouseOptions } from "./house.ts";

let house: House | undefined;
let collector: Upstream | undefined;
afterEach(async () => {
  await house?.close();
  await collector?.close();
  house = undefined;
  collector = undefined;
});

const PRICED = "priced-model";

async function build(
  options: HouseOptions & { telemetry?: string } = {},
): Promise<{ house: House; collector: Upstream }> {
  collector = await startUpstream((_request, reply) => reply.json({}));
  house = await buildHouse({
    ...options,
    config: `
[[models]]
name = "${PRICED}"
providers = [
  { name = "a", priority = 1, model = "model-of-a", price = { input = 1000, output = 2000 } },
  { name = "b", priority = 2, model = "model-of-b", price = { input = 1000, output = 2000 } },
]
[telemetry]
endpoint = "${collector.url}/"
headers = { authorization = "Bearer of-the-collector" }
interval_seconds = 1
${options.telemetry ?? ""}`,
  });
  return { house, collector };
}

interface Attribute {
  key: string;
  value: Record<string, unknown>;
}

interface SpanJson {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Attribute[];
  status: { code: number };
}

function spansIn(requests: readonly ReceivedRequest[]): SpanJson[] {
  return requests
    .filter(({ path }) => path === "/v1/traces")
    .flatMap((request) =>
      request
        .json<{ resourceSpans: { scopeSpans: { spans: SpanJson[] }[] }[] }>()
        .resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    );
}

/** Numbers in OTLP's JSON are text where they are whole. */
function read(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.stringValue ?? (value.intValue === undefined ? (value.doubleValue ?? value) : Number(value.intValue)),
    ]),
  );
}

describe("telemetry", () => {
  it("sends one trace a request, with a span for each attempt below it", async () => {
    const { house, collector } = await build({ a: (_request, reply) => reply.error(529, "overloaded_error", "busy") });
    await house.ask({ model: PRICED }, { "x-claude-code-session-id": "session-one" });
    await house.mux.close(); // whatever is left is sent
    const spans = spansIn(collector.requests);
    expect(spans).toHaveLength(3);
    const [request, failed, served] = spans;
    for (const { traceId, spanId } of spans) {
      expect(traceId).toMatch(/^[0-9a-f]{32}$/);
      expect(spanId).toMatch(/^[0-9a-f]{16}$/);
      expect(traceId).toBe(request?.traceId);
    }
    expect([request?.parentSpanId, failed?.parentSpanId, served?.parentSpanId]).toEqual([
      undefined,
      request?.spanId,
      request?.spanId,
    ]);
    expect(spans.map(({ name, kind, status }) => [name, kind, status.code])).toEqual([
      [`chat ${PRICED}`, 2, 1],
      ["chat model-of-a", 3, 2],
      ["chat model-of-b", 3, 1],
    ]);
    expect(read(failed?.attributes ?? [])).toMatchObject({
      "error.type": "overloaded",
      "http.response.status_code": 529,
    });
    expect(read(served?.attributes ?? [])).toMatchObject({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "anthropic",
      "gen_ai.request.model": "model-of-b",
      "gen_ai.usage.input_tokens": 16,
      "gen_ai.usage.cache_read.input_tokens": 4,
      "gen_ai.usage.output_tokens": 7,
      "ccm.cost_usd": 0.03,
    });
    expect(read(request?.attributes ?? [])).toMatchObject({
      "gen_ai.conversation.id": "session-one",
      "ccm.route": "model",
    });
    for (const { startTimeUnixNano, endTimeUnixNano } of spans)
      expect(BigInt(endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(startTimeUnixNano));
  });

  it("names all kinds of tokens as the conventions do: cached ones are input, thinking is output", () => {
    const usage = {
      input_tokens: 1,
      cache_read_input_tokens: 20,
      cache_creation_input_tokens: 300,
      output_tokens: 50,
      output_tokens_details: { thinking_tokens: 40 },
    };
    const [, attempt] = spansOf(answered({ usage, stopReason: "end_turn" }), () => "anthropic");
    expect(read(attempt?.attributes ?? [])).toMatchObject({
      "gen_ai.usage.input_tokens": 321,
      "gen_ai.usage.cache_read.input_tokens": 20,
      "gen_ai.usage.cache_creation.input_tokens": 300,
      "gen_ai.usage.output_tokens": 50,
      "gen_ai.usage.reasoning.output_tokens": 40,
    });
  });

  it("sends metrics by the GenAI conventions", async () => {
    const { house, collector } = await build({ telemetry: "traces = false" });
    await house.ask({ model: PRICED });
    await house.ask({ model: PRICED });
    await house.mux.close();
    expect(spansIn(collector.requests)).toEqual([]);
    const sent = collector.requests.findLast(({ path }) => path === "/v1/metrics");
    const metrics = sent?.json<{ resourceMetrics: [{ scopeMetrics: [{ metrics: MetricJson[] }] }] }>()
      .resourceMetrics[0].scopeMetrics[0].metrics;
    expect(metrics?.map(({ name }) => name).toSorted()).toEqual([
      "ccm.cost",
      "gen_ai.client.operation.duration",
      "gen_ai.client.operation.time_to_first_chunk",
      "gen_ai.client.token.usage",
    ]);
    const tokens = metrics?.find(({ name }) => name === "gen_ai.client.token.usage")?.histogram?.dataPoints ?? [];
    const byType = Object.fromEntries(tokens.map((point) => [read(point.attributes)["gen_ai.token.type"], point]));
    expect([byType.input?.sum, byType.output?.sum]).toEqual([32, 14]);
    for (const { count, bucketCounts, explicitBounds } of tokens) {
      expect(bucketCounts.reduce((total, bucket) => total + Number(bucket), 0)).toBe(Number(count));
      expect(bucketCounts).toHaveLength(explicitBounds.length + 1);
    }
  });

  it("goes to the collector with its own header, and holds neither bodies nor secrets", async () => {
    const { house, collector } = await build({
      a: (request, reply) =>
        reply.json({ error: { message: `bad ${String(request.headers["x-api-key"])}` } }, { status: 401 }),
    });
    await house.ask({ model: PRICED, system: "CANARY" }, { authorization: "Bearer CANARY" });
    await house.mux.close();
    expect(collector.requests.length).toBeGreaterThan(0);
    for (const request of collector.requests) {
      expect(request.headers.authorization).toBe("Bearer of-the-collector");
      expect(request.raw.toString()).not.toMatch(/CANARY|secret-of-/);
    }
  });

  it("tells the log once that the collector is away, and serves all the same", async () => {
    const { house, collector } = await build();
    await collector.close();
    for (let n = 0; n < 3; n++) expect((await house.ask({ model: PRICED })).status).toBe(200);
    await expect
      .poll(() => house.mux.log.filter((line) => line.includes("telemetry")), { timeout: 8_000 })
      .toHaveLength(1);
  });

  it("begins and ends with the configuration", async () => {
    const { house, collector } = await build();
    const text = await readFile(house.mux.configPath, "utf8");
    await house.ask({ model: PRICED });
    await writeFile(house.mux.configPath, text.replace(/endpoint = .*/, 'endpoint = ""'));
    await expect.poll(() => spansIn(collector.requests).length, { timeout: 5_000 }).toBe(2);
    await house.ask({ model: PRICED });
    await writeFile(house.mux.configPath, text);
    await expect.poll(() => house.mux.log.filter((line) => line.includes("configuration in use")).length).toBe(3);
    await house.ask({ model: PRICED });
    await house.mux.close();
    expect(spansIn(collector.requests)).toHaveLength(4);
  });

  it("does not hold up a server that stops, when the collector is silent", async () => {
    const { house, collector } = await build();
    collector.handle(() => undefined);
    await house.ask({ model: PRICED });
    const closed = house.mux.close();
    await expect
      .poll(() => collector.requests.map(({ path }) => path))
      .toEqual(expect.arrayContaining(["/v1/metrics", "/v1/traces"]));
    await closed;
  });
});

interface MetricJson {
  name: string;
  histogram?: {
    dataPoints: {
      attributes: Attribute[];
      count: string;
      sum: number;
      bucketCounts: string[];
      explicitBounds: number[];
    }[];
  };
}
