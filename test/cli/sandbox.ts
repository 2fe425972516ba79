/** @module A machine of its own for one test: home, workspace and state directory that nobody else uses. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, vi } from "vitest";
import { fetchHealth, type Health } from "../../lib/daemon/health.ts";
import { freePort } from "../../lib/daemon/port-owner.ts";
import { identify, type ProcessIdentity } from "../../lib/daemon/process-identity.ts";

/** The clone, or another place where the program is built. */
export const PROGRAM_ROOT = resolve(process.env.CCM_TEST_PROGRAM ?? join(import.meta.dirname, "../.."));

export interface Done {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  ms: number;
}

export interface Sandbox {
  dir: string;
  home: string;
  workspace: string;
  state: string;
  /** Where the configuration is looked for first. */
  configPath: string;
  /** A port that nobody listens on. */
  port: number;
  env: NodeJS.ProcessEnv;
  /** Runs `ccmctl ARGS…` to its end. */
  ccmctl(args: readonly string[], options?: RunOptions): Promise<Done>;
  quickstart(args: readonly string[], options?: RunOptions): Promise<Done>;
  /** Starts `ccmctl ARGS…` and leaves it running. */
  spawn(args: readonly string[], options?: RunOptions): ChildProcess;
  writeConfig(text: string): void;
  pid(): number | undefined;
  /** Ends the server and removes everything. */
  close(): Promise<void>;
}

export interface RunOptions {
  env?: Readonly<Record<string, string | undefined>>;
  input?: string;
  cwd?: string;
}

/** @param config configuration to begin with; PORT in it is replaced. None: there is no file */
async function makeSandbox(config?: string): Promise<Sandbox> {
  const dir = mkdtempSync(join(tmpdir(), "ccm cli ")); // a blank in every path, on purpose
  const [home, workspace, state] = [join(dir, "home"), join(dir, "workspace"), join(dir, "home", ".claude-code-mux")];
  for (const path of [home, workspace]) mkdirSync(path);
  const port = await freePort(0);
  const configPath = join(workspace, "config", "ccm-config.toml");
  const env = { PATH: process.env.PATH, HOME: home, WORKSPACE: workspace, LANG: "C.UTF-8", CCM_NODE: process.execPath };
  const start = (script: string, args: readonly string[], options: RunOptions = {}) =>
    spawn(process.execPath, [join(PROGRAM_ROOT, "dist", script), ...args], {
      env: { ...env, ...options.env },
      cwd: options.cwd ?? dir,
      stdio: "pipe",
    });
  const run =
    (script: string) =>
    (args: readonly string[], options: RunOptions = {}) =>
      finished(start(script, args, options), options.input ?? "");
  const ccmctl = run("ccmctl.js");
  const sandbox: Sandbox = {
    dir,
    home,
    workspace,
    state,
    configPath,
    port,
    env,
    ccmctl,
    quickstart: run("quickstart.js"),
    spawn: (args, options) => start("ccmctl.js", args, options),
    writeConfig(text) {
      mkdirSync(dirname(configPath), { recursive: true });
      writeFileSync(configPath, text.replaceAll("PORT", String(port)), { mode: 0o600 });
    },
    pid() {
      const file = join(state, "ccm.pid");
      return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { pid: number }).pid : undefined;
    },
    async close() {
      await ccmctl(["stop", "--now"]);
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  if (config !== undefined) sandbox.writeConfig(config);
  return sandbox;
}

/** Sandboxes, and whatever else has to be taken away again, for the tests of one file. */
export function sandboxes() {
  vi.setConfig({ testTimeout: 60_000 }); // each test starts a handful of processes
  const steps: (() => unknown)[] = [];
  afterEach(async () => {
    for (const step of steps.splice(0).reverse()) await step();
  });
  return {
    afterwards: (step: () => unknown) => void steps.push(step),
    async sandbox(config?: string): Promise<Sandbox> {
      const made = await makeSandbox(config);
      steps.push(() => made.close());
      return made;
    },
  };
}

/** The keeper that the pid file names. */
export function keeperOf({ state }: Sandbox): ProcessIdentity | undefined {
  return (JSON.parse(readFileSync(join(state, "ccm.pid"), "utf8")) as { keeper?: ProcessIdentity }).keeper;
}

/** Pids of everything that was started with this state directory and still runs: servers and keepers. */
export function processesOf({ state }: Sandbox): number[] {
  const pids = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
  return pids.map(Number).filter((pid) => identify(pid) && environmentOf(pid).includes(`CCM_HOME=${state}`));
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
  } catch {
    return []; // ended since it was listed
  }
}

/** For `expect.poll`: what must come, may take long on a busy machine. */
export const PATIENT = { timeout: 20_000 };

/** A base URL where nobody listens. */
export const NOWHERE = "http://127.0.0.1:9";

/** What our server says of itself at that port, if it is there. */
export function isUp(port: number): Promise<Health | undefined> {
  return fetchHealth(`http://127.0.0.1:${port}`, 1_000);
}

/** Waits for the end of a process and returns what it said. @param input all that it gets to read; else it may be typed to */
export function finished(child: ChildProcess, input?: string): Promise<Done> {
  const began = Date.now();
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (part: string) => {
      said[name] += part;
    });
  }
  if (input !== undefined) {
    child.stdin?.on("error", () => undefined); // it may end without reading
    child.stdin?.end(input);
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, ...said, ms: Date.now() - began }));
  });
}

/** The smallest configuration that serves: one provider that is somewhere else. */
export function oneProvider(baseUrl: string): string {
  return `[server]
port = PORT

[[providers]]
name = "only"
type = "anthropic"
api_key = "test-key"
base_url = "${baseUrl}"

[[models]]
name = "claude-sonnet-4-20250514"
providers = [{ name = "only" }]

[router.default]
model = "claude-sonnet-4-20250514"
`;
}
