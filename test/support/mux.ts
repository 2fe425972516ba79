/** @module The program under test: in this process, or as it is built and installed. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createLogger } from "../../lib/server/log.ts";
import { type RunningServer, startServer } from "../../lib/server/start.ts";

const SERVER = resolve(import.meta.dirname, "../../dist/server.js");
const LISTENING = /listening on (http:\/\/\S+?)(?=[\s"]|$)/;

export interface Mux {
  /** No trailing slash. */
  url: string;
  /** The configuration file; writing to it changes the running server's. */
  configPath: string;
  /** What it has logged so far, a line each. */
  log: readonly string[];
  /** Stops it at once and removes its files. */
  close(): Promise<void>;
}

export interface MuxOptions {
  /** The configuration file's text, TOML. */
  config: string;
  env?: Readonly<Record<string, string>>;
}

/** Starts the server inside this process, on a free port, with a home of its own. */
export async function startMux(options: MuxOptions): Promise<Mux & { server: RunningServer }> {
  const home = await makeHome(options);
  const log: string[] = [];
  const server = await startServer({
    configPath: home.configPath,
    stateDir: home.stateDir,
    env: { ...options.env },
    log: createLogger((line) => void log.push(line)),
    port: 0,
  }).catch(async (error: unknown) => {
    await home.remove();
    throw error;
  });
  return {
    url: server.url,
    configPath: home.configPath,
    log,
    server,
    async close() {
      await server.close(0);
      await home.remove();
    },
  };
}

/** Starts the built program as a process of its own. Needs `dist/`. */
export async function spawnMux(options: MuxOptions): Promise<Mux> {
  if (!existsSync(SERVER)) throw new Error("dist/server.js is missing: run npm run build");
  const home = await makeHome(options);
  const log: string[] = [];
  const child = spawn(process.execPath, [SERVER, "--config", home.configPath, "--port", "0"], {
    env: { PATH: process.env.PATH ?? "", HOME: home.stateDir, CCM_HOME: home.stateDir, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const url = await addressOf(child, log).catch(async (error: unknown) => {
    child.kill("SIGKILL");
    await home.remove();
    throw error;
  });
  return {
    url,
    configPath: home.configPath,
    log,
    async close() {
      await ended(child);
      await home.remove();
    },
  };
}

async function makeHome({ config }: MuxOptions) {
  const folder = await mkdtemp(join(tmpdir(), "ccm-mux-"));
  const configPath = join(folder, "ccm-config.toml");
  await writeFile(configPath, config, { mode: 0o600 });
  return { configPath, stateDir: folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Resolves with the URL that the program logs; rejects with all that it said when it ends first. */
function addressOf(child: ChildProcess, log: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const hear = (chunk: string): void => {
      for (const line of chunk.split("\n").filter((l) => l !== "")) {
        log.push(line);
        const found = LISTENING.exec(line)?.[1];
        if (found !== undefined) resolve(found);
      }
    };
    child.stdout?.setEncoding("utf8").on("data", hear);
    child.stderr?.setEncoding("utf8").on("data", hear);
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`the server ended with exit code ${code}:\n${log.join("\n")}`)));
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.on("exit", () => resolve());
    child.kill("SIGUSR2");
    setTimeout(() => child.kill("SIGKILL"), 3_000).unref();
  });
}
