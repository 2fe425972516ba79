import { afterEach, expect, test } from "vitest";
import { checkStream } from "../../lib/anthropic/sse/grammar.ts";
import type { Handler } from "../support/upstream.ts";
import { buildHouse, type House, healthy } from "./house.ts";

let house: House | undefined;
afterEach(async () => {
  await house?.close();
  house = undefined;
});

const late: Handler = async (request, reply) => {
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  return healthy("hello from a")(request, reply);
};

let asked = 0;

/** Each request is a conversation of its own, so that no prompt cache is warm; enough of them to know what is usual. */
async function warmUp({ ask }: House, count = 25): Promise<void> {
  for (let i = 0; i < count; i++) await ask({ messages: [{ role: "user", content: `question ${asked++}` }] });
}

test("hedge = true: when the first has not begun in its usual time, the next is started too, and the first content wins", async () => {
  house = await buildHouse({ config: "[failover]\nhedge = true\n" });
  await warmUp(house);
  house.a.handle(late);
  const { text, headers } = await house.ask({ messages: [{ role: "user", content: "late" }] });
  expect(checkStream(text)).toEqual([]);
  expect(headers.get("x-ccm-provider")).toBe("b");
  const entry = await house.last();
  expect(entry).toMatchObject({
    outcome: "ok",
    provider: "b",
    attempts: [{ provider: "a", lost: true }, { hedged: true }],
  });
  expect(entry.attempts.map(({ failure }) => failure)).toEqual([undefined, undefined]);
  await expect.poll(() => house?.a.requests.at(-1)?.aborted).toBe(true);
  const status = (await (await fetch(`${house.mux.url}/api/status`)).json()) as { providers: { failures: number }[] };
  expect(status.providers.map(({ failures }) => failures)).toEqual([0, 0]);
});

test("at most one request in twenty is asked twice", async () => {
  house = await buildHouse({ config: "[failover]\nhedge = true\n" });
  await warmUp(house);
  house.a.handle(async (request, reply) => {
    await new Promise((resolve) => setTimeout(resolve, 150));
    return healthy("hello from a")(request, reply);
  });
  await warmUp(house, 10);
  expect(house.b.requests).toHaveLength(1);
});

test("a conversation whose prompt cache is warm stays where it is, and without the setting nobody is asked twice", async () => {
  house = await buildHouse({ config: "[failover]\nhedge = true\n" });
  await warmUp(house);
  const slow: Handler = async (request, reply) => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    return healthy("hello from a")(request, reply);
  };
  house.a.handle(slow);
  const again = await house.ask({ messages: [{ role: "user", content: `question ${asked - 3}` }] });
  expect([again.headers.get("x-ccm-provider"), house.b.requests.length]).toEqual(["a", 0]);
  await house.close();
  house = await buildHouse({});
  await warmUp(house);
  house.a.handle(slow);
  const plain = await house.ask({ messages: [{ role: "user", content: "late" }] });
  expect([plain.headers.get("x-ccm-provider"), house.b.requests.length]).toEqual(["a", 0]);
});
