import { afterEach, describe, expect, it } from "vitest";
import { type Mux, startMux } from "../support/mux.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";
import { healthy, MODEL } from "./house.ts";

const TOKEN = "sk-ant-oat01-the-clients-own-login-0123456789";

let mux: Mux;
let anthropic: Upstream;
let other: Upstream;
afterEach(async () => {
  await mux.close();
  await Promise.all([anthropic.close(), other.close()]);
});

async function build(): Promise<void> {
  anthropic = await startUpstream(healthy("hello from Anthropic"));
  other = await startUpstream(healthy("hello from the key"));
  mux = await startMux({
    config: `[[providers]]
name = "own"
type = "anthropic"
auth_type = "passthrough"
base_url = "${anthropic.url}"
[[providers]]
name = "key"
type = "anthropic"
api_key = "sk-ant-api03-key-of-the-second"
base_url = "${other.url}"
[[models]]
name = "${MODEL}"
providers = [{ name = "own", priority = 1, model = "${MODEL}" }, { name = "key", priority = 2, model = "m" }]
[router.default]
model = "${MODEL}"
[logging]
level = "trace"`,
  });
}

const BODY = JSON.stringify({ model: MODEL, max_tokens: 5, stream: true, messages: [{ role: "user", content: "hi" }] });

function ask(headers: Record<string, string> = { authorization: `Bearer ${TOKEN}` }): Promise<Response> {
  return fetch(`${mux.url}/v1/messages`, {
    method: "POST",
    headers: { "content-type": "application/json", "anthropic-beta": "oauth-2025-04-20", ...headers },
    body: BODY,
  });
}

describe("the client's own login", () => {
  it("goes to Anthropic as it came, with every byte of the body", async () => {
    await build();
    expect((await ask()).status).toBe(200);
    const [request] = anthropic.requests;
    expect(request?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(request?.headers["anthropic-beta"]).toBe("oauth-2025-04-20");
    expect(request?.raw.toString()).toBe(BODY);
    expect(request?.headers["x-api-key"]).toBeUndefined();
  });

  it("goes to nobody else when Anthropic fails, and into no log or journal", async () => {
    await build();
    anthropic.handle((_request, reply) => reply.error(529, "overloaded_error", `busy, ${TOKEN}`));
    const response = await ask();
    expect([response.status, response.headers.get("x-ccm-provider")]).toEqual([200, "key"]);
    const [request] = other.requests;
    expect(request?.headers.authorization).toBeUndefined();
    expect(request?.headers["x-api-key"]).toBe("sk-ant-api03-key-of-the-second");
    const journal = await (await fetch(`${mux.url}/api/journal`)).text();
    expect([journal, await response.text(), ...mux.log].join("\n")).not.toContain(TOKEN.slice(0, 22));
  });

  it("that is refused is the client's to refresh: it gets the 401 word for word, and the next request is sent again", async () => {
    await build();
    anthropic.handle((_request, reply) => reply.error(401, "authentication_error", "OAuth token has expired."));
    const response = await ask();
    expect(response.status).toBe(401);
    const [again, ms] = ["x-should-retry", "retry-after-ms"].map((name) => response.headers.get(name));
    expect([again, ms]).toEqual(["true", "500"]);
    expect(await response.json()).toEqual({
      type: "error",
      error: { type: "authentication_error", message: "OAuth token has expired." },
    });
    anthropic.handle(healthy("hello again"));
    expect((await ask()).headers.get("x-ccm-provider")).toBe("own");
    expect(other.requests).toHaveLength(0);
  });

  it("that is not there costs nobody anything: the placeholder goes nowhere", async () => {
    await build();
    const response = await ask({ "x-api-key": "ccm-proxy" });
    expect([response.status, response.headers.get("x-ccm-provider")]).toEqual([200, "key"]);
    expect(anthropic.requests).toHaveLength(0);
    expect((await ask()).headers.get("x-ccm-provider")).toBe("own");
  });
});
