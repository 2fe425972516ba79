import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { identify } from "../../lib/daemon/process-identity.ts";
import { finished, isUp, NOWHERE, oneProvider, PATIENT, sandboxes } from "./sandbox.ts";

const { sandbox, afterwards } = sandboxes();

describe("start", () => {
  it("returns when the server answers, and leaves a private state directory", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    const started = await box.ccmctl(["start"]);
    expect(started).toMatchObject({ code: 0, stderr: "" });
    expect(started.stdout).toContain(`http://127.0.0.1:${box.port}`);
    expect((await isUp(box.port))?.pid).toBe(box.pid());
    const mode = (path: string) => statSync(path).mode & 0o777;
    expect([mode(box.state), mode(join(box.state, "ccm.pid")), mode(join(box.state, "ccm.log"))]).toEqual([
      0o700, 0o600, 0o600,
    ]);
    expect(started.stdout).not.toContain("test-key");
    expect(readFileSync(join(box.state, "ccm.log"), "utf8")).not.toContain("test-key");
  });

  it("is content when the server runs already", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    await box.ccmctl(["start"]);
    const pid = box.pid();
    const again = await box.ccmctl(["start"]);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain(`already runs (pid ${pid})`);
    expect(box.pid()).toBe(pid);
  });

  it("makes one server of five starts at once", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    const all = await Promise.all(Array.from({ length: 5 }, () => box.ccmctl(["start"])));
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
    expect(all.filter(({ stdout }) => stdout.includes("started in"))).toHaveLength(1);
    expect(all.filter(({ stdout }) => stdout.includes(`already runs (pid ${box.pid()})`))).toHaveLength(4);
  });

  it("creates a missing configuration from the template and says so", async () => {
    const box = await sandbox(undefined);
    const started = await box.ccmctl(["start", "--port", String(box.port)]);
    expect(started).toMatchObject({ code: 0, stderr: "" });
    expect(started.stdout).toContain(`Created ${box.configPath} from the template`);
    expect(statSync(box.configPath).mode & 0o777).toBe(0o600);
    expect(started.stdout).toContain("ccm-quickstart");
  });

  it("names who has the port, and touches nothing", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    const stranger = createServer((_, response) => response.end("hello"));
    await new Promise<void>((resolve) => stranger.listen(box.port, "127.0.0.1", resolve));
    afterwards(() => stranger.close());
    const started = await box.ccmctl(["start"]);
    expect(started.code).toBe(1);
    expect(started.stderr).toContain(`port ${box.port} is taken by pid ${process.pid}: `);
    expect(started.stderr).toContain(`--port ${box.port + 1}`);
    expect(existsSync(join(box.state, "ccm.pid"))).toBe(false);
    const status = await box.ccmctl(["status"]);
    expect(status.code).toBe(3);
    expect(status.stdout).toContain(`taken by pid ${process.pid}`);
  });

  it("shows every fault of a broken configuration with its line", async () => {
    const box = await sandbox(`${oneProvider(NOWHERE)}\n[router.websearch]\nmodle = "x"\nmodel = "absent"\n`);
    const started = await box.ccmctl(["start"]);
    expect(started.code).toBe(1);
    expect(started.stderr).toMatch(/ccm-config\.toml:\d+: router\.websearch/);
    expect(started.stderr).toContain("absent");
    expect(box.pid()).toBeUndefined();
  });

  it("takes another port and configuration, before or behind the verb, and restart keeps them", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    const other = join(box.dir, "other.toml");
    writeFileSync(other, oneProvider(NOWHERE).replace("PORT", "1"));
    expect((await box.ccmctl(["--config", other, "start", "--port", String(box.port)])).code).toBe(0);
    expect((await isUp(box.port))?.config?.path).toBe(other);
    const restarted = await box.ccmctl(["restart"]);
    expect(restarted).toMatchObject({ code: 0, stderr: "" });
    const health = await isUp(box.port);
    expect(health?.config?.path).toBe(other);
    expect(health?.pid).toBe(box.pid());
  });

  it("finds a port by itself where the configuration says 0", async () => {
    const box = await sandbox(oneProvider(NOWHERE).replace("PORT", "0"));
    const started = await box.ccmctl(["start"]);
    const port = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(started.stdout)?.[1]);
    expect((await isUp(port))?.pid).toBe(box.pid());
    expect((await box.ccmctl(["status"])).code).toBe(0);
  });

  it("stays in the foreground when asked, and ends with its signal", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    const child = box.spawn(["start", "--foreground"]);
    const done = finished(child);
    await expect.poll(() => isUp(box.port), PATIENT).toBeTruthy();
    expect((await box.ccmctl(["status"])).code).toBe(0);
    child.kill("SIGTERM");
    expect(await done).toMatchObject({ code: 0, stdout: expect.stringContaining("listening on") });
    expect(box.pid()).toBeUndefined();
    expect(await isUp(box.port)).toBeUndefined();
  });
});

describe("status", () => {
  it("has an exit code for each state: 0 running, 3 stopped, 4 unhealthy", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    expect((await box.ccmctl(["status"])).code).toBe(3);
    await box.ccmctl(["start"]);
    const running = await box.ccmctl(["status"]);
    expect(running.code).toBe(0);
    for (const words of [`pid ${box.pid()}`, `http://127.0.0.1:${box.port}`, box.configPath, "(valid)", "only"]) {
      expect(running.stdout).toContain(words);
    }
    process.kill(box.pid() as number, "SIGSTOP");
    const hung = await box.ccmctl(["status", "--json"]);
    expect(hung.code).toBe(4);
    expect(JSON.parse(hung.stdout)).toMatchObject({ state: "unhealthy", pid: box.pid() });
    process.kill(box.pid() as number, "SIGCONT");
    expect((await box.ccmctl(["status"])).code).toBe(0);
  });

  it("answers as JSON", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    expect(JSON.parse((await box.ccmctl(["status", "--json"])).stdout)).toMatchObject({ state: "stopped" });
    await box.ccmctl(["start"]);
    expect(JSON.parse((await box.ccmctl(["status", "--json"])).stdout)).toMatchObject({
      state: "running",
      pid: box.pid(),
      url: `http://127.0.0.1:${box.port}`,
      config: { path: box.configPath, valid: true, faults: [] },
      providers: [{ name: "only", type: "anthropic", state: "ok" }],
    });
  });

  it("works, as stop does, while the configuration is broken", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    await box.ccmctl(["start"]);
    writeFileSync(box.configPath, "[[[");
    const status = await box.ccmctl(["status"]);
    expect(status.code).toBe(0);
    expect(status.stdout).toContain("1 fault");
    expect((await box.ccmctl(["restart"])).code).toBe(1);
    expect(await isUp(box.port)).toBeTruthy();
    expect((await box.ccmctl(["stop"])).code).toBe(0);
    expect(await isUp(box.port)).toBeUndefined();
  });

  it("finds the server again after its state directory was deleted", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    await box.ccmctl(["start"]);
    const pid = box.pid();
    rmSync(box.state, { recursive: true });
    expect((await box.ccmctl(["status"])).code).toBe(0);
    expect((await box.ccmctl(["start"])).stdout).toContain(`already runs (pid ${pid})`);
    expect(box.pid()).toBe(pid);
    rmSync(box.state, { recursive: true });
    expect((await box.ccmctl(["stop"])).stdout).toContain(`Stopped (pid ${pid})`);
    expect(await isUp(box.port)).toBeUndefined();
  });

  it("starts for a user who has no home directory", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    const homeless = { env: { HOME: join(box.dir, "nowhere"), CCM_HOME: box.state } };
    expect(await box.ccmctl(["start"], homeless)).toMatchObject({ code: 0 });
    expect(await isUp(box.port)).toBeTruthy();
    expect((await box.ccmctl(["stop"], homeless)).code).toBe(0);
  });

  it("does not take the server of another state directory for its own", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    await box.ccmctl(["start"]);
    const elsewhere = { env: { CCM_HOME: join(box.dir, "elsewhere") } };
    expect((await box.ccmctl(["status"], elsewhere)).code).toBe(3);
    expect((await box.ccmctl(["stop", "--now"], elsewhere)).stdout).toContain("not running");
    expect((await box.ccmctl(["start"], elsewhere)).stderr).toContain("taken by another claude-code-mux server");
    expect((await box.ccmctl(["status"])).code).toBe(0);
  });
});

describe("a pid file that outlived its server", () => {
  it("never leads to a stranger with the same pid", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    await box.ccmctl(["start"]);
    const record = JSON.parse(readFileSync(join(box.state, "ccm.pid"), "utf8"));
    await box.ccmctl(["stop"]);
    const stranger = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    afterwards(() => stranger.kill("SIGKILL"));
    writeFileSync(join(box.state, "ccm.pid"), JSON.stringify({ ...record, pid: stranger.pid }));

    expect((await box.ccmctl(["status"])).code).toBe(3);
    expect(await box.ccmctl(["stop", "--now"])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("not running"),
    });
    expect(box.pid()).toBeUndefined();
    writeFileSync(join(box.state, "ccm.pid"), JSON.stringify({ ...record, pid: stranger.pid }));
    expect((await box.ccmctl(["start"])).code).toBe(0);
    expect(box.pid()).not.toBe(stranger.pid);
    expect(stranger.exitCode).toBeNull();
    expect(identify(stranger.pid as number)).toBeDefined();
  });

  it("is cleaned up after a crash, and the next start works", async () => {
    const box = await sandbox(oneProvider(NOWHERE));
    await box.ccmctl(["start", "--no-supervise"]);
    process.kill(box.pid() as number, "SIGKILL");
    await expect.poll(() => isUp(box.port), PATIENT).toBeUndefined();
    expect((await box.ccmctl(["status"])).code).toBe(3);
    expect((await box.ccmctl(["start"])).code).toBe(0);
  });
});
