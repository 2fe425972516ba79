import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JournalEntry } from "../../lib/journal/entry.ts";
import type {
  ApiError,
  CatalogEntry,
  ChartView,
  ConfigView,
  ModelView,
  OfferedModelsView,
  Page,
  ProviderView,
  RouteView,
  SimulateView,
  StatusView,
} from "../../lib/server/admin/views.ts";
import { FAULTS } from "../../lib/simulator/faults.ts";
import { buildHouse, type House, MODEL } from "./house.ts";

let house: House;
beforeAll(async () => {
  house = await buildHouse({
    provider: 'headers = { "x-team-key" = "team-secret-0123456789abcdef" }',
    config:
      '[router.background]\nmodel = "small"\n[[models]]\nname = "small"\nproviders = [{ name = "b", model = "small-of-b" }]\n',
  });
});
afterAll(() => house?.close());

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(house.mux.url + path, {
    method,
    headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: <T>() => JSON.parse(text) as T };
}
const get = async <T>(path: string) => (await call("GET", path)).json<T>();

describe("what the server tells of itself", () => {
  test("status: process, configuration, providers, totals", async () => {
    const status = await get<StatusView>("/api/status");
    expect(status).toMatchObject({
      pid: process.pid,
      url: house.mux.url,
      config: { path: house.mux.configPath, valid: true, faults: [] },
      providers: [
        { name: "a", type: "anthropic", label: "Anthropic", wire: "anthropic", enabled: true, state: "ok" },
        { name: "b", state: "ok" },
      ],
      simulations: [],
    });
    expect(status.started_at).toBeLessThanOrEqual(Date.now());
  });

  test("charts: requests in equal steps of time", async () => {
    await house.ask();
    const { bucket_ms, items } = await get<ChartView>("/api/chart?span=hour");
    expect([bucket_ms, items.length]).toEqual([60_000, 60]);
    expect(items.reduce((sum, { ok }) => sum + ok, 0)).toBeGreaterThan(0);
    expect((await call("GET", "/api/chart?span=century")).status).toBe(400);
  });

  test("patterns are tried by the router's own engine, inline flags and all; one that is none says why", async () => {
    const found = await call("POST", "/api/patterns", {
      pattern: "(?i)CLAUDE.*haiku$",
      names: ["claude-haiku", "claude-haiku-5-5", "my-claude-x-haiku", "gpt"],
    });
    expect(found.json()).toEqual({ items: ["claude-haiku", "my-claude-x-haiku"] });
    const bad = await call("POST", "/api/patterns", { pattern: "(", names: [] });
    expect([bad.status, bad.json<ApiError>().error.code]).toEqual([400, "bad_pattern"]);
    const hanging = await call("POST", "/api/patterns", { pattern: "^(a+)+$", names: [`${"a".repeat(400)}!`] });
    expect(hanging.json()).toEqual({ items: [] });
  });

  test("models of a provider that lists none: those that the catalogue knows there, and why", async () => {
    const { from, why, items } = await get<OfferedModelsView>("/api/providers/a/models");
    expect([from, why !== undefined]).toEqual(["catalogue", true]);
    expect(items.find(({ id }) => id === "claude-sonnet-5-5")).toMatchObject({ price: { input: 2, output: 10 } });
    expect((await call("GET", "/api/providers/nobody/models")).status).toBe(404);
  });

  test("catalog: every type with what it needs", async () => {
    const { items } = await get<Page<CatalogEntry>>("/api/catalog");
    expect(items.length).toBeGreaterThanOrEqual(18);
    expect(items.find(({ id }) => id === "anthropic")).toMatchObject({
      group: "Anthropic-compatible",
      wire: "anthropic",
      base_url: "https://api.anthropic.com",
    });
  });

  test("providers: how each is set up, keys masked", async () => {
    const { items } = await get<Page<ProviderView>>("/api/providers");
    expect(items[0]).toMatchObject({
      name: "a",
      base_url: house.a.url,
      keys: ["sk-…of-a"],
      headers: ["x-team-key"],
      used_by: [{ model: MODEL, priority: 1 }],
    });
  });

  test("models: the chains, with what stands in and what it costs", async () => {
    const { items } = await get<Page<ModelView>>("/api/models");
    expect(items.map(({ name }) => name)).toEqual([MODEL, "small"]);
    expect(items[0]?.mappings).toMatchObject([
      { provider: "a", model: "model-of-a", priority: 1, stand_in: false },
      { provider: "b", model: "model-of-b", priority: 2, stand_in: false },
    ]);
  });

  test("config: settings and text with their etag, no secret in either", async () => {
    const answer = await call("GET", "/api/config");
    const view = answer.json<ConfigView>();
    expect(answer.headers.get("etag")).toBe(`"${view.etag}"`);
    expect(view).toMatchObject({
      path: house.mux.configPath,
      faults: [],
      config: { router: { default: { model: MODEL } } },
    });
    expect(view.text).toContain('name = "a"');
    expect(answer.text).not.toContain("secret-of");
    expect(answer.text).not.toContain("team-secret");
  });

  test("no answer holds a secret", async () => {
    for (const path of ["status", "catalog", "config", "providers", "models", "journal", "simulate"]) {
      const { text, status } = await call("GET", `/api/${path}`);
      expect(status).toBe(200);
      expect(text).not.toMatch(/secret-of|team-secret/);
    }
    const { text } = await call("POST", "/api/route", { model: MODEL, messages: [] });
    expect(text).not.toMatch(/secret-of|team-secret/);
  });
});

describe("checking a configuration before it is saved", () => {
  test("all faults at once, with their lines", async () => {
    const text = '[server]\nprot = 1\nport = "x"\n';
    const { faults } = (await call("POST", "/api/config/check", { text })).json<Pick<ConfigView, "faults">>();
    expect(faults).toMatchObject([
      { line: 2, path: "server.prot" },
      { line: 3, path: "server.port" },
    ]);
  });

  test("what is no TOML is told so, and a good text has no faults", async () => {
    const broken = (await call("POST", "/api/config/check", { text: "a = 1\nb = = 2" })).json<
      Pick<ConfigView, "faults">
    >();
    expect(broken.faults).toMatchObject([{ line: 2 }]);
    const good = (await call("POST", "/api/config/check", { text: "" })).json<Pick<ConfigView, "faults">>();
    expect(good.faults).toEqual([]);
  });

  test("the running configuration stays as it was", async () => {
    const before = await get<ConfigView>("/api/config");
    await call("POST", "/api/config/check", { text: "[server]\nport = 1" });
    expect(await get<ConfigView>("/api/config")).toEqual(before);
  });
});

describe("explaining a route", () => {
  test("a defined model: its chain in order, and every rule that was looked at", async () => {
    const view = (await call("POST", "/api/route", { model: MODEL, messages: [] })).json<RouteView>();
    expect(view).toMatchObject({
      outcome: "routed",
      rule: "model",
      model: MODEL,
      providers: [
        { provider: "a", model: "model-of-a" },
        { provider: "b", model: "model-of-b" },
      ],
    });
    expect(view.tried.at(-1)).toMatchObject({ rule: "model", fired: true });
  });

  test("the headers count as they would at /v1/messages", async () => {
    const request = { model: MODEL, messages: [] };
    const auxiliary = await call("POST", "/api/route", request, { "x-claude-code-request-class": "auxiliary" });
    expect(auxiliary.json<RouteView>()).toMatchObject({ rule: "background", model: "small" });
    const named = await call("POST", "/api/route", request, { "x-ccm-provider": "b" });
    expect(named.json<RouteView>()).toMatchObject({ rule: "explicit", providers: [{ provider: "b" }] });
  });

  test("nothing is sent", async () => {
    const before = [house.a.requests.length, house.b.requests.length];
    await call("POST", "/api/route", { model: MODEL, messages: [{ role: "user", content: "hi" }] });
    expect([house.a.requests.length, house.b.requests.length]).toEqual(before);
  });

  test("what is no request is refused in words", async () => {
    const answer = await call("POST", "/api/route", { messages: [] });
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ error: { code: "bad_request", message: expect.stringContaining("model") } });
  });
});

describe("the journal", () => {
  test("newest first, page by page, each to be had by its id", async () => {
    for (let i = 0; i < 3; i++) await house.ask();
    const first = await get<Page<JournalEntry>>("/api/journal?limit=2");
    expect(first.items).toHaveLength(2);
    expect(first.next).toBeDefined();
    const second = await get<Page<JournalEntry>>(`/api/journal?limit=2&before=${first.next}`);
    const times = [...first.items, ...second.items].map(({ time }) => time);
    expect(times).toEqual([...times].sort((a, b) => b - a));
    const [entry] = first.items;
    expect(await get(`/api/journal/${entry?.id}`)).toEqual(entry);
  });

  test("an id that it does not know, and a limit that is none", async () => {
    expect(await call("GET", "/api/journal/req_nobody")).toMatchObject({ status: 404 });
    const answer = await call("GET", "/api/journal?limit=some");
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ error: { path: "limit" } });
  });
});

describe("failures on purpose", () => {
  test("the list holds every fault of the simulator", async () => {
    const { faults, items } = await get<SimulateView>("/api/simulate");
    expect(faults.map(({ id }) => id)).toEqual(Object.keys(FAULTS));
    expect(items).toEqual([]);
  });

  test("a provider fails until told otherwise, and the next one serves", async () => {
    const set = await call("POST", "/api/simulate", { provider: "a", failure: "529", seconds: 60 });
    expect(set.json<SimulateView>().items).toMatchObject([{ provider: "a", failure: "529" }]);
    expect((await house.ask()).headers.get("x-ccm-provider")).toBe("b");
    const cleared = await call("DELETE", "/api/simulate?provider=a");
    expect(cleared.json<SimulateView>().items).toEqual([]);
    await call("POST", "/api/providers/a/reset", {});
    expect((await house.ask()).headers.get("x-ccm-provider")).toBe("a");
  });

  test.each([
    [{ provider: "nobody", failure: "529" }, 404, "provider"],
    [{ provider: "a", failure: "sulks" }, 400, "failure"],
    [{ provider: "a", failure: "529", seconds: 0 }, 400, "seconds"],
    [{ provider: "a", failure: "529", seconds: 1e9 }, 400, "seconds"],
    [{ failure: "529" }, 400, "provider"],
    [{ provider: "a", failure: "529", colour: "red" }, 400, "colour"],
  ])("%j is refused", async (body, status, path) => {
    const answer = await call("POST", "/api/simulate", body);
    expect(answer.status).toBe(status);
    expect(answer.json()).toMatchObject({ error: { path } });
  });
});

describe("ending a cooldown", () => {
  test("the provider is asked again at once", async () => {
    house.a.handle((_, reply) => reply.json({ type: "error", error: { type: "x", message: "no" } }, { status: 401 }));
    await house.ask();
    expect((await get<StatusView>("/api/status")).providers[0]).toMatchObject({
      state: "needs_login",
      last_failure: { reason: "auth", label: "key or login refused" },
    });
    const answer = await call("POST", "/api/providers/a/reset", {});
    expect(answer.json<ProviderView>()).toMatchObject({ name: "a", state: "ok" });
  });

  test("of a provider that is not there: 404 with the names that are", async () => {
    const answer = await call("POST", "/api/providers/c/reset", {});
    expect(answer.status).toBe(404);
    expect(answer.json()).toMatchObject({
      error: { code: "unknown_provider", message: expect.stringContaining("a, b") },
    });
  });
});

describe("errors", () => {
  test("a path that is none, in the API's shape", async () => {
    const answer = await call("GET", "/api/nothing");
    expect(answer.status).toBe(404);
    expect(answer.json()).toEqual({ error: { code: "not_found", message: "Nothing answers GET /api/nothing." } });
  });

  test("a body that is no JSON", async () => {
    const answer = await call("POST", "/api/simulate", "{");
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ error: { code: "bad_json" } });
  });

  test("a body that is too large, with its length told and without", async () => {
    const large = Buffer.alloc(33 * 1024 * 1024, " ");
    expect(await call("POST", "/api/route", large.toString())).toMatchObject({ status: 413 });
    const response = await fetch(`${house.mux.url}/api/route`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: new Blob([large]).stream(),
      duplex: "half",
    });
    expect(response.status).toBe(413);
  });

  test("answers are not kept, and keep to themselves", async () => {
    const { headers } = await call("GET", "/api/status");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("access-control-allow-origin")).toBeNull();
  });
});
