import { chmodSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { finished, NOWHERE, oneProvider, PATIENT, sandboxes } from "./sandbox.ts";

const { sandbox } = sandboxes();

describe("logs", () => {
  it("shows the last lines, and follows", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    expect(await box.ccmctl(["logs"])).toMatchObject({ code: 0, stdout: "" });
    await box.ccmctl(["start"]);
    const lines = (await box.ccmctl(["logs", "-n", "1"])).stdout.trim().split("\n");
    expect(lines).toEqual([expect.stringContaining("listening on")]);

    const follower = box.spawn(["logs", "-f"]);
    let seen = "";
    follower.stdout?.on("data", (part: Buffer) => {
      seen += part.toString();
    });
    const done = finished(follower);
    await expect.poll(() => seen, PATIENT).toContain("listening on");
    await box.ccmctl(["stop"]);
    await expect.poll(() => seen, PATIENT).toContain("stopped");
    follower.kill("SIGINT");
    expect((await done).code).toBe(0);
  });

  it("survives a start, and is the user's alone even if it was not before", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    await box.ccmctl(["start"]);
    await box.ccmctl(["stop"]);
    chmodSync(box.state, 0o755);
    await box.ccmctl(["start"]);
    expect(statSync(box.state).mode & 0o777).toBe(0o700);
    expect((await box.ccmctl(["logs"])).stdout.match(/listening on/g)).toHaveLength(2);
  });
});
