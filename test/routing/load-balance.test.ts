import { describe, expect, test } from "vitest";
import { decide } from "../../lib/routing/decide.ts";
import type { HealthView } from "../../lib/routing/decision.ts";
import * as claudeCode from "../support/claude-code-request.ts";
import { healthy, settingsOf } from "../support/settings.ts";

const WEIGHTS = { a: 5, b: 3, c: 2 };
const SESSIONS = 500;
const NOW = Date.UTC(2026, 10, 24);

const config = (affinity: string) => `
${Object.keys(WEIGHTS)
  .map((name) => `[[providers]]\nname = "${name}"\ntype = "anthropic"\napi_key = "sk-${name}"`)
  .join("\n")}
[[models]]
name = "shared"
strategy = "load-balance"
affinity = "${affinity}"
providers = [
${Object.entries(WEIGHTS)
  .map(([name, weight]) => `  { name = "${name}", model = "claude-opus-5-5", weight = ${weight} },`)
  .join("\n")}
]
`;

const sticky = await settingsOf(config("session"));
const requests = Array.from({ length: SESSIONS }, (_, at) =>
  claudeCode.inbound(claudeCode.mainTurn({ model: "shared", session: `session-${at}`, bytes: 1_000 })),
);

/** The providers that a request is tried at, in order. */
function orderOf(at: number, health: HealthView = healthy(), settings = sticky, random = () => 0.5): string[] {
  const request = requests[at % SESSIONS];
  const decision = request && decide(request, settings, health, random, NOW);
  return decision && "candidates" in decision ? decision.candidates.map(({ mapping }) => mapping.provider.name) : [];
}

const firsts = (health?: HealthView) => Array.from({ length: SESSIONS }, (_, at) => orderOf(at, health)[0]);
const without = (name: string) => healthy({ coolingUntil: (provider) => (provider === name ? NOW + 5_000 : 0) });

/** A generator whose numbers are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("10,000 requests of 500 conversations", () => {
  const served = Array.from({ length: 10_000 }, (_, at) => ({ session: at % SESSIONS, provider: orderOf(at)[0] }));

  test.each(Object.entries(WEIGHTS))("%s, of weight %i in ten, gets its share within 3 %", (name, weight) => {
    const share = served.filter(({ provider }) => provider === name).length / served.length;
    expect(Math.abs(share - weight / 10)).toBeLessThan(0.03);
  });

  test("each conversation stays with one provider", () => {
    const providers = new Map<number, Set<string | undefined>>();
    for (const { session, provider } of served)
      providers.set(session, (providers.get(session) ?? new Set()).add(provider));
    expect(providers.size).toBe(SESSIONS);
    expect([...providers.values()].every((set) => set.size === 1)).toBe(true);
  });
});

describe("a provider that is out", () => {
  const before = firsts();

  test.each(Object.keys(WEIGHTS))("%s loses its conversations and nobody else does", (name) => {
    const during = firsts(without(name));
    for (const [at, provider] of during.entries()) {
      if (before[at] === name) expect(provider).not.toBe(name);
      else expect(provider).toBe(before[at]);
    }
  });

  test("its conversations are shared among the others by their weights, each moved once", () => {
    const during = firsts(without("a"));
    const moved = during.filter((_, at) => before[at] === "a");
    expect(Math.abs(moved.filter((name) => name === "b").length / moved.length - 3 / 5)).toBeLessThan(0.1);
    expect(firsts(without("a"))).toEqual(during);
  });

  test("gets them back when it is well again", () => {
    expect(firsts(healthy({ coolingUntil: () => NOW - 1 }))).toEqual(before);
  });

  test("stands last, with what remains of its rest", () => {
    const [request] = requests;
    const decision = request && decide(request, sticky, without("a"), () => 0, NOW);
    const last = decision && "candidates" in decision ? decision.candidates.at(-1) : undefined;
    expect([last?.mapping.provider.name, last?.why]).toEqual(["a", "cooling down for 5 s"]);
  });
});

describe("what a conversation is", () => {
  const share = (name: string, orders: string[][]) => orders.filter(([first]) => first === name).length / orders.length;

  test("a session's subagents are shared out by themselves", () => {
    const health = healthy();
    const orders = Array.from({ length: 400 }, (_, at) => {
      const agent = claudeCode.inbound(
        claudeCode.subagent({ model: "shared", session: "one", agent: `agent-${at}`, bytes: 1_000 }),
      );
      const decision = decide(agent, sticky, health, () => 0.5, NOW);
      return "candidates" in decision ? decision.candidates.map(({ mapping }) => mapping.provider.name) : [];
    });
    expect(Math.abs(share("a", orders) - 0.5)).toBeLessThan(0.08);
  });

  test("without affinity every request is drawn anew, by weight", async () => {
    const loose = await settingsOf(config("none"));
    const random = seeded(1);
    const orders = Array.from({ length: 5_000 }, () => orderOf(0, healthy(), loose, random));
    for (const [name, weight] of Object.entries(WEIGHTS))
      expect(Math.abs(share(name, orders) - weight / 10)).toBeLessThan(0.03);
  });
});

test("a weight of 0 is for emergencies only", async () => {
  const settings = await settingsOf(config("session").replace("weight = 5", "weight = 0"));
  expect(requests.every((_, at) => orderOf(at, healthy(), settings).at(-1) === "a")).toBe(true);
});

test("the reason is the share", () => {
  const [request] = requests;
  const decision = request && decide(request, sticky, healthy(), () => 0, NOW);
  const reasons = decision && "candidates" in decision ? decision.candidates.map(({ why }) => why).sort() : [];
  expect(reasons).toEqual(["20 %", "30 %", "50 %"].map((share) => `${share} by weight, one conversation stays`));
});
