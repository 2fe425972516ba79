import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../lib/simulator/server.ts";
import type { Ask, Reply } from "../../lib/simulator/wire.ts";
import { type Mux, spawnMux } from "../support/mux.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";
import { findClaude, runClaude } from "./claude-code.ts";

const claude = findClaude();
if ("missing" in claude) console.info(`skipped: tests with the real Claude Code. ${claude.missing}`);

/** One model for each wire. */
const WIRES = [
  { wire: "anthropic", type: "anthropic-compatible", base: "", model: "large" },
  { wire: "openai-chat", type: "openrouter", base: "/v1", model: "large" },
  { wire: "openai-responses", type: "openai", base: "/v1", model: "gpt-6-sol" },
  { wire: "gemini", type: "gemini", base: "/v1beta", model: "gemini-3.8-flash" },
  { wire: "vertex", type: "vertex-ai", base: "", model: "claude-opus-5-5" },
] as const;

/** One red pixel. */
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
/** One empty page. */
const PDF = Buffer.from(
  "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
);

const say = (text: string): Reply => ({ parts: [{ type: "text", text }] });
const bash = (n: number) =>
  ({ type: "tool", name: "Bash", input: { command: `echo part${n}`, description: "Say" } }) as const;

let home: string;
let simulator: Simulator;
let mux: Mux;
let tokens: Upstream;
/** The model's side of the test that runs. */
let respond: (ask: Ask) => Reply;

beforeAll(async () => {
  if ("missing" in claude) return;
  home = await mkdtemp(join(tmpdir(), "ccm-reading-"));
  const adc = join(home, "adc.json");
  const user = { type: "authorized_user", client_id: "c", client_secret: "s", refresh_token: "r" };
  await writeFile(adc, JSON.stringify(user), { mode: 0o600 });
  tokens = await startUpstream((_, reply) => reply.json({ access_token: "ya29.x", expires_in: 3600 }));
  simulator = await startSimulator({ host: "127.0.0.1", respond: (ask) => respond(ask) });
  const logins = {
    "vertex-ai": `project = "p"\noauth = { adc_file = "${adc}", token_url = "${tokens.url}" }`,
  } as Record<string, string>;
  mux = await spawnMux({
    config: WIRES.map(
      ({ wire, type, base, model }) => `
[[providers]]
name = "${wire}"
type = "${type}"
base_url = "${simulator.url}/${wire}${base}"
${logins[type] ?? 'api_key = "sk-0123456789abcdef"'}
[[models]]
name = "over-${wire}"
providers = [{ name = "${wire}", model = "${model}" }]
`,
    ).join(""),
  });
}, 30_000);
afterAll(async () => {
  await mux?.close();
  await simulator?.close();
  await tokens?.close();
  if (home) await rm(home, { recursive: true, force: true, maxRetries: 5 });
});

/** Runs one prompt in the home that all of these tests share. */
function run(wire: string, prompt: string, args: readonly string[] = []) {
  const binary = "binary" in claude ? claude.binary : "";
  const env = { HOME: home, TMPDIR: home };
  return runClaude(binary, {
    baseUrl: mux.url,
    prompt,
    allowedTools: ["Bash", "Read"],
    model: `over-${wire}`,
    env,
    args,
  });
}

/** What a provider was asked on the way to an answer. */
function askedOf(provider: string, from: number): Ask[] {
  const asked = simulator.requests.slice(from).filter((request) => request.provider === provider);
  return asked.flatMap(({ ask }) => ask ?? []);
}

/** A model that reads the file, and then says whether the request held these bytes. */
function reader(path: string, bytes: string): (ask: Ask) => Reply {
  return (ask) => {
    if (JSON.stringify(ask.body).includes(bytes)) return say("I have read it.");
    if (ask.toolResults.length > 0) return say("There was nothing in it.");
    return { parts: [{ type: "tool", name: "Read", input: { file_path: path } }] };
  };
}

describe.skipIf("missing" in claude)("Claude Code through the mux", { timeout: 120_000 }, () => {
  describe.each(WIRES)("onto $wire", ({ wire }) => {
    test("117: two tools at once", async () => {
      const from = simulator.requests.length;
      respond = ({ toolResults }) =>
        toolResults.length === 0
          ? { parts: [bash(1), bash(2)] }
          : say(`They say ${toolResults.toSorted().join(" and ")}.`);
      expect(await run(wire, "Do both.")).toMatchObject({ answer: "They say part1 and part2.", isError: false });
      const asked = askedOf(wire, from);
      expect(asked).toHaveLength(2);
      expect(asked.every(({ stream }) => stream)).toBe(true);
    });

    test("117: a picture", async () => {
      const from = simulator.requests.length;
      const path = join(home, "picture.png");
      await writeFile(path, Buffer.from(PNG, "base64"));
      respond = reader(path, PNG.slice(0, 40));
      expect(await run(wire, "What is in the picture?")).toMatchObject({ answer: "I have read it.", isError: false });
      expect(askedOf(wire, from)).toHaveLength(2);
    });

    test("117: a PDF", async () => {
      const path = join(home, "paper.pdf");
      await writeFile(path, PDF);
      respond = reader(path, PDF.toString("base64").slice(0, 40));
      expect(await run(wire, "What is in the paper?")).toMatchObject({ answer: "I have read it.", isError: false });
    });
  });

  test("118: a conversation that goes on with another model, wire after wire", async () => {
    respond = ({ toolResults, model }) =>
      toolResults.length === 0
        ? { parts: [{ type: "thinking", text: "Let me think." }, bash(1)] }
        : say(`${model} heard ${toolResults.join()}.`);
    let args: string[] = [];
    for (const { wire, model } of [...WIRES, ...WIRES.slice(0, 1)]) {
      const from = simulator.requests.length;
      expect(await run(wire, `Go on, ${wire}.`, args)).toMatchObject({
        answer: `${model} heard part1.`,
        isError: false,
      });
      const asked = askedOf(wire, from);
      expect(asked).toHaveLength(2);
      if (args.length > 0) expect(JSON.stringify(asked[0]?.body)).toContain("Go on, anthropic.");
      args = ["--continue"];
    }
  });
});
