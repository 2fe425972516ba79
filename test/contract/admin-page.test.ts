import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLogger } from "../../lib/server/log.ts";
import { type RunningServer, startServer } from "../../lib/server/start.ts";
import { spawnMux } from "../support/mux.ts";

const FILES = {
  "index.html": "<!doctype html><title>x</title>",
  "page.js": "export {};",
  "chart.js": "export {};",
  "page.css": "body{}",
};

let folder: string;
let server: RunningServer;
const log: string[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccm-assets-"));
  await writeFile(join(folder, "ccm-config.toml"), "");
  await writeFile(join(folder, "private.txt"), "not yours");
  server = await startServer({
    configPath: join(folder, "ccm-config.toml"),
    stateDir: folder,
    env: {},
    log: createLogger((line) => void log.push(line)),
    assetsDir: folder,
    port: 0,
  });
});
afterAll(async () => {
  await server?.close(0);
  await rm(folder, { recursive: true, force: true });
});

test("a page that was not built says how to build it, and the API works all the same", async () => {
  const page = await fetch(server.url);
  expect(page.status).toBe(503);
  expect(await page.json()).toMatchObject({
    error: { code: "no_page", message: expect.stringContaining("npm run build") },
  });
  expect((await fetch(`${server.url}/api/status`)).status).toBe(200);
});

test("the built program serves the page that was built with it, with all that the page asks for", async () => {
  const mux = await spawnMux({ config: "" });
  try {
    const page = await fetch(mux.url);
    expect([page.status, page.headers.get("content-type")]).toEqual([200, expect.stringContaining("text/html")]);
    const wanted = [...(await page.text()).matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path);
    expect(wanted).toEqual(expect.arrayContaining(["/page.js", "/page.css"]));
    for (const path of wanted) expect((await fetch(mux.url + path)).status, path).toBe(200);
  } finally {
    await mux.close();
  }
});

describe("the page", () => {
  beforeAll(async () => {
    for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text);
  });

  test.each([
    ["/", "text/html; charset=utf-8", FILES["index.html"]],
    ["/page.js", "text/javascript; charset=utf-8", FILES["page.js"]],
    ["/chart.js", "text/javascript; charset=utf-8", FILES["chart.js"]],
    ["/page.css", "text/css; charset=utf-8", FILES["page.css"]],
  ])("%s is served, and asked about again only by its tag", async (path, type, text) => {
    const first = await fetch(server.url + path);
    expect(await first.text()).toBe(text);
    expect(first.headers.get("content-type")).toBe(type);
    expect(first.headers.get("cache-control")).toBe("no-cache");
    const again = await fetch(server.url + path, { headers: { "if-none-match": first.headers.get("etag") ?? "" } });
    expect(again.status).toBe(304);
  });

  test("nothing else of its folder, or of the machine, can be had", async () => {
    for (const path of ["/private.txt", "/index.html", "/ccm-config.toml", "/..%2fprivate.txt", "/%2e%2e/etc/passwd"]) {
      const answer = await fetch(server.url + path);
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });

  test("it loads nothing from elsewhere, runs nothing inline, and stands in no frame", async () => {
    const { headers } = await fetch(server.url);
    const policy = headers.get("content-security-policy") ?? "";
    for (const rule of [
      "default-src 'self'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "object-src 'none'",
    ]) {
      expect(policy).toContain(rule);
    }
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("strict-transport-security")).toBeNull();
  });

  test("it is for this machine's names and for itself only", async () => {
    const asked = async (headers: Record<string, string>) => {
      const { get } = await import("node:http");
      return new Promise<number | undefined>((resolve, reject) => {
        get(`${server.url}/api/status`, { headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        }).on("error", reject);
      });
    };
    expect(await asked({ host: "evil.example" })).toBe(403);
    expect(await asked({ origin: "https://evil.example" })).toBe(403);
    expect(await asked({ "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await asked({ "sec-fetch-site": "same-origin" })).toBe(200);
  });
});
