import { describe, expect, it } from "vitest";
import {
  CONTEXT_OVERFLOW_TEXT,
  GENERIC_SIGNALS,
  RATE_LIMIT_WORDS,
  REFUSED_FIELD_TEXTS,
  reasonOfStatus,
  SIGNALS_BY_TYPE,
} from "../../lib/catalog/failure-signals.ts";
import { PROVIDER_TYPES } from "../../lib/catalog/index.ts";

describe("the table of failure signals", () => {
  it("speaks of known provider types only", () => {
    const ids = PROVIDER_TYPES.map((type) => type.id);
    for (const id of Object.keys(SIGNALS_BY_TYPE)) expect(ids).toContain(id);
  });

  it("has no signal that would hold for everything, or never", () => {
    for (const signal of [...GENERIC_SIGNALS, ...Object.values(SIGNALS_BY_TYPE).flat()]) {
      expect(signal.status ?? signal.code ?? signal.text ?? signal.header).toBeDefined();
      expect(signal.status ?? [400]).not.toEqual([]);
      expect(signal.code ?? ["x"]).not.toEqual([]);
      expect(signal.text?.flags ?? "").not.toMatch(/[gy]/);
    }
  });

  it.each([
    [400, "bad_request"],
    [401, "auth"],
    [402, "billing"],
    [403, "forbidden"],
    [404, "model_missing"],
    [408, "too_slow"],
    [413, "too_large_for_tier"],
    [418, "bad_request"],
    [429, "rate_limited"],
    [500, "server_error"],
    [502, "server_error"],
    [503, "overloaded"],
    [504, "server_error"],
    [520, "server_error"],
    [524, "too_slow"],
    [529, "overloaded"],
    [599, "server_error"],
    [302, "bad_answer"],
  ] as const)("reads a bare %i as %s", (status, reason) => {
    expect(reasonOfStatus(status)).toBe(reason);
  });
});

describe("context overflow", () => {
  it.each([
    "prompt is too long: 210000 tokens > 200000 maximum",
    "input length and `max_tokens` exceed context limit: 190000 + 64000 > 200000",
    "Your input exceeds the context window of this model. Please adjust your input and try again.",
    "This model's maximum context length is 131072 tokens. However, you requested 150000 tokens.",
    "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
    "Please reduce the length of the messages or completion.",
    "Invalid request: Your request exceeded model token limit: 262144 (requested: 300000)",
    "invalid params, context window exceeds limit (2013)",
    "This model's maximum prompt length is 131072 but the request contains 140000 tokens.",
    "Prompt contains 300000 tokens, too large for model with 262144 maximum context length",
    "Input is too long for requested model.",
    "request (9000 tokens) exceeds the available context size (8192 tokens)",
    "The number of tokens to keep from the initial prompt is greater than the context length",
  ])("is read in: %s", (text) => {
    expect(text).toMatch(CONTEXT_OVERFLOW_TEXT);
    expect(text).not.toMatch(RATE_LIMIT_WORDS);
  });

  it("is not read into a rate limit that talks of tokens", () => {
    const text = "Rate limit reached: input token count (9000) exceeds the maximum number of tokens per minute (8000)";
    expect(text).toMatch(RATE_LIMIT_WORDS);
  });
});

describe("a refused field", () => {
  it.each([
    ["Unsupported parameter: 'max_tokens' is not supported with this model.", "max_tokens"],
    ["context_management: Extra inputs are not permitted", "context_management"],
    ["messages.0.content.1.cache_control: Extra inputs are not permitted", "messages.0.content.1.cache_control"],
    ["Unrecognized request argument supplied: reasoning_effort", "reasoning_effort"],
    ["Invalid JSON payload received. Unknown name \"strict\" at 'tools[0]': Cannot find field.", "strict"],
    ["property 'parallel_tool_calls' is unsupported", "parallel_tool_calls"],
  ])("%s", (text, field) => {
    const found = REFUSED_FIELD_TEXTS.map((pattern) => pattern.exec(text)?.groups?.field).find(
      (name) => name !== undefined,
    );
    expect(found).toBe(field);
  });
});
