import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { LoginFlow } from "../../lib/catalog/logins.ts";
import type { SignInStateView, SignInView } from "../../lib/server/admin/views.ts";
import { buildLoginHouse, type LoginHouse, type LoginHouseOptions } from "./login-house.ts";

const houses: LoginHouse[] = [];
afterEach(async () => {
  for (const house of houses.splice(0)) await house.close();
});

async function build(options: LoginHouseOptions = {}): Promise<LoginHouse> {
  const house = await buildLoginHouse(options);
  houses.push(house);
  return house;
}

/** Google asks for a project before it lets one in. */
const CODE_ASSIST: LoginHouseOptions = {
  flow: "google",
  api: (_request, reply) => reply.json({ currentTier: { id: "standard-tier" }, cloudaicompanionProject: "project-1" }),
};

function optionsOf(flow: LoginFlow): LoginHouseOptions {
  return flow === "google" ? CODE_ASSIST : { flow };
}

describe.each<LoginFlow>(["claude", "chatgpt", "codex", "google"])("signing in to %s", (flow) => {
  it("by the browser's return to this machine: one exchange, kept on disk for the owner only", async () => {
    const house = await build(optionsOf(flow));
    await house.signIn();
    expect(house.vendor.violations).toEqual([]);
    expect(house.vendor.count("token")).toBe(1);
    expect(house.tokenFileMode()).toBe(0o600);
    expect(JSON.parse(house.tokenFile()).logins.plan).toMatchObject({
      flow,
      state: "ok",
      issuer: house.vendor.url,
      generation: 1,
    });
    const [login] = await house.tokens();
    expect(login).toMatchObject({ provider: "plan", state: "ok", email: "user@example.com" });
  });

  it("by pasting the address that the browser ended at", async () => {
    const house = await build(optionsOf(flow));
    const { url } = await house.authorize();
    const back = await house.vendor.allow(url);
    const { status } = await house.call("POST", "/api/oauth/exchange", { provider: "plan", code: back.href });
    expect(status).toBe(200);
    expect(house.vendor.violations).toEqual([]);
    expect((await house.tokens())[0]?.state).toBe("ok");
  });

  it("nothing secret is in an answer of the API, in the log or on the callback's page", async () => {
    const house = await build({ ...optionsOf(flow), config: '[logging]\nlevel = "trace"' });
    const { url, state } = await house.authorize();
    const back = await house.vendor.allow(url);
    const page = await (await fetch(back)).text();
    const answers = await Promise.all(
      [
        `/api/oauth/authorize/${state}`,
        "/api/oauth/tokens",
        "/api/status",
        "/api/providers",
        "/api/config",
        "/health",
      ].map(async (path) => JSON.stringify((await house.call("GET", path)).body)),
    );
    const everything = [page, ...answers, ...house.mux.log].join("\n");
    expect(house.vendor.secrets.length).toBeGreaterThan(3);
    for (const secret of house.vendor.secrets) {
      expect(everything).not.toContain(secret);
      expect(everything).not.toContain(secret.slice(0, 20));
    }
  });
});

describe("signing in to Claude with the vendor's own page", () => {
  it.each([
    ["code#state", (code: string, state: string) => `${code}#${state}`],
    ["the bare code", (code: string) => code],
    [
      "the whole address",
      (code: string, state: string) => `https://platform.claude.com/oauth/code/callback?code=${code}&state=${state}`,
    ],
    [
      "broken lines and quotes",
      (code: string, state: string) => `  "${code.slice(0, 9)}\n${code.slice(9)}#${state}"\n`,
    ],
  ])("takes %s", async (_name, paste) => {
    const house = await build();
    const { url, expects } = await house.authorize("paste");
    expect(expects).toEqual(["paste"]);
    const back = await house.vendor.allow(url);
    expect(back.origin).toBe("https://platform.claude.com");
    const { searchParams } = back;
    const code = paste(searchParams.get("code") ?? "", searchParams.get("state") ?? "");
    const { status, body } = await house.call("POST", "/api/oauth/exchange", { provider: "plan", code });
    expect({ status, body }).toMatchObject({ status: 200, body: { state: "ok", plan: "max" } });
    expect(house.vendor.violations).toEqual([]);
  });

  it("refuses a code of another sign-in, and goes on waiting", async () => {
    const house = await build();
    const old = await house.authorize("paste");
    const stale = await house.vendor.allow(old.url);
    const { url, state } = await house.authorize("paste");
    const code = `${stale.searchParams.get("code")}#${stale.searchParams.get("state")}`;
    const refused = await house.call("POST", "/api/oauth/exchange", { provider: "plan", code });
    expect(refused).toMatchObject({ status: 422, body: { error: { code: "sign_in_failed" } } });
    expect(JSON.stringify(refused.body)).toContain("another sign-in");
    expect((await house.call<SignInStateView>("GET", `/api/oauth/authorize/${state}`)).body.state).toBe("waiting");
    const back = await house.vendor.allow(url);
    const good = `${back.searchParams.get("code")}#${back.searchParams.get("state")}`;
    expect((await house.call("POST", "/api/oauth/exchange", { provider: "plan", code: good })).status).toBe(200);
  });

  it("says what to do with what is no code, and with a code when nobody asked", async () => {
    const house = await build();
    const unasked = await house.call("POST", "/api/oauth/exchange", { provider: "plan", code: "abc" });
    expect(unasked).toMatchObject({ status: 422, body: { error: { code: "sign_in_failed" } } });
    await house.authorize("paste");
    const nonsense = await house.call("POST", "/api/oauth/exchange", { provider: "plan", code: "what is this?" });
    expect(JSON.stringify(nonsense)).toContain("Paste all of it");
  });
});

describe("a sign-in that does not go as planned", () => {
  it("where another program has the port: says so, and ends by pasting the address that does not load", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const house = await build({
      flow: "chatgpt",
      oauth: (vendor, api) => vendor.toml.replace(" }", `, api_base = "${api}", callback_port = ${port} }`),
    });
    const begun = await house.authorize();
    expect(begun).toMatchObject({ expects: ["paste"], note: expect.stringContaining(`Port ${port} is taken`) });
    const back = await house.vendor.allow(begun.url);
    expect(back.port).toBe(String(port));
    expect((await house.call("POST", "/api/oauth/exchange", { provider: "plan", code: back.href })).status).toBe(200);
    expect(house.vendor.violations).toEqual([]);
    other.close();
  });

  it("of two providers at once: each takes its own answer, in whatever order they come", async () => {
    const house = await build({
      oauth: (vendor) =>
        `${vendor.toml}\n[[providers]]\nname = "second"\ntype = "anthropic"\nauth_type = "oauth"\n${vendor.toml}`,
    });
    const first = await house.authorize();
    const { body: second } = await house.call<SignInView>("POST", "/api/oauth/authorize", { provider: "second" });
    const [one, two] = [await house.vendor.allow(first.url), await house.vendor.allow(second.url)];
    const crossed = await house.call("POST", "/api/oauth/exchange", { provider: "second", code: one.href });
    expect(JSON.stringify(crossed)).toContain("belongs to another sign-in");
    expect((await fetch(two)).status).toBe(200);
    expect((await fetch(one)).status).toBe(200);
    expect((await house.tokens()).map(({ provider, state }) => [provider, state])).toEqual([
      ["plan", "ok"],
      ["second", "ok"],
    ]);
  });

  it("whose server was started anew meanwhile says so to the browser that comes back, and to who pastes", async () => {
    const house = await build();
    const begun = await house.authorize();
    const back = await house.vendor.allow(begun.url);
    const anew = await build();
    const page = await fetch(`${anew.mux.url}/api/oauth/callback${back.search}`);
    expect([page.status, await page.text()]).toEqual([400, expect.stringContaining("the server was started anew")]);
    expect(JSON.stringify(await anew.call("GET", `/api/oauth/authorize/${begun.state}`))).toContain("Start again");
    const pasted = await anew.call("POST", "/api/oauth/exchange", { provider: "plan", code: back.href });
    expect(JSON.stringify(pasted)).toContain("No sign-in is under way");
  });

  it("with an address of another page, or one where the user said no, has words for it", async () => {
    const house = await build();
    const { url, state } = await house.authorize();
    const redirect = new URL(url).searchParams.get("redirect_uri");
    const paste = async (code: string) =>
      JSON.stringify(await house.call("POST", "/api/oauth/exchange", { provider: "plan", code }));
    expect(await paste(`https://accounts.example/callback?code=a&state=${state}`)).toContain(
      "is not where this sign-in ends",
    );
    expect(await paste(`${redirect}?error=access_denied&state=${state}`)).toContain("You did not allow it");
    expect(house.vendor.count("token")).toBe(0);
  });
});

describe("the callback", () => {
  it("with a wrong state, without one, or for the second time changes nothing", async () => {
    const house = await build();
    const { url, state } = await house.authorize();
    const back = await house.vendor.allow(url);
    for (const wrong of ["x".repeat(43), ""]) {
      const address = new URL(back);
      address.searchParams.set("state", wrong);
      expect((await fetch(address)).status).toBe(400);
    }
    expect((await house.call<SignInStateView>("GET", `/api/oauth/authorize/${state}`)).body.state).toBe("waiting");
    expect((await fetch(back)).status).toBe(200);
    const again = `${house.mux.url}/api/oauth/callback${back.search}`;
    expect((await fetch(again)).status).toBe(409);
    expect(house.vendor.count("token")).toBe(1);
  });

  it("shows a vendor's words as text, whatever they are, and ends the sign-in", async () => {
    const house = await build();
    const { url, state } = await house.authorize();
    const back = new URL(new URL(url).searchParams.get("redirect_uri") ?? "");
    back.search = new URLSearchParams({
      error: "server_error",
      error_description: "<script>alert(1)</script>",
      state,
    }).toString();
    const page = await fetch(back);
    const text = await page.text();
    expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'sha256-[^' ]+'$/);
    expect(text).not.toContain("<script>");
    expect(text).toContain("&lt;script&gt;");
    expect((await house.call<SignInStateView>("GET", `/api/oauth/authorize/${state}`)).body.state).toBe("failed");
  });

  it("is waited for on loopback only, and no longer than the sign-in", async () => {
    const house = await build();
    const { url, state } = await house.authorize();
    const redirect = new URL(new URL(url).searchParams.get("redirect_uri") ?? "");
    expect(redirect.hostname).toBe("localhost");
    expect((await fetch(new URL("/elsewhere", redirect))).status).toBe(404);
    expect(await canConnect(Number(redirect.port))).toBe(true);
    await house.call("DELETE", `/api/oauth/authorize/${state}`);
    expect(await canConnect(Number(redirect.port))).toBe(false);
  });

  it("may come to our own port, where the configuration sends it, from the vendor's page", async () => {
    const house = await build({
      oauth: (vendor) =>
        `oauth = { authorize_url = "${vendor.url}/oauth/authorize", token_url = "${vendor.url}/v1/oauth/token", redirect_uri = "http://localhost:13456/callback" }`,
    });
    const { url, expects } = await house.authorize();
    expect(expects).toEqual(["paste"]);
    const back = await house.vendor.allow(url);
    const response = await fetch(`${house.mux.url}/api/oauth/callback${back.search}`, {
      headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" },
    });
    expect(response.status).toBe(200);
    expect((await house.tokens())[0]?.state).toBe("ok");
  });
});

describe("Sign in with ChatGPT", () => {
  it("names this installation once, and asks with the client that it was given before", async () => {
    const house = await build({ flow: "chatgpt" });
    await house.signIn();
    await house.signIn();
    const [first, second] = house.vendor.calls.filter(({ endpoint }) => endpoint === "authorize");
    expect(first?.params.client_id).toBe("dynamic_agent_client");
    expect(second?.params.client_id).toBe("oaiapp_1");
    expect(second?.params.ext_agent_host_id).toBe(first?.params.ext_agent_host_id);
    expect(JSON.parse(house.tokenFile()).logins.plan.client_id).toBe("oaiapp_1");
  });

  it("takes the whole address only, because the client is in it", async () => {
    const house = await build({ flow: "chatgpt" });
    const { url } = await house.authorize();
    const back = await house.vendor.allow(url);
    const code = back.searchParams.get("code");
    const refused = await house.call("POST", "/api/oauth/exchange", { provider: "plan", code });
    expect(JSON.stringify(refused.body)).toContain("whole address");
    expect((await house.call("POST", "/api/oauth/exchange", { provider: "plan", code: back.href })).status).toBe(200);
  });

  it.each([
    [
      "a permission that was not given",
      { answer: { scope: "openid profile email" } },
      "did not allow the use of your plan",
    ],
    ["an answer to another sign-in", { idToken: { claims: { nonce: "other" } } }, "answers another sign-in"],
    ["an answer for another client", { idToken: { claims: { aud: "other" } } }, "another client"],
    ["an answer of another issuer", { idToken: { claims: { iss: "https://evil.example" } } }, "somebody else"],
    ["an answer that nobody signed", { idToken: { alg: "none" as const } }, "instead of RS256"],
    ["an answer that is too old", { idToken: { claims: { exp: 1 } } }, "expired"],
  ])("refuses %s and keeps nothing", async (_name, options, words) => {
    const house = await build({ flow: "chatgpt", ...options });
    await expect(house.signIn()).rejects.toThrow(words);
    expect((await house.tokens())[0]?.state).toBe("signed_out");
  });
});

describe("the Codex way", () => {
  it("by device code, without a browser on this machine", async () => {
    const house = await build({ flow: "codex", oauth: deviceOnly });
    house.vendor.devicePolls = [
      { status: 403, body: {} },
      { status: 400, body: { error: { code: "deviceauth_authorization_pending" } } },
    ];
    const begun = await house.authorize("device");
    expect(begun).toMatchObject({ user_code: "ABCD-1234", expects: ["device"] });
    await expect.poll(async () => (await house.tokens())[0]?.state, { timeout: 15_000 }).toBe("ok");
    expect(house.vendor.violations).toEqual([]);
    expect(house.vendor.count("device_token")).toBe(3);
  }, 30_000);

  it("says how to allow device codes where the account has none", async () => {
    const house = await build({ flow: "codex" });
    house.vendor.fail("device_code", { status: 404 });
    await expect(house.authorize("device")).rejects.toThrow("security settings");
  });

  it("voids the login before when a new one has come", async () => {
    const house = await build({ flow: "codex" });
    await house.signIn();
    await house.signIn();
    expect(house.vendor.revokedLogins).toBe(1);
    expect(house.vendor.count("revoke")).toBe(1);
  });
});

/** Sign in with ChatGPT is what is configured; the device code is asked for all the same. */
function deviceOnly(vendor: { url: string }, api: string): string {
  return `oauth = { device_code_url = "${vendor.url}/device/usercode", device_token_url = "${vendor.url}/device/token", token_url = "${vendor.url}/oauth/token", api_base = "${api}" }`;
}

describe("Google Code Assist", () => {
  it("is off until it is switched on, and says why", async () => {
    const house = await build({ flow: "google", oauth: () => "oauth = {}" });
    expect((await house.tokens())[0]?.state).toBe("off");
    await expect(house.authorize()).rejects.toThrow(/switched off.*18 June 2026.*violation/);
  });

  it("says plainly that personal accounts are cut off", async () => {
    const house = await build({
      ...CODE_ASSIST,
      api: (_request, reply) =>
        reply.json({ ineligibleTiers: [{ reasonCode: "UNSUPPORTED_CLIENT", tierId: "free-tier" }] }),
    });
    await expect(house.signIn()).rejects.toThrow("no longer serves personal accounts");
    expect((await house.tokens())[0]?.state).toBe("signed_out");
  });
});

it("a login of another program is used as it is: not signed in to here, not refreshed, not ended", async () => {
  const house = await build({ oauth: () => 'oauth = { from = "/nowhere/.credentials.json" }' });
  const [login] = await house.tokens();
  expect(login).toMatchObject({ state: "signed_out", from: "/nowhere/.credentials.json" });
  await expect(house.authorize()).rejects.toThrow("oauth.from");
  for (const path of ["refresh", "delete"])
    expect((await house.call("POST", `/api/oauth/tokens/${path}`, { provider: "plan" })).status).toBe(422);
  expect(house.vendor.calls).toEqual([]);
});

describe("signing out", () => {
  it("has the vendor void the login and forgets it", async () => {
    const house = await build();
    await house.signIn();
    const { body } = await house.call("POST", "/api/oauth/tokens/delete", { provider: "plan" });
    expect(body).toEqual({ revoked: true });
    expect(house.vendor.revokedLogins).toBe(1);
    expect(JSON.parse(house.tokenFile()).logins).toEqual({});
    expect((await house.tokens())[0]?.state).toBe("signed_out");
  });

  it("forgets it also when the vendor does not answer, and says where to end it by hand", async () => {
    const house = await build();
    await house.signIn();
    house.vendor.fail("revoke", { connection: "before" });
    const { body } = await house.call("POST", "/api/oauth/tokens/delete", { provider: "plan" });
    expect(body).toEqual({ revoked: false, manage: "https://claude.ai/settings" });
    expect(JSON.parse(house.tokenFile()).logins).toEqual({});
  });
});

it("answers for providers that nobody signs in to, and for unknown ones", async () => {
  const house = await build();
  expect(await house.call("POST", "/api/oauth/authorize", { provider: "key" })).toMatchObject({
    status: 422,
    body: { error: { code: "no_login", path: "provider" } },
  });
  expect((await house.call("POST", "/api/oauth/authorize", { provider: "nobody" })).status).toBe(404);
  expect((await house.call("GET", "/api/oauth/authorize/unknown")).status).toBe(404);
});

it("keeps other pages out: no cross-origin call, no foreign host, no change by GET", async () => {
  const house = await build();
  const call = (path: string, init: RequestInit) => fetch(`${house.mux.url}${path}`, init);
  const json = { "content-type": "application/json" };
  const body = JSON.stringify({ provider: "plan" });
  const evil = { ...json, origin: "http://evil.example" };
  expect((await call("/api/oauth/authorize", { method: "POST", headers: evil, body })).status).toBe(403);
  expect((await call("/api/oauth/tokens/delete", { method: "GET" })).status).toBe(404);
  expect((await call("/api/oauth/tokens", { headers: { "sec-fetch-site": "cross-site" } })).status).toBe(403);
});

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
