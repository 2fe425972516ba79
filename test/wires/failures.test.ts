import { describe, expect, test } from "vitest";
import type { FailureReason } from "../../lib/catalog/failure-reasons.ts";
import { readFailure, readStreamError } from "../../lib/wires/failures.ts";
import { duration, readRetryAfter } from "../../lib/wires/retry-after.ts";
import { recordings } from "../support/recordings.ts";

const NOW = Date.parse("2026-11-24T12:00:00Z");

function read(type: string, status: number, body: unknown, headers: Record<string, string> = {}) {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  return readFailure(type, { status, headers, body: bytes }, NOW);
}

const error = (message: string, more: object = {}): object => ({ error: { message, ...more } });
const anthropic = (type: string, message: string, details?: object): object => ({
  type: "error",
  error: { type, message, ...(details && { details }) },
});
/** Google's words are the same whatever ran out; the quota's name tells what. */
const exhausted = (quotaId: string): object => ({
  error: {
    code: 429,
    status: "RESOURCE_EXHAUSTED",
    message: "You exceeded your current quota, please check your plan and billing details.",
    details: [{ "@type": "type.googleapis.com/google.rpc.QuotaFailure", violations: [{ quotaId }] }],
  },
});

describe("what an upstream's answer means", () => {
  const table: [FailureReason, string, number, unknown][] = [
    // 429 in its five meanings (facts: providers 2.4)
    [
      "rate_limited",
      "anthropic",
      429,
      anthropic("rate_limit_error", "This request would exceed your organization's rate limit"),
    ],
    [
      "billing",
      "anthropic",
      429,
      anthropic("rate_limit_error", "spend limit", { error_code: "enforced_spend_limit_reached" }),
    ],
    [
      "billing",
      "openai",
      429,
      error("You exceeded your current quota, please check your plan and billing details.", {
        code: "insufficient_quota",
        type: "insufficient_quota",
      }),
    ],
    ["quota_window", "z.ai", 429, error("Usage limit reached for 5 hour", { code: "1308" })],
    ["overloaded", "moonshot", 429, error("The engine is currently overloaded", { type: "engine_overloaded_error" })],
    [
      "overloaded",
      "cerebras",
      429,
      { message: "We're experiencing high traffic right now", type: "too_many_requests_error", code: "queue_exceeded" },
    ],
    [
      "quota_window",
      "gemini",
      429,
      {
        error: {
          code: 429,
          status: "RESOURCE_EXHAUSTED",
          message: "Quota exceeded for metric: generate_content_free_tier_requests, limit: 0",
        },
      },
    ],
    ["quota_window", "gemini", 429, exhausted("GenerateRequestsPerDayPerProjectPerModel-FreeTier")],
    ["rate_limited", "gemini", 429, exhausted("GenerateRequestsPerMinutePerProjectPerModel")],
    ["rate_limited", "vertex-ai", 429, exhausted("online_prediction_requests_per_base_model")],
    // money, keys, models
    ["billing", "openrouter", 402, error("Insufficient credits", { code: 402 })],
    [
      "rate_limited",
      "openrouter",
      402,
      error("Budget", { code: 402, metadata: { limit_source: "openrouter_in_flight_budget" } }),
    ],
    [
      "billing",
      "openrouter",
      402,
      error("Key limit exceeded", { code: 402, metadata: { limit_source: "openrouter_key_limit" } }),
    ],
    ["billing", "deepseek", 402, error("Insufficient Balance")],
    ["auth", "anthropic", 401, anthropic("authentication_error", "invalid x-api-key")],
    ["auth", "xai", 400, { code: "Client specified an invalid argument", error: "Incorrect API key provided" }],
    [
      "forbidden",
      "kimi-coding",
      403,
      error("Kimi For Coding is only available for Coding Agents", { type: "access_terminated_error" }),
    ],
    ["model_missing", "anthropic", 404, anthropic("not_found_error", "model: claude-nope")],
    ["model_missing", "openai", 404, error("The model `gpt-9` does not exist", { code: "model_not_found" })],
    // size
    [
      "context_too_long",
      "anthropic",
      400,
      anthropic("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
    ],
    [
      "context_too_long",
      "openai",
      400,
      error("This model's maximum context length is 128000 tokens.", { code: "context_length_exceeded" }),
    ],
    [
      "context_too_long",
      "gemini",
      400,
      {
        error: {
          code: 400,
          status: "INVALID_ARGUMENT",
          message: "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
        },
      },
    ],
    [
      "context_too_long",
      "openrouter",
      400,
      error("Provider returned error", {
        code: 400,
        metadata: {
          provider_name: "Fireworks",
          raw: '{"error":{"message":"The prompt exceeds: maximum context length is 131072 tokens"}}',
        },
      }),
    ],
    ["context_too_long", "cerebras", 400, ""],
    ["too_large_for_tier", "groq", 413, error("Request too large for model", { code: "rate_limit_exceeded" })],
    [
      "rate_limited",
      "openai",
      429,
      error("Rate limit reached: tokens per minute. The context window is fine", { code: "rate_limit_exceeded" }),
    ],
    // the request itself, content
    [
      "bad_request",
      "anthropic",
      400,
      anthropic("invalid_request_error", "messages.0: all messages must have non-empty content"),
    ],
    ["content_refused", "openai", 400, error("Your request was rejected", { code: "content_policy_violation" })],
    ["content_refused", "openrouter", 403, error("Your input was flagged by moderation", { code: 403 })],
    // trouble upstream
    ["overloaded", "anthropic", 529, anthropic("overloaded_error", "Overloaded")],
    ["overloaded", "together", 503, error("busy")],
    ["server_error", "openai", 500, error("The server had an error", { type: "server_error" })],
    ["bad_answer", "moonshot", 504, "<html><body>504 Gateway Time-out</body></html>"],
    ["server_error", "openai", 502, ""],
    ["server_error", "novita", 500, { detail: "boom" }],
  ];
  test.each(table)("%s: %s %i %j", (reason, type, status, body) => {
    const failure = read(type, status, body);
    expect(failure.reason).toBe(reason);
    expect(failure.status).toBe(status);
    expect(failure.message).not.toBe("");
    expect(failure.message).not.toMatch(/<html/);
  });

  test("a message is at most one line of some length", () => {
    const { message } = read("openai", 500, error(`${"long ".repeat(500)}\nline`));
    expect(message.length).toBeLessThanOrEqual(400);
    expect(message).not.toContain("\n");
  });

  test("what a vendor behind the vendor said is told, in whatever form it came", () => {
    const behind = (raw: unknown) =>
      read("openrouter", 429, error("Provider returned error", { code: 429, metadata: { raw, provider_name: "X" } }))
        .message;
    expect(behind('{"error":{"message":"slow down"}}')).toBe("Provider returned error: X: slow down");
    expect(behind("m is temporarily rate-limited upstream")).toBe(
      "Provider returned error: X: m is temporarily rate-limited upstream",
    );
    expect(behind({ error: "busy" })).toBe("Provider returned error: X: busy");
    expect(behind(undefined)).toBe("Provider returned error");
  });

  test("the vendor's request id is kept", () =>
    expect(read("anthropic", 500, anthropic("api_error", "x"), { "request-id": "req_9" }).upstreamRequestId).toBe(
      "req_9",
    ));
});

describe("an error inside a stream", () => {
  test.each<[FailureReason, string, unknown]>([
    ["overloaded", "anthropic", anthropic("overloaded_error", "Overloaded")],
    ["rate_limited", "anthropic", anthropic("rate_limit_error", "later")],
    ["rate_limited", "openrouter", { error: { code: 429, message: "Rate limited upstream" } }],
    ["server_error", "openai", { error: { type: "server_error", message: "boom" } }],
    ["billing", "openai", { error: { code: "insufficient_quota", message: "no money" } }],
    ["server_error", "vllm", { error: "something broke" }],
  ])("%s from %s", (reason, type, body) => expect(readStreamError(type, body, NOW).reason).toBe(reason));
});

describe("how long to stay away", () => {
  const told = (headers: Record<string, string>, body: unknown = undefined, message = ""): number | undefined =>
    readRetryAfter(headers, body, message, NOW);
  test.each<[string, Record<string, string>, number]>([
    ["seconds", { "retry-after": "30" }, 30_000],
    ["part of a second", { "retry-after": "0.25" }, 250],
    ["a date", { "retry-after": "Tue, 24 Nov 2026 12:01:00 GMT" }, 60_000],
    ["a date in the past", { "retry-after": "Tue, 24 Nov 2026 11:00:00 GMT" }, 0],
    ["milliseconds win", { "retry-after": "30", "retry-after-ms": "1500" }, 1500],
    ["a plan's reset", { "anthropic-ratelimit-unified-reset": String(NOW / 1000 + 90) }, 90_000],
    [
      "the sooner of the vendor's resets",
      { "x-ratelimit-reset-requests": "6m0s", "x-ratelimit-reset-tokens": "370ms" },
      370,
    ],
    [
      "the last of the limits that are used up",
      {
        "anthropic-ratelimit-requests-remaining": "0",
        "anthropic-ratelimit-requests-reset": "2026-11-24T12:00:05Z",
        "anthropic-ratelimit-input-tokens-remaining": "0",
        "anthropic-ratelimit-input-tokens-reset": "2026-11-24T12:00:40Z",
        "anthropic-ratelimit-output-tokens-remaining": "8000",
        "anthropic-ratelimit-output-tokens-reset": "2026-11-24T12:00:59Z",
      },
      40_000,
    ],
    [
      "and not of those of which something is left",
      {
        "x-ratelimit-remaining-requests": "12",
        "x-ratelimit-reset-requests": "370ms",
        "x-ratelimit-remaining-tokens": "0",
        "x-ratelimit-reset-tokens": "6s",
      },
      6_000,
    ],
    ["OpenRouter's reset in ms since 1970", { "x-ratelimit-reset": String(NOW + 7_000) }, 7_000],
    ["one in seconds since 1970", { "x-ratelimit-reset": String(NOW / 1000 + 7) }, 7_000],
    ["never more than a day", { "retry-after": "999999999" }, 24 * 3600_000],
  ])("%s", (_name, headers, ms) => expect(told(headers)).toBe(ms));
  test("in the body and in words", () => {
    expect(told({}, { error: { details: [{ "@type": "RetryInfo", retryDelay: "34.4s" }] } })).toBe(34_400);
    expect(told({}, { error: { resets_in_seconds: 12 } })).toBe(12_000);
    expect(told({}, undefined, "Rate limit reached. Please try again in 5.289s.")).toBe(5_289);
    expect(told({}, undefined, "Please retry in 1m26.4s")).toBe(86_400);
    expect(told({}, undefined, "Please retry after 20 seconds.")).toBe(20_000);
    expect(told({}, undefined, "Try again in 2 minutes, or upgrade.")).toBe(120_000);
    expect(told({}, undefined, "Please try again in 1 hour 5 min")).toBe(3_900_000);
    expect(told({}, undefined, "try again in 370ms")).toBe(370);
    expect(told({}, undefined, "try again in 250 milliseconds")).toBe(250);
    expect(told({}, undefined, "try again in 3 days")).toBeUndefined();
    expect(told({}, undefined, "nothing")).toBeUndefined();
    const unused = { "x-ratelimit-remaining-tokens": "900", "x-ratelimit-reset-tokens": "6s" };
    expect(told(unused)).toBeUndefined();
  });
  test.each<[string, number | undefined]>([
    ["1h2m3s", 3_723_000],
    ["900ms", 900],
    ["12", 12_000],
    ["soon", undefined],
    ["", undefined],
  ])("duration %j", (text, ms) => expect(duration(text)).toBe(ms));
});

test("Google's recorded 429 says when", () => {
  const recorded = recordings("gemini").find((r) => r.name.includes("429"));
  if (!recorded?.answer) return;
  const failure = readFailure("gemini", { status: 429, headers: {}, body: recorded.answer }, NOW);
  expect(failure.reason).toMatch(/^(rate_limited|quota_window)$/);
  expect(failure.retryAfterMs).toBeGreaterThan(30_000);
});
