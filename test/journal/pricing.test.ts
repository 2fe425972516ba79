import { describe, expect, it } from "vitest";
import type { Price } from "../../lib/catalog/types.ts";
import { costOf, listPriceOf } from "../../lib/journal/pricing.ts";

const PRICE: Price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };
const NOON = Date.UTC(2026, 10, 24, 12);
const million = (n: number) => n * 1_000_000;

describe("what an answer costs", () => {
  it("is each kind of token at its own price", () => {
    const usage = {
      input_tokens: million(1),
      output_tokens: million(2),
      cache_read_input_tokens: million(10),
      cache_creation_input_tokens: million(4),
    };
    expect(costOf(usage, PRICE, NOON)).toBeCloseTo(3 + 30 + 3 + 15, 9);
  });

  it("counts thinking once: it is part of the output", () => {
    const usage = {
      input_tokens: 0,
      output_tokens: million(1),
      output_tokens_details: { thinking_tokens: million(0.9) },
    };
    expect(costOf(usage, PRICE, NOON)).toBeCloseTo(15, 9);
  });

  it("bills the cache as input where the price does not tell", () => {
    const usage = {
      input_tokens: 0,
      output_tokens: 0,
      cache_read_input_tokens: million(1),
      cache_creation_input_tokens: million(1),
    };
    expect(costOf(usage, { input: 2, output: 8 }, NOON)).toBeCloseTo(4, 9);
  });

  it("takes the dearer tier for the whole request once the prompt, cached or not, is long enough", () => {
    const price: Price = { ...PRICE, longContext: { above: 200_000, input: 6, output: 22.5, cacheRead: 0.6 } };
    const ask = (cached: number) =>
      costOf({ input_tokens: 100_000, cache_read_input_tokens: cached, output_tokens: 1_000 }, price, NOON);
    expect(ask(100_000)).toBeCloseTo(0.3 + 0.03 + 0.015, 9);
    expect(ask(100_001)).toBeCloseTo(0.6 + 0.0600006 + 0.0225, 9);
  });

  it("bills what is kept for an hour twice as input", () => {
    const usage = {
      input_tokens: 0,
      output_tokens: 0,
      cache_creation_input_tokens: million(3),
      cache_creation: { ephemeral_5m_input_tokens: million(2), ephemeral_1h_input_tokens: million(1) },
    };
    expect(costOf(usage, PRICE, NOON)).toBeCloseTo(2 * 3.75 + 6, 9);
  });

  it("adds the vendor's own web searches", () => {
    const usage = { input_tokens: 0, output_tokens: 0, server_tool_use: { web_search_requests: 3 } };
    expect(costOf(usage, { ...PRICE, search: 0.01 }, NOON)).toBeCloseTo(0.03, 9);
    expect(costOf(usage, PRICE, NOON)).toBe(0);
  });

  it.each([
    ["in the middle of a peak", "2026-11-24T08:00:00Z", 2],
    ["at its first moment", "2026-11-24T06:00:00Z", 2],
    ["at its end", "2026-11-24T10:00:00Z", 1],
    ["at the weekend", "2026-11-22T08:00:00Z", 1],
  ])("doubles at peak hours: %s", (_when, time, factor) => {
    const price: Price = {
      input: 1,
      output: 1,
      peak: {
        factor: 2,
        hours: [
          [1, 4],
          [6, 10],
        ],
      },
    };
    expect(costOf({ input_tokens: million(1), output_tokens: 0 }, price, Date.parse(time))).toBe(factor);
  });

  it("is nothing on a plan", () => {
    expect(
      costOf({ input_tokens: million(9), output_tokens: million(9) }, { input: 0, output: 0, flat: true }, NOON),
    ).toBe(0);
  });
});

describe("the list price of what was asked for", () => {
  it.each([
    "claude-sonnet-5-5",
    "claude-sonnet-5-5[1m]",
    "anthropic/claude-sonnet-5-5",
    "openrouter,claude-sonnet-5-5",
  ])("is Anthropic's for %s", (name) => expect(listPriceOf(name)).toMatchObject({ input: 2, output: 10 }));

  it("is the maker's, not a reseller's or a plan's", () => {
    expect(listPriceOf("glm-4.7")).toBeDefined();
    expect(listPriceOf("glm-4.7")?.flat).toBeUndefined();
    expect(listPriceOf("deepseek-flash")?.peak).toBeDefined();
  });

  it("is not made up", () => {
    for (const name of ["my-model", "claude-of-the-future-9", ""]) expect(listPriceOf(name)).toBeUndefined();
  });
});
