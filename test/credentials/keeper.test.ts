import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { LoginFlow } from "../../lib/catalog/logins.ts";
import type { NoToken } from "../../lib/credentials/oauth/keeper.ts";
import type { LoginRecord } from "../../lib/credentials/oauth/record.ts";
import type { Fault, ServerOptions } from "../support/authorization-server.ts";
import { type Bench, buildBench } from "./keeper-bench.ts";

const benches: Bench[] = [];
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench.close();
});

async function bench(flow: LoginFlow = "claude", options: ServerOptions = {}, place?: string): Promise<Bench> {
  const made = await buildBench(flow, options, place);
  benches.push(made);
  return made;
}

function isToken(got: LoginRecord | NoToken): got is LoginRecord {
  return "access_token" in got;
}

/** What must come may take long on a busy machine. */
const PATIENT = { timeout: 10_000 };

/** Old enough to be refreshed, but not yet over. */
const DUE_MS = 3_600_000 - 5 * 60_000;

describe("a login that is kept", () => {
  it("is handed out at once while it is good, and nobody is asked", async () => {
    const { keeper, vendor, login } = await bench();
    const record = await login();
    expect(keeper.token()).toMatchObject({ access_token: record.access_token });
    expect(vendor.count("token")).toBe(0);
  });

  it("is refreshed ahead of its end, while the old token still serves", async () => {
    const { keeper, vendor, login, jump, onDisk } = await bench();
    const record = await login();
    jump(DUE_MS);
    expect(keeper.token()).toMatchObject({ access_token: record.access_token });
    await expect.poll(() => keeper.record?.generation, PATIENT).toBe(2);
    expect(vendor.violations).toEqual([]);
    expect(onDisk()).toMatchObject({ generation: 2, access_token: keeper.record?.access_token });
    expect(onDisk()).not.toHaveProperty("refreshing");
  });

  it("of fifty requests at its end: all wait for one refresh, and go on as soon as it is on disk", async () => {
    const { keeper, vendor, login, jump } = await bench("claude", { delayMs: 200 });
    await login();
    jump(3_600_000);
    const { fetch } = globalThis;
    let answered = 0;
    globalThis.fetch = async (...args) => {
      const answer = await fetch(...args);
      answered = performance.now();
      return answer;
    };
    try {
      const got = await Promise.all(
        Array.from({ length: 50 }, async () => ({ token: await keeper.token(), at: performance.now() })),
      );
      expect(got.every(({ token, at }) => isToken(token) && token.generation === 2 && at > answered)).toBe(true);
      expect(vendor.refreshes).toBe(1);
      const last = Math.max(...got.map(({ at }) => at)) - answered;
      console.info(`50 requests at expiry had the new token ${last.toFixed(1)} ms after the vendor's answer`);
    } finally {
      globalThis.fetch = fetch;
    }
  });

  it("of two hundred requests at its end: one refresh, on disk before anybody has it", async () => {
    const { keeper, vendor, login, jump, onDisk } = await bench("claude", { delayMs: 50 });
    await login();
    jump(3_600_000);
    const got = await Promise.all(Array.from({ length: 200 }, () => keeper.token()));
    expect(vendor.refreshes).toBe(1);
    expect(new Set(got.map((each) => (isToken(each) ? each.access_token : each.why)))).toEqual(
      new Set([onDisk()?.access_token]),
    );
  });

  it.each<LoginFlow>(["claude", "codex"])("of %s rotates its refresh token and never sends one twice", async (flow) => {
    const { keeper, vendor, login } = await bench(flow, { lifeS: 1 });
    await login();
    for (let i = 0; i < 10; i++) {
      expect(isToken(await keeper.token())).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    expect(vendor.refreshes).toBeGreaterThan(2);
    expect([vendor.reuses, vendor.violations]).toEqual([0, []]);
  });

  it("of Google keeps its refresh token", async () => {
    const { keeper, login, jump, onDisk } = await bench("google");
    const { refresh_token } = await login();
    jump(3_600_000);
    await keeper.token();
    expect(onDisk()).toMatchObject({ generation: 2, refresh_token });
  });

  it("is not asked for before the vendor wants it", async () => {
    const { keeper, store, vendor, login, jump } = await bench("chatgpt");
    const record = await login();
    jump(3_400_000);
    const later = record.obtained_at + 3_500_000;
    await store.update("plan", (now) => now && { ...now, generation: 9, earliest_refresh_at: later });
    await keeper.look();
    expect(keeper.token()).toMatchObject({ generation: 9 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(vendor.count("token")).toBe(0);
    jump(150_000);
    keeper.token();
    await expect.poll(() => vendor.count("token"), PATIENT).toBe(1);
  });
});

describe("what goes wrong at the token endpoint", () => {
  const PASSING: [string, Fault][] = [
    ["503", { status: 503, body: "<html>" }],
    ["500", { status: 500 }],
    ["429 with seconds", { status: 429, headers: { "retry-after": "30" } }],
    ["429 with a date", { status: 429, headers: { "retry-after": new Date(Date.now() + 30_000).toUTCString() } }],
    ["429 with milliseconds", { status: 429, headers: { "retry-after-ms": "30000" } }],
    ["another 400", { status: 400, body: { error: "invalid_request" } }],
    [
      "a terminal word in a description",
      { status: 400, body: { error: "server_busy", error_description: "invalid_grant" } },
    ],
    ["a redirect", { status: 307, headers: { location: "http://127.0.0.1:9/steal" } }],
    ["no connection", { connection: "before" }],
  ];

  it.each(PASSING)("%s: the old token serves on, the login stays, and nobody hammers", async (_name, fault) => {
    const { keeper, vendor, login, jump, onDisk } = await bench();
    const record = await login();
    vendor.fail("token", fault, fault);
    jump(DUE_MS);
    for (let i = 0; i < 20; i++) {
      expect(await keeper.token()).toMatchObject({ access_token: record.access_token });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await expect.poll(() => keeper.trouble, PATIENT).toBeDefined();
    expect(vendor.count("token")).toBeLessThanOrEqual(2);
    expect(onDisk()).toMatchObject({ state: "ok", refresh_token: record.refresh_token });
  });

  it("a redirect: the other place hears nothing", async () => {
    const { keeper, vendor, login, jump } = await bench();
    const thief = (await bench()).vendor;
    await login();
    vendor.fail("token", { status: 307, headers: { location: `${thief.url}/v1/oauth/token` } });
    jump(3_600_000);
    expect(await keeper.token()).toMatchObject({ why: "later" });
    expect(thief.calls).toEqual([]);
  });

  const CODES: [LoginFlow, string, object][] = [
    ["claude", "invalid_grant", { error: "invalid_grant" }],
    ["claude", "invalid_refresh_token", { error: { type: "invalid_refresh_token", message: "no" } }],
    ["chatgpt", "refresh_token_expired", { error: { code: "refresh_token_expired" } }],
    ["chatgpt", "token_expired", { code: "TOKEN_EXPIRED" }],
    ["codex", "refresh_token_invalidated", { error: { code: "refresh_token_invalidated" } }],
    ["google", "invalid_rapt", { error: "access_denied", error_subtype: "invalid_rapt" }],
  ];

  it.each(CODES)("%s, %s: the login is over, on disk and for good", async (flow, _code, body) => {
    const { keeper, vendor, login, jump, onDisk } = await bench(flow);
    await login();
    vendor.fail("token", { status: 400, body });
    jump(25 * 3_600_000);
    expect(await keeper.token()).toMatchObject({ why: "needs_login", until: Number.POSITIVE_INFINITY });
    expect(onDisk()?.state).toBe("needs_login");
    await keeper.token();
    expect(vendor.count("token")).toBe(1);
  });

  it("an account that is shut out is asked for no more", async () => {
    const { keeper, vendor, login, jump, onDisk } = await bench();
    await login();
    const message = "OAuth authentication is currently not allowed for this organization.";
    vendor.fail("token", { status: 403, body: { error: { type: "permission_error", message } } });
    jump(3_600_000);
    expect(await keeper.token()).toMatchObject({ why: "blocked", message });
    expect(onDisk()?.state).toBe("blocked");
  });

  it("an answer that is lost on the way is asked for once more, and then the login is said to be lost", async () => {
    const { keeper, vendor, login, jump } = await bench();
    await login();
    vendor.fail("token", { connection: "after" });
    jump(3_600_000);
    expect(await keeper.token()).toMatchObject({ why: "needs_login", message: expect.stringContaining("was lost") });
    expect(vendor.count("token")).toBe(2);
  });

  it.each<[string, Fault]>([
    ["no JSON", { body: "not json" }],
    ["no token", { body: { ok: true } }],
    ["2 MiB", { body: "x".repeat(2 * 1024 * 1024) }],
  ])("an answer with %s is no token", async (_name, fault) => {
    const { keeper, vendor, login, jump, onDisk } = await bench();
    await login();
    vendor.fail("token", fault, fault);
    jump(3_600_000);
    expect(await keeper.token()).toMatchObject({ why: "later" });
    expect(onDisk()?.state).toBe("ok");
  });

  it.each([undefined, 0, "3600"])("a life of %s counts as an hour", async (expires_in) => {
    const { keeper, login, jump, onDisk } = await bench("claude", { answer: { expires_in } });
    await login();
    jump(3_700_000);
    await keeper.token();
    const record = onDisk();
    expect((record?.expires_at ?? 0) - (record?.obtained_at ?? 0)).toBe(3_600_000);
  });

  it("a life beyond all numbers is written down as one, so that the file can be read again", async () => {
    const { keeper, store, vendor, login } = await bench();
    await login();
    vendor.options.answer = { expires_in: 1e306 };
    await keeper.refreshNow();
    expect((await store.login("plan"))?.generation).toBe(2);
  });
});

describe("who else changes the login", () => {
  it("another process has refreshed it: its token is taken", async () => {
    const { keeper, another, vendor, login, jump } = await bench();
    await login();
    const other = another();
    await other.look();
    jump(3_600_000);
    await keeper.token();
    expect(await other.token()).toMatchObject({ access_token: keeper.record?.access_token });
    expect([vendor.refreshes, vendor.reuses]).toEqual([1, 0]);
  });

  it("a sign-in during a refresh counts, and the refresh's answer is dropped", async () => {
    const { keeper, vendor, login, jump, onDisk } = await bench("claude", { delayMs: 150 });
    await login();
    jump(3_600_000);
    const waiting = keeper.token();
    await expect.poll(() => vendor.count("token"), PATIENT).toBe(1);
    const newest = await login();
    await waiting;
    await keeper.close();
    expect(onDisk()).toMatchObject({ access_token: newest.access_token });
    expect(keeper.record).toMatchObject({ access_token: newest.access_token });
  });

  it("a sign-out during a refresh stays one", async () => {
    const { keeper, store, vendor, login, jump, onDisk } = await bench("claude", { delayMs: 150 });
    await login();
    jump(3_600_000);
    const waiting = keeper.token();
    await expect.poll(() => vendor.count("token"), PATIENT).toBe(1);
    await store.update("plan", () => undefined);
    expect(await waiting).toMatchObject({ why: "signed_out" });
    expect(onDisk()).toBeUndefined();
  });

  it("a refresh token is sent to nobody but who made it", async () => {
    const { keeper, store, vendor, login, jump } = await bench();
    await login();
    await store.update("plan", (now) => now && { ...now, issuer: "https://platform.claude.com", generation: 2 });
    await keeper.look();
    jump(3_600_000);
    expect(await keeper.token()).toMatchObject({ why: "later", message: expect.stringContaining("Sign in again") });
    expect(vendor.calls).toEqual([]);
  });
});

describe("a disk that is full", () => {
  it("costs nobody the login: the token goes on from memory, that is said, and it is written when there is room", async () => {
    const disk = smallDisk();
    if (!disk) return console.info("skipped: this needs a disk of its own, which only root may mount");
    try {
      const { keeper, login, jump, onDisk, files, dir } = await bench("claude", {}, disk.path);
      await login();
      const makeRoom = fill(dir);
      jump(3_600_000);
      expect(await keeper.token()).toMatchObject({ generation: 2 });
      expect(keeper.trouble).toMatch(/cannot be written to disk: ENOSPC/);
      expect(onDisk()).toMatchObject({ generation: 1, state: "ok" });
      makeRoom();
      await keeper.close();
      expect(onDisk()).toMatchObject({ generation: 2, access_token: keeper.record?.access_token });
      expect(files()).toEqual(["oauth_tokens.json"]);
    } finally {
      for (const each of benches.splice(0)) await each.close();
      disk.remove();
    }
  });

  function smallDisk(): { path: string; remove(): void } | undefined {
    const path = mkdtempSync(join(tmpdir(), "ccm-disk-"));
    const options = ["-t", "tmpfs", "-o", "size=64k", "none", path];
    if (spawnSync("/bin/mount", options).status !== 0) return void rmSync(path, { recursive: true });
    return {
      path,
      remove() {
        spawnSync("/bin/umount", [path]);
        rmSync(path, { recursive: true, force: true });
      },
    };
  }

  function fill(dir: string): () => void {
    const path = join(dir, "filler");
    try {
      for (;;) appendFileSync(path, "x".repeat(1_024));
    } catch (error) {
      expect(error).toMatchObject({ code: "ENOSPC" });
    }
    return () => rmSync(path);
  }
});

describe("a disk that takes nothing", () => {
  /** What a full disk does to a file, which a test that runs as root cannot have otherwise. */
  function fillDisk(store: Bench["store"]): () => void {
    const full = () => Promise.reject(Object.assign(new Error("no space left"), { code: "ENOSPC", syscall: "write" }));
    Object.assign(store, { update: full, whileRefreshing: full });
    return () => {
      for (const name of ["update", "whileRefreshing"]) Reflect.deleteProperty(store, name);
    };
  }

  it("costs nobody the login: a token that still serves is not refreshed, one that is over is, and is saved later", async () => {
    const { keeper, store, vendor, login, jump, onDisk } = await bench();
    const record = await login();
    const makeRoom = fillDisk(store);
    jump(DUE_MS);
    expect(keeper.token()).toMatchObject({ access_token: record.access_token });
    await expect.poll(() => keeper.trouble, PATIENT).toContain("no space left");
    expect(vendor.count("token")).toBe(0);
    jump(3_600_000);
    expect(await keeper.token()).toMatchObject({ generation: 2 });
    expect(keeper.trouble).toContain("cannot be written to disk");
    expect(onDisk()?.generation).toBe(1);
    makeRoom();
    await keeper.close();
    expect(onDisk()).toMatchObject({ generation: 2, access_token: keeper.record?.access_token });
  });
});

describe("clocks", () => {
  it("an hour forward costs one refresh", async () => {
    const { keeper, vendor, login, jump } = await bench();
    await login();
    jump(3_600_000);
    for (let i = 0; i < 5; i++) expect(isToken(await keeper.token())).toBe(true);
    expect(vendor.refreshes).toBe(1);
  });

  it("an hour back does not lengthen a token's life", async () => {
    const { keeper, vendor, login, jump } = await bench("claude", { lifeS: 1 });
    await login();
    jump(-3_600_000);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(isToken(await keeper.token())).toBe(true);
    expect(vendor.refreshes).toBeGreaterThanOrEqual(1);
  });

  it("an hour back does not put off the next try of a refresh that has failed", async () => {
    const { keeper, vendor, login, jump } = await bench("claude", { lifeS: 1 });
    vendor.fail("token", { status: 503 });
    await login();
    await expect.poll(() => keeper.missing?.why, PATIENT).toBe("later");
    jump(-3_600_000);
    await expect.poll(() => keeper.record?.generation, PATIENT).toBe(2);
  });
});

it("goes on with the newest login when a backup is put in the place of the file", async () => {
  const { keeper, store, vendor, login, onDisk } = await bench();
  const old = await login();
  await keeper.refreshNow();
  await keeper.refreshNow();
  await store.update("plan", () => old);
  await keeper.look();
  expect(keeper.record?.generation).toBe(3);
  await keeper.refreshNow();
  expect([onDisk()?.generation, vendor.reuses]).toEqual([4, 0]);
});

it("says why a token file cannot be read, instead of that nobody is signed in, and looks again", async () => {
  const { keeper, dir, login, another, warnings } = await bench();
  await login();
  const file = join(dir, "oauth_tokens.json");
  renameSync(file, `${file}.away`);
  mkdirSync(file);
  const other = another();
  await other.look();
  await other.look();
  expect(other.missing?.message).toContain("EISDIR");
  expect(other.trouble).toContain("EISDIR");
  expect(warnings.filter((line) => line.includes("EISDIR"))).toHaveLength(1);
  rmSync(file, { recursive: true });
  renameSync(`${file}.away`, file);
  await other.look();
  expect([other.missing, other.record?.generation]).toEqual([undefined, keeper.record?.generation]);
});

it("takes a login that was made after a logout by another process, though it counts from one again", async () => {
  const { keeper, store, vendor, login, onDisk } = await bench();
  await login();
  await keeper.refreshNow();
  await store.update("plan", () => undefined);
  const other = vendor.issue(String(keeper.record?.client_id));
  const { access_token, refresh_token } = other as { access_token: string; refresh_token: string };
  const now = Date.now() + 1;
  await store.update("plan", () =>
    keeper.record ? { ...keeper.record, access_token, refresh_token, obtained_at: now, generation: 1 } : undefined,
  );
  await keeper.refreshNow();
  expect(onDisk()?.generation).toBe(2);
  expect([vendor.calls.at(-1)?.params.refresh_token, vendor.reuses]).toEqual([refresh_token, 0]);
});

it("is refreshed when the user asks for it, and says when there is nothing newer", async () => {
  const { keeper, vendor, login } = await bench();
  await login();
  await keeper.refreshNow();
  expect(keeper.record?.generation).toBe(2);
  vendor.fail("token", { status: 503 });
  await expect(keeper.refreshNow()).rejects.toThrow("HTTP 503");
});

it("a refresh under way comes to its end though everybody has left", async () => {
  const { keeper, vendor, login, jump, onDisk } = await bench("claude", { delayMs: 150 });
  await login();
  jump(3_600_000);
  void keeper.token();
  await expect.poll(() => vendor.count("token"), PATIENT).toBe(1);
  await keeper.close();
  expect(onDisk()?.generation).toBe(2);
});
