/** The official openai SDK, with all that it does for its users, onto each of the wires. */
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Simulator, startSimulator } from "../../lib/simulator/server.ts";
import type { Ask, Reply } from "../../lib/simulator/wire.ts";
import { type Mux, startMux } from "../support/mux.ts";

/** A model of each wire; its provider is called as the wire is. */
const WIRES = {
  anthropic: { type: "anthropic", model: "claude-opus-4-8", path: "" },
  "openai-chat": { type: "openai", model: "gpt-4o", path: "/v1" },
  "openai-responses": { type: "openai", model: "gpt-5.2", path: "/v1" },
  gemini: { type: "gemini", model: "gemini-3.8-flash", path: "/v1beta" },
} as const;

let simulator: Simulator;
let mux: Mux;
let openai: OpenAI;
/** What the model does; each test has its own. */
let respond: (ask: Ask) => Reply | undefined;

beforeAll(async () => {
  simulator = await startSimulator({ host: "127.0.0.1", respond: (ask) => respond(ask) });
  const entries = Object.entries(WIRES).map(
    ([name, { type, model, path }]) => `[[providers]]
name = "${name}"
type = "${type}"
base_url = "${simulator.url}/${name}${path}"
api_key = "sk-0123456789abcdef"
[[models]]
name = "${name}"
providers = [{ name = "${name}", model = "${model}" }]
`,
  );
  mux = await startMux({ config: entries.join("") });
  openai = new OpenAI({ apiKey: "any", baseURL: `${mux.url}/v1`, maxRetries: 0, logLevel: "off" });
});
afterAll(async () => {
  await mux.close();
  await simulator.close();
});
beforeEach(() => {
  respond = () => undefined;
});

/** The model was really asked over that wire; its request, as JSON. */
function asked(wire: string): string {
  const request = simulator.requests.at(-1);
  expect(request?.ask?.wire).toBe(wire);
  return JSON.stringify(request?.ask?.body);
}

const says = (text: string): Reply => ({ parts: [{ type: "text", text }] });
const calls = (...paths: string[]): Reply => ({
  parts: [
    { type: "text", text: "I look." },
    ...paths.map((path) => ({ type: "tool" as const, name: "read", input: { path } })),
  ],
});
/** Reads two files at once, and then tells what is in them. */
const reads = ({ toolResults }: Ask): Reply =>
  toolResults.length === 0 ? calls("/one", "/two") : says(`They hold ${toolResults.join(" and ")}.`);

const PATH = {
  type: "object",
  properties: { path: { type: "string" } },
  required: ["path"],
  additionalProperties: false,
};
const HI = [{ role: "user" as const, content: "hi" }];
const PERSON = {
  type: "object",
  properties: { name: { type: "string" } },
  required: ["name"],
  additionalProperties: false,
};

describe.each(Object.keys(WIRES))("onto %s", (wire) => {
  it.each([false, true])("chat.completions.runTools, streamed: %s", async (stream) => {
    respond = reads;
    const ran: string[] = [];
    const read = {
      type: "function" as const,
      function: {
        name: "read",
        description: "Reads a file",
        parameters: PATH,
        parse: JSON.parse as (text: string) => { path: string },
        function: ({ path }: { path: string }) => {
          ran.push(path);
          return `the text of ${path}`;
        },
      },
    };
    const body = { model: wire, messages: HI, tools: [read] };
    const runner = stream
      ? openai.chat.completions.runTools({ ...body, stream: true })
      : openai.chat.completions.runTools(body);
    expect(await runner.finalContent()).toBe("They hold the text of /one and the text of /two.");
    expect(ran).toEqual(["/one", "/two"]);
    expect(runner.messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "tool", "assistant"]);
    asked(wire);
  });

  it("chat.completions.parse reads the answer that follows the schema", async () => {
    respond = () => says('{"name":"Ada"}');
    const completion = await openai.chat.completions.parse({
      model: wire,
      messages: [{ role: "developer", content: "Be exact." }, ...HI],
      response_format: { type: "json_schema", json_schema: { name: "person", schema: PERSON, strict: true } },
    });
    expect(completion.choices[0]?.message.parsed).toEqual({ name: "Ada" });
    expect(asked(wire)).toContain("Be exact.");
  });

  it("chat.completions.stream: events, usage, the reason for its end", async () => {
    respond = () => ({ ...says("a b c"), stop: "length" });
    let text = "";
    const stream = openai.chat.completions
      .stream({ model: wire, messages: HI, max_completion_tokens: 50, stream_options: { include_usage: true } })
      .on("content", (piece) => {
        text += piece;
      });
    const { choices, usage } = await stream.finalChatCompletion();
    expect(text).toBe("a b c");
    expect(choices[0]?.finish_reason).toBe("length");
    expect(usage?.total_tokens).toBe((usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0));
    expect(usage?.completion_tokens).toBeGreaterThan(0);
  });

  it("reasoning is asked for and comes back", async () => {
    respond = () => ({
      parts: [
        { type: "thinking", text: "Well." },
        { type: "text", text: "Yes." },
      ],
    });
    const { choices } = await openai.chat.completions.create({ model: wire, messages: HI, reasoning_effort: "high" });
    expect(choices[0]?.message.content).toBe("Yes.");
    const request = asked(wire);
    // gpt-4o does not reason, and is not asked to.
    if (wire === "openai-chat") return;
    expect(request.toLowerCase()).toContain('"high"');
    expect(choices[0]?.message).toMatchObject({ reasoning_content: "Well." });
  });

  it("images and files: a PDF, a text, a file without its type", async () => {
    await openai.chat.completions.create({
      model: wire,
      messages: [
        {
          role: "user",
          content: [
            { type: "image_url", image_url: { url: "data:image/jpg;base64,SU1BR0U=" } },
            { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,UERGLU9ORQ==" } },
            { type: "file", file: { filename: "b.pdf", file_data: "UERGLVRXTw==" } },
            { type: "file", file: { filename: "c.md", file_data: "data:text/markdown;base64,IyBIZWFkaW5n" } },
          ],
        },
      ],
    });
    const request = asked(wire);
    for (const part of ["SU1BR0U=", "UERGLU9ORQ==", "UERGLVRXTw==", "# Heading", "image/jpeg", "application/pdf"])
      expect(request).toContain(part);
  });

  it("responses.create: instructions, parallel calls, their results, the answer", async () => {
    respond = reads;
    const tools = [{ type: "function" as const, name: "read", description: "Reads", parameters: PATH, strict: true }];
    const common = { model: wire, instructions: "Be brief.", tools, include: ["reasoning.encrypted_content" as const] };
    const first = await openai.responses.create({ ...common, input: HI });
    const called = first.output.filter((item) => item.type === "function_call");
    expect(called.map((call) => call.arguments)).toEqual(['{"path":"/one"}', '{"path":"/two"}']);
    const second = await openai.responses.create({
      ...common,
      input: [
        ...HI,
        ...(first.output as OpenAI.Responses.ResponseInputItem[]),
        ...called.map(({ call_id, arguments: args }) => ({
          type: "function_call_output" as const,
          call_id,
          output: `what ${(JSON.parse(args) as { path: string }).path} says`,
        })),
      ],
    });
    expect(second.output_text).toBe("They hold what /one says and what /two says.");
    expect(asked(wire)).toContain("Be brief.");
  });

  it("responses.parse and responses.stream", async () => {
    respond = () => says('{"name":"Ada"}');
    const text = { format: { type: "json_schema" as const, name: "person", schema: PERSON, strict: true } };
    expect((await openai.responses.parse({ model: wire, input: "hi", text })).output_parsed).toEqual({ name: "Ada" });
    const stream = openai.responses.stream({ model: wire, input: "hi", text });
    let told = "";
    stream.on("response.output_text.delta", ({ delta }) => {
      told += delta;
    });
    const final = await stream.finalResponse();
    expect(told).toBe('{"name":"Ada"}');
    expect(final).toMatchObject({ status: "completed", output_text: told, instructions: null, text });
  });

  it("a client that leaves is not answered any further", async () => {
    simulator.setFault(wire, "slow");
    const before = simulator.requests.length;
    const leave = new AbortController();
    const answer = openai.chat.completions.create(
      { model: wire, messages: HI, stream: true },
      { signal: leave.signal },
    );
    const left = expect(answer).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
    await vi.waitFor(() => expect(simulator.requests.length).toBe(before + 1));
    leave.abort();
    await left;
    await vi.waitFor(() => expect(simulator.requests.at(-1)?.aborted).toBe(true));
    simulator.setFault(wire, undefined);
  });

  it("a request as Codex makes it", async () => {
    respond = ({ toolResults }) =>
      toolResults.length === 1
        ? { parts: [{ type: "tool", name: "apply_patch", input: { input: "*** Begin Patch" } }] }
        : says("Done.");
    const body = {
      ...{ model: wire, instructions: "You are Codex.", stream: true as const, store: false },
      ...{ tool_choice: "auto" as const, parallel_tool_calls: true, prompt_cache_key: "0199" },
      include: ["reasoning.encrypted_content" as const],
      reasoning: { effort: "medium" as const, summary: "auto" as const },
      text: { verbosity: "low" as const },
      client_metadata: { "x-codex-installation-id": "1" },
      tools: [
        { type: "function" as const, name: "exec_command", description: "Runs", strict: false, parameters: PATH },
        {
          type: "custom" as const,
          name: "apply_patch",
          description: "Patches",
          format: { type: "grammar" as const, syntax: "lark" as const, definition: "start: begin" },
        },
      ],
    };
    const message = (role: "developer" | "user", text: string) => ({
      type: "message" as const,
      role,
      content: [{ type: "input_text" as const, text }],
    });
    const input: OpenAI.Responses.ResponseInputItem[] = [
      message("developer", "<permissions>"),
      message("user", "<environment_context>"),
      message("user", "Mend it."),
      { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "of-another-server" },
      { type: "function_call", name: "exec_command", arguments: '{"path":"/"}', call_id: "call_1" },
      { type: "function_call_output", call_id: "call_1", output: "a.ts" },
    ];
    const events: OpenAI.Responses.ResponseStreamEvent[] = [];
    for await (const event of await openai.responses.create({ ...body, input })) events.push(event);
    expect(events[0]?.type).toBe("response.created");
    const last = events.at(-1);
    if (last?.type !== "response.completed") throw new Error(`the stream ends with ${last?.type}`);
    const patch = last.response.output.find((item) => item.type === "custom_tool_call");
    expect(patch).toMatchObject({ name: "apply_patch", input: "*** Begin Patch" });
    const request = asked(wire);
    for (const words of ["You are Codex.", "<permissions>", "Mend it.", "start: begin", "a.ts"])
      expect(request).toContain(words);
    expect(request).not.toContain("of-another-server");
  });
});

describe("tools in groups, as Codex offers them", () => {
  const grouped = [
    {
      type: "namespace" as const,
      name: "functions",
      description: "",
      tools: [
        {
          ...{ type: "custom" as const, name: "exec", description: "Runs JavaScript." },
          format: { type: "grammar" as const, syntax: "lark" as const, definition: "start: source" },
        },
      ],
    },
    {
      type: "namespace" as const,
      name: "clock",
      description: "Tools for waiting on time.",
      tools: [{ type: "function" as const, name: "sleep", description: "Waits.", parameters: PATH, strict: false }],
    },
  ];
  const USER = { type: "message" as const, role: "user" as const, content: "Wait, then run it." };
  /** Its newer models get their tools at the head of the input. */
  const places: [string, (wire: string) => OpenAI.Responses.ResponseCreateParamsNonStreaming][] = [
    ["among the tools", (model) => ({ model, tools: grouped, input: [USER] })],
    [
      "at the head of the input",
      (model) => ({
        model,
        input: [{ type: "additional_tools", role: "developer", tools: grouped }, USER] as never,
      }),
    ],
  ];

  it.each(Object.keys(WIRES).flatMap((wire) => places.map(([where, body]) => [wire, where, body] as const)))(
    "onto %s, %s",
    async (wire, _where, body) => {
      respond = ({ tools, toolResults }) => {
        if (toolResults.length > 0) return says(toolResults.join());
        const [exec, sleep] = ["exec", "sleep"].map((end) => tools.find(({ name }) => name.endsWith(end))?.name ?? "");
        return {
          parts: [
            { type: "tool", name: sleep ?? "", input: { path: "1 s" } },
            { type: "tool", name: exec ?? "", input: { input: "text(1)" } },
          ],
        };
      };
      const request = body(wire);
      const { output } = await openai.responses.create(request);
      expect(output).toMatchObject([
        { type: "function_call", name: "sleep", namespace: "clock", arguments: '{"path":"1 s"}' },
        { type: "custom_tool_call", name: "exec", namespace: "functions", input: "text(1)" },
      ]);
      expect(asked(wire)).toContain("Tools for waiting on time.");
      const results = output.map((call, n) => ({
        type: `${call.type}_output`,
        call_id: (call as { call_id: string }).call_id,
        output: `result ${n}`,
      }));
      const input = [...(request.input as object[]), ...output, ...results] as OpenAI.Responses.ResponseInput;
      expect((await openai.responses.create({ ...request, input })).output_text).toBe("result 0,result 1");
    },
  );
});

describe("the older form of calls, for clients that know no other", () => {
  const functions = [{ name: "read", parameters: PATH }];

  it.each(Object.keys(WIRES))("onto %s", async (wire) => {
    respond = reads;
    const whole = await openai.chat.completions.create({ model: wire, messages: HI, functions });
    const told = { name: "read", arguments: '{"path":"/one"}' };
    expect(whole.choices[0]).toMatchObject({ message: { function_call: told }, finish_reason: "function_call" });
    expect(whole.choices[0]?.message).not.toHaveProperty("tool_calls");
    const streamed = await openai.chat.completions.stream({ model: wire, messages: HI, functions }).finalMessage();
    expect(streamed.function_call).toEqual(told);
    const call = { role: "assistant" as const, content: null, function_call: told };
    const result = (content: string) => ({ role: "function" as const, name: "read", content });
    // The same function twice: the results go to the calls in their order.
    const messages = [...HI, call, result("eins"), call, result("zwei")];
    const { choices } = await openai.chat.completions.create({ model: wire, messages, functions });
    expect(choices[0]?.message.content).toBe("They hold zwei.");
    expect(asked(wire)).toContain("eins");
  });
});
