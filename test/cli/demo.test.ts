import { mkdirSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readRequest } from "../../lib/anthropic/request.ts";
import { claudeCodeRequest } from "../../lib/cli/demo/request.ts";
import { finished, isUp, PATIENT, type Sandbox, sandboxes } from "./sandbox.ts";

const { sandbox, afterwards } = sandboxes();

/** Where the demo puts its files, so that one can see what is left of them. */
function temporary(box: Sandbox): { dir: string; env: { TMPDIR: string } } {
  const dir = join(box.dir, "tmp");
  mkdirSync(dir);
  return { dir, env: { TMPDIR: dir } };
}

describe("ccmctl demo", { timeout: 60_000 }, () => {
  it("shows an outage that the client does not notice, and leaves nothing behind", async () => {
    const box = await sandbox();
    const { dir, env } = temporary(box);
    const done = await box.ccmctl(["demo", "--once", "--port", String(box.port)], { env });
    expect(done).toMatchObject({ code: 0, stderr: "" });
    const acts = done.stdout.split(/^\d {2}(?=\S)/m).slice(1);
    expect(acts).toHaveLength(5);
    for (const act of acts) {
      expect(act).toMatch(/asked +claude-\S+, streaming/);
      expect(act).toMatch(/route +\w+: /);
      expect(act).toMatch(/answer +\S/);
      expect(act).toMatch(/client saw +one clean answer, HTTP 200, first word after [\d.]+ m?s/);
    }
    const tried = acts.map((act) =>
      [...act.matchAll(/([✖→]) (\w+) +(?:([\w ,]+?) {2}[\d.]+ m?s)?/g)].map(([, mark, who]) => `${mark}${who}`),
    );
    expect(tried).toEqual([
      ["→primary"],
      ["→third"],
      ["✖primary", "→second"],
      ["✖primary", "✖primary", "✖second", "✖second", "→third"],
      ["→primary"],
    ]);
    expect(acts[2]).toMatch(/✖ primary +529 overloaded +[\d.]+ m?s/);
    expect(done.stdout).toContain("5 clean answers");
    expect(done.stdout).toContain(`http://127.0.0.1:${box.port}`);
    expect(readdirSync(dir)).toEqual([]);
    expect(await isUp(box.port)).toBeUndefined();
    expect(readdirSync(box.home)).toEqual([]);
  });

  it("takes another port when its own is taken, stays until Ctrl-C, and then is gone", async () => {
    const box = await sandbox();
    const { dir, env } = temporary(box);
    const stranger = createServer();
    await new Promise<void>((resolve) => stranger.listen(box.port, "127.0.0.1", resolve));
    afterwards(() => stranger.close());
    const child = box.spawn(["demo", "--port", String(box.port)], { env });
    const done = finished(child);
    let seen = "";
    child.stdout?.on("data", (part: string) => {
      seen += part;
    });
    await expect.poll(() => seen, PATIENT).toContain("stays up until Ctrl-C");
    expect(seen).toContain(`port ${box.port} is taken by pid ${process.pid}`);
    const port = Number(/Look at the page +http:\/\/127\.0\.0\.1:(\d+)/.exec(seen)?.[1]);
    expect(await isUp(port)).toBeTruthy();
    child.kill("SIGINT");
    expect((await done).code).toBe(0);
    expect(await isUp(port)).toBeUndefined();
    expect(readdirSync(dir)).toEqual([]);
  });

  it("can be ended in the middle", async () => {
    const box = await sandbox();
    const { dir, env } = temporary(box);
    const child = box.spawn(["demo", "--port", String(box.port)], { env });
    const done = finished(child);
    await new Promise((resolve) => child.stdout?.once("data", resolve));
    child.kill("SIGTERM");
    expect((await done).code).toBe(0);
    expect(await isUp(box.port)).toBeUndefined();
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe("the demo's request", () => {
  it("has the marks by which Claude Code's requests are known", () => {
    const { body, headers } = claudeCodeRequest({
      model: "claude-sonnet-5-5",
      prompt: "Hi",
      session: "s",
      class: "main",
    });
    const { facts } = readRequest(Buffer.from(JSON.stringify(body)), headers);
    expect(facts).toMatchObject({
      model: "claude-sonnet-5-5",
      stream: true,
      toolCount: 12,
      thinkingType: "adaptive",
      effort: "medium",
      metadataSession: "s",
    });
    expect(headers).toMatchObject({ "x-claude-code-request-class": "main", "anthropic-version": "2023-06-01" });
  });
});
