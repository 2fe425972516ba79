import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ApiError, OfferedModelsView, ProviderTestView } from "../../lib/server/admin/views.ts";
import { type Simulator, startSimulator } from "../../lib/simulator/server.ts";
import { type Mux, startMux } from "../support/mux.ts";

const KEY = "sk-ant-api03-of-a-draft-0123456789";

describe("a provider that is not saved yet", () => {
  let simulator: Simulator;
  let mux: Mux;
  beforeEach(async () => {
    simulator = await startSimulator({ host: "127.0.0.1" });
    mux = await startMux({ config: `# nothing yet\n[logging]\nlevel = "trace"\n` });
  });
  afterEach(async () => {
    await mux.close();
    await simulator.close();
  });

  const draft = (fields: object = {}) => [
    {
      path: ["providers", "new"],
      value: { type: "anthropic", api_key: KEY, base_url: `${simulator.url}/new`, ...fields },
    },
  ];
  async function ask(path: string, body: object): Promise<{ status: number; text: string }> {
    const response = await fetch(`${mux.url}/api/providers/new/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return { status: response.status, text: await response.text() };
  }

  test("is tried out with its key, which is neither saved nor logged nor shown", async () => {
    const before = await readFile(mux.configPath, "utf8");
    const { status, text } = await ask("test", { changes: draft() });
    expect(status).toBe(200);
    const tested = JSON.parse(text) as ProviderTestView;
    expect(tested).toMatchObject({ provider: "new", ok: true });
    expect(tested.checks.map(({ id }) => id)).toEqual(["key", "models", "answer", "stream", "tools", "vision"]);
    expect(simulator.requests.length).toBeGreaterThan(3);
    expect(await readFile(mux.configPath, "utf8")).toBe(before);
    expect(text + mux.log.join("\n")).not.toContain("of-a-draft");
    const { items } = (await (await fetch(`${mux.url}/api/providers`)).json()) as { items: unknown[] };
    expect(items).toEqual([]);
  });

  test("that is refused says so in the vendor's own words", async () => {
    simulator.setFault("new", "auth");
    const tested = JSON.parse((await ask("test", { changes: draft() })).text) as ProviderTestView;
    expect(tested.ok).toBe(false);
    expect(tested.checks.find(({ id }) => id === "key")).toMatchObject({ outcome: "failed" });
    expect(tested.message).toContain("refused");
  });

  test("that could not be saved either is refused with the place of its fault", async () => {
    const { status, text } = await ask("test", { changes: draft({ base_url: "not an address" }) });
    expect(status).toBe(422);
    expect((JSON.parse(text) as ApiError).faults?.map(({ path }) => path)).toEqual(["providers.new.base_url"]);
    expect(text).not.toContain(KEY);
    expect((await ask("test", {})).status).toBe(404);
    expect((await ask("test", { changes: [{ path: ["router", "enabled"], value: true }] })).status).toBe(422);
  });

  test("offers the models that it lists itself, with price and context where the catalogue knows them", async () => {
    const answer = await ask("models", { changes: draft() });
    const { from, items } = JSON.parse(answer.text) as OfferedModelsView;
    expect(from).toBe("vendor");
    expect(items.length).toBeGreaterThan(0);
    expect(items.every(({ id, lacks }) => typeof id === "string" && Array.isArray(lacks))).toBe(true);
    simulator.setFault("new", "500");
    const fallen = JSON.parse((await ask("models", { changes: draft() })).text) as OfferedModelsView;
    expect(fallen.from).toBe("catalogue");
    expect(fallen.why).toContain("server error");
    expect(fallen.items.find(({ id }) => id === "claude-sonnet-5-5")?.context_window).toBeGreaterThan(100_000);
  });
});

test("a saved provider's list is asked for once, and again after its configuration has changed", async () => {
  const simulator = await startSimulator({ host: "127.0.0.1" });
  const provider = (key: string) =>
    `[[providers]]\nname = "p"\ntype = "anthropic"\napi_key = "${key}"\nbase_url = "${simulator.url}/p"\n`;
  const mux = await startMux({ config: provider("k-1") });
  const asked = () => simulator.requests.length;
  const list = async () => (await (await fetch(`${mux.url}/api/providers/p/models`)).json()) as OfferedModelsView;
  expect((await list()).from).toBe("vendor");
  const once = asked();
  await list();
  expect(asked()).toBe(once);
  await mux.close();
  await simulator.close();
});
