import { parse } from "valibot";
import { describe, expect, test } from "vitest";
import { serverSchema } from "../../lib/config/schema.ts";
import { type GuardedRequest, guard, isSameMachine } from "../../lib/server/guard.ts";
import { sessionCookie } from "../../lib/server/page-session.ts";

function status(
  request: Partial<GuardedRequest> & { headers?: Record<string, string> },
  server: object = {},
): number | "passes" {
  const full: GuardedRequest = {
    method: "POST",
    path: "/v1/messages",
    hostHeaders: 1,
    localAddress: "127.0.0.1",
    ...request,
    headers: { host: "127.0.0.1:13456", "content-type": "application/json", ...request.headers },
  };
  return guard(full, parse(serverSchema, server))?.status ?? "passes";
}

describe("only this machine is meant", () => {
  test.each(["127.0.0.1:13456", "localhost:13456", "LOCALHOST", "[::1]:13456", "localhost:8080"])(
    "host %s passes",
    (host) => expect(status({ headers: { host } })).toBe("passes"),
  );
  test.each([
    "evil.com",
    "127.0.0.1.evil.com",
    "localhost.",
    "0.0.0.0",
    "127.1",
    "2130706433",
    "localhost@evil.com",
    "",
    "a b",
  ])("host %j is refused", (host) => expect(status({ headers: { host } })).toBe(403));
  test("no host, or two", () => {
    expect(status({ headers: { host: undefined as unknown as string } })).toBe(400);
    expect(status({ hostHeaders: 2 })).toBe(400);
  });
  test("names that the user listed pass", () =>
    expect(status({ headers: { host: "mux.lan:13456" } }, { allowed_hosts: ["mux.lan"] })).toBe("passes"));
  test("the address at which the connection arrived passes: an address cannot be rebound", () => {
    expect(status({ headers: { host: "192.168.1.5:13456" }, localAddress: "::ffff:192.168.1.5" })).toBe("passes");
    expect(status({ headers: { host: "192.168.1.6:13456" }, localAddress: "192.168.1.5" })).toBe(403);
  });
});

describe("web pages of others are kept out, of the model API too", () => {
  test.each(["http://evil.com", "null", "http://127.0.0.1:9999", "http://127.0.0.1:13456.evil.com"])(
    "origin %s is refused",
    (origin) => {
      for (const path of ["/v1/messages", "/api/status", "/", "/health"])
        expect(status({ path, headers: { origin } })).toBe(403);
    },
  );
  test.each(["http://127.0.0.1:13456", "HTTP://127.0.0.1:13456"])("origin %s is the page itself", (origin) =>
    expect(status({ headers: { origin } })).toBe("passes"),
  );
  test.each([
    ["cross-site", 403],
    ["same-site", 403],
    ["same-origin", "passes"],
    ["none", "passes"],
  ] as const)("sec-fetch-site %s", (site, expected) =>
    expect(status({ method: "GET", headers: { "sec-fetch-site": site } })).toBe(expected),
  );
  test("a link to the page may be followed, and nothing else be had that way", () => {
    const headers = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
    const link = { method: "GET", path: "/", headers };
    expect(status(link)).toBe("passes");
    expect(status({ ...link, path: "/api/config" })).toBe(403);
    expect(status({ ...link, path: "/v1/models" })).toBe(403);
    expect(status({ ...link, method: "POST" })).toBe(403);
    expect(status({ ...link, headers: { ...headers, "sec-fetch-dest": "iframe" } })).toBe(403);
    expect(status({ ...link, headers: { ...headers, host: "evil.com" } })).toBe(403);
  });
  test("preflights are refused", () => expect(status({ method: "OPTIONS" })).toBe(403));
  test.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])(
    "a body of type %j is refused",
    (type) => expect(status({ headers: { "content-type": type } })).toBe(415),
  );
  test("a charset does no harm", () =>
    expect(status({ headers: { "content-type": "application/json; charset=utf-8" } })).toBe("passes"));
});

describe("keys", () => {
  const server = { api_keys: ["first-key", "second-key"] };
  test.each<[string, Record<string, string>, number | "passes"]>([
    ["none", {}, 401],
    ["x-api-key", { "x-api-key": "second-key" }, "passes"],
    ["Bearer", { authorization: "Bearer first-key" }, "passes"],
    ["both, one right", { "x-api-key": "wrong", authorization: "Bearer first-key" }, "passes"],
    ["wrong", { "x-api-key": "first-kez" }, 401],
    ["a prefix", { "x-api-key": "first" }, 401],
  ])("%s", (_name, headers, expected) => expect(status({ headers }, server)).toBe(expected));
  test("whoever has a key may come by any name, but not from a web page", () => {
    expect(status({ headers: { host: "mux.lan", "x-api-key": "first-key" } }, server)).toBe("passes");
    expect(status({ headers: { host: "mux.lan", origin: "http://evil.com", "x-api-key": "first-key" } }, server)).toBe(
      403,
    );
  });
  test("the admin token guards the API and not the model API", () => {
    expect(status({ path: "/api/status", method: "GET" }, { admin_token: "secret" })).toBe(401);
    expect(
      status(
        { path: "/api/status", method: "GET", headers: { authorization: "Bearer secret" } },
        { admin_token: "secret" },
      ),
    ).toBe("passes");
    expect(status({ path: "/api/hello", method: "GET" }, { admin_token: "secret" })).toBe("passes");
    expect(status({ path: "/api/session", method: "POST" }, { admin_token: "secret" })).toBe("passes");
    expect(status({}, { admin_token: "secret" })).toBe("passes");
  });
});

test.each([
  "/x/../api/config",
  "/./api/config",
  "//api/config",
  "/%61pi/config",
  "/api%2fconfig",
  "/x/%2e%2e/api/config",
  "/metrics/../api/config",
  "/page.js/../api/config",
  "/api/hello/",
  "/API/config",
  "http://127.0.0.1:13456/api/config",
  "http://127.0.0.1:13456/",
  "api/config",
])("the admin token is asked for however the path is written: %s", (path) => {
  expect(status({ path, method: "GET" }, { admin_token: "secret" })).toBe(401);
});
test.each(["/", "/page.js", "/chart.js", "/page.css", "/favicon.ico"])("the page's %s may be read before", (path) => {
  expect(status({ path, method: "GET" }, { admin_token: "secret" })).toBe("passes");
});

describe("the page's session", () => {
  const [pair = ""] = sessionCookie("secret").split(";");
  const asked = (cookie: string, server: object = { admin_token: "secret" }) =>
    status({ path: "/api/status", method: "GET", headers: { cookie } }, server);

  test("opens the API, among other cookies too", () => {
    expect(asked(pair)).toBe("passes");
    expect(asked(`other=1; ${pair}; more=2`)).toBe("passes");
  });
  test("is that of this token alone, and holds it in no readable form", () => {
    expect(asked(pair, { admin_token: "another" })).toBe(401);
    expect(asked("ccm_session=secret")).toBe(401);
    expect(asked("ccm_session=")).toBe(401);
    expect(pair).not.toContain("secret");
  });
  test("helps no other web page", () => {
    const headers = { cookie: pair, origin: "http://evil.com" };
    expect(status({ path: "/api/status", method: "GET", headers }, { admin_token: "secret" })).toBe(403);
  });
});

describe("from another machine", () => {
  const there = { localAddress: "192.168.1.5", headers: { host: "192.168.1.5:13456" } };
  const keys = { api_keys: ["client-key"] };
  test.each(["/api/config", "/api/status", "/"])("%s is closed until there is an admin token", (path) => {
    expect(status({ ...there, path, method: "GET" }, keys)).toBe(403);
  });
  test("with one, the API asks for it and the page may be opened", () => {
    const server = { ...keys, admin_token: "secret" };
    expect(status({ ...there, path: "/api/config", method: "GET" }, server)).toBe(401);
    expect(status({ ...there, path: "/", method: "GET" }, server)).toBe("passes");
    const headers = { ...there.headers, authorization: "Bearer secret" };
    expect(status({ ...there, path: "/api/config", method: "PUT", headers }, server)).toBe("passes");
  });
  test.each(["/health", "/api/hello"])("%s answers", (path) => {
    expect(status({ ...there, path, method: "GET" }, keys)).toBe("passes");
  });
  test.each<[string, object, Record<string, string>, number | "passes"]>([
    ["nothing", keys, {}, 401],
    ["nothing, with a token set", { ...keys, admin_token: "secret" }, {}, 401],
    ["a client's key", keys, { authorization: "Bearer client-key" }, "passes"],
    ["the admin token", { ...keys, admin_token: "secret" }, { authorization: "Bearer secret" }, "passes"],
    ["a wrong token", { ...keys, admin_token: "secret" }, { authorization: "Bearer secrets" }, 401],
    ["a key by another name", keys, { host: "mux.lan", "x-api-key": "client-key" }, "passes"],
    ["a key from a web page", keys, { origin: "http://evil.com", "x-api-key": "client-key" }, 403],
    ["no token where none is set", keys, { authorization: "Bearer " }, 401],
  ])("metrics, asked for with %s", (_what, server, sent, expected) => {
    const headers = { ...there.headers, ...sent };
    expect(status({ ...there, path: "/metrics", method: "GET", headers }, server)).toBe(expected);
  });
  test("metrics need no key on this machine", () => {
    expect(status({ path: "/metrics", method: "GET" }, { ...keys, admin_token: "secret" })).toBe("passes");
    expect(status({ path: "/metrics", method: "GET", headers: { host: "evil.com" } }, keys)).toBe(403);
  });
  test("on this machine nothing changes, wherever the server listens", () => {
    expect(status({ path: "/api/config", method: "GET" }, keys)).toBe("passes");
  });
});

test.each([
  ["127.0.0.1", "127.0.0.1", true],
  ["::ffff:127.0.0.1", "::ffff:127.0.0.1", true],
  ["::1", "::1", true],
  ["192.168.1.5", "192.168.1.5", true],
  ["192.168.1.5", "192.168.1.9", false],
  ["172.17.0.2", "172.17.0.1", false],
])("a connection to %s from %s is of this machine: %s", (localAddress, remoteAddress, same) => {
  expect(isSameMachine({ localAddress, remoteAddress })).toBe(same);
});
