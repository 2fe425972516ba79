import { describe, expect, test } from "vitest";
import { Gate } from "../../lib/relay/gate.ts";
import { RetryBudget } from "../../lib/relay/retry-budget.ts";
import { Timers } from "../../lib/relay/timers.ts";

describe("a gate", () => {
  const WAIT = { waitMs: 5_000, longest: 10 };

  test("lets in as many as it may, then in the order of arrival", async () => {
    const gate = new Gate(new Timers());
    expect(await gate.enter(1, WAIT)).toBe(true);
    const order: string[] = [];
    const waits = ["first", "second", "third"].map((name) => gate.enter(1, WAIT).then(() => order.push(name)));
    for (let i = 0; i < 3; i++) {
      expect(gate.inside).toBe(1);
      gate.leave();
      await Promise.race(waits.slice(i));
    }
    await Promise.all(waits);
    expect(order).toEqual(["first", "second", "third"]);
    gate.leave();
    expect([gate.inside, gate.waiting]).toEqual([0, 0]);
  });

  test("turns away whoever would wait too long, or in too long a line", async () => {
    const timers = new Timers();
    const gate = new Gate(timers);
    await gate.enter(1, WAIT);
    expect(await gate.enter(1, { waitMs: 0, longest: 10 })).toBe(false);
    expect(await gate.enter(1, { waitMs: 60, longest: 10 })).toBe(false);
    const waiting = gate.enter(1, { waitMs: 5_000, longest: 1 });
    expect(await gate.enter(1, { waitMs: 5_000, longest: 1 })).toBe(false);
    gate.leave();
    expect(await waiting).toBe(true);
    gate.leave();
    expect(timers.size).toBe(0);
  });

  test("whoever goes away leaves the line", async () => {
    const gate = new Gate(new Timers());
    await gate.enter(1, WAIT);
    let giveUp: (() => void) | undefined;
    const waiting = gate.enter(1, { ...WAIT, onGiveUp: (f) => (giveUp = f) });
    giveUp?.();
    expect(await waiting).toBe(false);
    expect(gate.waiting).toBe(0);
    gate.leave();
    expect(gate.inside).toBe(0);
  });
});

test("retries are a fifth of what is under way, and at least three", () => {
  const budget = new RetryBudget();
  const ends = Array.from({ length: 10 }, () => budget.begin());
  const taken = [budget.take(), budget.take(), budget.take()];
  expect(taken.every(Boolean)).toBe(true);
  expect(budget.take()).toBeUndefined();
  for (let i = 0; i < 30; i++) ends.push(budget.begin());
  expect(Array.from({ length: 5 }, () => budget.take()).every(Boolean)).toBe(true);
  expect(budget.take()).toBeUndefined();
  taken[0]?.();
  taken[0]?.();
  expect(budget.take()).toBeDefined();
  expect(budget.take()).toBeUndefined();
});
