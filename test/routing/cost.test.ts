import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { InboundRequest } from "../../lib/anthropic/request.ts";
import { convertTokens, vocabularyOf } from "../../lib/anthropic/vocabulary.ts";
import type { Price } from "../../lib/catalog/types.ts";
import type { Settings } from "../../lib/config/settings.ts";
import { decide } from "../../lib/routing/decide.ts";
import * as claudeCode from "../support/claude-code-request.ts";
import { healthy, settingsOf } from "../support/settings.ts";

const NOW = 1_000_000_000;
const MINUTE = 60_000;
const NAMES = ["a", "b", "c", "d"] as const;
type Name = (typeof NAMES)[number];

const base = await settingsOf(`
${NAMES.map((name) => `[[providers]]\nname = "${name}"\ntype = "anthropic-compatible"\nbase_url = "http://127.0.0.1:9"\napi_key = "sk-${name}"`).join("\n")}
[[models]]
name = "cheap"
strategy = "cost"
providers = [${NAMES.map((name) => `{ name = "${name}", model = "${name === "d" ? "gpt-5.2" : "claude-opus-5-5"}" }`).join(", ")}]
`);

/** The same settings with these prices. */
function priced(prices: Partial<Record<Name, Price>>, affinity: "session" | "none" = "session"): Settings {
  const [model] = base.models.values();
  const mappings =
    model?.mappings.map((mapping) => ({ ...mapping, price: prices[mapping.provider.name as Name] })) ?? [];
  return { ...base, models: new Map([["cheap", { name: "cheap", strategy: "cost", affinity, mappings }]]) };
}

type Served = Partial<Record<Name, number>>;

function candidates(request: InboundRequest, settings: Settings, served: Served = {}) {
  const health = healthy({ lastServed: (_, provider) => served[provider as Name] });
  const decision = decide(request, settings, health, () => 0.5, NOW);
  return "candidates" in decision ? decision.candidates : [];
}

const first = (...args: Parameters<typeof candidates>) => candidates(...args)[0]?.mapping.provider.name;

const turn = (options: claudeCode.RequestOptions = {}) =>
  claudeCode.inbound(claudeCode.mainTurn({ model: "cheap", ...options }));

describe("by cost", () => {
  const plain = (input: number, output = input * 5): Price => ({ input, output });

  test("the cheapest goes first, the others by rising price", () => {
    const order = candidates(turn(), priced({ a: plain(3), b: plain(1), c: plain(2), d: plain(9) }));
    expect(order.map(({ mapping }) => mapping.provider.name)).toEqual(["b", "c", "a", "d"]);
    expect(order[0]?.why).toMatch(/^\$0\.0\d+$/);
  });

  test("a plan and one's own machine cost nothing, an unknown price goes last", async () => {
    const order = candidates(
      turn(),
      priced({ a: plain(1), c: { input: 0, output: 0, flat: true }, d: { input: 0, output: 0 } }),
    );
    expect(order.map(({ mapping, why }) => `${mapping.provider.name} ${why.replace(/\d.*/, "")}`)).toEqual([
      "c paid by a plan",
      "d free",
      "a $",
      "b price not known",
    ]);
    const local = await settingsOf(`
[[providers]]
name = "cloud"
type = "openai"
api_key = "sk-test"
[[providers]]
name = "here"
type = "ollama"
[[models]]
name = "cheap"
strategy = "cost"
providers = [{ name = "cloud", model = "gpt-5.2" }, { name = "here", model = "qwen3-coder" }]
`);
    expect(first(turn(), local)).toBe("here");
  });

  test("a request that asks for no answer, to warm a cache, is priced by its prompt", () => {
    const built = claudeCode.mainTurn({ model: "cheap" });
    const warmUp = claudeCode.inbound({ ...built, body: { ...built.body, max_tokens: 0 } });
    const order = candidates(warmUp, priced({ a: plain(3), b: plain(1) }));
    expect(order.map(({ mapping, why }) => `${mapping.provider.name} ${why.replace(/\d.*/, "")}`)).toEqual([
      "b $",
      "a $",
      "c price not known",
      "d price not known",
    ]);
  });

  test("the same text is a third fewer tokens for another vendor, which may be that much dearer", () => {
    expect(first(turn(), priced({ a: plain(1), d: plain(1.2) }))).toBe("d");
    expect(first(turn(), priced({ a: plain(1), d: plain(1.6) }))).toBe("a");
  });

  test("the price for long prompts holds once the prompt is long", () => {
    const tiered: Price = { input: 1, output: 5, longContext: { above: 50_000, input: 4, output: 20 } };
    const prices = priced({ a: tiered, b: plain(2) });
    expect(first(turn(), prices)).toBe("a");
    expect(first(turn({ bytes: 400_000 }), prices)).toBe("b");
  });

  test("a vendor's peak hours count while they last", () => {
    const peak = (from: number, to: number): Price => ({ ...plain(1), peak: { factor: 3, hours: [[from, to]] } });
    const hour = new Date(NOW).getUTCHours();
    expect(first(turn(), priced({ a: peak(hour, hour + 1), b: plain(2) }))).toBe("b");
    expect(first(turn(), priced({ a: peak(hour + 1, hour + 2), b: plain(2) }))).toBe("a");
  });

  describe("a conversation", () => {
    const cached = (input: number): Price => ({
      input,
      output: input * 5,
      cacheRead: input * 0.1,
      cacheWrite: input * 1.25,
    });
    const early = turn();
    const late = claudeCode.inbound(claudeCode.longHistory(20, { model: "cheap" }));

    test("stays where its cache is warm although another provider is half as dear", () => {
      expect(first(early, priced({ a: cached(4), b: cached(2) }))).toBe("b");
      const order = candidates(early, priced({ a: cached(4), b: cached(2) }), { a: NOW - MINUTE });
      expect(order[0]?.mapping.provider.name).toBe("a");
      expect(order[0]?.why).toMatch(/with a warm cache, stays where the conversation is$/);
    });

    test("leaves when it has gone on for longer than leaving takes to pay off", () => {
      const order = candidates(late, priced({ a: cached(4), b: cached(2) }), { a: NOW - MINUTE });
      expect(order[0]?.mapping.provider.name).toBe("b");
      expect(order[0]?.why).toMatch(/, pays off within \d+ turns$/);
    });

    test("leaves at once where that is much cheaper even with a cold cache", () => {
      expect(first(early, priced({ a: cached(4), b: cached(0.1) }), { a: NOW - MINUTE })).toBe("b");
    });

    test("does not move for less than a tenth", () => {
      const served = { a: NOW - MINUTE };
      expect(first(late, priced({ a: plain(1), b: plain(0.95) }), served)).toBe("a");
      expect(first(late, priced({ a: plain(1), b: plain(0.85) }), served)).toBe("b");
    });

    test("after five minutes its cache is cold, or after an hour where it pays for that", () => {
      const prices = priced({ a: cached(4), b: cached(2) });
      expect(first(early, prices, { a: NOW - 6 * MINUTE })).toBe("b");
      const change = (body: claudeCode.BuiltRequest["body"]) => {
        body.system = [{ type: "text", text: "x", cache_control: { type: "ephemeral", ttl: "1h" } }];
      };
      expect(first(turn({ change }), prices, { a: NOW - 6 * MINUTE })).toBe("a");
      expect(first(turn({ change }), prices, { a: NOW - 61 * MINUTE })).toBe("b");
    });

    test("goes by the provider that answered last, not by one before it", () => {
      const prices = priced({ a: cached(2), b: cached(2.1) });
      expect(first(early, prices, { a: NOW - 3 * MINUTE, b: NOW - MINUTE })).toBe("b");
    });

    test("without affinity every request goes where it is cheapest, the warm cache included", () => {
      const loose = (b: number) => priced({ a: cached(4), b: cached(b) }, "none");
      expect(first(late, loose(2), { a: NOW - MINUTE })).toBe("a");
      expect(first(late, loose(0.1), { a: NOW - MINUTE })).toBe("b");
    });
  });
});

describe("1,000 random requests", () => {
  const price = fc.record(
    {
      input: fc.integer({ min: 1, max: 2_000 }).map((cents) => cents / 100),
      output: fc.integer({ min: 1, max: 8_000 }).map((cents) => cents / 100),
      cacheRead: fc.integer({ min: 1, max: 200 }).map((cents) => cents / 100),
      cacheWrite: fc.integer({ min: 1, max: 2_500 }).map((cents) => cents / 100),
      longContext: fc.record({
        above: fc.integer({ min: 1_000, max: 60_000 }),
        input: fc.integer({ min: 1, max: 4_000 }).map((cents) => cents / 100),
        output: fc.integer({ min: 1, max: 9_000 }).map((cents) => cents / 100),
      }),
    },
    { requiredKeys: ["input", "output"] },
  );
  const served = fc.record(
    Object.fromEntries(NAMES.map((name) => [name, fc.integer({ min: 0, max: 10 * MINUTE }).map((ago) => NOW - ago)])),
    { requiredKeys: [] },
  );
  const requests = [2_000, 20_000, 50_000, 120_000].map((bytes) => turn({ bytes }));
  requests.push(...[1, 4, 9].map((rounds) => claudeCode.inbound(claudeCode.longHistory(rounds, { model: "cheap" }))));
  requests.push(
    turn({
      bytes: 50_000,
      change: (body) => {
        body.max_tokens = 300;
      },
    }),
  );

  /** The formulas once more, written down from the description alone. */
  function expectedFirst(request: InboundRequest, prices: Record<Name, Price>, last: Served): string {
    const { estimatedTokens, lastMessageBytes, maxTokens = 0, messageCount } = request.facts;
    const bills = NAMES.map((name) => {
      const total = convertTokens(
        estimatedTokens,
        vocabularyOf("cheap"),
        vocabularyOf(name === "d" ? "gpt-5.2" : "claude-opus-5-5"),
      );
      const listed = prices[name];
      const {
        input: p,
        output: o,
        cacheRead: r = p,
        cacheWrite: w = p,
      } = listed.longContext && total > listed.longContext.above ? listed.longContext : listed;
      const d = total * (lastMessageBytes / request.raw.length);
      const n = total - d;
      const at = last[name];
      const hit = at !== undefined && NOW - at < 5 * MINUTE && n >= 1_024 ? 1 : 0;
      const out = Math.min(1_000, maxTokens);
      const cost = hit * n * r + (1 - hit) * n * w + d * p + out * o;
      const settled = n * r + d * p + out * o;
      return { name, at, cost, settled, warming: cost - settled };
    });
    const cheapest = bills.reduce((best, bill) => (bill.cost < best.cost ? bill : best));
    const here = bills.filter(({ at }) => at !== undefined).sort((x, y) => (y.at ?? 0) - (x.at ?? 0))[0];
    if (!here || here.cost - cheapest.cost > 0.1 * here.cost) return cheapest.name;
    const worthIt = bills
      .filter((there) => here.settled - there.settled > 0.1 * here.settled)
      .filter((there) => (there.warming - here.warming) / (here.settled - there.settled) <= messageCount / 2)
      .sort((x, y) => x.settled - y.settled);
    return worthIt[0]?.name ?? here.name;
  }

  test("go where an independent calculation sends them", () => {
    const chosen = new Map<string, number>();
    fc.assert(
      fc.property(
        fc.constantFrom(...requests),
        fc.tuple(price, price, price, price),
        served,
        (request, [a, b, c, d], last) => {
          // Equal times and prices have no right answer.
          fc.pre(new Set(Object.values(last)).size === Object.values(last).length);
          const prices = { a, b, c, d } as Record<Name, Price>;
          const name = first(request, priced(prices), last as Served);
          expect(name).toBe(expectedFirst(request, prices, last as Served));
          chosen.set(name ?? "", (chosen.get(name ?? "") ?? 0) + 1);
        },
      ),
      { numRuns: 1_000, seed: 11 },
    );
    expect(chosen.size).toBe(NAMES.length);
  });
});
