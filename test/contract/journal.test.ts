import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { JournalEntry } from "../../lib/journal/entry.ts";
import { createLogger } from "../../lib/server/log.ts";
import { startServer } from "../../lib/server/start.ts";
import { buildHouse, type House, type HouseOptions, healthy, MODEL } from "./house.ts";

let house: House | undefined;
afterEach(async () => {
  await house?.close();
  house = undefined;
});

/** A model whose providers have prices. */
const PRICED = "claude-opus-4-20250514";
const PRICES = `
[[models]]
name = "${PRICED}"
providers = [
  { name = "a", priority = 1, model = "model-of-a", price = { input = 1000, output = 2000 } },
  { name = "b", priority = 2, model = "model-of-b", price = { input = 1000, output = 2000 } },
]
`;

async function build(options: HouseOptions = {}): Promise<House> {
  house = await buildHouse(options);
  return house;
}

/** Who looks for what is not in memory has everything written down first. */
const written = (url: string) => fetch(`${url}/api/journal/req_nobody`);

const journalFiles = (configPath: string) => {
  const dir = join(dirname(configPath), "journal");
  return readdirSync(dir).map((name) => readFileSync(join(dir, name), "utf8"));
};

describe("the journal's entry of a request", () => {
  it("tells who answered, what was used, what it cost and what the vendor calls it", async () => {
    const { ask, last } = await build({
      config: PRICES,
      a: (_request, reply) => reply.json({ error: "busy" }, { status: 529, headers: { "request-id": "req_of_a" } }),
    });
    const { headers } = await ask({ model: PRICED });
    const entry = await last();
    expect(entry.id).toBe(headers.get("x-ccm-request-id"));
    expect(entry).toMatchObject({ outcome: "ok", provider: "b", usage: { input_tokens: 12, output_tokens: 7 } });
    expect(entry.attempts).toMatchObject([{ provider: "a", requestId: "req_of_a" }, { provider: "b" }]);
    // 12 in, 4 from the cache (no price of its own: as input), 7 out.
    expect(entry.cost).toBeCloseTo(((12 + 4) * 1_000 + 7 * 2_000) / 1e6, 9);
    expect(entry.listCost).toBeCloseTo((12 * 15 + 4 * 1.5 + 7 * 75) / 1e6, 9);
  });

  it("is left, and a line in the log, by those too that could not be served: the id in the client's error leads there", async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const { mux, ask } = await build({
      config: "[performance]\nmax_concurrent_requests = 1\n",
      a: async (request, reply) => {
        await held;
        await healthy("late")(request, reply);
      },
    });
    const send = (path: string, body: string) =>
      fetch(`${mux.url}${path}`, { method: "POST", headers: { "content-type": "application/json" }, body });
    const refused = [
      await send("/v1/messages", "{ broken"),
      await send("/v1/chat/completions", "[]"),
      await send("/v1/messages", JSON.stringify({ model: MODEL, messages: "none" })),
    ];
    // One is under way, a hundred wait in line, and one is too many.
    const crowd = Array.from({ length: 101 }, () => ask({}));
    await expect.poll(() => mux.server.context.gate.waiting).toBe(100);
    refused.push(await send("/v1/messages", JSON.stringify({ model: MODEL, max_tokens: 1, messages: [] })));
    release();
    await Promise.all(crowd);
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 429]);
    for (const { status, headers } of refused) {
      const id = headers.get("x-ccm-request-id") ?? "none";
      const entry = (await (await fetch(`${mux.url}/api/journal/${id}`)).json()) as JournalEntry;
      expect(entry).toMatchObject({ id, status, outcome: "failed", attempts: [], error: expect.any(String) });
      expect(mux.log.filter((line) => line.includes(`id=${id}`))).toHaveLength(1);
    }
  });

  it("is none of a client whose key is wrong, but the log says so", async () => {
    const { mux } = await build();
    const text = readFileSync(mux.configPath, "utf8");
    writeFileSync(mux.configPath, `[server]\napi_keys = ["the-right-key"]\n${text}`);
    await expect.poll(async () => (await fetch(`${mux.url}/v1/models`)).status).toBe(401);
    expect(mux.log.filter((line) => /warn +refused GET \/v1\/models .*api_keys/.test(line))).toHaveLength(1);
    const { items } = (await (await fetch(`${mux.url}/api/journal`)).json()) as { items: JournalEntry[] };
    expect(items).toEqual([]);
  });

  it("is found by what it tells", async () => {
    const { ask, mux } = await build();
    await ask({}, { "x-claude-code-session-id": "session-one" });
    await ask({}, { "x-claude-code-session-id": "session-two" });
    const find = async (query: string) =>
      ((await (await fetch(`${mux.url}/api/journal?${query}`)).json()) as { items: JournalEntry[] }).items;
    expect((await find("session=session-one")).map(({ session }) => session)).toEqual(["session-one"]);
    expect(await find("provider=b")).toEqual([]);
    expect(await find(`text=${MODEL.toUpperCase()}&outcome=ok`)).toHaveLength(2);
    expect((await fetch(`${mux.url}/api/journal?outcome=splendid`)).status).toBe(400);
    expect((await fetch(`${mux.url}/api/journal?since=yesterday`)).status).toBe(400);
  });

  it("is there after a restart", async () => {
    const { ask, mux, last } = await build();
    await ask();
    const before = await last();
    const { configPath } = mux;
    await written(mux.url);
    const again = await startServer({
      configPath,
      stateDir: dirname(configPath),
      env: {},
      log: createLogger(() => undefined),
      port: 0,
    });
    try {
      const page = (await (await fetch(`${again.url}/api/journal`)).json()) as { items: JournalEntry[] };
      expect(page.items).toEqual([before]);
    } finally {
      await again.close(0);
    }
  });

  it("holds neither what was said nor a secret", async () => {
    const { ask, mux } = await build({
      a: (request, reply) =>
        reply.json({ error: { message: `bad key ${String(request.headers["x-api-key"])}` } }, { status: 401 }),
    });
    await ask(
      { messages: [{ role: "user", content: "CANARY-said" }], system: "CANARY-system" },
      { authorization: "Bearer CANARY-client-key" },
    );
    await written(mux.url);
    const files = journalFiles(mux.configPath).join("\n");
    expect(files).toContain('"failure":"auth"');
    expect(files).not.toMatch(/CANARY|secret-of-/);
  });

  it("holds no secret of the user's own headers, though a vendor repeats it", async () => {
    const { ask, mux } = await build({
      provider: 'headers = { "x-own-token" = "CANARY-of-a-gateway", "x-team" = "the-team" }',
      a: ({ headers }, reply) =>
        reply.error(
          400,
          "invalid_request_error",
          `no ${String(headers["x-own-token"])} of ${String(headers["x-team"])}`,
        ),
    });
    const { text } = await ask({});
    expect(text).toContain("no *** of the-team");
    await written(mux.url);
    expect([text, ...mux.log, ...journalFiles(mux.configPath)].join("\n")).not.toContain("CANARY");
  });
});

describe("bodies", () => {
  const asked = { messages: [{ role: "user", content: "CANARY-said" }] };

  it("are in no log unless that is switched on", async () => {
    const { ask, mux } = await build();
    await ask(asked);
    expect(mux.log.join("\n")).not.toContain("CANARY");
  });

  it("are logged when it is, with the id of their request, and no key", async () => {
    const { ask, mux } = await build({ config: '[logging]\nlog_bodies = true\nformat = "json"' });
    const { headers } = await ask(asked);
    const lines = mux.log.map((line) => JSON.parse(line) as { id?: string; message: string; body?: string });
    const bodies = lines.filter(({ id, body }) => body !== undefined && id === headers.get("x-ccm-request-id"));
    expect(bodies.map(({ message }) => message)).toEqual(["request body", "answer body"]);
    expect(bodies[0]?.body).toContain("CANARY-said");
    expect(bodies[1]?.body).toContain("message_stop");
    expect(mux.log.join("\n")).not.toContain("secret-of-");
  });
});
