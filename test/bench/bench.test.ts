import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const BENCH = join(import.meta.dirname, "../../bench");
const hasCompiler = ["cc", "make"].every((tool) => !spawnSync(tool, ["--version"]).error);
if (!hasCompiler) console.log("skipped: the bench's own tools need cc and make (Debian: apt-get install gcc make)");

interface LoadResult {
  answers: number;
  failed: number;
  aborted: number;
  events: number;
  failure: string | null;
  latency_us: { n: number } | null;
  first_event_us: { n: number } | null;
  delay_us: { n: number; min: number } | null;
}

describe.skipIf(!hasCompiler)("the bench's tools", () => {
  const dir = mkdtempSync(join(tmpdir(), "ccm-bench-test-"));
  const body = join(dir, "body.json");
  let stub: ChildProcess;
  let port: number;

  beforeAll(async () => {
    spawnSync("make", ["-s", "-C", BENCH], { stdio: "inherit" });
    writeFileSync(body, JSON.stringify({ model: "any", messages: [], stream: true }));
    stub = spawn(join(BENCH, "build/stub"), ["0"], { stdio: ["ignore", "pipe", "inherit"] });
    if (!stub.stdout) throw new Error("the stub has no output");
    const [line] = await once(createInterface(stub.stdout), "line");
    port = Number(/^listening (\d+)$/.exec(line)?.[1]);
  });

  afterAll(() => {
    stub?.kill();
    rmSync(dir, { recursive: true, force: true });
  });

  const answers = async (how: string) => (await fetch(`http://127.0.0.1:${port}/bench/${how}`)).json();

  async function load(...args: string[]): Promise<LoadResult> {
    const { stdout } = await run(join(BENCH, "build/load"), ["--port", String(port), "--body", body, ...args]);
    return JSON.parse(stdout);
  }

  async function post(path: string): Promise<Response> {
    return fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", body: readFileSync(body) });
  }

  it.each([
    ["/v1/messages", "message_stop"],
    ["/v1/chat/completions", "[DONE]"],
    ["/v1/responses", "response.completed"],
    ["/v1beta/models/any:streamGenerateContent?alt=sse", '"finishReason":"STOP"'],
  ])("stream whole answers of every protocol: %s", async (path, end) => {
    await answers("burst/4");
    const text = await (await post(path)).text();
    expect(text.match(/@\d{19}@/g)).toHaveLength(4);
    expect(text).toContain(end);
    expect(text.endsWith("\n\n")).toBe(true);
    for (const [, data] of text.matchAll(/^data: (\{.*)$/gm)) expect(() => JSON.parse(data ?? "")).not.toThrow();
  });

  it.each(["/v1/messages", "/v1/chat/completions", "/v1/responses", "/v1beta/models/any:generateContent"])(
    "answer in JSON: %s",
    async (path) => {
      await answers("json");
      expect(await (await post(path)).json()).toBeTypeOf("object");
    },
  );

  it("count each answer and event once, over several connections", async () => {
    await answers("paced/3/1000");
    const result = await load("--requests", "8", "--connections", "4", "--events", "3");
    expect(result).toMatchObject({ answers: 8, failed: 0, events: 24, failure: null });
    expect(result.first_event_us?.n).toBe(8);
    expect(result.delay_us?.n).toBe(16);
    expect(result.delay_us?.min).toBeGreaterThan(0);
  });

  it("leave the warm-up out", async () => {
    await answers("json");
    expect(await load("--requests", "5", "--warmup", "3")).toMatchObject({ answers: 5, latency_us: { n: 5 } });
  });

  it("tell a stream that is too short, and an error status, from an answer", async () => {
    await answers("burst/2");
    const short = await load("--requests", "1", "--events", "3");
    expect(short).toMatchObject({ failed: 1, latency_us: null });
    expect(short.failure).toContain("lacks events");
    const refused = await load("--requests", "1", "--path", "/nowhere");
    expect(refused).toMatchObject({ failed: 1 });
    expect(refused.failure).toContain("status 404");
  });

  it("see a client that hangs up as a cut stream", async () => {
    await answers("paced/1000/1000");
    const { cut } = (await answers("stats")) as { cut: number };
    const result = await load("--requests", "2", "--abort-after", "2");
    expect(result).toMatchObject({ aborted: 2, failed: 0 });
    await expect.poll(async () => ((await answers("stats")) as { cut: number }).cut).toBe(cut + 2);
  });

  it("decide by the body between JSON and a stream where told to", async () => {
    await answers("auto/2/1000");
    expect((await post("/v1/messages")).headers.get("content-type")).toContain("text/event-stream");
    writeFileSync(body, JSON.stringify({ model: "any", messages: [], stream: false }));
    expect((await post("/v1/messages")).headers.get("content-type")).toBe("application/json");
  });

  it("run as a whole, from the table to the file of results", async () => {
    const { stdout } = await run(process.execPath, [join(BENCH, "run.mjs"), "--smoke", "--no-own"]);
    expect(stdout).toContain("Requests per second");
    const file = /All values: (.+)/.exec(stdout)?.[1];
    if (!file) throw new Error(stdout);
    const results = JSON.parse(readFileSync(file, "utf8"));
    expect(results.tables.map((table: { id: string }) => table.id)).toContain("json.p50");
    rmSync(file);
  }, 60_000);
});

it("the bench says plainly what is wrong with its arguments", async () => {
  const failed = await run(process.execPath, [join(BENCH, "run.mjs"), "--suites", "json,nothing"]).catch((e) => e);
  expect(failed.stderr).toContain("--suites: nothing unknown; there are json, sse");
});
