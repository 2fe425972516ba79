import { afterEach, expect, test } from "vitest";
import type { JournalEntry } from "../../lib/journal/entry.ts";
import { startMux } from "../support/mux.ts";
import { startUpstream } from "../support/upstream.ts";
import { healthy } from "./house.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

test("a plan's window for one model leaves the plan's other models where they are, and ends when it is told to", async () => {
  const resets = Math.ceil(Date.now() / 1000) + 3_600;
  const plan = await startUpstream((request, reply) => {
    if (!request.json<{ model: string }>().model.includes("opus")) return healthy("from the plan")(request, reply);
    reply.error(429, "rate_limit_error", "This request would exceed your weekly limit for Opus.", {
      "anthropic-ratelimit-unified-status": "rejected",
      "anthropic-ratelimit-unified-representative-claim": "seven_day_opus",
      "anthropic-ratelimit-unified-reset": String(resets),
    });
  });
  const other = await startUpstream(healthy("from the other"));
  const mux = await startMux({
    config: `
[[providers]]
name = "plan"
type = "anthropic"
base_url = "${plan.url}"
api_key = "k"
[[providers]]
name = "other"
type = "anthropic-compatible"
base_url = "${other.url}"
api_key = "k"
${["claude-opus-5-5", "claude-sonnet-5-5"]
  .map(
    (name) =>
      `[[models]]\nname = "${name}"\nproviders = [{ name = "plan", priority = 1 }, { name = "other", priority = 2 }]\n`,
  )
  .join("")}`,
  });
  open.push(plan, other, mux);
  const ask = async (model: string) => {
    const answer = await fetch(`${mux.url}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model, max_tokens: 50, messages: [{ role: "user", content: "hi" }] }),
    });
    return JSON.stringify(await answer.json());
  };
  expect(await ask("claude-opus-5-5")).toContain("from the other");
  expect(await ask("claude-sonnet-5-5")).toContain("from the plan");
  expect(await ask("claude-opus-5-5")).toContain("from the other");
  expect(plan.requests).toHaveLength(2);

  const { items } = (await (await fetch(`${mux.url}/api/journal`)).json()) as { items: JournalEntry[] };
  expect(items.at(-1)?.attempts[0]).toMatchObject({ provider: "plan", failure: "model_quota_window" });
  const { health } = mux.server.context;
  const until = health.coolingUntil("plan", 0, "claude-opus-5-5");
  expect(Math.abs(until - resets * 1_000)).toBeLessThan(5_000);
  expect(health.coolingUntil("plan", 0, "claude-sonnet-5-5")).toBe(0);
});
