import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { createAdminApp } from "../../lib/server/admin/app.ts";
import type { AdminDeps } from "../../lib/server/admin/deps.ts";
import { startMux } from "../support/mux.ts";
import { startUpstream } from "../support/upstream.ts";
import { healthy, MODEL } from "./house.ts";
import { buildLoginHouse, type LoginHouse } from "./login-house.ts";

const houses: LoginHouse[] = [];
afterEach(async () => {
  for (const house of houses.splice(0)) await house.close();
});

const GET_PATHS = [
  "/api/oauth/tokens",
  "/api/status",
  "/api/providers",
  "/api/config",
  "/api/journal",
  "/health",
  "/metrics",
];

const CANARIES = {
  key: "sk-ant-api03-key-of-the-second-provider",
  server: "key-of-the-server-canary-0001",
  client: "sk-ant-oat01-login-of-the-client-canary-02",
  file: "sk-ant-api03-key-in-a-file-canary-03",
  command: "sk-ant-api03-key-of-a-command-canary-04",
  header: "token-in-a-header-canary-05",
};

/** Every way in which a secret may be written down. */
function formsOf(secret: string): string[] {
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.from(" ".repeat(shift) + secret)
      .toString("base64")
      .slice(4, 24),
  );
  return [secret, secret.slice(0, 24), encodeURIComponent(secret), Buffer.from(secret).toString("hex"), ...base64];
}

/** Every address of our API, with what stands in it filled in; a new one is among them by itself. */
function everyRoute(ids: Record<string, string>): { method: string; path: string }[] {
  const { routes } = createAdminApp({} as AdminDeps);
  return routes
    .filter(({ method, path }) => method !== "ALL" && path !== "/api/events" && path !== "/api/session")
    .map(({ method, path }) => ({ method, path: path.replace(/:(\w+)/g, (_all, name) => ids[name] ?? `no-${name}`) }));
}

/** Bodies that a route may take, and such that none takes. */
const BODIES = ["{", "{}", "[]", JSON.stringify({ provider: "plan", name: "plan", model: MODEL, code: "x#y" })];

it("of a whole life of a login and of every key, nothing secret is in any answer, log line or file but the configuration and the token file", async () => {
  const dir = mkdtempSync(join(tmpdir(), "ccm-canary-"));
  writeFileSync(join(dir, "key"), CANARIES.file, { mode: 0o600 });
  // What a command sees of us: its own environment, and how we were called.
  writeFileSync(
    join(dir, "print.sh"),
    `cd ${dir}; env > env; tr '\\0' ' ' < /proc/$PPID/cmdline > parent; tr '\\0' ' ' < /proc/$$/cmdline >> parent; echo ${CANARIES.command}`,
    { mode: 0o600 },
  );
  const refusing = await startUpstream((request, reply) =>
    reply.error(
      401,
      "authentication_error",
      `no such key ${request.headers["x-api-key"] ?? request.headers.authorization}`,
    ),
  );
  const provider = (name: string, more: string) =>
    `[[providers]]\nname = "${name}"\ntype = "anthropic"\nbase_url = "${refusing.url}"\n${more}\n`;
  const house = await buildLoginHouse({
    lifeS: 2,
    config: `[logging]
level = "trace"
[server]
api_keys = ["${CANARIES.server}"]
${provider("own", 'auth_type = "passthrough"')}
${provider("file", `api_key = "file:${join(dir, "key")}"\nheaders = { "x-gateway-token" = "${CANARIES.header}" }`)}
${provider("command", `api_key = "cmd:sh ${join(dir, "print.sh")}"`)}`,
  });
  houses.push(house);
  const seen: string[] = [];
  const keep = (value: unknown) => void seen.push(typeof value === "string" ? value : JSON.stringify(value));
  const events = new AbortController();
  const live = fetch(`${house.mux.url}/api/events`, { signal: events.signal }).then(async ({ body }) => {
    for await (const part of body ?? []) keep(Buffer.from(part).toString("utf8"));
  });
  const ask = async (headers: Record<string, string> = {}, body: object = {}) => {
    const answer = await house.ask(body, { "x-api-key": CANARIES.server, ...headers });
    keep(answer.text);
    keep(Object.fromEntries(answer.headers));
  };
  const sweep = async () => {
    const { id } = await house.lastEntry();
    for (const { method, path } of everyRoute({ id, name: "plan", state: "no-state" })) {
      for (const body of method === "GET" ? [undefined] : BODIES) {
        const headers = { "content-type": "application/json", "if-match": "none" };
        const response = await fetch(`${house.mux.url}${path}`, {
          method,
          headers,
          ...(body !== undefined && { body }),
        });
        keep(await response.text());
        keep(Object.fromEntries(response.headers));
      }
    }
    for (const path of ["/health", "/metrics", "/v1/models", "/nowhere"])
      keep(await (await fetch(house.mux.url + path)).text());
  };
  await house.signIn();
  await ask();
  for (const name of ["own", "file", "command", "key"])
    await ask({ "x-ccm-provider": name, authorization: `Bearer ${CANARIES.client}` });
  await ask({ authorization: `Bearer ${CANARIES.client}` }, { model: "{" });
  house.vendor.endAccessTokens();
  await ask();
  house.vendor.fail("token", { status: 400, body: { error: "invalid_request", error_description: "refused" } });
  keep(await house.call("POST", "/api/oauth/tokens/refresh", { provider: "plan" }));
  await sweep();
  // The sweep has ended the login; here comes another one, which the vendor ends.
  await house.signIn();
  house.vendor.endLogins();
  await ask();
  const { url } = await house.authorize("paste");
  const back = await house.vendor.allow(url);
  keep(await house.call("POST", "/api/oauth/exchange", { provider: "plan", code: `x${back.href}` }));
  keep(await (await fetch(`${house.mux.url}/api/oauth/callback${back.search}x`)).text());
  await sweep();
  events.abort();
  await live.catch(() => undefined); // it was ended here
  const { stateDir } = house.mux.server.context;
  const files = readdirSync(stateDir, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(stateDir, name)).isFile())
    .filter((name) => name !== "oauth_tokens.json" && !name.startsWith("ccm-config.toml"))
    .map((name) => `${name}: ${readFileSync(join(stateDir, name), "latin1")}`);
  const [environment, parent] = ["env", "parent"].map((name) => readFileSync(join(dir, name), "utf8"));
  const places = { answers: seen, log: [...house.mux.log], files, processes: [environment ?? "", parent ?? ""] };
  const secrets = [...house.vendor.secrets, ...Object.values(CANARIES)];
  expect(secrets.length).toBeGreaterThan(15);
  for (const [place, texts] of Object.entries(places)) {
    expect(texts.join("").length, place).toBeGreaterThan(0);
    for (const secret of secrets)
      for (const form of formsOf(secret)) {
        const found = texts.find((text) => text.includes(form));
        expect(found === undefined ? undefined : `${place}: ${form} in ${around(found, form)}`).toBeUndefined();
      }
  }
  await refusing.close();
  rmSync(dir, { recursive: true, force: true });
}, 60_000);

function around(text: string, form: string): string {
  const at = text.indexOf(form);
  return text.slice(Math.max(0, at - 200), at + 100);
}

it("keys from a file and from a command open their provider, and show up nowhere", async () => {
  const keys = { file: "sk-ant-api03-key-in-a-file-0001", command: "sk-ant-api03-key-of-a-command-2" };
  const dir = mkdtempSync(join(tmpdir(), "ccm-key-"));
  const keyFile = join(dir, "key");
  writeFileSync(keyFile, `${keys.file}\n`);
  const refusing = await startUpstream((request, reply) =>
    reply.error(401, "authentication_error", `no such key ${request.headers["x-api-key"]}`),
  );
  const good = await startUpstream(healthy("hello"));
  const mux = await startMux({
    config: `[[providers]]
name = "file"
type = "anthropic"
base_url = "${refusing.url}"
api_key = "file:KEYFILE"
[[providers]]
name = "command"
type = "anthropic"
base_url = "${good.url}"
api_key = "cmd:printf ${keys.command}"
[[models]]
name = "${MODEL}"
providers = [{ name = "file", priority = 1, model = "m" }, { name = "command", priority = 2, model = "m" }]
[router.default]
model = "${MODEL}"
[logging]
level = "trace"`.replace("KEYFILE", keyFile),
  });
  try {
    const response = await fetch(`${mux.url}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": "ccm-proxy" },
      body: JSON.stringify({ model: MODEL, max_tokens: 5, stream: true, messages: [{ role: "user", content: "hi" }] }),
    });
    const text = await response.text();
    expect([response.status, response.headers.get("x-ccm-provider")]).toEqual([200, "command"]);
    expect(refusing.requests[0]?.headers["x-api-key"]).toBe(keys.file);
    expect(good.requests[0]?.headers["x-api-key"]).toBe(keys.command);
    const answers = await Promise.all(GET_PATHS.map(async (path) => (await fetch(`${mux.url}${path}`)).text()));
    const everything = [text, ...answers, ...mux.log].join("\n");
    for (const key of Object.values(keys)) expect(everything).not.toContain(key);
  } finally {
    await mux.close();
    rmSync(dir, { recursive: true, force: true });
    await Promise.all([refusing.close(), good.close()]);
  }
});

it.each([301, 302, 307, 308])("a %s of the provider's leads a key nowhere else", async (status) => {
  const thief = await startUpstream(healthy("thank you for the key"));
  const provider = await startUpstream((_request, reply) =>
    reply.json({}, { status, headers: { location: `${thief.url}/v1/messages` } }),
  );
  const mux = await startMux({
    config: `[[providers]]
name = "only"
type = "anthropic"
base_url = "${provider.url}"
api_key = "${CANARIES.key}"
[[models]]
name = "${MODEL}"
providers = [{ name = "only", model = "m" }]
[router.default]
model = "${MODEL}"`,
  });
  try {
    const post = (path: string, body: object) =>
      fetch(`${mux.url}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    const messages = [{ role: "user", content: "hi" }];
    const answer = await post("/v1/messages", { model: MODEL, max_tokens: 5, messages });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    await post("/v1/messages/count_tokens", { model: MODEL, messages });
    await post("/api/providers/only/test", {});
    expect(provider.requests.length).toBeGreaterThan(1);
    expect(thief.connections()).toBe(0);
  } finally {
    await mux.close();
    await Promise.all([thief.close(), provider.close()]);
  }
});
