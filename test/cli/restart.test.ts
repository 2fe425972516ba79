import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { identify } from "../../lib/daemon/process-identity.ts";
import { startUpstream } from "../support/upstream.ts";
import { isUp, NOWHERE, oneProvider, PATIENT, type Sandbox, sandboxes } from "./sandbox.ts";

const { sandbox, afterwards } = sandboxes();

describe("open answers", () => {
  it("finish on the old process while the new one serves", async () => {
    const { box, finish, answer } = await streamingBox();
    const old = box.pid();
    const restarted = await box.ccmctl(["restart"]);
    expect(restarted).toMatchObject({ code: 0, stderr: "" });
    expect(box.pid()).not.toBe(old);
    expect((await isUp(box.port))?.pid).toBe(box.pid());
    expect(identify(old as number)).toBeDefined();
    finish();
    expect(await answer.whole).toContain("message_stop");
    await expect.poll(() => identify(old as number), PATIENT).toBeUndefined();
  });

  it("of a process that was replaced are cut by stop --now as well", async () => {
    const { box, answer } = await streamingBox();
    const old = box.pid() as number;
    await box.ccmctl(["restart"]);
    await box.ccmctl(["restart"]);
    expect(identify(old)).toBeDefined();
    await box.ccmctl(["stop", "--now"]);
    expect(identify(old)).toBeUndefined();
    expect(await answer.whole).not.toContain("message_stop");
  });

  it("finish before stop ends the server", async () => {
    const { box, finish, answer } = await streamingBox();
    const pid = box.pid() as number;
    const stopping = box.ccmctl(["stop"]);
    await expect.poll(() => isUp(box.port), PATIENT).toBeUndefined();
    expect(identify(pid)).toBeDefined();
    finish();
    expect(await answer.whole).toContain("message_stop");
    expect(await stopping).toMatchObject({ code: 0, stdout: expect.stringContaining(`Stopped (pid ${pid})`) });
    expect(identify(pid)).toBeUndefined();
  });

  it("are cut by stop --now, and at the end of the grace", async () => {
    for (const [args, env] of [
      [["stop", "--now"], {}],
      [["stop"], { CCM_GRACE_MS: "300" }],
    ] as const) {
      const { box, answer } = await streamingBox(env);
      const stopped = await box.ccmctl(args, { env });
      expect(stopped.code).toBe(0);
      expect(box.pid()).toBeUndefined();
      expect(await answer.whole).not.toContain("message_stop");
      expect(await isUp(box.port)).toBeUndefined();
    }
  });
});

it("restarts ten times in a row", async () => {
  const box = await sandbox(oneProvider(NOWHERE));
  const pids = new Set<number | undefined>();
  for (let round = 0; round < 10; round++) {
    expect(await box.ccmctl(["restart"])).toMatchObject({ code: 0, stderr: "" });
    pids.add(box.pid());
  }
  expect(pids.size).toBe(10);
  expect((await isUp(box.port))?.pid).toBe(box.pid());
});

/** A server with one answer under way; its provider waits for `finish` before it says the rest. */
async function streamingBox(env: Record<string, string> = {}) {
  let finish: () => void = () => undefined;
  const finishing = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const upstream = await startUpstream(async (_request, reply) => {
    await reply.sse(BEGINNING, { named: true, after: "hang" });
    await finishing;
    if (!reply.response.destroyed) await reply.sse(END, { named: true });
  });
  afterwards(() => upstream.close());
  afterwards(finish);
  const box = await sandbox(oneProvider(upstream.url));
  expect((await box.ccmctl(["start"], { env })).code).toBe(0);
  return { box, finish, answer: await beginAnswer(box) };
}

/** Resolves when the first words are there; what it resolves with is the whole answer, once that is over. */
function beginAnswer({ port }: Sandbox): Promise<{ whole: Promise<string> }> {
  const body = JSON.stringify({
    model: "claude-sonnet-4-20250514",
    max_tokens: 100,
    stream: true,
    messages: [{ role: "user", content: "Hello" }],
  });
  return new Promise((begun, reject) => {
    const asking = request({ port, host: "127.0.0.1", path: "/v1/messages", method: "POST", agent: false });
    asking.setHeader("content-type", "application/json");
    asking.once("error", reject);
    asking.once("response", (response) => {
      let text = "";
      const whole = new Promise<string>((over) => response.once("close", () => over(text)));
      response.on("error", () => undefined); // being cut is what some tests want
      response.on("data", (part: Buffer) => {
        text += part.toString();
        if (text.includes("text_delta")) begun({ whole });
      });
    });
    asking.end(body);
  });
}

const BEGINNING = [
  {
    type: "message_start",
    message: {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "claude-sonnet-4-20250514",
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 1, output_tokens: 1 },
    },
  },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hello" } },
].map((event) => JSON.stringify(event));

const END = [
  { type: "content_block_stop", index: 0 },
  { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 2 } },
  { type: "message_stop" },
].map((event) => JSON.stringify(event));
