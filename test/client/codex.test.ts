/** The real Codex CLI, the main user of `/v1/responses`, onto every wire, with the tools of its older and its newer models. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../lib/simulator/server.ts";
import type { Ask, Reply } from "../../lib/simulator/wire.ts";
import { type Mux, startMux } from "../support/mux.ts";

const paths = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "codex"));
const codex = process.env.CCM_CODEX ?? paths.find(existsSync);
if (codex === undefined)
  console.info(
    "skipped: tests with the real Codex CLI. Install it (npm install -g @openai/codex), or say where in CCM_CODEX",
  );

/** What Codex calls the model, and who answers. It offers its tools in another way where it knows the name. */
const MODELS = [
  ["of-anthropic", "anthropic", "claude-opus-4-8", ""],
  ["of-chat", "openai", "gpt-4o", "/v1"],
  ["of-responses", "openai", "gpt-5.2", "/v1"],
  ["of-gemini", "gemini", "gemini-3.8-flash", "/v1beta"],
  ["gpt-6-sol", "anthropic", "claude-opus-4-8", ""],
  ["gpt-6.1-sol", "openai", "gpt-5.2", "/v1"],
] as const;
const ECHO = "echo the-word-of-the-shell";

/** Runs a command with whichever tool there is for it, and repeats what it said. */
function respond({ tools, toolResults }: Ask): Reply {
  if (toolResults.length > 0) return { parts: [{ type: "text", text: `It says: ${toolResults.join(" ")}` }] };
  const inScript = tools.some(({ name }) => name === "exec");
  const script = `text(await tools.exec_command({ cmd: ${JSON.stringify(ECHO)} }));`;
  const call = inScript
    ? { type: "tool" as const, name: "exec", input: { input: script } }
    : { type: "tool" as const, name: "exec_command", input: { cmd: ECHO } };
  return { parts: [{ type: "thinking", text: "I ask the shell." }, call] };
}

describe.skipIf(codex === undefined)("Codex", { timeout: 120_000 }, () => {
  let simulator: Simulator;
  let mux: Mux;
  let home: string;

  beforeAll(async () => {
    simulator = await startSimulator({ host: "127.0.0.1", respond });
    const entries = MODELS.map(
      ([name, type, model, path], at) => `[[providers]]
name = "p${at}"
type = "${type}"
base_url = "${simulator.url}/p${at}${path}"
api_key = "sk-0123456789abcdef"
[[models]]
name = "${name}"
providers = [{ name = "p${at}", model = "${model}" }]
`,
    );
    mux = await startMux({ config: entries.join("") });
    home = await mkdtemp(join(tmpdir(), "ccm-codex-"));
    await mkdir(join(home, "work"));
    await writeFile(
      join(home, "config.toml"),
      `model_provider = "ccm"\n[model_providers.ccm]\nname = "claude-code-mux"\nbase_url = "${mux.url}/v1"\nwire_api = "responses"\n`,
    );
  });
  afterAll(async () => {
    await mux.close();
    await simulator.close();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  });

  it.each(MODELS)("%s: thinks, runs a command, and tells what it said", async (model) => {
    const args = ["exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "--model", model];
    const { exitCode, said, told } = await run([...args, "What does echo say?"]);
    expect(said, told).toMatch(/^It says: [\s\S]*the-word-of-the-shell/);
    expect(exitCode).toBe(0);
  });

  function run(args: readonly string[]): Promise<{ exitCode: number | null; said: string; told: string }> {
    const env = { PATH: process.env.PATH, HOME: home, CODEX_HOME: home };
    const child = spawn(codex ?? "", args, { cwd: join(home, "work"), env, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    let told = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      told += text;
    });
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (exitCode) => resolve({ exitCode, said, told }));
    });
  }
});
