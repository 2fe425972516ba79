/** @module Drives the interactive Claude Code in a terminal of its own, as a person at the keyboard does. */
import { spawn, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import headless from "@xterm/headless";
import { CLIENT_TOKEN } from "./claude-code.ts";

const COLUMNS = 120;
const ROWS = 40;

/** How long a person would wait for something to appear. */
const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 100;

export interface Terminal {
  /** Types, key by key as far as the client can tell. */
  type(keys: string): void;
  /** Waits until the screen shows `words`. @returns all that it shows then */
  until(words: string): Promise<string>;
  close(): Promise<void>;
}

/** `script` gives a program a terminal; util-linux has it on every Linux, and only its spelling of the options is used. */
export function hasTerminal(): boolean {
  return spawnSync("script", ["-qfec", "true", "/dev/null"], { stdio: "ignore" }).status === 0;
}

export interface TerminalOptions {
  /** What stands in the user's `settings.json`. */
  settings?: object;
  /** With a login of its own, as under `ccmctl env --profile subscription`, instead of the stand-in key. */
  signedIn?: boolean;
}

/** Starts Claude Code past its first-run questions, in a home of its own, with the environment that `ccmctl env` prints. */
export async function openClaude(
  binary: string,
  baseUrl: string,
  { settings = {}, signedIn = false }: TerminalOptions = {},
): Promise<Terminal> {
  const home = await mkdtemp(join(tmpdir(), "ccm-claude-"));
  await writeFile(
    join(home, ".claude.json"),
    JSON.stringify({
      hasCompletedOnboarding: true,
      theme: "dark",
      customApiKeyResponses: { approved: ["ccm-proxy"], rejected: [] },
      projects: { [home]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true } },
    }),
  );
  await mkdir(join(home, ".claude"));
  await writeFile(join(home, ".claude", "settings.json"), JSON.stringify(settings));
  const child = spawn("script", ["-qfec", `stty cols ${COLUMNS} rows ${ROWS} && exec '${binary}'`, "/dev/null"], {
    cwd: home,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: home,
      TMPDIR: home,
      SHELL: "/bin/sh",
      TERM: "xterm-256color",
      IS_SANDBOX: "1",
      DISABLE_AUTOUPDATER: "1",
      CLAUDE_CODE_GATEWAY_HINT_HEADERS: "1",
      CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: "1",
      ANTHROPIC_BASE_URL: baseUrl,
      ...(signedIn ? { CLAUDE_CODE_OAUTH_TOKEN: CLIENT_TOKEN } : { ANTHROPIC_API_KEY: "ccm-proxy" }),
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const screen = new headless.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
  child.stdout.on("data", (chunk: Buffer) => screen.write(chunk));
  return {
    type: (keys) => void child.stdin.write(keys),
    async until(words) {
      for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_EVERY_MS) {
        if (shown(screen).includes(words)) return shown(screen);
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
      throw new Error(`The terminal never showed ${JSON.stringify(words)}, but:\n${shown(screen)}`);
    },
    async close() {
      child.kill("SIGKILL");
      child.stdin.destroy();
      await ended;
      screen.dispose();
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** What a person sees; runs of blanks count as one. */
function shown({ buffer: { active } }: InstanceType<typeof headless.Terminal>): string {
  const lines = Array.from({ length: ROWS }, (_, row) => active.getLine(active.baseY + row)?.translateToString(true));
  return lines.join("\n").replaceAll(/[\u00a0 ]+/g, " ");
}
