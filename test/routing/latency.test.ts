import { describe, expect, test } from "vitest";
import { decide } from "../../lib/routing/decide.ts";
import type { HealthView } from "../../lib/routing/decision.ts";
import * as claudeCode from "../support/claude-code-request.ts";
import { healthy, settingsOf } from "../support/settings.ts";

const NAMES = ["a", "b", "c", "d"];
const config = (affinity: string) => `
${NAMES.map((name) => `[[providers]]\nname = "${name}"\ntype = "anthropic"\napi_key = "sk-${name}"`).join("\n")}
[[models]]
name = "quick"
strategy = "latency"
affinity = "${affinity}"
providers = [${NAMES.map((name) => `{ name = "${name}", model = "claude-opus-5-5" }`).join(", ")}]
`;

const settings = await settingsOf(config("session"));
const request = claudeCode.inbound(claudeCode.mainTurn({ model: "quick", bytes: 2_000 }));

/** @param speeds time to first token in ms; absent: not measured */
function ordered(speeds: Record<string, number>, draws: number[], known: Partial<HealthView> = {}, with_ = settings) {
  const left = [...draws];
  const random = () => left.shift() ?? 0;
  const health = healthy({ timeToFirstToken: (provider) => speeds[provider], ...known });
  const decision = decide(request, with_, health, random, 1_000_000);
  return "candidates" in decision ? decision.candidates : [];
}

const names = (...args: Parameters<typeof ordered>) => ordered(...args).map(({ mapping }) => mapping.provider.name);

describe("by latency", () => {
  test("the quickest goes first when no other is near it", () => {
    for (const draw of [0, 0.3, 0.6, 0.99])
      expect(names({ a: 900, b: 400, c: 500, d: 700 }, [draw, draw])).toEqual(["b", "c", "d", "a"]);
  });

  test("of those within a fifth of the best two are drawn, and the better one goes first", () => {
    const near = { a: 400, b: 440, c: 470, d: 900 };
    expect(names(near, [0, 0])).toEqual(["a", "b", "c", "d"]);
    expect(names(near, [0.4, 0])).toEqual(["b", "a", "c", "d"]); // drew b and c
    expect(names(near, [0.7, 0])).toEqual(["a", "b", "c", "d"]); // drew c and a
  });

  test("one of two that are near is never the worse one by chance", () => {
    for (const draw of [0, 0.49, 0.5, 0.99])
      expect(names({ a: 440, b: 400, c: 900, d: 900 }, [draw, draw])[0]).toBe("b");
  });

  test("one without measurements counts as the median of the others", () => {
    expect(names({ a: 300, c: 200, d: 900 }, [0, 0])).toEqual(["c", "a", "b", "d"]);
  });

  test("without any measurement the draw alone decides", () => {
    expect(names({}, [0, 0])[0]).toBe("a");
    expect(names({}, [0.99, 0])[0]).toBe("d");
  });

  test("a conversation stays with the provider that answered it last, while that is well", () => {
    const speeds = { a: 900, b: 400, c: 500, d: 700 };
    const served = { lastServed: (_: string, provider: string) => ({ a: 999_000, c: 998_000 })[provider] };
    expect(names(speeds, [0, 0], served)).toEqual(["a", "b", "c", "d"]);
    const out = { ...served, coolingUntil: (provider: string) => (provider === "a" ? 1_005_000 : 0) };
    expect(names(speeds, [0, 0], out)).toEqual(["c", "b", "d", "a"]);
  });

  test("without affinity it does not", async () => {
    const loose = await settingsOf(config("none"));
    const served = { lastServed: (_: string, provider: string) => (provider === "a" ? 999_000 : undefined) };
    expect(names({ a: 900, b: 400, c: 500, d: 700 }, [0, 0], served, loose)[0]).toBe("b");
  });

  test("the reason is the time", () => {
    const reasons = ordered({ a: 1_234.4 }, [0, 0]).map(({ why }) => why);
    expect(reasons).toContain("1,234 ms to the first token");
    expect(reasons).toContain("not measured yet");
  });

  test("the prompt's size goes along with the question for speed", () => {
    const sizes: number[] = [];
    ordered({}, [0, 0], { timeToFirstToken: (_provider, _model, bytes) => void sizes.push(bytes) });
    expect(sizes).toEqual(NAMES.map(() => request.raw.length));
  });
});
