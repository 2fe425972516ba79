import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ClientReply } from "../../lib/relay/client-reply.ts";
import { Timers } from "../../lib/relay/timers.ts";
import { Asked, Comebacks } from "../../lib/server/comebacks.ts";
import type { HeldReply } from "../../lib/server/held-reply.ts";

/** A client's side that tells what has reached it, and leaves when it is told to. */
class Client implements ClientReply {
  gone = false;
  status: number | undefined;
  text = "";
  ended = false;
  slow = false;
  #listeners = new Set<() => void>();
  #drains: (() => void)[] = [];

  leave(): void {
    this.gone = true;
    for (const listener of this.#listeners) listener();
  }

  drain(): void {
    for (const listener of this.#drains.splice(0)) listener();
  }

  onGone(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  begin(status: number): void {
    expect(this.status).toBeUndefined();
    this.status = status;
  }

  write(bytes: Buffer | string): boolean {
    this.text += String(bytes);
    return !this.slow;
  }

  onDrain(listener: () => void): void {
    this.#drains.push(listener);
  }

  end(bytes: Buffer | string = ""): void {
    this.text += String(bytes);
    this.ended = true;
  }
}

const ASKED = {
  path: "/v1/messages",
  headers: { "x-claude-code-session-id": "one", "x-api-key": "k" } as Readonly<Record<string, string>>,
  body: Buffer.from('{"model":"m"}'),
};

let now = 0;
let timers: Timers;
let comebacks: Comebacks;
/** Requests that were answered from scratch. */
let answered: HeldReply[];
let finish: (() => void)[];
beforeEach(() => {
  now = 0;
  timers = new Timers(() => now);
  comebacks = new Comebacks(timers, () => now);
  answered = [];
  finish = [];
});
afterEach(() => {
  for (const end of finish) end();
});

function ask(client: Client, asked: Partial<typeof ASKED> = {}): Promise<void> {
  const { path, headers, body } = { ...ASKED, ...asked };
  return comebacks.serve(new Asked(path, headers, body), client, (reply) => {
    answered.push(reply);
    return new Promise((resolve) => finish.push(resolve));
  });
}

/** Time passes, and is noticed. */
async function pass(ms: number): Promise<void> {
  now += ms;
  timers.look();
  await new Promise((resolve) => setImmediate(resolve));
}

describe("the same again right away", () => {
  test("gets what was sent, from its beginning, and the rest as it comes", async () => {
    const [first, second] = [new Client(), new Client()];
    void ask(first);
    const [reply] = answered;
    reply?.begin(200, {});
    reply?.write("one ");
    first.leave();
    expect(reply?.gone).toBe(false);
    reply?.write("two ");
    void ask(second);
    expect([second.status, second.text, answered.length]).toEqual([200, "one two ", 1]);
    reply?.write("three");
    reply?.end();
    expect([second.text, second.ended, first.text]).toEqual(["one two three", true, "one "]);
    expect(reply?.comebacks).toBe(1);
    await pass(1_000);
    expect(reply?.gone).toBe(false);
  });

  test("as often as it likes, and with what was over in the meantime", async () => {
    const clients = [new Client(), new Client(), new Client()];
    void ask(clients[0] as Client);
    const [reply] = answered;
    for (const at of [0, 1]) {
      clients[at]?.leave();
      if (at === 1) {
        reply?.begin(200, {});
        reply?.end("whole");
      }
      void ask(clients[at + 1] as Client);
    }
    expect([clients[2]?.text, clients[2]?.ended, answered.length]).toEqual(["whole", true, 1]);
  });

  test("an answer that waited for a slow client goes on", () => {
    const [first, second] = [new Client(), new Client()];
    first.slow = true;
    void ask(first);
    const [reply] = answered;
    let drained = 0;
    reply?.begin(200, {});
    expect(reply?.write("much")).toBe(false);
    reply?.onDrain(() => drained++);
    first.leave();
    first.drain();
    expect(drained).toBe(0);
    void ask(second);
    second.drain();
    expect(drained).toBe(1);
  });

  test.each<[string, Partial<typeof ASKED>]>([
    ["another body", { body: Buffer.from('{"model":"n"}') }],
    ["another path", { path: "/v1/messages?beta=true" }],
    ["another session", { headers: { ...ASKED.headers, "x-claude-code-session-id": "two" } }],
    ["another key", { headers: { ...ASKED.headers, "x-api-key": "other" } }],
    ["another provider", { headers: { ...ASKED.headers, "x-ccm-provider": "b" } }],
  ])("%s is another request", (_what, asked) => {
    const [first, second] = [new Client(), new Client()];
    void ask(first);
    first.leave();
    void ask(second, asked);
    expect(answered).toHaveLength(2);
  });

  test("gets an answer of its own where the first has lasted, and was forgotten: its client is gone at once", () => {
    const [first, second] = [new Client(), new Client()];
    void ask(first);
    const [reply] = answered;
    reply?.begin(200, {});
    reply?.write("one ");
    reply?.forget();
    reply?.write("two ");
    expect([first.text, reply?.isKept]).toEqual(["one two ", false]);
    first.leave();
    expect([reply?.gone, comebacks.waitedFor]).toEqual([true, 0]);
    void ask(second);
    expect(answered).toHaveLength(2);
  });

  test("while the first client is there, each gets an answer of its own", () => {
    void ask(new Client());
    void ask(new Client());
    expect(answered).toHaveLength(2);
  });
});

describe("nobody comes back", () => {
  test("within a moment: whoever answers hears of it, and nothing is kept", async () => {
    const client = new Client();
    const over = ask(client);
    const [reply] = answered;
    let heard = 0;
    reply?.onGone(() => heard++);
    reply?.begin(200, {});
    reply?.write("some words");
    client.leave();
    await pass(99);
    expect([heard, reply?.gone, comebacks.waitedFor]).toEqual([0, false, 1]);
    await pass(2);
    expect([heard, reply?.gone, comebacks.waitedFor, timers.size]).toEqual([1, true, 0, 0]);
    finish[0]?.();
    await over;
    void ask(new Client());
    expect(answered).toHaveLength(2);
  });

  test("whose own time limit ran out: it is waited for as long as its backoff takes, unless the answer has begun", async () => {
    for (const begun of [false, true]) {
      const client = new Client();
      void ask(client, { headers: { "x-stainless-timeout": "1" } });
      const reply = answered.at(-1);
      if (begun) reply?.begin(200, {});
      client.leave();
      await pass(1_000);
      expect(reply?.gone).toBe(begun);
      await pass(5_000);
      expect(reply?.gone).toBe(true);
    }
  });

  test("whose own time limit runs out again and again: each time it is waited for, and gets the answer in the end", async () => {
    const headers = { "x-stainless-timeout": "10" };
    for (let round = 0; round < 4; round++) {
      const client = new Client();
      void ask(client, { headers });
      await pass(10_000);
      client.leave();
      await pass(600 * 2 ** round);
      expect([answered.length, answered[0]?.gone]).toEqual([1, false]);
    }
    const client = new Client();
    void ask(client, { headers });
    answered[0]?.begin(200, {});
    answered[0]?.end("at last");
    expect([client.text, answered[0]?.comebacks]).toEqual(["at last", 4]);
  });

  test("that leaves long before its limit, or behind it: it is gone after a moment", async () => {
    for (const ms of [8_000, 12_000]) {
      const client = new Client();
      void ask(client, { headers: { "x-stainless-timeout": "10" } });
      await pass(ms);
      client.leave();
      await pass(200);
      expect(answered.at(-1)?.gone).toBe(true);
    }
  });

  test("that is waited for so long is told to whoever answers, and is the case for sixteen at most", async () => {
    const told: number[] = [];
    const leaving = Array.from({ length: 17 }, () => new Client());
    for (const [at, client] of leaving.entries()) {
      void ask(client, { headers: { "x-stainless-timeout": "1" } });
      answered.at(-1)?.onAwaited(() => told.push(at));
    }
    for (const client of leaving) client.leave();
    expect(told).toEqual([...leaving.keys()].slice(0, 16));
    await pass(200);
    expect(answered.map(({ gone }) => gone)).toEqual(leaving.map((_client, at) => at === 16));
    expect(comebacks.waitedFor).toBe(16);
    await pass(5_000);
    expect(comebacks.waitedFor).toBe(0);
    const client = new Client();
    void ask(client, { headers: { "x-stainless-timeout": "1" } });
    client.leave();
    await pass(200);
    expect(comebacks.waitedFor).toBe(1);
  });

  test("an answer too long to be told again: its client is gone at once", () => {
    const client = new Client();
    void ask(client);
    const [reply] = answered;
    reply?.begin(200, {});
    for (let i = 0; i < 5; i++) reply?.write("x".repeat(64 * 1024));
    client.leave();
    expect([reply?.gone, comebacks.waitedFor]).toEqual([true, 0]);
  });

  test("one that becomes too long while nobody is there: likewise", () => {
    const client = new Client();
    void ask(client);
    const [reply] = answered;
    reply?.begin(200, {});
    client.leave();
    for (let i = 0; i < 5; i++) reply?.write("x".repeat(64 * 1024));
    expect([reply?.gone, comebacks.waitedFor]).toEqual([true, 0]);
  });

  test("all answers together are kept up to a limit, which is free again when they are over", async () => {
    const many = 60;
    const begin = (): HeldReply[] => {
      const from = answered.length;
      for (let i = 0; i < many; i++) {
        void ask(new Client());
        const reply = answered.at(-1);
        reply?.begin(200, {});
        reply?.write("x".repeat(200 * 1024));
      }
      return answered.slice(from);
    };
    const keptOf = (replies: HeldReply[]): number => replies.filter(({ isKept }) => isKept).length;
    const kept = keptOf(begin());
    expect([kept > 30, kept < many]).toEqual([true, true]);
    for (const end of finish) end();
    await pass(0);
    expect(keptOf(begin())).toBe(kept);
  });
});
