/** Base URLs as people have them: with a query, with a user's name, with the endpoint's end. */
import { afterEach, expect, it } from "vitest";
import { type Mux, startMux } from "../support/mux.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";
import { ask, KINDS, says } from "./kinds.ts";

const steps: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of steps.splice(0).reverse()) await step();
});

/** @param address of the provider, `HOST` for the host */
async function house(address: string, model = "x", type = "openai-compatible"): Promise<[Mux, Upstream]> {
  const upstream = await startUpstream(says(KINDS[type === "gemini" ? 3 : 1]));
  steps.push(() => upstream.close());
  const mux = await startMux({
    config: `[[providers]]
name = "p"
type = "${type}"
base_url = "http://${address.replace("HOST", `127.0.0.1:${upstream.port}`)}"
${type === "gemini" ? 'api_key = "k"' : 'auth_type = "none"'}
[[models]]
name = "m"
providers = [{ name = "p", model = "${model}" }]
`,
  });
  steps.push(() => mux.close());
  return [mux, upstream];
}

it.each([
  ["HOST/v1?api-version=1&x=%20", "/v1/chat/completions?api-version=1&x=%20"],
  ["HOST/v1/chat/completions/?api-version=1", "/v1/chat/completions?api-version=1"],
  ["HOST/my gateway/v1", "/my%20gateway/v1/chat/completions"],
])("%s is asked at %s", async (address, path) => {
  const [mux, upstream] = await house(address);
  expect(await (await ask(mux)).text()).toContain("Hello");
  expect(upstream.requests.map((request) => request.path)).toEqual([path]);
  const test = await fetch(`${mux.url}/api/providers/p/test`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  await test.text();
  const { search } = new URL(path, "http://x");
  expect(upstream.requests.length).toBeGreaterThan(1);
  for (const request of upstream.requests) expect(new URL(request.path, "http://x").search).toBe(search);
});

it("a user's name in the address becomes a header, and is shown to nobody", async () => {
  const [mux, upstream] = await house("me:canary-password@HOST/v1");
  const response = await ask(mux);
  expect(await response.text()).toContain("Hello");
  expect(upstream.requests[0]?.headers.authorization).toBe(
    `Basic ${Buffer.from("me:canary-password").toString("base64")}`,
  );
  const shown = await Promise.all(
    ["status", "config", "providers", "journal"].map(async (what) => (await fetch(`${mux.url}/api/${what}`)).text()),
  );
  for (const secret of ["canary-password", Buffer.from("me:canary-password").toString("base64")])
    expect([...shown, ...mux.log].join("\n")).not.toContain(secret);
});

it.each([
  ["models/gemini-3-pro", "/v1beta/models/gemini-3-pro"],
  ["tunedModels/my model", "/v1beta/tunedModels/my%20model"],
  ["gemini-3-pro?key=x#y", "/v1beta/models/gemini-3-pro%3Fkey=x%23y"],
])("Gemini's %s stays a name in the path", async (model, path) => {
  const [mux, upstream] = await house("HOST/v1beta", model, "gemini");
  expect(await (await ask(mux)).text()).toContain("Hello");
  expect(upstream.requests.map((request) => request.path)).toEqual([`${path}:streamGenerateContent?alt=sse`]);
});
