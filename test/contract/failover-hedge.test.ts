import { afterEach, expect, test } from "vitest";
import { checkStream } from "../../lib/anthropic/sse/grammar.ts";
import type { Handler } from "../support/upstream.ts";
import { buildHouse, type House, healthy, textEvents } from "./house.ts";

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

const question = (content: string) => ({ messages: [{ role: "user", content }] });

/**
 * Each request is a conversation of its own, so that no prompt cache is warm; enough of them to know what is usual. On a
 * busy machine one of them may be late itself. @returns a question that `a` has answered
 */
async function warmUp({ ask }: House, count = 25): Promise<string> {
  let answered = "";
  for (let i = 0; i < count; i++) {
    const content = `question ${asked++}`;
    const { headers } = await ask(question(content));
    if (headers.get("x-ccm-provider") === "a") answered = content;
  }
  return answered;
}

/** Lets so many requests pass that the next late one may be asked twice. */
function saveUp({ mux }: House): void {
  for (let i = 0; i < 100; i++) mux.server.context.trackRecord.hedges.count();
}

test("hedge = true: when the first has not begun in its usual time, the next is started too, and the first content wins", async () => {
  house = await buildHouse({ config: "[failover]\nhedge = true\n" });
  await warmUp(house);
  saveUp(house);
  house.a.handle(late);
  const { text, headers } = await house.ask(question("late"));
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

test("what the slower one has used by then is in the journal, with its price", async () => {
  house = await buildHouse({ config: "[failover]\nhedge = true\n" });
  await warmUp(house);
  saveUp(house);
  const [start = ""] = textEvents("never said");
  house.a.handle((_request, reply) => reply.sse([start], { named: true, after: "hang" }));
  await house.ask(question("late"));
  const { attempts } = await house.last();
  expect(attempts).toMatchObject([
    { lost: true, usage: { input_tokens: 12, cache_read_input_tokens: 4 } },
    { hedged: true },
  ]);
});

test("at most one request in twenty is asked twice", async () => {
  house = await buildHouse({ config: "[failover]\nhedge = true\n" });
  await warmUp(house);
  house.a.handle(async (request, reply) => {
    await new Promise((resolve) => setTimeout(resolve, 150));
    return healthy("hello from a")(request, reply);
  });
  await warmUp(house, 10);
  expect(house.b.requests.length).toBeLessThanOrEqual(1);
});

test("a conversation whose prompt cache is warm stays where it is, and without the setting nobody is asked twice", async () => {
  for (const config of ["[failover]\nhedge = true\n", ""]) {
    house = await buildHouse({ config });
    const answered = await warmUp(house);
    saveUp(house);
    const before = house.b.requests.length;
    house.a.handle(async (request, reply) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return healthy("hello from a")(request, reply);
    });
    const { headers } = await house.ask(question(config === "" ? "late" : answered));
    expect([headers.get("x-ccm-provider"), house.b.requests.length - before]).toEqual(["a", 0]);
    await house.close();
  }
});

test("rescue: who was asked beside the first, and was slower, is still there when the answer breaks", async () => {
  house = await buildHouse({ config: '[failover]\nhedge = true\nrescue = "restart"\n' });
  await warmUp(house);
  saveUp(house);
  const { a, b } = house;
  const whole = textEvents("hello from somebody");
  const askedBefore = b.requests.length;
  a.handle(async (_request, reply) => {
    await expect.poll(() => b.requests.length).toBe(askedBefore + 1);
    await reply.sse(whole.slice(0, 3), { named: true, after: "hang" });
    await expect.poll(() => b.requests.at(-1)?.aborted).toBe(true);
    reply.response.destroy();
  });
  b.handle((request, reply) => (request.number === askedBefore + 1 ? undefined : reply.sse(whole, { named: true })));
  const { text } = await house.ask(question("late"));
  expect(checkStream(text)).toEqual([]);
  expect(text).toContain("message_stop");
  expect(text).not.toContain("event: error");
  expect(await house.last()).toMatchObject({ outcome: "ok", rescue: { from: "a", to: "b" } });
});
