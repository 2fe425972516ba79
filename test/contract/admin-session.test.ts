import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildHouse, type House } from "./house.ts";

const TOKEN = "an-admin-token-0123456789";

let house: House;
beforeAll(async () => {
  house = await buildHouse({ config: `[server]\nadmin_token = "${TOKEN}"\n` });
});
afterAll(() => house?.close());

const signIn = (token: string) =>
  fetch(`${house.mux.url}/api/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token }),
  });
const status = async (headers: Record<string, string>) =>
  (await fetch(`${house.mux.url}/api/status`, { headers })).status;

test("the right token gives a cookie that opens the API; a wrong one gives none", async () => {
  expect(await status({})).toBe(401);
  const wrong = await signIn("guess");
  expect([wrong.status, wrong.headers.get("set-cookie")]).toEqual([401, null]);
  const right = await signIn(TOKEN);
  const cookie = right.headers.get("set-cookie") ?? "";
  expect(cookie).toMatch(/^ccm_session=[\w-]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/);
  expect(await status({ cookie: cookie.split(";")[0] ?? "" })).toBe(200);
});

test("the token itself still opens the API to programs", async () => {
  expect(await status({ authorization: `Bearer ${TOKEN}` })).toBe(200);
});

test("signing out takes the cookie away", async () => {
  const out = await fetch(`${house.mux.url}/api/session`, { method: "DELETE" });
  expect(out.headers.get("set-cookie")).toMatch(/^ccm_session=; .*Max-Age=0$/);
});

test("no way to write a path leads round the token", async () => {
  const { hostname, port } = new URL(house.mux.url);
  const asked = (path: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      request({ hostname, port, path, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end();
    });
  const paths = ["/x/../api/config", "/./api/config", "/%61pi/config", `${house.mux.url}/api/config`];
  for (const path of paths) expect([path, await asked(path)]).toEqual([path, 401]);
});
