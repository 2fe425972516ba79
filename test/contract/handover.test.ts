import { spawn } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { freePort } from "../../lib/daemon/port-owner.ts";
import { identify, isRunning, type ProcessIdentity } from "../../lib/daemon/process-identity.ts";
import {
  finished,
  isUp,
  keeperOf,
  oneProvider,
  PATIENT,
  PROGRAM_ROOT,
  processesOf,
  type Sandbox,
  sandboxes,
} from "../cli/sandbox.ts";
import { startUpstream } from "../support/upstream.ts";
import { MODEL, textAnswer, textEvents } from "./house.ts";

const { sandbox, afterwards } = sandboxes();
const VERSION = (JSON.parse(readFileSync(join(PROGRAM_ROOT, "package.json"), "utf8")) as { version: string }).version;
/** That have begun when the first restart comes, and end behind the last one. */
const STREAMS = 50;
/** That flow all the time, each followed by the next. */
const FLOWING = 8;
const WORDS = "one two three four";

describe("under load, no stream is cut and no request refused", () => {
  it("by restarts, by an upgrade to another program, nor by a return to the one before", async () => {
    const { box, finish } = await busyBox();
    const first = box.pid() as number;
    const streams = await Promise.all(Array.from({ length: STREAMS }, () => beginStream(box)));
    const traffic = startTraffic(box);

    const newer = copyOfProgram(box, "a newer version", "99.0.0");
    for (const root of [PROGRAM_ROOT, PROGRAM_ROOT, newer, PROGRAM_ROOT]) {
      const done = await run(root, box, ["restart"]);
      expect(done).toMatchObject({ code: 0, stderr: "" });
      expect(done.stdout).not.toContain("refused");
      expect(commandOf(box)).toContain(join(root, "dist", "server.js"));
      expect(await isUp(box.port)).toMatchObject({ pid: box.pid(), version: root === newer ? "99.0.0" : VERSION });
    }

    expect(identify(first)).toBeDefined(); // it finishes its streams
    const { answered, streamed, failures } = await traffic.stop();
    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(20);
    expect(streamed).toBeGreaterThan(FLOWING);
    finish();
    for (const whole of await Promise.all(streams.map(({ whole }) => whole))) expect(whole).toContain("message_stop");
    await expect.poll(() => processesOf(box).length, PATIENT).toBe(2); // the last server and its keeper
  });
});

describe("a successor that does not start", () => {
  it.each([
    ["dies", "process.exit(1)", "ended while it started"],
    ["cannot use the configuration", "console.error('of no use'); process.exit(2)", "configuration has faults"],
  ])("because it %s leaves the old server as it was", async (_, code, words) => {
    const { box, finish } = await busyBox();
    const stream = await beginStream(box);
    const [pid, keeper] = [box.pid(), keeperOf(box)];
    const broken = copyOfProgram(box, "broken");
    writeFileSync(join(broken, "dist", "server.js"), code);
    const done = await run(broken, box, ["restart"]);
    expect(done).toMatchObject({ code: 1, stderr: expect.stringContaining(words) });
    expect([box.pid(), keeperOf(box)]).toEqual([pid, keeper]);
    expect((await isUp(box.port))?.pid).toBe(pid);
    expect(await box.ccmctl(["restart"])).toMatchObject({ code: 0, stderr: "" });
    finish();
    expect(await stream.whole).toContain("message_stop");
  });
});

describe("whatever is killed in between", () => {
  it.each([0, 40, 80, 120, 160, 240])("one server is left when the command dies after %d ms", async (delay) => {
    const { box } = await busyBox();
    const command = box.spawn(["restart"]);
    const done = finished(command);
    await new Promise((resolve) => setTimeout(resolve, delay));
    command.kill("SIGKILL");
    await done;
    await expect.poll(() => processesOf(box).length, PATIENT).toBe(2);
    const health = await isUp(box.port);
    const status = JSON.parse((await box.ccmctl(["status", "--json"])).stdout);
    expect(status).toMatchObject({ state: "running", pid: health?.pid, supervised: true });
    expect(await box.ccmctl(["restart"])).toMatchObject({ code: 0, stderr: "" });
    expect((await box.ccmctl(["stop"])).code).toBe(0);
    expect(processesOf(box)).toEqual([]);
  });

  it("a server that has been replaced may die without coming back", async () => {
    const { box, finish } = await busyBox();
    const stream = await beginStream(box);
    const [pid, keeper] = [box.pid() as number, keeperOf(box) as ProcessIdentity];
    await box.ccmctl(["restart"]);
    process.kill(pid, "SIGKILL");
    await expect.poll(() => isRunning(keeper), PATIENT).toBe(false);
    expect(await stream.whole).not.toContain("message_stop");
    expect((await isUp(box.port))?.pid).toBe(box.pid());
    expect(processesOf(box)).toHaveLength(2);
    finish();
  });
});

describe("a restart", () => {
  it("moves to another port while the old one finishes", async () => {
    const { box, finish } = await busyBox();
    const stream = await beginStream(box);
    const other = await freePort(0);
    expect(await box.ccmctl(["restart", "--port", String(other)])).toMatchObject({ code: 0, stderr: "" });
    expect((await isUp(other))?.pid).toBe(box.pid());
    await expect.poll(() => isUp(box.port), PATIENT).toBeUndefined();
    finish();
    expect(await stream.whole).toContain("message_stop");
  });

  it("gives the new server the variables of the shell that asks, and nothing of it touches the disk", async () => {
    const { box } = await busyBox();
    await box.ccmctl(["restart"], { env: { CCM_TEST_CANARY: "canary-of-the-new-shell" } });
    expect(readFileSync(`/proc/${box.pid()}/environ`, "latin1")).toContain("canary-of-the-new-shell");
    for (const name of readdirSync(box.state).filter((name) => !name.endsWith(".sock"))) {
      const path = join(box.state, name);
      if (!existsSync(path) || name === "journal") continue;
      expect(readFileSync(path, "latin1")).not.toContain("canary");
    }
  });

  it("carries open circuits over", async () => {
    const { box, upstream } = await busyBox();
    upstream.handle((_, reply) => reply.json({ type: "error", error: { type: "x", message: "x" } }, { status: 529 }));
    for (let i = 0; i < 4; i++) await ask(box, {});
    expect((await isUp(box.port))?.providers).toMatchObject([{ state: "cooling" }]);
    await box.ccmctl(["restart"]);
    expect((await isUp(box.port))?.providers).toMatchObject([{ state: "cooling" }]);
  });
});

/** A server whose provider streams half an answer, and the rest once `finish` was called; whole answers come at once. */
async function busyBox() {
  let finish: () => void = () => undefined;
  const finishing = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const events = textEvents(WORDS);
  const upstream = await startUpstream(async (received, reply) => {
    const { stream, metadata } = received.json<{ stream?: boolean; metadata?: object }>();
    if (stream !== true) return reply.json(textAnswer("at once"));
    if (metadata) return reply.sse(events, { named: true, slice: 60, pauseMs: 20 });
    await reply.sse(events.slice(0, 4), { named: true, after: "hang" });
    await finishing;
    if (!reply.response.destroyed) await reply.sse(events.slice(4), { named: true });
  });
  afterwards(() => upstream.close());
  afterwards(finish);
  const box = await sandbox(`${oneProvider(upstream.url)}\n[retry]\nmax_attempts = 1\n`);
  expect(await box.ccmctl(["start"])).toMatchObject({ code: 0, stderr: "" });
  return { box, upstream, finish };
}

/** A whole installation in another place. @param version what it says that it is */
function copyOfProgram(box: Sandbox, name: string, version = VERSION): string {
  const root = join(box.dir, name);
  for (const part of ["dist", "bin", "package.json"])
    cpSync(join(PROGRAM_ROOT, part), join(root, part), { recursive: true });
  const programs = readdirSync(join(root, "dist"), { recursive: true, encoding: "utf8" });
  for (const file of programs.filter((name) => name.endsWith(".js"))) {
    const path = join(root, "dist", file);
    writeFileSync(path, readFileSync(path, "utf8").replaceAll(`"${VERSION}"`, `"${version}"`));
  }
  symlinkSync(join(PROGRAM_ROOT, "templates"), join(root, "templates"));
  return root;
}

function run(root: string, box: Sandbox, args: string[]) {
  const child = spawn(process.execPath, [join(root, "dist", "ccmctl.js"), ...args], { env: box.env, stdio: "pipe" });
  return finished(child, "");
}

function commandOf(box: Sandbox): string[] {
  return readFileSync(`/proc/${box.pid()}/cmdline`, "utf8").split("\0");
}

interface Asked {
  status: number | undefined;
  text: string;
}

function ask(
  { port }: Sandbox,
  { agent, stream = false, flowing = false }: { agent?: Agent; stream?: boolean; flowing?: boolean },
  onText?: (text: string) => void,
) {
  const messages = [{ role: "user", content: "Hi" }];
  const metadata = flowing && { metadata: { user_id: "flowing" } };
  const body = JSON.stringify({ model: MODEL, max_tokens: 50, stream, messages, ...metadata });
  return new Promise<Asked>((resolve, reject) => {
    const asking = request({ port, host: "127.0.0.1", path: "/v1/messages", method: "POST", agent: agent ?? false });
    asking.setHeader("content-type", "application/json");
    asking.once("error", reject);
    asking.once("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        onText?.(text);
      });
      response.on("error", () => undefined); // a cut answer is told by its text
      response.once("close", () => resolve({ status: response.statusCode, text }));
    });
    asking.end(body);
  });
}

/** Resolves when the first words are there; `whole` with all of them, when it is over. */
function beginStream(box: Sandbox): Promise<{ whole: Promise<string> }> {
  return new Promise((begun, reject) => {
    const whole = ask(box, { stream: true }, (text) => {
      if (text.includes("text_delta")) begun({ whole });
    }).then(({ text }) => text);
    whole.catch(reject);
  });
}

/** Asks one request after the other until it is stopped, streams too, on fresh connections and on ones that are kept alive. */
function startTraffic(box: Sandbox) {
  const agent = new Agent({ keepAlive: true });
  let stopped = false;
  let answered = 0;
  let streamed = 0;
  const failures: string[] = [];
  const client = async (options: { agent?: Agent }) => {
    while (!stopped) {
      const { status, text } = await ask(box, options).catch((error: Error) => ({ status: 0, text: error.message }));
      if (status === 200 && text.includes("at once")) answered++;
      else failures.push(`${options.agent ? "kept alive" : "fresh"}: ${status} ${text}`);
    }
  };
  const reader = async (options: { agent?: Agent }) => {
    while (!stopped) {
      const asked = ask(box, { ...options, stream: true, flowing: true });
      const { status, text } = await asked.catch((error: Error) => ({ status: 0, text: error.message }));
      if (status === 200 && wordsOf(text) === WORDS && text.endsWith(MESSAGE_STOP)) streamed++;
      else failures.push(`a stream: ${status} ${text}`);
    }
  };
  const readers = Array.from({ length: FLOWING }, (_, at) => reader(at % 2 === 0 ? {} : { agent }));
  const clients = [...readers, client({}), client({}), client({ agent }), client({ agent })];
  return {
    async stop() {
      stopped = true;
      await Promise.all(clients);
      agent.destroy();
      return { answered, streamed, failures };
    },
  };
}

const MESSAGE_STOP = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';

function wordsOf(stream: string): string {
  return [...stream.matchAll(/"text_delta","text":"([^"]*)"/g)].map(([, word]) => word).join("");
}
