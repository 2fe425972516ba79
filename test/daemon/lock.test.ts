import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LockBusy, withLock } from "../../lib/daemon/lock.ts";

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "ccm-lock-"));
  path = join(dir, "ccm.lock");
});
afterEach(() => rmSync(dir, { recursive: true }));

describe("the lock", () => {
  it("lets one at a time do its work, and leaves nothing behind", async () => {
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await sleep(5);
      inside--;
    };
    await Promise.all(Array.from({ length: 8 }, () => withLock(path, 10_000, work)));
    expect(most).toBe(1);
    expect(readdirSync(dir)).toEqual([]);
  });

  it("is free again when the work has failed", async () => {
    await expect(withLock(path, 0, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await expect(withLock(path, 0, async () => "done")).resolves.toBe("done");
  });

  it.each([
    ["a process that has died", JSON.stringify({ pid: 999_999_999, start: "x" })],
    ["a stranger that has its pid", JSON.stringify({ pid: process.pid, start: "another" })],
    ["nobody that can be understood", "{"],
  ])("is taken over from %s", async (_, content) => {
    writeFileSync(path, content);
    await expect(withLock(path, 0, async () => existsSync(path))).resolves.toBe(true);
    expect(readdirSync(dir)).toEqual([]);
  });

  it("names who holds it when it takes too long", async () => {
    await withLock(path, 0, async () => {
      const waiting = withLock(path, 50, async () => undefined);
      await expect(waiting).rejects.toThrow(LockBusy);
      await expect(waiting).rejects.toThrow(`pid ${process.pid}`);
    });
  });
});
