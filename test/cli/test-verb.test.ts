import { describe, expect, it } from "vitest";
import type { FaultName } from "../../lib/simulator/faults.ts";
import { startSimulator } from "../../lib/simulator/server.ts";
import { type Sandbox, sandboxes } from "./sandbox.ts";

const { sandbox, afterwards } = sandboxes();

/** Failures that come when words have been shown already. */
const BREAKS_LATE: readonly FaultName[] = ["cut-in-text", "cut-in-tool"];

/** Failures that are the request's own, so that nobody else is asked. */
const STOPS: readonly FaultName[] = ["400", "too-long"];

/** A running server with two providers that answer, and a token for its page. */
async function started(config = ""): Promise<Sandbox> {
  const simulator = await startSimulator({ host: "127.0.0.1" });
  afterwards(() => simulator.close());
  const provider = (name: string) =>
    `[[providers]]\nname = "${name}"\ntype = "anthropic"\napi_key = "key"\nbase_url = "${simulator.url}/${name}"\n`;
  const box = await sandbox(`[server]
port = PORT
admin_token = "the-page-is-mine"
api_keys = ["clients-only"]
${provider("first")}${provider("second-provider")}
[[models]]
name = "claude-sonnet-5-5"
providers = [{ name = "first", priority = 1 }, { name = "second-provider", priority = 2 }]
[router.default]
model = "claude-sonnet-5-5"
${config}`);
  expect(await box.ccmctl(["start"])).toMatchObject({ code: 0, stderr: "" });
  return box;
}

describe("ccmctl test", () => {
  it("sends one request and tells the decision, each try, the answer, tokens, cost and the verdict", async () => {
    const box = await started();
    const done = await box.ccmctl(["test"]);
    expect(done).toMatchObject({ code: 0, stderr: "" });
    expect(done.stdout).toMatch(/asked +claude-sonnet-5-5, streaming/);
    expect(done.stdout).toMatch(/route +model: /);
    expect(done.stdout).toMatch(/tried +→ first +200 answers/);
    expect(done.stdout).toMatch(/answer +This is the simulated provider "first"/);
    expect(done.stdout).toMatch(/client saw +one clean answer, HTTP 200, first word after/);
    expect(done.stdout).toMatch(/served by +first \(claude-sonnet-5-5\): 200 in .+ tokens in, \d+ out, \$0\.0\d+/);
    expect(done.stdout).toContain("✔ first answered.");
  });

  it("asks what one wants of whom one wants, and says all of it in JSON", async () => {
    const box = await started();
    const done = await box.ccmctl(["test", "second-provider,any", "--prompt", "write 3 words", "--json"]);
    expect(JSON.parse(done.stdout)).toMatchObject({
      ok: true,
      model: "second-provider,any",
      route: { rule: "explicit" },
      provider: "second-provider",
      attempts: [{ provider: "second-provider", status: 200 }],
      answer: { status: 200, text: "These words were", stop_reason: "end_turn", error: null },
      usage: { output_tokens: expect.any(Number) },
    });
  });

  // The others are tried by docs/failover.md, whose commands are run by test/docs.
  it("shows what one request sees of a failure", async () => {
    const box = await started();
    for (const failure of ["down", "529", "400", "empty", "cut-in-text", "cut-in-tool"] satisfies FaultName[]) {
      const { code, stdout, stderr } = await box.ccmctl(["test", "--simulate", `first=${failure}`]);
      expect(stderr).toBe("");
      expect(stdout).toMatch(/^! For this request alone: first /);
      expect([failure, code]).toEqual([failure, [...BREAKS_LATE, ...STOPS].includes(failure) ? 1 : 0]);
      if (BREAKS_LATE.includes(failure))
        expect(stdout).toMatch(/client saw +an error: [^✖]+\n✖ The answer broke after it had begun/);
      else if (STOPS.includes(failure)) expect(stdout).toMatch(/client saw +an error: .+, HTTP 400/);
      // On Anthropic's own protocol: models do have nothing to say now and then.
      else if (failure === "empty") expect(stdout).toContain("? first answered, but said nothing.");
      else {
        expect(stdout).toMatch(/✖ first .+\(simulated\).+[\s\S]+→ second-provider 200 answers/);
        expect(stdout).toContain("would not have noticed that first failed");
      }
    }
  });

  it("has an early break hidden where answers are held back", async () => {
    const box = await started("[failover]\nhold_back_ms = 1000\n");
    const done = await box.ccmctl(["test", "--simulate", "first=cut in text"]);
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining("✔ second-provider answered") });
  });

  it("says so when whoever was to fail was not asked", async () => {
    const box = await started();
    const { stdout } = await box.ccmctl(["test", "--simulate", "second-provider=down"]);
    expect(stdout).toContain("second-provider was not asked, so its failure was not seen.");
  });
});

describe("a failure for all traffic", () => {
  it("is set, marked in status and the status line, and ended", async () => {
    const box = await started();
    const set = await box.ccmctl(["test", "--simulate", "first=auth", "--for", "5m"]);
    expect(set).toMatchObject({ code: 0, stderr: "" });
    expect(set.stdout).toMatch(/^! first is made to fail on purpose, for [45] min more: it refuses the key\. End it: /);
    const status = await box.ccmctl(["status"]);
    expect(status.stdout).toContain("! first is made to fail on purpose");
    expect(status.stdout).toMatch(/first +anthropic +fails on purpose/);
    const { simulations } = JSON.parse((await box.ccmctl(["status", "--json"])).stdout);
    expect(simulations).toMatchObject([{ provider: "first", failure: "auth" }]);
    expect((await box.ccmctl(["statusline"], { input: "{}" })).stdout).toContain("on purpose: first=auth");
    expect((await box.ccmctl(["test"])).stdout).toContain("✔ second-provider answered.");

    const off = await box.ccmctl(["test", "--simulate", "off"]);
    expect(off).toMatchObject({ code: 0, stdout: "✔ No provider fails on purpose any more.\n" });
    expect((await box.ccmctl(["status"])).stdout).not.toContain("on purpose");
    expect((await box.ccmctl(["test"])).stdout).toContain("✔ first answered.");
    expect((await box.ccmctl(["logs"])).stdout).toMatch(/first is made to fail on purpose[\s\S]+not fail on purpose/);
  });

  it("of one provider is ended without that of another", async () => {
    const box = await started();
    await box.ccmctl(["test", "--simulate", "first=529,second-provider=529", "--for", "90"]);
    const off = await box.ccmctl(["test", "--simulate", "first=off", "--json"]);
    expect(JSON.parse(off.stdout)).toMatchObject({ simulations: [{ provider: "second-provider" }] });
  });
});

describe("what makes no sense is told, with what would", () => {
  it("in the options", async () => {
    const box = await started();
    for (const [args, words] of [
      [["--simulate", "nobody=529"], "Configured: first, second-provider"],
      [["--simulate", "first=sulks"], "cut-in-tool"],
      [["--simulate", "first"], "How shall first fail?"],
      [["--for", "5m"], "--for goes with --simulate"],
      [["--simulate", "first=529", "--for", "5d"], "from 1 s to 1 h"],
    ] as const)
      expect(await box.ccmctl(["test", ...args])).toMatchObject({ code: 64, stderr: expect.stringContaining(words) });
  });

  it("a server that does not run", async () => {
    const box = await started();
    await box.ccmctl(["stop"]);
    expect(await box.ccmctl(["test"])).toMatchObject({ code: 1, stderr: expect.stringContaining("ccmctl start") });
  });
});
