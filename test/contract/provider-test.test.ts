import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { ProviderTestView } from "../../lib/server/admin/views.ts";
import { startSimulator } from "../../lib/simulator/server.ts";
import { type Mux, startMux } from "../support/mux.ts";
import { closedPort, type Handler, startUpstream } from "../support/upstream.ts";

const steps: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of steps.splice(0).reverse()) await step();
});

const KEY = "sk-canary-0123456789";

async function muxWith(config: string): Promise<Mux> {
  const mux = await startMux({ config });
  steps.push(() => mux.close());
  return mux;
}

async function test(mux: Mux, provider: string, body?: object): Promise<ProviderTestView> {
  const response = await fetch(`${mux.url}/api/providers/${provider}/test`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as ProviderTestView;
}

const outcomes = ({ checks }: ProviderTestView) => Object.fromEntries(checks.map(({ id, outcome }) => [id, outcome]));
const details = ({ checks }: ProviderTestView) => Object.fromEntries(checks.map(({ id, detail }) => [id, detail]));

/** A provider of that type, with a mapping to it. */
function one(type: string, baseUrl: string, more = "", model = ""): string {
  const id = model === "" ? "" : `, model = "${model}"`;
  return `[[providers]]\nname = "p"\ntype = "${type}"\napi_key = "${KEY}"\nbase_url = "${baseUrl}"\n${more}\n[[models]]\nname = "claude-haiku-5-5"\nproviders = [{ name = "p"${id} }]\n`;
}

describe("a provider that is well", () => {
  it.each([
    ["anthropic", "anthropic"],
    ["openai", "openai-responses"],
    ["groq", "openai-chat"],
    ["gemini", "gemini"],
  ])("of type %s passes every check on the wire %s", async (type, wire) => {
    const simulator = await startSimulator({
      host: "127.0.0.1",
      respond: ({ tools }) =>
        tools.length > 0 ? { parts: [{ type: "tool", name: "get_time", input: { city: "Paris" } }] } : undefined,
    });
    steps.push(() => simulator.close());
    const mux = await muxWith(one(type, `${simulator.url}/p`));
    const told = await test(mux, "p");
    expect(told).toMatchObject({ provider: "p", wire, ok: true });
    const { vision, ...rest } = outcomes(told);
    expect(rest).toEqual({ key: "ok", models: "ok", answer: "ok", stream: "ok", tools: "ok" });
    expect(vision).toBe(type === "groq" ? "skipped" : "ok"); // the catalogue knows that it sees nothing
    expect(details(told).tools).toBe("it called get_time");
    expect(told.message).toMatch(new RegExp(`^${told.model} answers, streams, calls tools`));
    expect(JSON.stringify(told)).not.toContain(KEY);
  });

  it("on Vertex AI passes with Google's login, which has no list of models to ask", async () => {
    const simulator = await startSimulator({ host: "127.0.0.1" });
    steps.push(() => simulator.close());
    const tokens = await startUpstream((_, reply) => reply.json({ access_token: "ya29.x", expires_in: 3600 }));
    steps.push(() => tokens.close());
    const folder = mkdtempSync(join(tmpdir(), "ccm-provider-test-"));
    steps.push(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, "adc.json");
    const user = { type: "authorized_user", client_id: "c", client_secret: "s", refresh_token: "r" };
    writeFileSync(file, JSON.stringify(user));
    const mux = await muxWith(`[[providers]]
name = "p"
type = "vertex-ai"
base_url = "${simulator.url}/p"
project = "my-project"
oauth = { adc_file = "${file}", token_url = "${tokens.url}" }
`);
    const told = await test(mux, "p", { model: "claude-haiku-5-5" });
    expect(told).toMatchObject({ ok: true, wire: "vertex", model: "claude-haiku-5-5" });
    expect(outcomes(told)).toMatchObject({ key: "ok", models: "skipped", answer: "ok", stream: "ok", vision: "ok" });
  });

  it("leaves no trace in journal and health", async () => {
    const simulator = await startSimulator({ host: "127.0.0.1" });
    steps.push(() => simulator.close());
    const mux = await muxWith(one("anthropic", `${simulator.url}/p`));
    simulator.setFault("p", "500");
    for (let i = 0; i < 4; i++) expect((await test(mux, "p")).ok).toBe(false);
    const { providers, totals } = (await (await fetch(`${mux.url}/health`)).json()) as {
      providers: { state: string }[];
      totals: { requests: number };
    };
    expect([providers[0]?.state, totals.requests]).toEqual(["ok", 0]);
  });
});

describe("what does not work is told in the vendor's own words", () => {
  async function tested(handler: Handler, config: (url: string) => string = (url) => one("anthropic", url)) {
    const upstream = await startUpstream(handler);
    steps.push(() => upstream.close());
    return test(await muxWith(config(upstream.url)), "p");
  }

  it("a key that is refused, without showing it", async () => {
    const told = await tested((_, reply) =>
      reply.json(
        { type: "error", error: { type: "authentication_error", message: `invalid key ${KEY}` } },
        { status: 401 },
      ),
    );
    expect(told.ok).toBe(false);
    expect(outcomes(told)).toMatchObject({ key: "failed", models: "failed", answer: "failed", stream: "skipped" });
    expect(told.message).toContain("key or login: ");
    expect(told.message).toContain("invalid key ***");
    expect(JSON.stringify(told)).not.toContain("canary");
  });

  it("a model that sees nothing, while all else works", async () => {
    const told = await tested(
      (request, reply) => {
        if (request.method === "GET") return reply.json({ data: [{ id: "other" }] });
        if (JSON.stringify(request.json()).includes("image/png"))
          return reply.json({ error: { message: "this model is blind" } }, { status: 400 });
        if (request.json().stream === true) return reply.sse(CHAT_STREAM);
        return reply.json(CHAT_ANSWER);
      },
      (url) => one("openai-compatible", url, "", "small-1"),
    );
    expect(told.ok).toBe(true);
    expect(outcomes(told)).toEqual({
      key: "ok",
      models: "ok",
      answer: "ok",
      stream: "ok",
      tools: "unclear",
      vision: "failed",
    });
    expect(details(told).models).toBe("it lists 1 models; small-1 is not among them");
    expect(told.message).toMatch(/^small-1 answers, streams; images: .*this model is blind/);
  });

  it("nobody at the address", async () => {
    const mux = await muxWith(one("anthropic", `http://127.0.0.1:${await closedPort()}`));
    const told = await test(mux, "p");
    expect(told.ok).toBe(false);
    expect(told.message).toContain("ECONNREFUSED");
    expect(outcomes(told)).toMatchObject({ answer: "failed", vision: "skipped" });
  });

  it("an answer that is no answer", async () => {
    const told = await tested((_, reply) => reply.html());
    expect(told.ok).toBe(false);
    expect(details(told).answer).toContain("HTML");
  });
});

describe("of several keys", () => {
  const GOOD = "sk-good-0123456789abcd";
  const SPENT = "sk-spent-0123456789efgh";
  const keys = (url: string, list: readonly string[]) =>
    one("openai-compatible", url, `api_keys = ${JSON.stringify(list)}`, "small-1").replace(`api_key = "${KEY}"\n`, "");

  /** A vendor that knows the key KEY no more, and for whom SPENT has used up its money. */
  const vendor: Handler = (request, reply) => {
    const key = String(request.headers.authorization).replace("Bearer ", "");
    if (key === KEY) return reply.json({ error: { message: `no such key: ${key}` } }, { status: 401 });
    if (request.method === "GET") return reply.json({ data: [{ id: "small-1" }] });
    if (key === SPENT)
      return reply.json({ error: { code: "insufficient_quota", message: "You are out of money" } }, { status: 429 });
    return request.json().stream === true ? reply.sse(CHAT_STREAM) : reply.json(CHAT_ANSWER);
  };

  async function tested(list: readonly string[]) {
    const upstream = await startUpstream(vendor);
    steps.push(() => upstream.close());
    const told = await test(await muxWith(keys(upstream.url, list)), "p");
    return { told, upstream };
  }

  it("each is tried and named by what may be shown of it; all else is asked with the first that works", async () => {
    const { told, upstream } = await tested([KEY, SPENT, GOOD]);
    expect(told.ok).toBe(true);
    const found = told.checks.filter(({ id }) => id === "key");
    expect(found.map(({ label, outcome }) => [label, outcome])).toEqual([
      ["key 1 of 3 (sk-…6789)", "failed"],
      ["key 2 of 3 (sk-…efgh)", "failed"],
      ["key 3 of 3 (sk-…abcd)", "ok"],
    ]);
    expect(found[0]?.detail).toContain("no such key: ***");
    expect(found[1]?.detail).toContain("You are out of money");
    expect(outcomes(told)).toMatchObject({ models: "ok", answer: "ok", stream: "ok", tools: "unclear", vision: "ok" });
    expect(told.message).toMatch(/^small-1 answers, streams, sees images; key 1 of 3 .* key 2 of 3 /);
    const asked = upstream.requests
      .filter(({ method }) => method === "POST")
      .map(({ headers }) => headers.authorization);
    expect(asked.filter((key) => key === `Bearer ${GOOD}`)).toHaveLength(4);
    for (const secret of [KEY, SPENT, GOOD]) expect(JSON.stringify(told)).not.toContain(secret);
  });

  it("none works: so does the provider not, and each key says why", async () => {
    const { told } = await tested([SPENT, KEY]);
    expect(told.ok).toBe(false);
    expect(told.message).toMatch(/^key 1 of 2 \(sk-…efgh\): .*You are out of money/);
    expect(told.checks.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
      "key failed",
      "key failed",
      "models ok",
      "answer failed",
      "stream skipped",
      "tools skipped",
      "vision skipped",
    ]);
  });
});

describe("a provider that cannot be tried out", () => {
  it.each([
    ["no key", one("anthropic", "http://127.0.0.1:9").replace(KEY, "$CCM_TEST_UNSET"), "no API key is configured"],
    [
      "a login of the client's own",
      one("anthropic", "http://127.0.0.1:9", 'auth_type = "passthrough"'),
      "login of each client",
    ],
  ])("because of %s says so", async (_, config, words) => {
    const told = await test(await muxWith(config), "p");
    expect(told.ok).toBe(false);
    expect(told.message).toContain(words);
  });
});

it("asks the model that is named, and else one that the provider lists", async () => {
  const asked: unknown[] = [];
  const upstream = await startUpstream((request, reply) => {
    if (request.method === "GET") return reply.json({ data: [{ id: "listed-1" }] });
    asked.push(request.json().model);
    return reply.json(CHAT_ANSWER);
  });
  steps.push(() => upstream.close());
  const mux = await muxWith(`[[providers]]\nname = "p"\ntype = "openai-compatible"\nbase_url = "${upstream.url}"\n`);
  expect((await test(mux, "p")).model).toBe("listed-1");
  expect((await test(mux, "p", { model: "mine-7" })).model).toBe("mine-7");
  expect(new Set(asked)).toEqual(new Set(["listed-1", "mine-7"]));
});

it("refuses names and bodies that make no sense", async () => {
  const mux = await muxWith(one("anthropic", "http://127.0.0.1:9"));
  const post = (name: string, body: string) =>
    fetch(`${mux.url}/api/providers/${name}/test`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
  expect((await post("nobody", "{}")).status).toBe(404);
  expect((await post("p", '{"modle":"x"}')).status).toBe(400);
});

const CHAT_ANSWER = {
  id: "c1",
  object: "chat.completion",
  model: "small-1",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "yes" } }],
  usage: { prompt_tokens: 5, completion_tokens: 1, total_tokens: 6 },
};

const CHAT_STREAM = [
  { choices: [{ index: 0, delta: { role: "assistant", content: "yes" } }] },
  { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
]
  .map((chunk) => JSON.stringify({ id: "c1", object: "chat.completion.chunk", model: "small-1", ...chunk }))
  .concat("[DONE]");
