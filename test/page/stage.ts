/** @module The page in a browser, over a real server, over simulated providers. */
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll } from "vitest";
import { createLogger } from "../../lib/server/log.ts";
import { type RunningServer, startServer } from "../../lib/server/start.ts";
import { type Simulator, startSimulator } from "../../lib/simulator/server.ts";
import type { Ask, Reply } from "../../lib/simulator/wire.ts";
import { withBrowser } from "./browser.ts";

const ASSETS = resolve(import.meta.dirname, "../../dist/admin");

/** A key that must never be seen. */
export const SECRET = "sk-ant-api03-never-to-be-seen-0123456789abcd";

/** Two providers of different protocols; the second takes over from the first. */
export function twoProviders({ url }: Simulator): string {
  return `# kept by the tests
[[providers]]
name = "primary"
type = "anthropic"
api_key = "${SECRET}"
base_url = "${url}/primary"

[[providers]]
name = "backup"
type = "openai-compatible"
api_key = "$BACKUP_KEY"
base_url = "${url}/backup"

[[models]]
name = "claude-sonnet-4-20250514"
providers = [
  { name = "primary", priority = 1 },
  { name = "backup", priority = 2, model = "gpt-5.2" },
]

[[models]]
name = "small"
providers = [{ name = "backup", model = "gpt-5-mini" }]

[router.default]
model = "claude-sonnet-4-20250514"
[router.background]
model = "small"
`;
}

/** Whoever asks for the weather and offers a tool gets a call of it; everybody else the simulator's own words. */
function callTheTool({ tools, userText }: Ask): Reply | undefined {
  const [tool] = tools;
  if (!tool || !userText.includes("weather")) return undefined;
  return {
    parts: [
      { type: "thinking", text: "The tool will know." },
      { type: "tool", name: tool.name, input: { city: "Paris" } },
    ],
  };
}

export interface Stage {
  url: string;
  configPath: string;
  /** The server's own folder; it counts itself as installed in `program/`. */
  folder: string;
  simulator: Simulator;
  /** Sends a request as a client would. @returns the answer's text */
  ask(body?: object, headers?: Record<string, string>): Promise<{ status: number; text: string }>;
  /** Opens the page in a window of its own. */
  open(hash?: string, options?: BrowserContextOptions): Promise<Window>;
  /** Stops the server, and starts it again at the same port when called back. */
  stop(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

export interface Window {
  page: Page;
  /** What went wrong inside the page, and what it asked of other hosts: both must stay empty. */
  complaints: string[];
  close(): Promise<void>;
}

/**
 * @param config the configuration file's text; default: `twoProviders`
 * @param prepare puts more into the server's folder before it starts
 */
export async function openStage(
  browser: Browser,
  config: (simulator: Simulator) => string = twoProviders,
  prepare?: (folder: string) => Promise<unknown>,
): Promise<Stage> {
  if (!existsSync(join(ASSETS, "page.js"))) throw new Error("dist/admin is missing: run npm run build");
  const simulator = await startSimulator({ host: "127.0.0.1", respond: callTheTool });
  const folder = await mkdtemp(join(tmpdir(), "ccm-page-"));
  const configPath = join(folder, "ccm-config.toml");
  await writeFile(configPath, config(simulator));
  await prepare?.(folder);
  const start = (port: number): Promise<RunningServer> =>
    startServer({
      configPath,
      stateDir: folder,
      env: { BACKUP_KEY: "backup-key-never-to-be-seen-4321" },
      log: createLogger(() => undefined),
      assetsDir: ASSETS,
      programDir: join(folder, "program"),
      port,
    });
  let server = await start(0);
  const { url } = server;
  const windows: Window[] = [];
  return {
    url,
    configPath,
    folder,
    simulator,
    async ask(body = {}, headers = {}) {
      const message = {
        model: "claude-sonnet-4-20250514",
        max_tokens: 100,
        messages: [{ role: "user", content: "Hi" }],
      };
      const response = await fetch(`${url}/v1/messages`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ ...message, ...body }),
      });
      return { status: response.status, text: await response.text() };
    },
    async open(hash = "", options = {}) {
      const window = await openWindow(browser, `${url}/${hash}`, options);
      windows.push(window);
      return window;
    },
    async stop() {
      await server.close(0);
      return async () => {
        server = await start(Number(new URL(url).port));
      };
    },
    async close() {
      await Promise.all(windows.map((window) => window.close()));
      await server.close(0);
      await simulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One stage for all tests of a `describe`, closed behind them. */
export function withStage(
  take: (stage: Stage) => unknown,
  config?: Parameters<typeof openStage>[1],
  prepare?: Parameters<typeof openStage>[2],
): void {
  let stage: Stage | undefined;
  withBrowser(async (browser) => {
    stage = await openStage(browser, config, prepare);
    await take(stage);
  });
  afterAll(() => stage?.close());
}

/** What a user can read there: without what is hidden, with the line breaks that are seen. */
export function words(place: Locator): Promise<string> {
  // biome-ignore lint/performance/useDomNodeTextContent: what is hidden must not count
  return place.innerText();
}

async function openWindow(browser: Browser, address: string, options: BrowserContextOptions): Promise<Window> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  // Shorter than a test may take, so that it is told what was waited for.
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  const { origin } = new URL(address);
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    // A server that is away shows in the console as a failed request; that is what some tests are about.
    const expected = message.text().includes("net::ERR_") || message.text().includes("Failed to load resource");
    if (message.type() === "error" && !expected) complaints.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const asked = new URL(request.url());
    if (asked.origin !== origin && asked.protocol !== "data:") complaints.push(`left the origin: ${request.url()}`);
  });
  await page.goto(address);
  return { page, complaints, close: () => context.close() };
}
