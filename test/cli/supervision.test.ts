import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isRunning, type ProcessIdentity } from "../../lib/daemon/process-identity.ts";
import { isUp, keeperOf, NOWHERE, oneProvider, PATIENT, processesOf, sandboxes } from "./sandbox.ts";

const { sandbox, afterwards } = sandboxes();

/** A server that has been started, with the processes that belong to it. */
async function started(...args: string[]) {
  const box = await sandbox(oneProvider(NOWHERE));
  expect(await box.ccmctl(["start", ...args])).toMatchObject({ code: 0, stderr: "" });
  return box;
}

describe("a crash", () => {
  it("is noticed: the server is started again, clients wait instead of being refused, and status tells", async () => {
    const box = await started();
    const [before, keeper] = [box.pid() as number, keeperOf(box) as ProcessIdentity];
    process.kill(before, "SIGKILL");
    const health = await isUp(box.port);
    expect(health).toBeDefined();
    expect(health?.pid).not.toBe(before);
    expect(isRunning(keeper)).toBe(true);
    const status = await box.ccmctl(["status"]);
    expect(status.code).toBe(0);
    expect(status.stdout).toMatch(/It crashed once, last \d+ s ago: killed by SIGKILL/);
    const { pid, crashes, supervised } = JSON.parse((await box.ccmctl(["status", "--json"])).stdout);
    expect({ pid, supervised }).toEqual({ pid: health?.pid, supervised: true });
    expect(crashes).toMatchObject({ count: 1, last: { pauseMs: 0 } });
    expect(readFileSync(join(box.state, "ccm.log"), "utf8")).toContain("error the server ended unexpectedly");
  });

  it("after crash is waited for longer, which status tells; stop ends that for good", async () => {
    const box = await started();
    for (let crash = 0; crash < 3; crash++) {
      await expect.poll(() => isUp(box.port), PATIENT).toBeTruthy();
      process.kill((await isUp(box.port))?.pid as number, "SIGKILL");
    }
    await expect.poll(() => readFileSync(join(box.state, "ccm.crashes"), "utf8"), PATIENT).toMatch(/^3 \d+ 137 2\n/);
    const status = await box.ccmctl(["stop"]);
    expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining("Stopped") });
    expect(processesOf(box)).toEqual([]);
    expect(await isUp(box.port)).toBeUndefined();
    const stopped = await box.ccmctl(["status"]);
    expect(stopped.code).toBe(3);
    expect(stopped.stdout).toContain("It crashed 3 times in a row");
    await box.ccmctl(["start"]);
    expect((await box.ccmctl(["status"])).stdout).not.toContain("crashed");
  });

  it("is not mended where nobody wants it", async () => {
    const box = await started("--no-supervise");
    await box.ccmctl(["restart"]);
    expect(keeperOf(box)).toBeUndefined();
    process.kill(box.pid() as number, "SIGKILL");
    await expect.poll(() => isUp(box.port), PATIENT).toBeUndefined();
    expect((await box.ccmctl(["status"])).code).toBe(3);
    expect(processesOf(box)).toEqual([]);
    expect((await box.ccmctl(["start"])).code).toBe(0);
    expect(keeperOf(box)).toBeDefined();
  });
});

describe("the keeper", () => {
  it("ends with a server that is stopped, and leaves with one whose process is told to end", async () => {
    const box = await started();
    const keeper = keeperOf(box) as ProcessIdentity;
    process.kill(box.pid() as number, "SIGTERM");
    await expect.poll(() => isRunning(keeper), PATIENT).toBe(false);
    expect(processesOf(box)).toEqual([]);
  });

  it("may be killed: the server goes on, status says so, and a restart brings another one", async () => {
    const box = await started();
    process.kill((keeperOf(box) as ProcessIdentity).pid, "SIGKILL");
    const status = await box.ccmctl(["status"]);
    expect(status.code).toBe(0);
    expect(status.stdout).toContain("Its keeper was killed");
    const before = box.pid();
    expect(await box.ccmctl(["restart"])).toMatchObject({ code: 0, stderr: "" });
    expect(box.pid()).not.toBe(before);
    expect(isRunning(keeperOf(box) as ProcessIdentity)).toBe(true);
    await expect.poll(() => processesOf(box).length, PATIENT).toBe(2);
    process.kill((keeperOf(box) as ProcessIdentity).pid, "SIGKILL");
    expect((await box.ccmctl(["stop"])).code).toBe(0);
    expect(processesOf(box)).toEqual([]);
  });

  it.runIf(process.platform === "linux")("takes less than half a megabyte of its own", async () => {
    const box = await started();
    const rollup = readFileSync(`/proc/${keeperOf(box)?.pid}/smaps_rollup`, "utf8");
    const own = [...rollup.matchAll(/^Private_\w+: +(\d+) kB/gm)].reduce((sum, found) => sum + Number(found[1]), 0);
    expect(own).toBeLessThan(512);
  });
});

describe("a state folder that cannot be written", () => {
  it("costs the log and the pid file, not the server", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    const file = join(box.dir, "a-file");
    writeFileSync(file, "");
    const env = { CCM_HOME: join(file, "state") };
    afterwards(() => box.ccmctl(["stop", "--now"], { env }));
    expect((await box.ccmctl(["start"], { env })).code).toBe(0);
    const status = await box.ccmctl(["status"], { env });
    expect(status.code).toBe(0);
    expect(status.stdout).toContain("cannot be written");
    expect((await box.ccmctl(["restart"], { env })).code).toBe(0);
    expect((await box.ccmctl(["stop"], { env })).stdout).toContain("Stopped");
    expect(await isUp(box.port)).toBeUndefined();
  });

  it("may fill up while the server runs", async () => {
    const box = await started();
    mkdirSync(join(box.state, "health.json")); // a file that cannot be replaced stands for a disk that is full
    await box.ccmctl(["restart"]);
    const status = await box.ccmctl(["status"]);
    expect(status.code).toBe(0);
    expect(status.stdout).toContain("health could not be");
    expect(existsSync(join(box.state, "ccm.pid"))).toBe(true);
  });
});
