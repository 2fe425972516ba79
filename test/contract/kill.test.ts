/** @module `kill -9` at any moment: what was promised to be kept is there when the server is started again. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { loadConfig } from "../../lib/config/load.ts";
import { loginIn, parseTokenFile } from "../../lib/credentials/oauth/record.ts";
import { isUp, type Sandbox, sandboxes } from "../cli/sandbox.ts";
import { startAuthorizationServer } from "../support/authorization-server.ts";
import { startUpstream } from "../support/upstream.ts";
import { healthy } from "./house.ts";
import { IDENTITY, MODEL } from "./login-house.ts";

const { sandbox, afterwards } = sandboxes();

/** How long the server works before it is killed, in ms. */
const ROUNDS = [150, 1_300, 400, 1_600, 250, 700];
/** Entries of the journal that are older than this survive. */
const JOURNAL_MS = 1_000;

it("loses no saved configuration, no token and no journal entry older than a second", {
  timeout: 120_000,
}, async () => {
  const box = await houseWithLogin();
  const kept: Kept = { saved: 0, sent: 0, generation: 0, refreshing: true, answered: new Map() };
  for (const ms of ROUNDS) {
    expect(await box.ccmctl(["start", "--no-supervise"])).toMatchObject({ code: 0, stderr: "" });
    await expectJournal(box, kept);
    await signedIn(box, kept);
    const { pid } = (await isUp(box.port)) as { pid: number };
    const work = keepBusy(box, kept);
    await sleep(ms);
    const killed = Date.now();
    process.kill(pid, "SIGKILL");
    await work.over;
    await expectConfig(box, kept);
    expectTokens(box, kept);
    for (const [id, at] of kept.answered) if (at > killed - JOURNAL_MS) kept.answered.delete(id);
  }
  expect(await box.ccmctl(["start"])).toMatchObject({ code: 0, stderr: "" });
  await expectJournal(box, kept);
  expect(kept.saved).toBeGreaterThan(ROUNDS.length);
  expect(kept.generation).toBeGreaterThan(ROUNDS.length);
  expect(kept.answered.size).toBeGreaterThan(0);
});

/** What the server has said that it has. */
interface Kept {
  /** `journal_days`, as the last save that was answered set it, and as the last one that was sent. */
  saved: number;
  sent: number;
  /** Of the login, as the last refresh that was answered left it on disk. */
  generation: number;
  /** A refresh is under way: the vendor may know of it, and the server not yet. */
  refreshing: boolean;
  /** Requests that were answered in full, and when. */
  answered: Map<string, number>;
}

async function houseWithLogin() {
  const vendor = await startAuthorizationServer("claude", {});
  const api = await startUpstream(healthy("hello"));
  afterwards(() => Promise.all([vendor.close(), api.close()]));
  return Object.assign(
    await sandbox(`# kept
[server]
port = PORT
[[providers]]
name = "plan"
type = "anthropic"
auth_type = "oauth"
base_url = "${api.url}"
${vendor.toml}
[[models]]
name = "${MODEL}"
providers = [{ name = "plan", model = "any" }]
[router.default]
model = "${MODEL}"
[logging]
journal_days = 1 # kept, too
`),
    { vendor },
  );
}

/** Signs in; that this is needed again is allowed only when the vendor's answer to a refresh was under way at the kill. */
async function signedIn(box: Awaited<ReturnType<typeof houseWithLogin>>, kept: Kept): Promise<void> {
  const refreshed = async () => {
    const { json } = await call(box, "POST", "/api/oauth/tokens/refresh", { provider: "plan" });
    return (json as { state?: string }).state === "ok";
  };
  if (await refreshed()) return;
  expect(kept.refreshing).toBe(true);
  const { url } = (await call(box, "POST", "/api/oauth/authorize", { provider: "plan" })).json as { url: string };
  expect((await fetch(await box.vendor.allow(url))).status).toBe(200);
  expect(await refreshed()).toBe(true);
  kept.generation = generationOnDisk(box);
}

/** Saves, refreshes and asks, all at once, until the server is gone. */
function keepBusy(box: Sandbox, kept: Kept) {
  const untilGone = async (work: () => Promise<void>): Promise<void> => {
    for (;;)
      try {
        await work();
      } catch (error) {
        if (error instanceof TypeError) return; // what `fetch` throws when the connection is refused or breaks
        throw error;
      }
  };
  const save = async () => {
    const { headers } = await call(box, "GET", "/api/config");
    kept.sent = (Math.max(kept.saved, kept.sent) % 300) + 1;
    const changes = [{ path: ["logging", "journal_days"], value: kept.sent }];
    const { status } = await call(box, "PUT", "/api/config", { changes }, { "if-match": headers.get("etag") ?? "" });
    expect(status).toBe(200);
    kept.saved = kept.sent;
  };
  const refresh = async () => {
    kept.refreshing = true;
    const { status } = await call(box, "POST", "/api/oauth/tokens/refresh", { provider: "plan" });
    expect(status).toBe(200);
    kept.refreshing = false;
    kept.generation = Math.max(kept.generation, generationOnDisk(box));
    await sleep(50);
  };
  const ask = async () => {
    const messages = [{ role: "user", content: "Hi" }];
    const body = { model: MODEL, max_tokens: 50, stream: true, system: [IDENTITY], messages };
    const { status, headers } = await call(box, "POST", "/v1/messages", body);
    expect(status).toBe(200);
    kept.answered.set(headers.get("x-ccm-request-id") ?? "", Date.now());
    await sleep(20);
  };
  const over = Promise.all([save, refresh, ask].map(untilGone));
  over.catch(() => undefined); // whoever waits for it hears of it
  return { over };
}

async function expectConfig(box: Sandbox, { saved, sent }: Kept): Promise<void> {
  const { settings, faults, text } = await loadConfig(box.configPath, {});
  expect(faults).toEqual([]);
  expect([Math.max(1, saved), sent]).toContain(settings?.logging.journal_days);
  expect(text).toMatch(/^# kept\n[\s\S]+journal_days = \d+ # kept, too\n$/);
}

function generationOnDisk({ state }: Sandbox): number {
  const file = parseTokenFile(readFileSync(join(state, "oauth_tokens.json"), "utf8"));
  return file === undefined ? 0 : (loginIn(file, "plan")?.generation ?? 0);
}

function expectTokens(box: Sandbox, kept: Kept): void {
  if (!existsSync(join(box.state, "oauth_tokens.json"))) expect(kept.generation).toBe(0);
  else expect(generationOnDisk(box)).toBeGreaterThanOrEqual(Math.max(1, kept.generation));
}

async function expectJournal(box: Sandbox, { answered }: Kept): Promise<void> {
  for (const id of answered.keys()) expect(await call(box, "GET", `/api/journal/${id}`)).toMatchObject({ status: 200 });
  expect(await call(box, "GET", "/api/journal?limit=500")).toMatchObject({ status: 200 });
}

async function call(
  { port }: Sandbox,
  method: string,
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { ...headers, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json: unknown = text.startsWith("{") ? JSON.parse(text) : undefined;
  return { status: response.status, headers: response.headers, json };
}
