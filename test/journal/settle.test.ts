import { expect, it } from "vitest";
import type { Price } from "../../lib/catalog/types.ts";
import { settle } from "../../lib/journal/settle.ts";
import { answered } from "./entries.ts";

const PRICES: Record<string, Price> = { primary: { input: 10, output: 100 }, cheap: { input: 1, output: 10 } };
const priceAt = ({ provider }: { provider: string }) => PRICES[provider];
const usage = { input_tokens: 1_000, output_tokens: 100 };
const blank = { ...answered({ usage }) };
delete blank.cost;

function settled(change: Partial<typeof blank>) {
  const entry = structuredClone({ ...blank, ...change });
  for (const attempt of entry.attempts) delete attempt.cost;
  settle(entry, priceAt);
  return entry;
}

it("says what the answer cost, and what the asked-for model would have cost at its own vendor", () => {
  const entry = settled({});
  expect(entry.cost).toBeCloseTo(0.02, 9);
  expect(entry.attempts[0]?.cost).toBe(entry.cost);
  expect(entry.listCost).toBeCloseTo((1_000 * 2 + 100 * 10) / 1e6, 9);
});

it("bills an answer that broke, too", () => {
  const [attempt] = blank.attempts;
  if (!attempt) throw new Error("no attempt");
  const broken = { ...attempt, failure: "truncated" as const, usage: { input_tokens: 1_000, output_tokens: 50 } };
  const entry = settled({ attempts: [broken, { ...attempt, provider: "cheap" }], provider: "cheap" });
  expect(entry.attempts.map(({ cost }) => cost)).toEqual([0.015, 0.002]);
  expect(entry.cost).toBeCloseTo(0.017, 9);
});

it("does not make up a cost: no price, no tokens told, nobody answered", () => {
  const [attempt] = blank.attempts;
  if (!attempt) throw new Error("no attempt");
  const nothing = { input_tokens: 0, output_tokens: 0 };
  const failed = { provider: "primary", model: "m", wire: "anthropic", at: 1, ms: 2, failure: "overloaded" } as const;
  expect(settled({ attempts: [{ ...attempt, provider: "unknown" }] }).cost).toBeUndefined();
  expect(settled({ attempts: [{ ...attempt, usage: nothing }], usage: nothing }).cost).toBeUndefined();
  expect(settled({ attempts: [{ ...attempt, usage: nothing }], usage: nothing }).listCost).toBeUndefined();
  expect(settled({ attempts: [failed], outcome: "failed" }).cost).toBeUndefined();
});

it("bills what a vendor did aside: a summary at the answer's price, advice at that of the model that gave it", () => {
  const [attempt] = blank.attempts;
  if (!attempt) throw new Error("no attempt");
  const step = (type: string, more = {}) => ({ type, input_tokens: 2_000, output_tokens: 300, ...more });
  const iterations = (...steps: object[]) => {
    const told = { ...usage, iterations: [step("message"), null, ...steps] };
    return settled({ usage: told, attempts: [{ ...attempt, usage: told }] });
  };
  expect(iterations().cost).toBeCloseTo(0.02, 9);
  const summary = iterations(step("compaction"));
  expect(summary.cost).toBeCloseTo(0.02 + 0.02 + 0.03, 9);
  expect(summary.usage).toEqual({ input_tokens: 3_000, output_tokens: 400 });
  expect(summary.attempts[0]?.usage).toEqual(summary.usage);
  const advice = iterations(step("advisor_message", { model: "claude-opus-4-8" }));
  expect(advice.cost).toBeCloseTo(0.02 + (2_000 * 5 + 300 * 25) / 1e6, 9);
  expect(iterations(step("advisor_message", { model: "nobody-knows" })).cost).toBeUndefined();
});

it("bills nothing that no vendor has answered", () => {
  const [attempt] = blank.attempts;
  if (!attempt) throw new Error("no attempt");
  const { status: _none, ...here } = attempt;
  expect(settled({ attempts: [here] }).cost).toBe(0);
  expect(settled({ attempts: [{ ...attempt, simulated: true }] }).cost).toBe(0);
});

it("keeps counts only, in short numbers, and lets no name fill the journal", () => {
  const talkative = { ...usage, iterations: [{ text: "what was said" }], service_tier: "standard" };
  const entry = settled({
    requested: "x".repeat(100_000),
    totalMs: 12.345678,
    ttftMs: 1.05,
    usage: talkative,
    attempts: [{ provider: "primary", model: "m", wire: "anthropic", at: 0.123, ms: 9.99, message: "y".repeat(9_000) }],
  });
  expect(JSON.stringify(entry).length).toBeLessThan(2_500);
  expect([entry.totalMs, entry.attempts[0]?.at, entry.attempts[0]?.ms]).toEqual([12.3, 0.1, 10]);
  expect(entry.usage).toEqual(usage);
});

it.each([
  ["less than nothing", { input_tokens: -500_000, output_tokens: 10 }, { input_tokens: 0, output_tokens: 10 }],
  ["more than can be", { input_tokens: 1e12, output_tokens: 10 }, { input_tokens: 0, output_tokens: 10 }],
  ["words", { input_tokens: "many", output_tokens: 10 }, { input_tokens: 0, output_tokens: 10 }],
  ["something else", { input_tokens: { text: 1 }, output_tokens: [3] }, { input_tokens: 0, output_tokens: 0 }],
  [
    "nonsense in a part",
    { ...usage, iterations: [{ type: "compaction", input_tokens: -1, output_tokens: 2 }] },
    { input_tokens: 1_000, output_tokens: 102 },
  ],
])("keeps %s, which a vendor told as its count, out of tokens and money", (_what, told, kept) => {
  const [attempt] = blank.attempts;
  if (!attempt) throw new Error("no attempt");
  const odd = told as unknown as typeof usage;
  const entry = settled({ usage: odd, attempts: [{ ...attempt, usage: odd }] });
  expect([entry.usage, entry.attempts[0]?.usage]).toEqual([kept, kept]);
  expect([entry.cost, entry.attempts[0]?.cost, entry.listCost]).toEqual([undefined, undefined, undefined]);
});

it("understands counts that are written as text, and rounds parts of a token", () => {
  const [attempt] = blank.attempts;
  if (!attempt) throw new Error("no attempt");
  const odd = { input_tokens: "1000", output_tokens: 99.6, cache_read_input_tokens: null } as unknown as typeof usage;
  const entry = settled({ usage: odd, attempts: [{ ...attempt, usage: odd }] });
  expect([entry.usage, entry.cost]).toEqual([usage, 0.02]);
});
