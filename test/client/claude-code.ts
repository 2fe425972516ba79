/** @module Runs the real Claude Code, as its users run it, against any base URL. */
import { spawn, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ENSURE = resolve(import.meta.dirname, "../../scripts/ensure-claude-code.mjs");
const UNREACHABLE = 2;
const LONGEST_RUN_MS = 90_000;
/** A conversation that goes in circles ends here. */
const MOST_TURNS = "10";

/** What one `claude -p` said and did. */
export interface ClaudeRun {
  exitCode: number | null;
  /** What the user sees. */
  answer: string;
  isError: boolean;
  turns: number;
  /** Every event that the client told about its work, oldest first. */
  events: ClaudeEvent[];
  stderr: string;
}

export interface ClaudeEvent {
  type: string;
  subtype?: string;
  message?: { content?: unknown };
  result?: string;
  is_error?: boolean;
  num_turns?: number;
  [key: string]: unknown;
}

export interface ClaudeOptions {
  baseUrl: string;
  prompt: string;
  allowedTools?: readonly string[];
  /** With a login of its own, as under `ccmctl env --profile subscription`, instead of the stand-in key. */
  signedIn?: boolean | "by file";
  model?: string;
  /** Further arguments, such as `--continue`. */
  args?: readonly string[];
  /** Further variables; with a `HOME` of the caller's own, several runs share it. */
  env?: Readonly<Record<string, string>>;
  /** A client that does not give up is ended after so long. */
  longestMs?: number;
}

/**
 * Where the binary is, or why the tests that need it are skipped.
 * @throws {Error} when it is missing for any other reason than a registry that cannot be reached
 */
export function findClaude(): { binary: string } | { missing: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [ENSURE], { encoding: "utf8" });
  if (status === 0) return { binary: stdout.trim() };
  if (status === UNREACHABLE) return { missing: stderr.trim() };
  throw new Error(stderr);
}

/** What a client that is signed in sends along. */
export const CLIENT_TOKEN = "sk-ant-oat01-nobody";

/** A login as the client keeps it on disk. */
async function writeLogin(home: string): Promise<void> {
  const claudeAiOauth = {
    accessToken: CLIENT_TOKEN,
    refreshToken: "sk-ant-ort01-nobody",
    expiresAt: Date.now() + 3_600_000,
    scopes: ["user:inference", "user:profile"],
    subscriptionType: "max",
  };
  await mkdir(join(home, ".claude"));
  await writeFile(join(home, ".claude", ".credentials.json"), JSON.stringify({ claudeAiOauth }), { mode: 0o600 });
}

/** Runs one prompt to its end in a home and a working folder of its own. */
export async function runClaude(binary: string, options: ClaudeOptions): Promise<ClaudeRun> {
  const home = await mkdtemp(join(tmpdir(), "ccm-claude-"));
  const tools = options.allowedTools?.length ? ["--allowedTools", options.allowedTools.join(",")] : [];
  const model = options.model === undefined ? [] : ["--model", options.model];
  const format = ["--output-format", "stream-json", "--verbose", "--max-turns", MOST_TURNS];
  const args = ["-p", options.prompt, ...format, ...tools, ...model, ...(options.args ?? [])];
  try {
    if (options.signedIn === "by file") await writeLogin(home);
    const { exitCode, stdout, stderr } = await collect(
      binary,
      args,
      {
        PATH: process.env.PATH ?? "",
        HOME: home,
        TMPDIR: home,
        IS_SANDBOX: "1",
        DISABLE_AUTOUPDATER: "1",
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
        CLAUDE_CODE_GATEWAY_HINT_HEADERS: "1",
        ANTHROPIC_BASE_URL: options.baseUrl,
        ...(options.signedIn === true && { CLAUDE_CODE_OAUTH_TOKEN: CLIENT_TOKEN }),
        ...(!options.signedIn && { ANTHROPIC_API_KEY: "ccm-proxy" }),
        ...options.env,
      },
      options.longestMs,
    );
    const events = stdout
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as ClaudeEvent);
    const end = events.findLast((event) => event.type === "result");
    return {
      exitCode,
      answer: end?.result ?? "",
      isError: end?.is_error ?? true,
      turns: end?.num_turns ?? 0,
      events,
      stderr,
    };
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

function collect(
  binary: string,
  args: readonly string[],
  env: Record<string, string>,
  longestMs = LONGEST_RUN_MS,
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, {
      cwd: env.HOME,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: longestMs,
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}
