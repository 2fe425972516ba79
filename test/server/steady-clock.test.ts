import fc from "fast-check";
import { expect, it } from "vitest";
import { SteadyClock } from "../../lib/server/steady-clock.ts";

/** A clock that shows what the test says. */
function settable(start: number) {
  let time = start;
  const clock = new SteadyClock(() => time);
  const at = (next: number): number => {
    time = next;
    return clock.now();
  };
  return { clock, at };
}

it("shows the time of day, also when that jumps ahead", () => {
  const { clock, at } = settable(1_000);
  expect([clock.now(), at(1_500), at(3_600_000)]).toEqual([1_000, 1_500, 3_600_000]);
  expect(clock.setBackMs).toBe(0);
});

it("stands still when the clock is set back, goes on from there, and tells by how much", () => {
  const { clock, at } = settable(10_000);
  clock.now();
  expect([at(4_000), at(4_100)]).toEqual([10_000, 10_100]);
  expect(clock.setBackMs).toBe(6_000);
});

it("never runs backwards, whatever happens", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -100_000, max: 100_000 })), (jumps) => {
      const { at } = settable(1_000_000);
      const times = jumps.map((_, i) => jumps.slice(0, i + 1).reduce((sum, jump) => sum + jump, 1_000_000));
      const shown = times.map(at);
      expect(shown).toEqual(shown.toSorted((a, b) => a - b));
    }),
  );
});
