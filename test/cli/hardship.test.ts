/** @module What a machine may do to a running server: it goes on serving, and `ccmctl status` says what is wrong. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { JournalPage } from "../../lib/journal/journal.ts";
import { healthy, MODEL } from "../contract/house.ts";
import { startUpstream } from "../support/upstream.ts";
import { isUp, oneProvider, PATIENT, type Sandbox, sandboxes } from "./sandbox.ts";

const { sandbox, afterwards } = sandboxes();

const canMount = mountable();
if (!canMount) console.log("skipped: a full and a read-only disk need the right to mount (root on Linux)");
const FAKETIME = ["", ...(existsSync("/usr/lib") ? readdirSync("/usr/lib") : [])]
  .map((folder) => join("/usr/lib", folder, "faketime/libfaketime.so.1"))
  .find((path) => existsSync(path));
if (!FAKETIME) console.log("skipped: a clock that jumps needs libfaketime (Debian: apt-get install libfaketime)");

function asRoot(program: string, ...args: string[]): void {
  execFileSync(program, args);
}

function mountable(): boolean {
  try {
    execFileSync("unshare", ["-m", "true"], { stdio: "ignore" });
    return process.platform === "linux" && process.getuid?.() === 0;
  } catch {
    return false;
  }
}

async function house(): Promise<Sandbox> {
  const upstream = await startUpstream(healthy("hello"));
  afterwards(() => upstream.close());
  return sandbox(oneProvider(upstream.url));
}

async function started(box: Sandbox, env: Readonly<Record<string, string>> = {}): Promise<Sandbox> {
  expect(await box.ccmctl(["start"], { env })).toMatchObject({ code: 0, stderr: "" });
  return box;
}

/** One request, which must be answered whatever has happened. */
async function expectServed({ port }: Sandbox): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/messages`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: MODEL, max_tokens: 50, messages: [{ role: "user", content: "Hi" }] }),
  });
  expect([response.status, await response.text()]).toMatchObject([200, expect.stringContaining("hello")]);
}

async function troublesOf(box: Sandbox): Promise<string[]> {
  const { code, stdout } = await box.ccmctl(["status"]);
  expect(code).toBe(0);
  return stdout.split("\n").filter((line) => line.trim().startsWith("!"));
}

async function journalLength({ port }: Sandbox): Promise<number> {
  const page = await fetch(`http://127.0.0.1:${port}/api/journal?limit=500`);
  return ((await page.json()) as JournalPage).items.length;
}

async function saveConfig({ port }: Sandbox) {
  const url = `http://127.0.0.1:${port}/api/config`;
  const etag = (await fetch(url)).headers.get("etag") ?? "";
  const body = JSON.stringify({ changes: [{ path: ["logging", "journal_days"], value: 7 }] });
  const headers = { "content-type": "application/json", "if-match": etag };
  const response = await fetch(url, { method: "PUT", headers, body });
  return { status: response.status, text: await response.text() };
}

/** A small file system of its own at `path`. */
function mountSmall(path: string): void {
  mkdirSync(path, { recursive: true });
  asRoot("mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", path);
  afterwards(() => asRoot("umount", "-l", path));
}

describe.runIf(canMount)("a full disk", () => {
  it("costs what would be kept, not the server; what waits is written down when there is room again", async () => {
    const box = await house();
    const text = readFileSync(box.configPath, "utf8");
    for (const path of [box.state, join(box.workspace, "config")]) mountSmall(path);
    box.writeConfig(text);
    await started(box);
    await expectServed(box);
    fill(box.state);
    fill(join(box.workspace, "config"));
    const before = readFileSync(box.configPath, "utf8");
    await expectServed(box);
    expect((await troublesOf(box)).join("\n")).toMatch(/the disk of .+ is full; nothing is kept until there is room/);
    expect(await saveConfig(box)).toMatchObject({ status: 507, text: expect.stringContaining("the disk is full") });
    expect(readFileSync(box.configPath, "utf8")).toBe(before);

    expect(await box.ccmctl(["restart"])).toMatchObject({ code: 0, stderr: "" });
    await expectServed(box);
    expect(await box.ccmctl(["stop"])).toMatchObject({ code: 0, stderr: "" });
    await started(box);
    await expectServed(box);
    await expectServed(box);
    const known = await journalLength(box);

    rmSync(join(box.state, "filler"));
    rmSync(join(box.workspace, "config", "filler"));
    expect(await saveConfig(box)).toMatchObject({ status: 200 });
    await expect.poll(() => troublesOf(box), PATIENT).toEqual([]);
    await expect.poll(() => linesOfJournal(box), PATIENT).toBeGreaterThanOrEqual(known);
    expect(readdirSync(box.state).filter((name) => /\.\d{3,}/.test(name))).toEqual([]); // no half of a file is left
  });
});

function fill(path: string): void {
  const size = 64 * 1024;
  const block = Buffer.alloc(size);
  for (let at = 0, step = size; step >= 1; step = Math.floor(step / 2))
    try {
      for (;;) {
        writeFileSync(join(path, "filler"), block.subarray(0, step), { flag: "a" });
        at += step;
        if (at > 64 * 1024 * 1024) throw new Error("the disk does not fill up");
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
}

function linesOfJournal({ state }: Sandbox): number {
  const dir = join(state, "journal");
  if (!existsSync(dir)) return 0;
  const files = readdirSync(dir).filter((name) => name.endsWith(".jsonl"));
  return files.reduce((sum, name) => sum + readFileSync(join(dir, name), "utf8").split("\n").length - 1, 0);
}

describe.runIf(canMount)("a read-only state folder", () => {
  it("is no reason not to start, serve, restart and stop", async () => {
    const box = await house();
    mkdirSync(box.state, { recursive: true, mode: 0o700 });
    asRoot("mount", "--bind", box.state, box.state);
    afterwards(() => asRoot("umount", "-l", box.state));
    asRoot("mount", "-o", "remount,bind,ro", box.state);
    await started(box);
    await expectServed(box);
    expect((await troublesOf(box)).join("\n")).toContain(
      "cannot be written (EROFS); nothing is kept there until it can",
    );
    expect(await box.ccmctl(["restart"])).toMatchObject({ code: 0, stderr: "" });
    await expectServed(box);
    expect((await box.ccmctl(["stop"])).stdout).toContain("Stopped");
    expect(await isUp(box.port)).toBeUndefined();
  });
});

describe.runIf(FAKETIME)("a clock that jumps", () => {
  it("back or ahead neither stops the server nor keeps a provider away, and status says so", async () => {
    const box = await house();
    const clock = join(box.dir, "clock");
    writeFileSync(clock, "+0");
    await started(box, {
      LD_PRELOAD: FAKETIME ?? "",
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    });
    await expectServed(box);
    writeFileSync(clock, "-3h");
    await expectServed(box);
    expect((await troublesOf(box)).join("\n")).toMatch(/clock was set back by 1(79|80) min since the server started/);
    const simulate = { method: "POST", headers: { "content-type": "application/json" } };
    const body = JSON.stringify({ provider: "only", failure: "529", seconds: 1 });
    await fetch(`http://127.0.0.1:${box.port}/api/simulate`, { ...simulate, body });
    await expect
      .poll(
        () =>
          expectServed(box).then(
            () => true,
            () => false,
          ),
        PATIENT,
      )
      .toBe(true);
    writeFileSync(clock, "+40h");
    await expectServed(box);
    expect(await box.ccmctl(["restart"])).toMatchObject({ code: 0, stderr: "" });
    await expectServed(box);
    expect(await journalLength(box)).toBeGreaterThanOrEqual(4);
  });
});

it("a configuration that vanishes with its folder stays in use, status says so, and its return is noticed", async () => {
  const box = await started(await house());
  const text = readFileSync(box.configPath, "utf8");
  unlinkSync(box.configPath);
  expect(await troublesOf(box)).toEqual([expect.stringContaining("is gone; what stood in it last stays in use")]);
  rmSync(join(box.workspace, "config"), { recursive: true });
  await expectServed(box);
  mkdirSync(join(box.workspace, "config"));
  writeFileSync(box.configPath, text.replace('name = "only"', 'name = "other"').replace('"only" }', '"other" }'));
  await expect.poll(async () => (await isUp(box.port))?.providers?.[0]?.name, PATIENT).toBe("other");
  await expectServed(box);
  expect(await troublesOf(box)).toEqual([]);
});
