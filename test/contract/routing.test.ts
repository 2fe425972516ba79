/** Where requests go, seen from outside: what the provider gets, and what the response's headers say. */
import { readFile, writeFile } from "node:fs/promises";
import { afterEach, describe, expect, test } from "vitest";
import { type Handler, startUpstream } from "../support/upstream.ts";
import { buildHouse, type House, healthy } from "./house.ts";

let house: House | undefined;
afterEach(async () => house?.close());

const CONFIG = `
[router.websearch]
model = "searcher"
[router.background]
model = "small"
[router.reasoning]
model = "thinker"
${["searcher", "small", "thinker", "reviewer"]
  .map((name) => `[[models]]\nname = "${name}"\nproviders = [{ name = "b", model = "${name}-of-b" }]`)
  .join("\n")}
`;

describe("a request goes by what it is", () => {
  test.each<[string, object, Record<string, string>, string]>([
    [
      "a web search",
      { tools: [{ type: "web_search_20250305", name: "web_search", max_uses: 8 }] },
      {},
      "searcher-of-b",
    ],
    ["a name that looks like background work", { model: "claude-haiku-4-5" }, {}, "small-of-b"],
    ["the class that the client says", {}, { "x-claude-code-request-class": "auxiliary" }, "small-of-b"],
    ["hard thinking", { thinking: { type: "adaptive" }, output_config: { effort: "max" } }, {}, "thinker-of-b"],
    ["everyday thinking", { thinking: { type: "adaptive" }, output_config: { effort: "medium" } }, {}, "model-of-a"],
    ["an unknown Claude", { model: "claude-opus-99" }, {}, "model-of-a"],
    ["an explicit provider and model", { model: "b,anything/at-all" }, {}, "anything/at-all"],
    ["an explicit provider by header", {}, { "x-ccm-provider": "b" }, "model-of-b"],
  ])("%s", async (_name, body, headers, model) => {
    house = await buildHouse({ config: CONFIG });
    const { headers: told, status } = await house.ask(body, headers);
    expect(status).toBe(200);
    expect(told.get("x-ccm-model")).toBe(model);
    expect([...house.a.requests, ...house.b.requests].map((r) => r.json<{ model: string }>().model)).toEqual([model]);
  });

  test("a subagent's tag chooses its model and is gone from what is sent; cache marks stay", async () => {
    house = await buildHouse({ config: CONFIG });
    const system = [
      {
        type: "text",
        text: "You review. <CCM-SUBAGENT-MODEL> reviewer </CCM-SUBAGENT-MODEL>",
        cache_control: { type: "ephemeral" },
      },
    ];
    const { headers } = await house.ask({ system });
    expect(headers.get("x-ccm-route")).toMatch(/^subagent-tag: /);
    expect(house.b.requests[0]?.json()).toMatchObject({
      model: "reviewer-of-b",
      system: [{ text: "You review. ", cache_control: { type: "ephemeral" } }],
    });
  });

  test("a name that nobody defines is a 404 that lists what there is, when the default is off", async () => {
    house = await buildHouse({ config: CONFIG });
    const config = await readFile(house.mux.configPath, "utf8");
    await writeFile(house.mux.configPath, config.replace("[router.default]", "[router.default]\nenabled = false"));
    await expect
      .poll(async () => (await (house as House).ask({ model: "glm-99" })).status, { timeout: 5000 })
      .toBe(404);
    expect((await house.ask({ model: "glm-99" })).text).toContain("reviewer");
  });
});

describe("several keys of one provider", () => {
  test("each has its own health: a key that is refused is passed over, the next one serves", async () => {
    const keys: string[] = [];
    const picky: Handler = (request, reply) => {
      const key = String(request.headers["x-api-key"]);
      keys.push(key);
      if (key === "sk-ant-first") return reply.error(401, "authentication_error", "invalid x-api-key");
      return healthy("hello")(request, reply);
    };
    const upstream = await startUpstream(picky);
    house = await buildHouse({
      config: `[[providers]]\nname = "many"\ntype = "anthropic"\nbase_url = "${upstream.url}"\napi_keys = ["sk-ant-first", "sk-ant-second"]\n[[models]]\nname = "claude-many"\nproviders = [{ name = "many", model = "m" }]\n`,
    });
    for (let i = 0; i < 3; i++) expect((await house.ask({ model: "claude-many" })).status).toBe(200);
    expect(keys).toEqual(["sk-ant-first", "sk-ant-second", "sk-ant-second", "sk-ant-second"]);
    await upstream.close();
  });
});

test("a broken edit of the configuration keeps the last good one in use, and is told", async () => {
  house = await buildHouse({});
  const { configPath, log } = house.mux;
  await writeFile(configPath, `${await readFile(configPath, "utf8")}\n[router.default\n`);
  await expect.poll(() => log.join("\n"), { timeout: 5000 }).toContain("the last good one stays in use");
  expect((await house.ask()).status).toBe(200);
  const health = (await (await fetch(`${house.mux.url}/health`)).json()) as {
    status: string;
    config: { valid: boolean; faults: { line: number }[] };
  };
  expect(health).toMatchObject({ status: "degraded", config: { valid: false } });
  expect(health.config.faults[0]?.line).toBeGreaterThan(10);
});
