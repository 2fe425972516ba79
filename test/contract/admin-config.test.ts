import { readFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ConfigFault, ConfigView } from "../../lib/server/admin/views.ts";
import { buildHouse, type House, MODEL } from "./house.ts";

let house: House;
beforeEach(async () => {
  house = await buildHouse({ config: "# the end, kept by the tests\n" });
});
afterEach(() => house?.close());

type Saved = ConfigView & { error?: { code: string; message: string }; faults: ConfigFault[] };

async function load(): Promise<ConfigView> {
  return (await (await fetch(`${house.mux.url}/api/config`)).json()) as ConfigView;
}

async function save(body: unknown, etag?: string) {
  const response = await fetch(`${house.mux.url}/api/config`, {
    method: "PUT",
    headers: { "content-type": "application/json", ...(etag !== undefined && { "if-match": `"${etag}"` }) },
    body: JSON.stringify(body),
  });
  return { status: response.status, etag: response.headers.get("etag"), body: (await response.json()) as Saved };
}

const onDisk = () => readFile(house.mux.configPath, "utf8");
const weight = { path: ["models", MODEL, "providers", "a", "priority"], value: 3 };

describe("saving single changes", () => {
  test("changes what was changed and not a byte more, and is in use when the answer comes", async () => {
    const before = await onDisk();
    const { status, body, etag } = await save({ changes: [weight] }, (await load()).etag);
    expect(status).toBe(200);
    expect(await onDisk()).toBe(before.replace('{ name = "a", priority = 1', '{ name = "a", priority = 3'));
    expect(etag).toBe(`"${body.etag}"`);
    expect(body).toEqual(await load());
    expect((await house.ask()).headers.get("x-ccm-provider")).toBe("b");
  });

  test("a setting can be taken out", async () => {
    const before = await onDisk();
    const change = { path: ["models", MODEL, "providers", "a", "priority"], delete: true };
    expect((await save({ changes: [change] }, (await load()).etag)).status).toBe(200);
    expect(await onDisk()).toBe(before.replace('{ name = "a", priority = 1, ', '{ name = "a", '));
  });

  test("a masked key that comes back leaves the key as it is; a new one is written", async () => {
    const { etag } = await load();
    const masked = { path: ["providers", "a", "api_key"], value: "sk-…of-a" };
    const kept = await save({ changes: [masked] }, etag);
    expect(kept.status).toBe(200);
    expect(await onDisk()).toContain('api_key = "sk-ant-api03-secret-of-a"');
    const fresh = await save({ changes: [{ ...masked, value: "sk-ant-api03-another-one-9876" }] }, kept.body.etag);
    expect(await onDisk()).toContain('api_key = "sk-ant-api03-another-one-9876"');
    expect(JSON.stringify(fresh.body)).not.toContain("another-one");
  });
});

describe("saving the whole text", () => {
  test("as it was shown: keys that are masked in it stay as they are", async () => {
    const before = await onDisk();
    const { text, etag } = await load();
    expect(text).not.toContain("secret-of");
    const { status } = await save({ text: `${text}# one more line\n` }, etag);
    expect(status).toBe(200);
    expect(await onDisk()).toBe(`${before}# one more line\n`);
  });
});

describe("what is not saved", () => {
  afterEach(async () => {
    expect(await onDisk()).toContain("# the end, kept by the tests");
  });

  test("without If-Match: 428", async () => {
    const { status, body } = await save({ changes: [weight] });
    expect([status, body.error?.code]).toEqual([428, "if_match_needed"]);
  });

  test("a file that was changed in the meantime: 409, and the other change stays", async () => {
    const { etag } = await load();
    await writeFile(house.mux.configPath, `${await onDisk()}# by somebody else\n`);
    const { status, body } = await save({ changes: [weight] }, etag);
    expect([status, body.error?.code]).toEqual([409, "changed_on_disk"]);
    expect(await onDisk()).toContain("# by somebody else");
  });

  test("a change that breaks something: 422 with every fault and its line", async () => {
    const changes = [
      { path: ["router", "default", "model"], value: "gone" },
      { path: ["server", "port"], value: "many" },
    ];
    const before = await onDisk();
    const { status, body } = await save({ changes }, (await load()).etag);
    expect([status, body.error?.code]).toEqual([422, "config_faults"]);
    expect(body.faults.map(({ path }) => path)).toContain("server.port");
    expect(body.faults.every(({ line, message }) => typeof line === "number" && message.length > 5)).toBe(true);
    expect(await onDisk()).toBe(before);
  });

  test("a text that is no TOML: 422", async () => {
    const { status, body } = await save({ text: "[server\n" }, (await load()).etag);
    expect(status).toBe(422);
    expect(body.faults).toMatchObject([{ path: "", line: 2 }]);
  });

  test("a change of something that is not there: 422 that names it", async () => {
    const change = { path: ["providers", "nobody", "priority"], value: 1 };
    const { status, body } = await save({ changes: [change] }, (await load()).etag);
    expect(status).toBe(422);
    expect(body.faults).toMatchObject([
      { path: "providers.nobody.priority", message: expect.stringContaining("nobody") },
    ]);
  });

  test.each([[{}], [{ changes: [] }], [{ changes: [{ path: [] }] }], [{ text: 7 }], [{ changes: [weight], text: "" }]])(
    "%j is no change: 400",
    async (body) => {
      const answer = await save(body, (await load()).etag);
      expect([answer.status, answer.body.error?.code]).toEqual([400, "bad_request"]);
    },
  );

  test("of two who save at once, one is told", async () => {
    const { etag } = await load();
    const other = { path: ["server", "allowed_hosts"], value: ["box.example"] };
    const both = await Promise.all([save({ changes: [weight] }, etag), save({ changes: [other] }, etag)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  });
});
