import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { closedPort, startUpstream } from "../support/upstream.ts";
import { NOWHERE, oneProvider, type Sandbox, sandboxes } from "./sandbox.ts";

const { sandbox, afterwards } = sandboxes();

const TWO = `${oneProvider(NOWHERE)}
[[providers]]
name = "spare"
type = "openai-compatible"
wire = "openai-chat"
base_url = "https://llm.example/v1"
api_key = "$CCM_TEST_SPARE_KEY"

[[models]]
name = "small"
providers = [{ name = "spare", model = "tiny-1", priority = 2 }, { name = "only", model = "claude-haiku-5-5", priority = 1 }]

[router.background]
model = "small"
`;

describe("models", () => {
  it("shows who serves what, in which order, and which routes lead there", async () => {
    const box = await sandbox(TWO);
    const text = (await box.ccmctl(["models"])).stdout;
    expect(text).toMatch(/small +priority; takes background\n +1 +only +claude-haiku-5-5\n +2 +spare +tiny-1/);
    const { items } = JSON.parse((await box.ccmctl(["models", "--json"])).stdout);
    expect(items.map((item: { name: string }) => item.name)).toEqual(["claude-sonnet-4-20250514", "small"]);
  });
});

describe("providers", () => {
  it("shows where each key goes, and how each is, but no key", async () => {
    const box = await sandbox(TWO);
    const stopped = await box.ccmctl(["providers"]);
    expect(stopped.stdout).toMatch(/only +anthropic +key +127\.0\.0\.1:9 +\?/);
    expect(stopped.stdout).toMatch(/spare +openai-compatible +no key +llm\.example/);
    await box.ccmctl(["start"]);
    const running = JSON.parse((await box.ccmctl(["providers", "--json"])).stdout);
    expect(running.server).toBe("running");
    expect(running.items).toEqual([
      expect.objectContaining({ name: "only", credential: "key", health: expect.objectContaining({ state: "ok" }) }),
      expect.objectContaining({
        name: "spare",
        credential: "no key",
        health: expect.objectContaining({ state: "no_key" }),
      }),
    ]);
    expect(JSON.stringify(running) + stopped.stdout).not.toContain("test-key");
  });
});

describe("route", () => {
  const body = (model: string) => JSON.stringify({ model, max_tokens: 5, messages: [{ role: "user", content: "Hi" }] });

  it("explains where a request from standard input would go", async () => {
    const box = await sandbox(TWO);
    const done = await box.ccmctl(["route", "-"], {
      input: body("claude-haiku-4-5"),
      env: { CCM_TEST_SPARE_KEY: "x" },
    });
    expect(done).toMatchObject({ code: 0, stderr: "" });
    expect(done.stdout).toContain("claude-haiku-4-5 goes to small");
    expect(done.stdout).toMatch(/1\. only → claude-haiku-5-5[\s\S]*2\. spare → tiny-1/);
  });

  it("reads files, recordings with headers, and a class from the command line", async () => {
    const box = await sandbox(TWO);
    const plain = join(box.dir, "plain.json");
    const recorded = join(box.dir, "recorded.json");
    writeFileSync(plain, body("claude-opus-5-5"));
    const headers = { "X-Claude-Code-Request-Class": "auxiliary" };
    writeFileSync(recorded, JSON.stringify({ method: "POST", headers, body: JSON.parse(body("claude-opus-5-5")) }));
    const rule = async (args: string[]) => JSON.parse((await box.ccmctl(["route", "--json", ...args])).stdout).rule;
    expect(await rule([plain])).toBe("auto_map");
    expect(await rule([recorded])).toBe("background");
    expect(await rule([plain, "--class", "auxiliary"])).toBe("background");
  });

  it("fails where nothing takes the request, and says what there is", async () => {
    const box = await sandbox(TWO.replace("[router.default]", "[router.default]\nenabled = false"));
    const done = await box.ccmctl(["route", "-"], { input: body("gpt-x") });
    expect(done.code).toBe(1);
    expect(done.stdout).toContain("defined are: claude-sonnet-4-20250514, small");
  });

  it.each([
    ["{", "not JSON"],
    ["[]", "must be a JSON object"],
    ['{"model":"x"}', "no request"],
  ])("says what is wrong with %s", async (input, words) => {
    const box = await sandbox(TWO);
    expect(await box.ccmctl(["route", "-"], { input })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(words),
    });
  });
});

describe("doctor", () => {
  const pointed = (box: Sandbox) => ({
    ANTHROPIC_BASE_URL: `http://127.0.0.1:${box.port}`,
    ANTHROPIC_API_KEY: "ccm-proxy",
  });

  it("finds nothing wrong with a server that runs and a shell that points at it", async () => {
    const upstream = await startUpstream((_, reply) => reply.json({}));
    afterwards(() => upstream.close());
    const box = await sandbox(oneProvider(upstream.url));
    await box.ccmctl(["start"]);
    const done = await box.ccmctl(["doctor"], { env: pointed(box) });
    expect(done).toMatchObject({ code: 0, stderr: "" });
    expect(done.stdout).toContain("Nothing is wrong");
  });

  it("names each thing that is wrong, and its mend", async () => {
    const nobody = `http://127.0.0.1:${await closedPort()}`;
    const box = await sandbox(oneProvider(nobody).replace("[router.default]", "[router.default]\nenabled = false"));
    mkdirSync(join(box.home, ".claude"));
    writeFileSync(
      join(box.home, ".claude", "settings.json"),
      '{"env":{"ANTHROPIC_BASE_URL":"https://elsewhere.example"}}',
    );
    writeFileSync(join(box.home, ".bashrc"), "export ANTHROPIC_BASE_URL=http://127.0.0.1:3456\n");
    const done = await box.ccmctl(["doctor", "--json"], {
      env: { ...pointed(box), CLAUDE_CODE_USE_BEDROCK: "1", ANTHROPIC_MODEL: "gpt-x" },
    });
    expect(done.code).toBe(1);
    const { healthy, findings } = JSON.parse(done.stdout);
    expect(healthy).toBe(false);
    const wrong = findings.filter((finding: { level: string }) => finding.level === "wrong");
    const words = wrong.map(({ what, mend }: { what: string; mend: string }) => `${what} | ${mend}`).join("\n");
    for (const expected of [
      /ANTHROPIC_MODEL=gpt-x: no model is called "gpt-x"/,
      /claude-sonnet-5-5: no model is called/,
      /server is stopped, while this shell points Claude Code at it \| ccmctl start/,
      /CLAUDE_CODE_USE_BEDROCK .* \| unset CLAUDE_CODE_USE_BEDROCK/,
      /settings\.json sends Claude Code to https:\/\/elsewhere\.example/,
      /\.bashrc exports ANTHROPIC_BASE_URL=http:\/\/127\.0\.0\.1:3456/,
      /only: nobody listens at http:\/\/127\.0\.0\.1:\d+/,
    ]) {
      expect(words).toMatch(expected);
    }
    expect(wrong).toHaveLength(7);
  });

  it("knows a server that was started without the key that is set now", async () => {
    const box = await sandbox(
      TWO.replace("$CCM_TEST_SPARE_KEY", "").replace(
        'type = "openai-compatible"\nwire = "openai-chat"\nbase_url = "https://llm.example/v1"',
        `type = "groq"\nbase_url = "${NOWHERE}"`,
      ),
    );
    await box.ccmctl(["start"]);
    const done = await box.ccmctl(["doctor"], { env: { ...pointed(box), GROQ_API_KEY: "gsk_x" } });
    expect(done.stdout).toContain("spare: GROQ_API_KEY is set here, but the server was started without it");
  });
});

describe("every verb", () => {
  it.each(["models", "providers", "route"])(
    "%s says where the way out is when there is no configuration",
    async (verb) => {
      const box = await sandbox();
      const done = await box.ccmctl(verb === "route" ? ["route", "-"] : [verb], {
        input: '{"model":"x","messages":[]}',
      });
      expect(done).toMatchObject({ code: 1, stderr: expect.stringContaining("ccm-quickstart") });
    },
  );

  it("speaks plainly into a pipe, and in colour when told to", async () => {
    const box = await sandbox(TWO);
    const colour = String.fromCharCode(27);
    expect((await box.ccmctl(["models"])).stdout).not.toContain(colour);
    expect((await box.ccmctl(["models"], { env: { FORCE_COLOR: "1" } })).stdout).toContain(colour);
    expect((await box.ccmctl(["models"], { env: { FORCE_COLOR: "1", NO_COLOR: "1" } })).stdout).not.toContain(colour);
  });

  it("answers nonsense with exit code 64 and the nearest sense", async () => {
    const box = await sandbox();
    expect(await box.ccmctl(["strat"])).toMatchObject({
      code: 64,
      stdout: "",
      stderr: expect.stringContaining("`start`"),
    });
    expect(await box.ccmctl(["status", "--jsn"])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("`--json`"),
    });
  });

  it("explains itself; ccm-start only the verbs of the server", async () => {
    const box = await sandbox();
    const all = (await box.ccmctl(["--help"])).stdout;
    const few = (await box.ccmctl(["--help"], { env: { CCM_PROGRAM: "ccm-start" } })).stdout;
    expect(all).toContain("doctor");
    expect(few).toContain("ccm-start VERB");
    for (const verb of ["start", "stop", "restart", "status", "logs"])
      expect(few).toMatch(new RegExp(`^ +${verb} `, "m"));
    expect(few).not.toMatch(/^ +demo /m);
    expect((await box.ccmctl(["--version"])).stdout).toMatch(/^ccmctl \d+\.\d+\.\d+/);
  });
});
