import { afterEach, expect, test } from "vitest";
import type { JournalEntry } from "../../lib/journal/entry.ts";
import type { StatusView, UsageView } from "../../lib/server/admin/views.ts";
import { type Mux, startMux } from "../support/mux.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";

let upstream: Upstream | undefined;
let mux: Mux | undefined;
afterEach(async () => {
  await mux?.close();
  await upstream?.close();
  mux = upstream = undefined;
});

test("what Claude Code's auto mode asks for first and no other vendor has is declined, which is nobody's failure", async () => {
  upstream = await startUpstream((_request, reply) => reply.json({}));
  mux = await startMux({
    config: `
[[providers]]
name = "vendor"
type = "openai-compatible"
base_url = "${upstream.url}"
auth_type = "none"
[[models]]
name = "any"
providers = [{ name = "vendor", model = "own" }]
`,
  });
  const { url } = mux;
  const answer = await fetch(`${url}/v1/messages`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "any", max_tokens: 9, safeguards: {}, messages: [{ role: "user", content: "hi" }] }),
  });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({
    type: "error",
    error: { type: "invalid_request_error", message: expect.stringContaining("safeguards") },
  });
  expect(upstream.requests).toHaveLength(0);

  const read = async <T>(path: string) => (await (await fetch(url + path)).json()) as T;
  const { items } = await read<{ items: JournalEntry[] }>("/api/journal?outcome=declined");
  expect(items).toMatchObject([{ outcome: "declined", status: 400, attempts: [{ failure: "other_form" }] }]);
  const status = await read<StatusView>("/api/status");
  expect(status.totals).toMatchObject({ requests: 1, failed: 0 });
  expect(status.providers[0]).not.toHaveProperty("last_failure");
  expect((await read<UsageView>("/api/usage")).total).toMatchObject({ requests: 1, failed: 0, failures: 0 });
  expect(mux.log.filter((line) => line.includes('"level":"warn"'))).toEqual([]);
});

test("what a provider cannot do none of its keys can: it is passed over once, and the words say what helps", async () => {
  upstream = await startUpstream((_request, reply) => reply.json({}));
  mux = await startMux({
    config: `
[[providers]]
name = "vendor"
type = "groq"
base_url = "${upstream.url}"
api_keys = ["key-number-one", "key-number-two", "key-number-three"]
[[models]]
name = "any"
providers = [{ name = "vendor", model = "own" }]
`,
  });
  const tools = Array.from({ length: 200 }, (_, n) => ({ name: `tool_${n}`, input_schema: { type: "object" } }));
  const answer = await fetch(`${mux.url}/v1/messages`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "any", max_tokens: 9, tools, messages: [{ role: "user", content: "hi" }] }),
  });
  expect(answer.status).toBe(400);
  const { error } = (await answer.json()) as { error: { message: string } };
  expect(error.message).toMatch(/takes 128 at most.*200.*ENABLE_TOOL_SEARCH/);
  expect(error.message.match(/cannot do what the request asks/g)).toHaveLength(1);
  expect(upstream.requests).toHaveLength(0);
});
