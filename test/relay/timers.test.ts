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
