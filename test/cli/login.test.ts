import type { ChildProcess } from "node:child_process";
import { describe, expect, it } from "vitest";
import { type AuthorizationServer, startAuthorizationServer } from "../support/authorization-server.ts";
import { startUpstream } from "../support/upstream.ts";
import { finished, NOWHERE, type Sandbox, sandboxes } from "./sandbox.ts";

const { sandbox, afterwards } = sandboxes();

async function boxWithVendor(api = NOWHERE): Promise<{ box: Sandbox; vendor: AuthorizationServer }> {
  const vendor = await startAuthorizationServer("claude");
  afterwards(() => vendor.close());
  const box = await sandbox(`[server]
port = PORT
admin_token = "token-of-the-page"
[[providers]]
name = "plan"
type = "anthropic"
auth_type = "oauth"
base_url = "${api}"
${vendor.toml}
[[providers]]
name = "key"
type = "anthropic"
api_key = "sk-ant-1"
base_url = "${NOWHERE}"
`);
  return { box, vendor };
}

/** The first address in what the command prints, however it comes. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    child.stdout?.on("data", (part: Buffer) => {
      said += part.toString();
      const found = /^(http:\/\/127\S+authorize\?\S+)$/m.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once("close", () => reject(new Error(said)));
  });
}

describe("login and logout", () => {
  it("show the terms, wait for the browser, and end at the vendor's too", async () => {
    const { box, vendor } = await boxWithVendor();
    await box.ccmctl(["start"]);
    const child = box.spawn(["login", "plan", "--yes"]);
    const done = finished(child);
    await fetch(await vendor.allow(await addressOf(child)));
    const { code, stdout } = await done;
    expect(stdout).toMatch(/Claude Pro or Max[\s\S]*reserve Claude\.ai sign-in[\s\S]*As of May 2026/);
    expect({ code, last: stdout.trim().split("\n").at(-1) }).toEqual({ code: 0, last: "✔ plan is signed in." });
    const out = await box.ccmctl(["logout", "plan"]);
    expect(out.stdout).toContain("voided the login");
    expect(vendor.revokedLogins).toBe(1);
  });

  it("takes what is pasted, after saying what was wrong with the first try", async () => {
    const { box, vendor } = await boxWithVendor();
    await box.ccmctl(["start"]);
    const child = box.spawn(["login", "plan", "--yes", "--paste"]);
    const done = finished(child);
    const back = await vendor.allow(await addressOf(child));
    child.stdin?.write("this is no code\n");
    child.stdin?.write(`${back.searchParams.get("code")}#${back.searchParams.get("state")}\n`);
    const { code, stderr } = await done;
    expect({ code, stderr: stderr.trim() }).toEqual({
      code: 0,
      stderr: "That is neither a code nor an address with one. Paste all of it.",
    });
  });

  it("show in the status who has to sign in, and then how much of the plan is used up", async () => {
    const reset = String(Math.floor(Date.now() / 1_000) + 5_400);
    const api = await startUpstream((_request, reply) =>
      reply.error(529, "overloaded_error", "busy", {
        "anthropic-ratelimit-unified-5h-utilization": "0.42",
        "anthropic-ratelimit-unified-5h-reset": reset,
        "anthropic-ratelimit-unified-7d-utilization": "0.1",
      }),
    );
    afterwards(() => api.close());
    const { box, vendor } = await boxWithVendor(api.url);
    await box.ccmctl(["start"]);
    const before = await box.ccmctl(["status"]);
    expect(before.stdout).toContain("nobody is signed in; run ccmctl login plan");
    expect((await box.ccmctl(["providers"])).stdout).toContain("nobody is signed in; run ccmctl login plan");
    expect((await box.ccmctl(["doctor"])).stdout).toMatch(/plan: nobody is signed in[\s\S]*run ccmctl login plan/);
    const child = box.spawn(["login", "plan", "--yes"]);
    const done = finished(child);
    await fetch(await vendor.allow(await addressOf(child)));
    await done;
    await fetch(`http://127.0.0.1:${box.port}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-ccm-provider": "plan" },
      body: JSON.stringify({ model: "claude-haiku-4-5", max_tokens: 5, messages: [{ role: "user", content: "hi" }] }),
    });
    const { stdout } = await box.ccmctl(["status"]);
    expect(stdout).toMatch(/plan .*5h 42 % used, anew in 1 h 29 min; 7d 10 % used/);
    const told = JSON.parse((await box.ccmctl(["status", "--json"])).stdout);
    expect(told.providers[0].login.usage.windows[0]).toMatchObject({ window: "5h", used: 0.42 });
    expect(JSON.stringify(told)).not.toContain("user@example.com");
  });

  it("say what is missing: the server, a login, a yes", async () => {
    const { box } = await boxWithVendor();
    expect((await box.ccmctl(["login", "plan", "--yes"])).stderr).toContain("Start it: ccmctl start");
    expect((await box.ccmctl(["login", "key"])).stderr).toContain("You can sign in to: plan");
    expect((await box.ccmctl(["login", "nobody"])).stderr).toContain('No provider is called "nobody"');
    await box.ccmctl(["start"]);
    const unasked = await box.ccmctl(["login", "plan"]);
    expect({ code: unasked.code, said: unasked.stderr.includes("--yes") }).toEqual({ code: 1, said: true });
  });
});
