/** @module A reader's machine for one document: a home and a workspace of its own, and providers that are simulated. */
import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { demoConfig } from "../../lib/cli/demo/demo-config.ts";
import { freePort } from "../../lib/daemon/port-owner.ts";
import { startSimulator } from "../../lib/simulator/server.ts";
import type { Clone } from "./clone.ts";

/** The port that the documents name; here another one stands for it, so that a server of the developer's is left alone. */
const DOCUMENTED_PORT = "13456";

export interface Ran {
  exitCode: number | null;
  output: string;
}

export interface Reader {
  /** Runs a command as it is written, in the clone. @param until interrupted as soon as it says this */
  run(command: string, until?: RegExp): Promise<Ran>;
  leave(): Promise<void>;
}

/** One question to the address of the environment, as Claude Code would send it. */
const CLAUDE = `#!/bin/sh
exec curl -sS --fail-with-body "$ANTHROPIC_BASE_URL/v1/messages" -H "x-api-key: $ANTHROPIC_API_KEY" -H 'content-type: application/json' \\
  -d '{"model":"claude-sonnet-5-5","max_tokens":50,"messages":[{"role":"user","content":"hi"}]}'
`;

const QUESTION = { model: "claude-sonnet-5-5", max_tokens: 50, messages: [{ role: "user", content: "hi" }] };

/** What somebody has who comes from another router. */
const ROUTER = `{ // by hand
  "Providers": [{ "name": "deepseek", "api_base_url": "https://api.deepseek.com/chat/completions", "api_key": "k", "models": ["deepseek-chat"] }],
  "Router": { "default": "deepseek,deepseek-chat" },
}`;

export async function makeReader(clone: Clone): Promise<Reader> {
  const folder = await mkdtemp(join(tmpdir(), "ccm-reader-"));
  const at = (name: string) => join(folder, name);
  for (const name of ["home", "workspace/config", "tmp", "stand-ins", "sindri"])
    await mkdir(at(name), { recursive: true });
  await writeFile(at("stand-ins/claude"), CLAUDE);
  await chmod(at("stand-ins/claude"), 0o755);
  await writeFile(join(clone.path, "request.json"), JSON.stringify(QUESTION));
  await mkdir(at("home/.claude-code-router"));
  await writeFile(at("home/.claude-code-router/config.json"), ROUTER);
  const simulator = await startSimulator({ host: "127.0.0.1" });
  const port = await freePort(0);
  // The documents speak of providers called `anthropic` and `openai`.
  const config = demoConfig(simulator.url, port)
    .replaceAll('"primary"', '"anthropic"')
    .replaceAll('"second"', '"openai"');
  await writeFile(at("workspace/config/ccm-config.toml"), config, { mode: 0o600 });
  const env = {
    HOME: at("home"),
    WORKSPACE: at("workspace"),
    CCM_HOME: at("home/.claude-code-mux"),
    TMPDIR: at("tmp"),
    SINDRI: at("sindri"),
    PATH: [at("stand-ins"), at("workspace/bin"), dirname(process.execPath), process.env.PATH].join(":"),
    SHELL: "/bin/bash",
    LANG: "C.UTF-8",
    EDITOR: "true",
  };

  const run = (command: string, until?: RegExp): Promise<Ran> => {
    const words = command.replaceAll(DOCUMENTED_PORT, String(port));
    const child = spawn("bash", ["-euo", "pipefail", "-c", words], {
      cwd: clone.path,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let isInterrupted = false;
    const hear = (part: Buffer) => {
      output += part.toString();
      if (isInterrupted || !until?.test(output) || child.pid === undefined) return;
      isInterrupted = true;
      process.kill(-child.pid, "SIGINT");
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      // Not "close": a server that stays in the background may hold on to our pipes.
      child.once("exit", (exitCode) => resolve({ exitCode, output }));
    });
  };
  return {
    run,
    async leave() {
      await run("./bin/ccmctl stop --now");
      await simulator.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
