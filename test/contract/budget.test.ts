import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { UsageView } from "../../lib/server/admin/views.ts";
import { buildHouse, type House, healthy, MODEL } from "./house.ts";

let house: House | undefined;
afterEach(async () => {
  await house?.close();
  house = undefined;
});

/** A model whose every answer costs 16 cents at `a` and as much at `b`; one that costs nothing; and a cheap one. */
const DEAR = "dear-model";
const MODELS = `
[[models]]
name = "${DEAR}"
providers = [
  { name = "a", priority = 1, model = "dear-of-a", price = { input = 10000, output = 0 } },
  { name = "b", priority = 2, model = "dear-of-b", price = { input = 10000, output = 0 } },
]
[[models]]
name = "cheap-model"
providers = [{ name = "b", model = "cheap-of-b", price = { input = 1, output = 0 } }]
[[models]]
name = "gift"
providers = [{ name = "a", model = "gift-of-a", price = { input = 0, output = 0 } }]
`;

async function build(budget: string): Promise<House> {
  house = await buildHouse({ a: healthy("a"), b: healthy("b"), config: `${MODELS}\n${budget}` });
  return house;
}

describe("a budget", () => {
  it("refuses what is beyond it, in the words and headers that Claude Code shows", async () => {
    const { ask, last, a } = await build("[budget]\nday = 0.1\n");
    const first = await ask({ model: DEAR });
    expect(first.status).toBe(200);
    const asked = a.requests.length;

    const { status, headers, text } = await ask({ model: DEAR });
    expect(status).toBe(429);
    const { error } = JSON.parse(text) as { error: { type: string; message: string } };
    expect(error.type).toBe("billing_error");
    expect(error.message).toMatch(
      /^Today's budget of \$0\.10 is used up \(\$0\.16 spent\); .*raise budget\.day: ccmctl config edit$/,
    );
    expect(headers.get("x-should-retry")).toBe("false");
    const midnight = new Date();
    midnight.setHours(24, 0, 0, 0);
    expect(Number(headers.get("anthropic-ratelimit-unified-overage-reset"))).toBe(midnight.getTime() / 1000);
    expect(Number(headers.get("retry-after"))).toBeLessThanOrEqual(86_400);
    expect(headers.get("anthropic-ratelimit-unified-status")).toBe("rejected");
    expect(headers.get("anthropic-ratelimit-unified-overage-period")).toBe("daily");
    for (const hidden of ["representative-claim", "overage-status"])
      expect(headers.get(`anthropic-ratelimit-unified-${hidden}`)).toBeNull();
    expect(a.requests.length).toBe(asked);
    expect(await last()).toMatchObject({ status: 429, outcome: "failed", attempts: [], error: error.message });
  });

  it("tells how much is used up, from the configured share on, and not before", async () => {
    const { ask } = await build("[budget]\nmonth = 0.2\nwarn_at = 0.6\n");
    const utilization = "anthropic-ratelimit-unified-overage-utilization";
    expect((await ask({ model: DEAR })).headers.get(utilization)).toBeNull();
    const { headers, status } = await ask({ model: DEAR });
    expect(status).toBe(200);
    expect(headers.get(utilization)).toBe("0.80");
    expect(headers.get("anthropic-ratelimit-unified-overage-surpassed-threshold")).toBe("0.75");
    expect(headers.get("anthropic-ratelimit-unified-representative-claim")).toBe("overage");
  });

  it("sends requests to the cheaper model, when it is told to", async () => {
    const { ask, last } = await build('[budget]\nday = 0.1\nat_stop = "cheaper"\nmodel = "cheap-model"\n');
    await ask({ model: DEAR });
    const { status, headers } = await ask({ model: DEAR });
    expect([status, headers.get("x-ccm-model"), headers.get("x-ccm-provider")]).toEqual([200, "cheap-of-b", "b"]);
    expect(headers.get("x-ccm-route")).toContain("today's budget is used up");
    expect(await last()).toMatchObject({ requested: DEAR, model: "cheap-model", rule: "model", provider: "b" });
  });

  it("never stops what costs nothing", async () => {
    const { ask } = await build("[budget]\nday = 0.1\n");
    await ask({ model: DEAR });
    const { status, headers } = await ask({ model: "gift" });
    expect(status).toBe(200);
    expect(headers.get("anthropic-ratelimit-unified-status")).toBeNull();
    expect((await ask({ model: DEAR })).status).toBe(429);
  });

  it("of one provider leaves the others to serve", async () => {
    const { ask, mux } = await build("[budget.providers.a]\nday = 0.1\n[budget.providers.b]\nday = 0.1\n");
    const served = async () => (await ask({ model: DEAR })).headers.get("x-ccm-provider");
    expect(await served()).toBe("a");
    const explained = await fetch(`${mux.url}/api/route`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: DEAR, messages: [] }),
    });
    expect(await explained.json()).toMatchObject({
      providers: [{ provider: "b" }],
      setAside: [{ provider: "a", why: "today's budget for the provider a is used up" }],
    });
    expect(await served()).toBe("b");
    const { status, text } = await ask({ model: DEAR });
    expect(status).toBe(429);
    expect(text).toContain("budget.providers.");
  });

  it("of one route stops that route only", async () => {
    const { ask } = await build(`[router.background]\nmodel = "${DEAR}"\n[budget.routes.background]\nweek = 0.1\n`);
    const background = () => ask({ model: MODEL }, { "x-claude-code-request-class": "auxiliary" });
    expect((await background()).status).toBe(200);
    expect((await background()).status).toBe(429);
    expect((await ask({ model: DEAR })).status).toBe(200);
  });

  it("is shown limit by limit: what is used, what is left, what happens then and until when", async () => {
    const { ask, mux } = await build(
      `[budget]\nday = 0.2\nmonth = 100\nat_stop = "cheaper"\nmodel = "cheap-model"\n[budget.providers.a]\nweek = 0.1\n`,
    );
    await ask({ model: DEAR });
    const view = (await (await fetch(`${mux.url}/api/usage?since=today&by=model`)).json()) as UsageView;
    const midnight = new Date();
    midnight.setHours(24, 0, 0, 0);
    expect(view).toMatchObject({ by: "model", warn_at: 0.75, at_stop: "cheaper", at_stop_model: "cheap-model" });
    expect(view.budgets.map(({ key, on, name, state }) => [key, on, name, state])).toEqual([
      ["budget.day", "all", undefined, "warn"],
      ["budget.month", "all", undefined, "free"],
      ["budget.providers.a.week", "provider", "a", "stop"],
    ]);
    const [day, , week] = view.budgets;
    expect(day).toMatchObject({ title: "today's budget", limit: 0.2, resets_at: midnight.getTime() });
    expect(day?.spent).toBeCloseTo(view.total.cost, 9);
    expect(day?.left).toBeCloseTo(0.04, 9);
    expect(day?.used).toBeCloseTo(0.8, 9);
    expect(week).toMatchObject({ left: 0 });
  });

  it("can be raised while the server runs", async () => {
    const { ask, mux } = await build("[budget]\nday = 0.1\n");
    await ask({ model: DEAR });
    expect((await ask({ model: DEAR })).status).toBe(429);
    const text = readFileSync(mux.configPath, "utf8");
    await writeFile(mux.configPath, text.replace("day = 0.1", "day = 100"));
    await expect.poll(async () => (await ask({ model: DEAR })).status, { timeout: 5_000 }).toBe(200);
  });
});
