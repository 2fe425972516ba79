import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { redactor } from "../../lib/config/redact.ts";
import { startUpstream } from "../support/upstream.ts";
import { PATIENT, sandboxes } from "./sandbox.ts";

const { sandbox, afterwards } = sandboxes();

/** Whatever a user would not want to send: none of it may be in the file. */
const CANARY = "canary";
const SECRETS = {
  ownKey: "canary-key-of-clients-1",
  adminToken: "canary-token-of-the-page",
  vendorKey: "sk-ant-api03-canary-of-the-vendor",
  header: "canary-of-an-own-header",
  comment: "sk-or-v1-canary-in-a-comment",
  variable: "canary-of-the-environment",
  login: "canary-refresh-token-of-a-login",
  prompt: "canary in what was said",
};

describe("doctor --bundle", () => {
  it("holds what finds a fault, and no secret, whatever the configuration, the log and the disk hold", async () => {
    const vendor = await startUpstream((request, reply) =>
      reply.error(400, "invalid_request_error", `bad field; you sent ${request.headers["x-own-token"]}`),
    );
    afterwards(() => vendor.close());
    const box = await sandbox(`[server]
port = PORT
api_keys = ["${SECRETS.ownKey}"]
admin_token = "${SECRETS.adminToken}"
[[providers]]
name = "vendor"
type = "anthropic"
api_key = "${SECRETS.vendorKey}"
base_url = "${vendor.url.replace("//", "//user:canary-password@")}"
headers = { "x-own-token" = "${SECRETS.header}" }
[[providers]]
name = "spare"
type = "groq"
api_key = "$SPARE_KEY"
# before: api_key = "${SECRETS.comment}"
[[models]]
name = "claude-sonnet-5-5"
providers = [{ name = "vendor", model = "sold-model" }]
[router.default]
model = "claude-sonnet-5-5"
[logging]
log_bodies = true
`);
    const env = { SPARE_KEY: SECRETS.variable };
    mkdirSync(box.state, { recursive: true });
    writeFileSync(
      join(box.state, "oauth_tokens.json"),
      JSON.stringify({ version: 1, logins: { plan: { refresh_token: SECRETS.login, email: "canary@example.org" } } }),
    );
    expect((await box.ccmctl(["start"], { env })).code).toBe(0);
    const response = await fetch(`http://127.0.0.1:${box.port}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": SECRETS.ownKey },
      body: JSON.stringify({
        model: "claude-sonnet-5-5",
        max_tokens: 9,
        messages: [{ role: "user", content: SECRETS.prompt }],
      }),
    });
    expect(response.status).toBe(400);
    const id = response.headers.get("x-ccm-request-id") ?? "";
    await expect.poll(async () => (await box.ccmctl(["logs"])).stdout, PATIENT).toContain(`id=${id}`);
    writeFileSync(join(box.state, "ccm.log"), `2026-11-24T10:00:00.000Z error odd: ${SECRETS.login}\n`, { flag: "a" });

    const done = await box.ccmctl(["doctor", "--bundle", "report.txt"], { env });
    expect(done).toMatchObject({ code: 0, stderr: "" });
    expect(done.stdout).toContain("Read it before you send it");
    const file = join(box.dir, "report.txt");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const text = readFileSync(file, "utf8");
    expect(text.toLowerCase()).not.toContain(CANARY);
    expect(text).not.toContain(box.home);
    for (const wanted of [
      /claude-code-mux {2}\d+\.\d+\.\d+/,
      /Node {13}v\d+\./,
      /variables set .*SPARE_KEY/,
      /ok {4}The server runs at/,
      /"status": "ok"/,
      /api_key = "sk-…ndor"/,
      new RegExp(`"id":"${id}"`),
      /warn +claude-sonnet-5-5 → nobody .*attempts="?vendor:/,
      /lines with what was asked and answered are left out/,
      /bad field; you sent \*\*\*/,
    ])
      expect(text).toMatch(wanted);
  });

  it("tells of a server that does not run and of a configuration that is broken, and overwrites nothing", async () => {
    const box = await sandbox('[server\napi_keys = ["canary-in-a-broken-file"]\n');
    const first = await box.ccmctl(["doctor", "--bundle"]);
    expect(first.code).toBe(0);
    const name = /ccm-bundle-\d{8}-\d{6}\.txt/.exec(first.stdout)?.[0] ?? "";
    const text = readFileSync(join(box.dir, name), "utf8");
    expect(text).toContain("stopped");
    expect(text).toMatch(/wrong +.*ccm-config\.toml:\d+: /);
    expect(text).not.toContain(CANARY);
    const again = await box.ccmctl(["doctor", "--bundle", name]);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("is there already") });
    expect(readFileSync(join(box.dir, name), "utf8")).toBe(text);
    expect((await box.ccmctl(["doctor", "--bundle", "-"])).stdout).toContain("== Versions ==");
  });

  it("says what it does not take", async () => {
    const box = await sandbox();
    expect(await box.ccmctl(["doctor", "--bundle", "--json"])).toMatchObject({ code: 1 });
    expect(await box.ccmctl(["doctor", "report.txt"])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("--bundle"),
    });
    expect(await box.ccmctl(["doctor", "--bundle", "no/such/folder/x.txt"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("ENOENT"),
    });
    expect(existsSync(join(box.dir, "report.txt"))).toBe(false);
  });
});

describe("what is taken out of a text", () => {
  it.each([
    ["a known secret", "key plain-secret-of-mine.", "key …mine."],
    ["one in JSON", String.raw`{"k":"with \"quotes\" in it"}`, '{"k":"…n it"}'],
    ["one in an address", "?x=with%20%22quotes%22%20in%20it&y", "?x=…20it&y"],
    ["a bearer token", "authorization: Bearer abcdefghijklmnopqrstu", "authorization: Bearer …rstu"],
    ["the looks of a key", "sent sk-ant-api03-0123456789abcdef", "sent sk-…cdef"],
    ["a signed token", "id eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.sig-na_ture", "id …ture"],
    ["user and password", "at https://me:pass@host/path", "at https://…@host/path"],
    ["an e-mail address", "login of some.body+x@example.co.uk ended", "login of …@… ended"],
  ])("%s", (_, text, shown) => {
    expect(redactor(["plain-secret-of-mine", 'with "quotes" in it', "short"])(text)).toBe(shown);
  });

  it("is not what only looks long: ids, models, times", () => {
    const text =
      "req_ccm_3e648bcc31fd40cbb6 claude-sonnet-4-20250514 2026-11-24T08:44:55.566Z short http://127.0.0.1:1/v1";
    expect(redactor(["short"])(text)).toBe(text);
  });
});
