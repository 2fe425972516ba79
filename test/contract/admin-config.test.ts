import { readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { BackupView, ConfigFault, ConfigView } from "../../lib/server/admin/views.ts";
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

test("while the file on disk is broken, the page is told of its faults and shown the configuration in use", async () => {
  const good = await load();
  await writeFile(house.mux.configPath, '[[providers]]\nname = "a"\ntype = "nobody-knows-it"\n');
  const broken = await vi.waitUntil(async () => {
    const now = await load();
    return now.faults.length > 0 && now;
  });
  expect(broken.config).toEqual(good.config);
  expect((await house.ask()).status).toBe(200);
});

describe("undoing", () => {
  test("brings back what was saved over, keys and comments included", async () => {
    const before = await onDisk();
    const { etag } = await load();
    const deleted = await save({ changes: [{ path: ["models", MODEL, "providers", "b"], delete: true }] }, etag);
    expect(await onDisk()).not.toBe(before);
    const undone = await save({ undo_to: etag }, deleted.body.etag);
    expect([undone.status, undone.body.etag]).toEqual([200, etag]);
    expect(await onDisk()).toBe(before);
    const redone = await save({ undo_to: deleted.body.etag }, etag);
    expect(redone.body.etag).toBe(deleted.body.etag);
  });

  test("to a version that nobody kept: 410, and nothing changes", async () => {
    const before = await onDisk();
    const { status, body } = await save({ undo_to: "unknown" }, (await load()).etag);
    expect([status, body.error?.code]).toEqual([410, "gone"]);
    expect(await onDisk()).toBe(before);
  });
});

describe("a masked key that stands for none of the file's", () => {
  test.each([
    ["a", { path: ["providers", "a", "api_key"], value: "sk-…lost" }],
    ["c", { path: ["providers", "c"], value: { type: "openai", api_key: "sk-…of-a" } }],
  ])("is not written: 422 names the place in %s", async (name, change) => {
    const before = await onDisk();
    const refused = await save({ changes: [change] }, (await load()).etag);
    expect([refused.status, refused.body.error?.code]).toEqual([422, "config_faults"]);
    expect(refused.body.faults[0]?.path).toBe(`providers.${name}.api_key`);
    expect(await onDisk()).toBe(before);
  });
});

describe("backups", () => {
  const backups = async (method = "GET") => {
    const init = method === "GET" ? {} : { headers: { "content-type": "application/json" }, body: "{}" };
    const response = await fetch(`${house.mux.url}/api/config/backups`, { method, ...init });
    return ((await response.json()) as { items: BackupView[] }).items;
  };

  test("are made on demand, for the owner's eyes only, and put back whole", async () => {
    const before = await onDisk();
    const [made] = await backups("POST");
    expect(made?.name).toMatch(/^ccm-config\.toml\.[\dT-]+\.bak$/);
    const copy = join(dirname(house.mux.configPath), made?.name ?? "");
    expect([await readFile(copy, "utf8"), (await stat(copy)).mode & 0o777]).toEqual([before, 0o600]);
    const changedOne = await save({ changes: [weight] }, (await load()).etag);
    expect((await save({ backup: made?.name }, changedOne.body.etag)).status).toBe(200);
    expect(await onDisk()).toBe(before);
    // What was replaced is kept as well.
    expect((await backups()).length).toBe(2);
  });

  test("the template takes the file's place, and what was there is kept", async () => {
    const before = await onDisk();
    const { status, body } = await save({ template: "custom" }, (await load()).etag);
    expect([status, body.faults]).toEqual([200, []]);
    const [made] = await backups();
    expect(await readFile(join(dirname(house.mux.configPath), made?.name ?? ""), "utf8")).toBe(before);
  });

  test.each(["../ccm-config.toml.bak", "ccm-config.toml", "health.json", "ccm-config.toml.2020-01-01T00-00-00.bak"])(
    "%s is none",
    async (backup) => {
      const { status, body } = await save({ backup }, (await load()).etag);
      expect([status, body.error?.code]).toEqual([410, "gone"]);
    },
  );
});
