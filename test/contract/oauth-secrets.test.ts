import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
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

it("of a whole life of a login, nothing secret is anywhere but in the token file", async () => {
  const house = await buildLoginHouse({ lifeS: 2, config: '[logging]\nlevel = "trace"' });
  houses.push(house);
  const seen: string[] = [];
  const look = async () => {
    for (const path of GET_PATHS) seen.push(JSON.stringify((await house.call("GET", path)).body));
  };
  await house.signIn();
  seen.push((await house.ask()).text);
  house.vendor.endAccessTokens();
  seen.push((await house.ask()).text);
  house.vendor.fail("token", { status: 400, body: { error: "invalid_request", error_description: "refused" } });
  seen.push(JSON.stringify(await house.call("POST", "/api/oauth/tokens/refresh", { provider: "plan" })));
  await look();
  house.vendor.endLogins();
  seen.push((await house.ask()).text);
  await look();
  const { url } = await house.authorize("paste");
  const back = await house.vendor.allow(url);
  seen.push(
    JSON.stringify(await house.call("POST", "/api/oauth/exchange", { provider: "plan", code: `x${back.href}` })),
  );
  await look();
  const { stateDir } = house.mux.server.context;
  const files = readdirSync(stateDir, { recursive: true, encoding: "utf8" })
    .filter((name) => name !== "oauth_tokens.json" && statSync(join(stateDir, name)).isFile())
    .map((name) => readFileSync(join(stateDir, name), "utf8"));
  const everything = [...seen, ...house.mux.log, ...files].join("\n");
  expect(house.vendor.secrets.length).toBeGreaterThan(6);
  for (const secret of house.vendor.secrets) {
    expect(everything).not.toContain(secret);
    expect(everything).not.toContain(secret.slice(0, 24));
    expect(everything).not.toContain(Buffer.from(secret).toString("base64").slice(0, 24));
  }
});

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
