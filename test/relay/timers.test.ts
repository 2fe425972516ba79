import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { Timers } from "../../lib/relay/timers.ts";

test("a deadline fires once, moves, and can be taken back; nothing runs while there is none", async () => {
  const timers = new Timers();
  const fired: string[] = [];
  timers.after(10, () => fired.push("first"));
  const moved = timers.after(10, () => fired.push("moved"));
  timers.after(10, () => fired.push("cancelled")).cancel();
  timers.after(0, () => fired.push("never")).cancel();
  moved.move(120);
  await sleep(80);
  expect(fired).toEqual(["first"]);
  await sleep(150);
  expect(fired).toEqual(["first", "moved"]);
  moved.move(10);
  await sleep(60);
  expect(fired).toEqual(["first", "moved", "moved"]);
  expect(timers.size).toBe(0);
});

test("a cancelled deadline cannot be moved back to life", async () => {
  const timers = new Timers();
  const deadline = timers.after(1000, () => expect.unreachable());
  deadline.cancel();
  deadline.move(1);
  expect(timers.size).toBe(0);
});

test("after the process was stopped, what came in the meantime is read before anything is late", async () => {
  let stopped = 0;
  const timers = new Timers(() => performance.now() + stopped);
  const fired: string[] = [];
  const spoke = timers.after(20, () => fired.push("the one that spoke in the meantime"));
  timers.after(20, () => fired.push("the silent one"));
  stopped = 60_000;
  await sleep(100); // the timer has come, a minute late
  expect(fired).toEqual([]);
  spoke.move(20_000);
  await expect.poll(() => fired, { timeout: 5_000 }).toEqual(["the silent one"]);
});

test("a deadline further off than a timer can be set wakes nobody before", async () => {
  let looks = 0;
  const timers = new Timers(() => {
    looks++;
    return 0;
  });
  const deadline = timers.after(10_000_000_000, () => expect.unreachable());
  const asked = looks;
  await sleep(50);
  expect(looks).toBe(asked);
  deadline.cancel();
});
