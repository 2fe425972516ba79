import type { ChildProcess } from "node:child_process";
import { describe, expect, it } from "vitest";
import { type AuthorizationServer, startAuthorizationServer } from "../support/authorization-server.ts";
import { finished, NOWHERE, type Sandbox, sandboxes } from "./sandbox.ts";

const { sandbox, afterwards } = sandboxes();

async function boxWithVendor(): Promise<{ box: Sandbox; vendor: AuthorizationServer }> {
  const vendor = await startAuthorizationServer("claude");
  afterwards(() => vendor.close());
  const box = await sandbox(`[server]
port = PORT
admin_token = "token-of-the-page"
[[providers]]
name = "plan"
type = "anthropic"
auth_type = "oauth"
base_url = "${NOWHERE}"
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

  it("say what is missing: the server, a login, a yes", async () => {
    const { box } = await boxWithVendor();
    expect((await box.ccmctl(["login", "plan", "--yes"])).stderr).toContain("Start it: ccmctl start");
    expect((await box.ccmctl(["login", "key"])).stderr).toContain("These can be: plan");
    expect((await box.ccmctl(["login", "nobody"])).stderr).toContain('No provider is called "nobody"');
    await box.ccmctl(["start"]);
    const unasked = await box.ccmctl(["login", "plan"]);
    expect({ code: unasked.code, said: unasked.stderr.includes("--yes") }).toEqual({ code: 1, said: true });
  });
});
