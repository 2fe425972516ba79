import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LockBusy, withLock } from "../../lib/credentials/oauth/lock.ts";
import type { LoginRecord } from "../../lib/credentials/oauth/record.ts";
import { TokenStore } from "../../lib/credentials/oauth/store.ts";

const RECORD: LoginRecord = {
  flow: "claude",
  state: "ok",
  issuer: "https://platform.claude.com",
  client_id: "c",
  access_token: "access",
  refresh_token: "refresh",
  scopes: ["user:inference"],
  obtained_at: 1,
  expires_at: 2,
  generation: 1,
  account: { email: "user@example.com" },
};

let dir = "";
let warnings: string[] = [];
const file = () => join(dir, "oauth_tokens.json");
const store = () => new TokenStore({ dir, now: () => 1234, warn: (message) => void warnings.push(message) });

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), "ccm-store-")), "state");
  warnings = [];
});
afterEach(() => rmSync(join(dir, ".."), { recursive: true, force: true }));

describe("the token file", () => {
  it("is made for its owner only, in a folder for its owner only, and leaves nothing beside it", async () => {
    await store().update("plan", () => RECORD);
    expect([statSync(dir).mode & 0o777, statSync(file()).mode & 0o777]).toEqual([0o700, 0o600]);
    expect(readdirSync(dir)).toEqual(["oauth_tokens.json"]);
    expect(await store().login("plan")).toEqual(RECORD);
  });

  it("is empty before there is one", async () => {
    expect(await store().read()).toEqual({ version: 1, logins: {} });
    expect(await store().login("constructor")).toBeUndefined();
  });

  it("keeps what it does not know", async () => {
    await store().update("plan", () => RECORD);
    const written = JSON.parse(readFileSync(file(), "utf8"));
    written.later = { a: 1 };
    written.logins.plan.account.nickname = "x";
    writeFileSync(file(), JSON.stringify(written));
    await store().update("other", () => RECORD);
    const after = JSON.parse(readFileSync(file(), "utf8"));
    expect(after).toMatchObject({ later: { a: 1 }, logins: { plan: { account: { nickname: "x" } }, other: {} } });
  });

  it("that cannot be understood is set aside, and that is said", async () => {
    await store().update("plan", () => RECORD);
    writeFileSync(file(), '{"version": 1, "logins": {"plan"');
    expect(await store().read()).toEqual({ version: 1, logins: {} });
    expect(readdirSync(dir)).toEqual(["oauth_tokens.json.corrupt-1234"]);
    expect(warnings.join()).toContain("set aside");
  });

  it("with one login that is not understood keeps it as it is, and the others", async () => {
    await store().update("plan", () => RECORD);
    const written = JSON.parse(readFileSync(file(), "utf8"));
    written.logins.spoilt = { ...RECORD, flow: "of a later version" };
    writeFileSync(file(), JSON.stringify(written));
    expect(await store().login("spoilt")).toBeUndefined();
    expect(await store().login("plan")).toMatchObject(RECORD);
    await store().update("other", () => RECORD);
    expect(Object.keys(JSON.parse(readFileSync(file(), "utf8")).logins)).toEqual(["plan", "spoilt", "other"]);
    expect(warnings).toEqual([]);
  });

  it("of a newer version is left alone", async () => {
    await store().update("plan", () => RECORD);
    writeFileSync(file(), '{"version": 2, "logins": {}}');
    await expect(store().read()).rejects.toThrow("newer version");
    expect(readFileSync(file(), "utf8")).toContain('"version": 2');
  });

  it("of the original program is taken over", async () => {
    await store().update("plan", () => RECORD);
    const old = { access_token: "a", refresh_token: "r", expires_at: "2026-01-01T00:00:00Z" };
    writeFileSync(file(), JSON.stringify({ "anthropic-oauth": old, "openai-oauth": old }));
    const { logins } = await store().read();
    expect(logins["anthropic-oauth"]).toMatchObject({ flow: "claude", refresh_token: "r", state: "ok" });
    expect(logins["openai-oauth"]).toMatchObject({ flow: "codex", issuer: "https://auth.openai.com" });
  });

  it("that others could read is closed, with a word about it; a link is refused", async () => {
    await store().update("plan", () => RECORD);
    chmodSync(file(), 0o644);
    chmodSync(dir, 0o755);
    const other = store();
    await other.read();
    await other.update("other", () => RECORD);
    expect([statSync(file()).mode & 0o777, statSync(dir).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(warnings).toHaveLength(2);
    rmSync(file());
    symlinkSync("/etc/hostname", file());
    await expect(store().read()).rejects.toThrow("symbolic link");
  });

  it("is whole at every moment, whoever writes", async () => {
    const stores = [store(), store(), store()];
    await store().update("0", () => RECORD);
    const reads: Promise<unknown>[] = [];
    const writes = Array.from({ length: 30 }, (_, i) => {
      reads.push(store().read());
      return stores[i % 3]?.update(String(i), () => ({ ...RECORD, generation: i }));
    });
    await Promise.all([...writes, ...reads]);
    expect(Object.keys((await store().read()).logins)).toHaveLength(30);
    expect(warnings).toEqual([]);
  });

  it("sweeps away what a process that was killed while it wrote has left", async () => {
    await store().update("plan", () => RECORD);
    const left = `${file()}.4711-${crypto.randomUUID()}`;
    writeFileSync(left, "half of a secret");
    await store().update("other", () => RECORD);
    expect(readdirSync(dir)).toEqual(["oauth_tokens.json"]);
  });

  it.skipIf(process.getuid?.() !== 0)("of another user is refused, with the mend", async () => {
    await store().update("plan", () => RECORD);
    chownSync(file(), 12_345, 12_345);
    await expect(store().read()).rejects.toThrow(/belongs to another user \(uid 12345\).*remove it/);
  });

  it("names the installation once", async () => {
    const ids = await Promise.all([store().hostId(), store().hostId()]);
    expect(ids[0]).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
    expect(new Set([...ids, await store().hostId()]).size).toBe(1);
  });
});

describe("the lock", () => {
  const path = () => join(dir, "..", "a.lock");
  const holder = (pid: number, host: string) => JSON.stringify({ pid, host, nonce: "n" });

  it("lets one in at a time", async () => {
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside--;
    };
    await Promise.all(Array.from({ length: 8 }, () => withLock(path(), 5_000, work)));
    expect(most).toBe(1);
  });

  it("of a process that died is taken over at once", async () => {
    const { hostname } = await import("node:os");
    writeFileSync(path(), holder(2 ** 22 + 1, hostname()));
    expect(await withLock(path(), 100, async () => "in")).toBe("in");
    expect(readdirSync(join(dir, ".."))).toEqual([]);
  });

  const age = (seconds: number) => utimesSync(path(), Date.now() / 1000 - seconds, Date.now() / 1000 - seconds);
  const PACE = { heartbeatMs: 20, staleMs: 30_000 };

  it("of a living holder elsewhere is respected until its heartbeat has stopped, and stays stopped", async () => {
    writeFileSync(path(), holder(1, "another-machine"));
    const tryIt = (waitMs: number) => withLock(path(), waitMs, async () => "in", PACE);
    await expect(tryIt(50)).rejects.toBeInstanceOf(LockBusy);
    age(31);
    await expect(tryIt(0)).rejects.toBeInstanceOf(LockBusy);
    expect(await tryIt(5_000)).toBe("in");
  });

  it("of a machine that has just woken up from a long sleep is left to its holder", async () => {
    const order: string[] = [];
    const holding = withLock(
      path(),
      0,
      async (isMine) => {
        age(3_600);
        const next = withLock(path(), 5_000, async () => void order.push("next"), { ...PACE, heartbeatMs: 200 });
        await expect.poll(() => statSync(path()).mtimeMs > Date.now() - 30_000).toBe(true);
        order.push(`mine: ${await isMine()}`);
        return { next };
      },
      PACE,
    );
    await (await holding).next;
    expect(order).toEqual(["mine: true", "next"]);
  });

  it("says to a holder that was away for too long that it has lost it, and leaves the new one's alone", async () => {
    await withLock(path(), 0, async (isMine) => {
      writeFileSync(path(), holder(process.pid, "another-machine"));
      expect(await isMine()).toBe(false);
    });
    expect(readFileSync(path(), "utf8")).toContain("another-machine");
  });

  it("that names nobody, because its maker died at once, is taken over after a heartbeat", async () => {
    writeFileSync(path(), "");
    await expect(withLock(path(), 50, async () => "in")).rejects.toBeInstanceOf(LockBusy);
    age(6);
    expect(await withLock(path(), 50, async () => "in")).toBe("in");
  });

  it("is given back when the work fails", async () => {
    await expect(withLock(path(), 50, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await withLock(path(), 50, async () => "in")).toBe("in");
  });
});
