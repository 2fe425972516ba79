import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { commandLine, identify, isRunning, signalProcess } from "../../lib/daemon/process-identity.ts";

function sleeper() {
  return spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
}

describe("the identity of a process", () => {
  it("is the same whenever one asks, and differs between processes", async () => {
    const child = sleeper();
    const pid = child.pid as number;
    try {
      expect(identify(process.pid)).toEqual(identify(process.pid));
      expect(identify(pid)).not.toEqual({ ...identify(process.pid), pid });
      expect(commandLine(pid)?.at(-1)).toContain("setInterval");
    } finally {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    expect(identify(pid)).toBeUndefined();
  });

  it("protects a stranger that has got a known pid", async () => {
    const stranger = sleeper();
    const pid = stranger.pid as number;
    const real = identify(pid);
    if (!real) throw new Error("the process is not there");
    const remembered = { pid, start: "of another process, long ago" };
    try {
      expect(isRunning(remembered)).toBe(false);
      expect(signalProcess(remembered, "SIGKILL")).toBe(false);
      expect(isRunning(real)).toBe(true);
      expect(signalProcess(real, "SIGTERM")).toBe(true);
      expect(await once(stranger, "exit")).toEqual([null, "SIGTERM"]);
      expect(signalProcess(real, "SIGTERM")).toBe(false);
    } finally {
      stranger.kill("SIGKILL");
    }
  });

  it.runIf(process.platform === "linux")("counts a zombie as gone", async () => {
    // The shell becomes `sleep`, which never collects the child that it began with.
    const parent = spawn("sh", ["-c", "true & echo $!; exec sleep 30"], { stdio: ["ignore", "pipe", "ignore"] });
    try {
      const [line] = (await once(parent.stdout, "data")) as [Buffer];
      const zombie = Number(line.toString());
      await expect.poll(() => identify(zombie), { timeout: 10_000 }).toBeUndefined();
      expect(commandLine(zombie)).toBeUndefined();
    } finally {
      parent.kill("SIGKILL");
    }
  });
});
