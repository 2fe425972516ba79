import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { SimulateView, StatusView } from "../../lib/server/admin/views.ts";
import { type FaultName, patienceWith } from "../../lib/simulator/faults.ts";
import { buildHouse, type House, MODEL } from "./house.ts";

let house: House;
afterEach(() => house.close());

const simulate = (method: string, body?: object, query = "") =>
  fetch(`${house.mux.url}/api/simulate${query}`, {
    method,
    ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });

async function get<T>(path: string): Promise<T> {
  return (await (await fetch(`${house.mux.url}${path}`)).json()) as T;
}

const stateOf = async (name: string) =>
  (await get<StatusView>("/api/status")).providers.find((provider) => provider.name === name)?.state;

describe("a failure on purpose, for one request", () => {
  test("is real, is marked in journal and log, and says nothing about the provider", async () => {
    house = await buildHouse();
    const answer = await house.ask({}, { "x-ccm-simulate": "a=auth" });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-ccm-provider")).toBe("b");
    expect((await house.last()).attempts).toMatchObject([
      { provider: "a", failure: "auth", simulated: true },
      { provider: "b" },
    ]);
    expect(house.mux.log.join("\n")).toContain(",simulated)");
    expect(await stateOf("a")).toBe("ok");
    expect(house.a.requests).toHaveLength(0);
  });

  test("names itself where all fail", async () => {
    house = await buildHouse();
    const { status, text } = await house.ask({}, { "x-ccm-simulate": "a=529, b=cut before content" });
    expect(status).toBe(529);
    expect(text).toContain("a: HTTP 529 (simulated) after");
    expect(text).toMatch(/b: [^,]+ \(simulated\) after/);
  });

  test("that is silence is given up soon, and no earlier than the configuration says", async () => {
    house = await buildHouse({ provider: "timeouts = { first_byte_ms = 100 }" });
    expect(patienceWith("slow")).toBeLessThan(10_000);
    expect((await house.ask({}, { "x-ccm-simulate": "a=slow" })).headers.get("x-ccm-provider")).toBe("b");
    expect((await house.last()).attempts[0]).toMatchObject({
      failure: "too_slow",
      message: expect.stringContaining("100 ms"),
    });
  });

  test.each([
    ["a=sulks", '"sulks" is none of 400,'],
    ["a", '"" is none of 400,'],
    ["c=529", 'no provider is called "c"; configured: a, b'],
  ])("that nobody knows is refused: %s", async (header, words) => {
    house = await buildHouse();
    const { status, text } = await house.ask({}, { "x-ccm-simulate": header });
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ error: { type: "invalid_request_error" } });
    expect(JSON.parse(text).error.message).toContain(words);
    expect(house.a.requests).toHaveLength(0);
  });
});

describe("a failure on purpose, for all traffic", () => {
  test("is told by status, health and log, and when it is over the provider is as good as before", async () => {
    house = await buildHouse();
    await simulate("POST", { provider: "a", failure: "auth", seconds: 60 });
    for (const path of ["/api/status", "/health"])
      expect(await get(path)).toMatchObject({ simulations: [{ provider: "a", failure: "auth" }] });
    expect(house.mux.log.join("\n")).toContain("a is made to fail on purpose (auth)");
    expect((await house.ask()).headers.get("x-ccm-provider")).toBe("b");
    expect(await stateOf("a")).toBe("needs_login");
    await simulate("DELETE");
    expect(await stateOf("a")).toBe("ok");
    expect(house.mux.log.join("\n")).toContain("a does not fail on purpose any more");
    expect((await house.ask()).headers.get("x-ccm-provider")).toBe("a");
  });

  test("ends by the clock", async () => {
    house = await buildHouse();
    await simulate("POST", { provider: "a", failure: "529", seconds: 1 });
    await house.ask();
    await expect.poll(() => house.mux.log.join("\n"), { timeout: 10_000 }).toContain("does not fail on purpose");
    expect(await get<SimulateView>("/api/simulate")).toMatchObject({ items: [] });
    expect((await house.ask()).headers.get("x-ccm-provider")).toBe("a");
  });

  test("is not held against the provider by the next server", async () => {
    house = await buildHouse();
    await simulate("POST", { provider: "a", failure: "auth", seconds: 60 });
    house.b.handle((_, reply) => reply.error(401, "authentication_error", "no"));
    await house.ask();
    const kept = () => readFile(join(dirname(house.mux.configPath), "health.json"), "utf8").catch(() => "{}");
    await expect.poll(async () => Object.keys(JSON.parse(await kept()).last ?? {}), { timeout: 10_000 }).toEqual(["b"]);
    expect(await kept()).not.toContain("Simulated");
  });

  test("reaches whoever watches the page at once", async () => {
    house = await buildHouse();
    const watching = new AbortController();
    const response = await fetch(`${house.mux.url}/api/events`, { signal: watching.signal });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let seen = "";
    const until = async (words: string) => {
      while (!seen.includes(words)) seen += (await reader?.read())?.value ?? "";
    };
    await until('"simulations":[]');
    await simulate("POST", { provider: "b", failure: "down", seconds: 60 });
    await until('"failure":"down"');
    watching.abort();
  });
});

test("a provider that fails on purpose breaks off in a tool call that the request offers", async () => {
  house = await buildHouse();
  const failure: FaultName = "cut-in-tool";
  const tools = [{ name: "Bash", input_schema: { type: "object", properties: {} } }];
  const { text } = await house.ask({ model: MODEL, tools }, { "x-ccm-simulate": `a=${failure}` });
  expect(text).toContain("input_json_delta");
  expect(text).toContain("event: error");
  expect(text).not.toContain("message_stop");
});
