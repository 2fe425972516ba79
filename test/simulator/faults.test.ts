import { request } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { FAULTS, type FaultName } from "../../lib/simulator/faults.ts";
import { type Simulator, startSimulator } from "../../lib/simulator/server.ts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ host: "127.0.0.1", silenceMs: 50 });
});
afterEach(() => simulator.setFault("claude", undefined));
afterAll(() => simulator.close());

const TOOL = { name: "Bash", input_schema: { type: "object", properties: {} } };
const FUNCTION = { type: "function", function: { name: "Bash", parameters: {} } };
const PROMPT = "write 40 words";

/** One request for each protocol, with a tool on offer. */
const WIRES = {
  anthropic: {
    path: "/v1/messages",
    body: { model: "m", max_tokens: 500, messages: [{ role: "user", content: PROMPT }], tools: [TOOL], stream: true },
    content: "text_delta",
    callStarts: "input_json_delta",
    ends: "message_stop",
  },
  "openai-chat": {
    path: "/v1/chat/completions",
    body: { model: "m", messages: [{ role: "user", content: PROMPT }], tools: [FUNCTION], stream: true },
    content: '"content":"These',
    callStarts: '"tool_calls":',
    ends: "[DONE]",
  },
  "openai-responses": {
    path: "/v1/responses",
    body: { model: "m", input: PROMPT, tools: [{ type: "function", name: "Bash", parameters: {} }], stream: true },
    content: "response.output_text.delta",
    callStarts: "response.function_call_arguments.delta",
    ends: "response.completed",
  },
  gemini: {
    path: "/v1beta/models/m:streamGenerateContent?alt=sse",
    body: {
      contents: [{ role: "user", parts: [{ text: PROMPT }] }],
      tools: [{ functionDeclarations: [{ name: "Bash" }] }],
    },
    content: '"text":"These',
    callStarts: '"functionCall"',
    ends: '"finishReason"',
  },
} as const;

interface Seen {
  status?: number;
  type?: string;
  text: string;
  broken: boolean;
}

function ask(path: string, body: unknown): Promise<Seen> {
  return new Promise((resolve) => {
    const seen: Seen = { text: "", broken: false };
    const broken = () => resolve({ ...seen, broken: true });
    const outgoing = request(`${simulator.url}${path}`, { method: "POST", agent: false }, (incoming) => {
      if (incoming.statusCode !== undefined) seen.status = incoming.statusCode;
      seen.type = incoming.headers["content-type"] ?? "";
      incoming.on("data", (chunk: Buffer) => {
        seen.text += chunk.toString();
      });
      incoming.on("error", broken);
      incoming.on("end", () => resolve(seen));
    });
    outgoing.on("error", broken);
    outgoing.end(JSON.stringify(body));
  });
}

describe.each(Object.entries(WIRES))("on %s", (_name, wire) => {
  const play = (fault: FaultName): Promise<Seen> => ask(`/fault/${fault}${wire.path}`, wire.body);

  test("down: the connection breaks without a byte", async () => {
    expect(await play("down")).toEqual({ text: "", broken: true });
  });

  test("statuses come with the protocol's own error envelope", async () => {
    for (const fault of ["429", "529", "500", "auth"] as const) {
      const seen = await play(fault);
      expect(seen).toMatchObject({ status: FAULTS[fault].status, broken: false });
      expect(JSON.parse(seen.text)).toMatchObject({ error: { message: FAULTS[fault].message } });
    }
  });

  test("slow: an answer after the silence", async () => {
    expect((await play("slow")).text).toContain(wire.ends);
  });

  test("garbage: a page instead of a stream", async () => {
    const seen = await play("garbage");
    expect(seen).toMatchObject({ status: 200, type: "text/html", broken: false });
    expect(seen.text).toContain("<html>");
  });

  test("error-event-first: status 200, then an error and a proper end", async () => {
    const seen = await play("error-event-first");
    expect(seen).toMatchObject({ status: 200, broken: false });
    expect(seen.text).toContain('"error"');
    expect(seen.text).not.toContain(wire.content);
  });

  test("empty: a proper stream without content", async () => {
    const seen = await play("empty");
    expect(seen).toMatchObject({ status: 200, broken: false });
    expect(seen.text).toContain(wire.ends);
    expect(seen.text).not.toContain(wire.content);
  });

  test("the three cuts break the connection where they say", async () => {
    const before = await play("cut-before-content");
    expect(before).toMatchObject({ status: 200, broken: true });
    expect(before.text).not.toContain(wire.content);
    const inText = await play("cut-in-text");
    expect(inText.broken).toBe(true);
    expect(inText.text).toContain(wire.content);
    expect(inText.text).not.toContain(wire.ends);
    const inTool = await play("cut-in-tool");
    expect(inTool.broken).toBe(true);
    expect(inTool.text).toContain(wire.callStarts);
    expect(inTool.text).not.toContain(wire.ends);
  });

  test("a request that does not stream breaks off inside its document", async () => {
    const path = `/fault/cut-in-text${wire.path.replace("streamGenerateContent?alt=sse", "generateContent")}`;
    const seen = await ask(path, { ...wire.body, stream: false });
    expect(seen).toMatchObject({ status: 200, broken: true });
    expect(seen.text.length).toBeGreaterThan(0);
    expect(() => JSON.parse(seen.text)).toThrow(SyntaxError);
  });
});

describe("a named provider", () => {
  const { path, body, ends } = WIRES.anthropic;

  test("fails from the moment it is told to until it is told not to", async () => {
    expect((await ask(`/claude${path}`, body)).text).toContain(ends);
    simulator.setFault("claude", "529");
    expect((await ask(`/claude${path}`, body)).status).toBe(529);
    expect((await ask(`/other${path}`, body)).status).toBe(200);
    simulator.setFault("claude", undefined);
    expect((await ask(`/claude${path}`, body)).text).toContain(ends);
    expect(simulator.requests.slice(-4).map((request) => [request.provider, request.fault])).toEqual([
      ["claude", undefined],
      ["claude", "529"],
      ["other", undefined],
      ["claude", undefined],
    ]);
  });

  test("fails for token counts and lists of models as well", async () => {
    simulator.setFault("claude", "auth");
    expect((await ask("/claude/v1/messages/count_tokens", body)).status).toBe(401);
    expect((await ask("/claude/v1/models", {})).status).toBe(401);
  });
});

test("a scripted simulator says what it is told, and something plausible otherwise", async () => {
  const scripted = await startSimulator({
    host: "127.0.0.1",
    respond: ({ userText }) =>
      userText === "first" ? { parts: [{ type: "text", text: "scripted" }], fault: "500" } : undefined,
  });
  const say = async (content: string): Promise<Response> =>
    fetch(`${scripted.url}/x/v1/messages`, {
      method: "POST",
      body: JSON.stringify({ model: "m", max_tokens: 100, messages: [{ role: "user", content }] }),
    });
  expect((await say("first")).status).toBe(500);
  expect(await (await say("second")).text()).toContain("simulated provider");
  await scripted.close();
});

test("a client that goes away is noticed", async () => {
  const slow = await startSimulator({ host: "127.0.0.1", pace: { firstMs: 60_000, wordMs: 0 } });
  const outgoing = request(`${slow.url}/x/v1/messages`, { method: "POST", agent: false });
  outgoing.on("error", () => undefined);
  outgoing.end(JSON.stringify(WIRES.anthropic.body));
  await expect.poll(() => slow.requests.length).toBe(1);
  outgoing.destroy();
  await expect.poll(() => slow.requests[0]?.aborted).toBe(true);
  await slow.close();
});
