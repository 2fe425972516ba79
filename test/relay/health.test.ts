import { beforeEach, describe, expect, test } from "vitest";
import type { FailureReason } from "../../lib/catalog/failure-reasons.ts";
import { Health } from "../../lib/relay/health.ts";

let now = 0;
let health: Health;
const POLICY = { failureThreshold: 3, cooldownMs: 5_000, maxCooldownMs: 20_000 };

beforeEach(() => {
  now = 1_000_000;
  health = new Health(
    () => POLICY,
    () => now,
    () => 0.5,
  );
});

function fail(reason: FailureReason, times = 1, retryAfterMs?: number): number {
  let open = 0;
  for (let i = 0; i < times; i++)
    open = health.failure("a", 0, "m", {
      reason,
      message: reason,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  return open;
}

describe("a circuit", () => {
  test("opens at the threshold, not before", () => {
    expect(fail("server_error", 2)).toBe(0);
    expect(health.enter("a", 0, "m")).toBe(true);
    expect(fail("server_error")).toBe(5_000);
    expect(health.coolingUntil("a", 0, "m")).toBe(now + 5_000);
    expect(health.enter("a", 0, "m")).toBe(false);
  });

  test("is closed by one success, which also forgets the streak", () => {
    fail("server_error", 2);
    now += 31_000;
    health.success("a", 0, "m");
    expect(fail("server_error", 2)).toBe(0);
  });

  test("lets exactly one request try when the cooldown is over", () => {
    fail("server_error", 3);
    now += 5_001;
    expect(health.enter("a", 0, "m")).toBe(true);
    expect(health.enter("a", 0, "m")).toBe(false);
    health.released("a", 0, "m");
    expect(health.enter("a", 0, "m")).toBe(true);
    health.success("a", 0, "m");
    expect(health.enter("a", 0, "m")).toBe(true);
    expect(health.enter("a", 0, "m")).toBe(true);
  });

  test("stays open longer each time the try fails, up to the bound", () => {
    fail("server_error", 3);
    const spans = [1, 2, 3, 4].map(() => {
      now += 1_000_000;
      health.enter("a", 0, "m");
      return fail("server_error");
    });
    expect(spans).toEqual([10_000, 20_000, 20_000, 20_000]);
  });

  test("opens also for a provider that fails every other time", () => {
    for (let i = 0; i < 3; i++) {
      health.success("a", 0, "m");
      expect(fail("server_error")).toBe(i < 2 ? 0 : 5_000);
    }
  });

  test("opens for it however much went well just before", () => {
    fail("server_error");
    for (let i = 0; i < 1_000; i++) health.success("a", 0, "m");
    const trips = Array.from({ length: 60 }, () => {
      health.success("a", 0, "m");
      return fail("server_error") > 0;
    });
    expect(trips).toContain(true);
  });

  test("forgets after half a minute that it failed every other time", () => {
    for (let i = 0; i < 10; i++) {
      now += 20_000;
      health.success("a", 0, "m");
      expect(fail("server_error")).toBe(0);
    }
  });

  /** What the next server knows that is started now. */
  function restarted(change: (known: ReturnType<Health["snapshot"]>) => object = (known) => known): Health {
    const known = JSON.parse(JSON.stringify(change(health.snapshot()))) as ReturnType<Health["snapshot"]>;
    const next = new Health(
      () => POLICY,
      () => now,
      () => 0.5,
    );
    next.restore(known);
    return next;
  }

  test("survives a restart while it is open", () => {
    fail("auth");
    const next = restarted();
    expect(next.coolingUntil("a", 0, "m")).toBe(now + 30 * 60_000);
    expect(next.lastFailure("a")?.reason).toBe("auth");
  });

  test("is not open for longer because the clock was set back between two runs", () => {
    fail("server_error", 3);
    const next = restarted((known) => {
      now -= 900_000;
      return known;
    });
    expect(next.coolingUntil("a", 0, "m")).toBe(now + 5_000);
    expect(next.lastFailure("a")?.time).toBe(now);
    now += 5_001;
    expect(next.enter("a", 0, "m")).toBe(true);
  });

  test("a reason that this version does not know is not remembered", () => {
    fail("auth");
    const next = restarted((known) => ({ ...known, last: { a: { reason: "of tomorrow", message: "", time: now } } }));
    expect(next.lastFailure("a")).toBeUndefined();
  });

  test("a success that comes back after the cooldown closes it", () => {
    fail("server_error", 3);
    now += 6_000;
    health.success("a", 0, "m");
    expect(health.coolingUntil("a", 0, "m")).toBe(0);
    expect(fail("server_error")).toBe(0);
  });
});

describe("how much a failure weighs", () => {
  test("silence counts double and cools longer", () => {
    expect(fail("too_slow")).toBe(0);
    expect(fail("too_slow")).toBe(15_000);
  });

  test("a refused key or an empty account opens at once, for half an hour", () => {
    expect(fail("auth")).toBe(30 * 60_000);
  });

  test("what the provider asks for is the least it gets", () => {
    expect(fail("rate_limited", 1, 42_000)).toBe(42_000);
    expect(fail("quota_window", 1, 5 * 3_600_000)).toBe(5 * 3_600_000);
  });

  test.each(["bad_request", "content_refused", "context_too_long", "capability", "too_large_for_tier"] as const)(
    "%s never counts",
    (reason) => {
      expect(fail(reason, 20)).toBe(0);
      expect(health.enter("a", 0, "m")).toBe(true);
    },
  );

  test("a missing model closes that model only", () => {
    fail("model_missing");
    expect(health.enter("a", 0, "m")).toBe(false);
    expect(health.enter("a", 0, "other")).toBe(true);
  });

  test("one credential's trouble is not the other's", () => {
    fail("auth");
    expect(health.enter("a", 1, "m")).toBe(true);
  });
});

test("reset forgets, and listeners hear of every change", () => {
  let told = 0;
  const stop = health.subscribe(() => told++);
  fail("auth");
  expect(health.lastFailure("a")).toMatchObject({ reason: "auth", time: now });
  health.reset("a");
  expect(health.coolingUntil("a", 0, "m")).toBe(0);
  expect(health.lastFailure("a")).toBeUndefined();
  expect(told).toBe(2);
  stop();
  fail("auth");
  expect(told).toBe(2);
});
