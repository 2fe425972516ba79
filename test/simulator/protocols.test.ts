import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkStream } from "../../lib/anthropic/sse/grammar.ts";
import { type Simulator, startSimulator } from "../../lib/simulator/server.ts";

let simulator: Simulator;
let claude: Anthropic;
let openai: OpenAI;

beforeAll(async () => {
  simulator = await startSimulator({ host: "127.0.0.1" });
  claude = new Anthropic({ baseURL: `${simulator.url}/claude`, apiKey: "secret", maxRetries: 0 });
  openai = new OpenAI({ baseURL: `${simulator.url}/openai/v1`, apiKey: "secret", maxRetries: 0 });
});
afterAll(() => simulator.close());

const BASH = {
  name: "Bash",
  input_schema: { type: "object" as const, properties: { command: { type: "string" } }, required: ["command"] },
};
const BASH_FUNCTION = { type: "function" as const, function: { name: "Bash", parameters: BASH.input_schema } };

function ask(content: string, more: Partial<Anthropic.MessageCreateParamsNonStreaming> = {}) {
  return { model: "claude-test", max_tokens: 1000, messages: [{ role: "user" as const, content }], ...more };
}

async function post(path: string, body: unknown): Promise<Response> {
  return fetch(`${simulator.url}${path}`, { method: "POST", body: JSON.stringify(body) });
}

describe("Anthropic Messages", () => {
  test("a stream and a whole answer say the same, and say who speaks", async () => {
    const streamed = await claude.messages.stream(ask("hello there")).finalMessage();
    const whole = await claude.messages.create(ask("hello there"));
    expect(streamed.content).toEqual(whole.content);
    expect(streamed.usage.output_tokens).toBe(whole.usage.output_tokens);
    expect(whole.content).toMatchObject([
      { type: "text", text: expect.stringContaining('simulated provider "claude"') },
    ]);
    expect(whole).toMatchObject({ model: "claude-test", stop_reason: "end_turn" });
  });

  test("thinking, a text and two parallel tool calls make a stream of the strict grammar", async () => {
    const body = {
      ...ask('use Bash {"command":"echo {1}"} and use Bash {"command":"ls"}', { tools: [BASH] }),
      thinking: { type: "enabled", budget_tokens: 2000 },
      stream: true,
    };
    const answer = await post("/claude/v1/messages?beta=true", body);
    const bytes = await answer.text();
    expect(checkStream(bytes)).toEqual([]);
    const message = await claude.messages
      .stream(ask('use Bash {"command":"echo {1}"} and use Bash {"command":"ls"}', { tools: [BASH] }))
      .finalMessage();
    expect(message.stop_reason).toBe("tool_use");
    expect(message.content.filter((block) => block.type === "tool_use").map((block) => block.input)).toEqual([
      { command: "echo {1}" },
      { command: "ls" },
    ]);
  });

  test("a tool result is answered, and a call without its result is refused", async () => {
    const call = { type: "tool_use" as const, id: "toolu_1", name: "Bash", input: {} };
    const result = { type: "tool_result" as const, tool_use_id: "toolu_1", content: "all green" };
    const history = [
      { role: "user" as const, content: "go" },
      { role: "assistant" as const, content: [call] },
    ];
    const good = await claude.messages.create({
      ...ask(""),
      messages: [...history, { role: "user", content: [result] }],
    });
    expect(good.content).toMatchObject([{ text: expect.stringContaining("all green") }]);
    const bad = claude.messages.create({ ...ask(""), messages: [...history, { role: "user", content: "hm" }] });
    await expect(bad).rejects.toMatchObject({ status: 400, message: expect.stringContaining("toolu_1") });
  });

  test("a web search is done by the provider", async () => {
    const search = { type: "web_search_20250305" as const, name: "web_search" as const };
    const message = await claude.messages.stream(ask("query: sparrows", { tools: [search] })).finalMessage();
    expect(message.content.map((block) => block.type)).toEqual(["server_tool_use", "web_search_tool_result", "text"]);
    expect(message.content[0]).toMatchObject({ input: { query: "sparrows" } });
    expect(message.usage.server_tool_use?.web_search_requests).toBe(1);
  });

  test("the second request with the same marked prefix reads it from the cache", async () => {
    const system = [{ type: "text" as const, text: "x".repeat(8000), cache_control: { type: "ephemeral" as const } }];
    const first = (await claude.messages.create(ask("one", { system }))).usage;
    const second = (await claude.messages.create(ask("two", { system }))).usage;
    expect(first.cache_creation_input_tokens).toBeGreaterThan(1999);
    expect(second).toMatchObject({
      cache_read_input_tokens: first.cache_creation_input_tokens,
      cache_creation_input_tokens: 0,
    });
    expect(second.input_tokens).toBeLessThan(100);
  });

  test("max_tokens, stop sequences and schemas are kept", async () => {
    const short = await claude.messages.create({ ...ask("write 500 words"), max_tokens: 20 });
    expect(short.stop_reason).toBe("max_tokens");
    expect(short.usage.output_tokens).toBeLessThanOrEqual(20);
    const stopped = await claude.messages.create(ask("hello", { stop_sequences: ["provider"] }));
    expect(stopped).toMatchObject({ stop_reason: "stop_sequence", stop_sequence: "provider" });
    const schema = { type: "object", properties: { title: { type: "string" } }, required: ["title"] };
    const formatted = await claude.messages.create(
      ask("A walk", { output_config: { format: { type: "json_schema", schema } } }),
    );
    expect(formatted.content).toMatchObject([{ text: '{"title":"A walk"}' }]);
  });

  test("tokens are counted and models listed", async () => {
    const { input_tokens } = await claude.messages.countTokens({
      model: "m",
      messages: [{ role: "user", content: "hi" }],
    });
    expect(input_tokens).toBeGreaterThan(0);
    expect((await claude.models.list()).data.map((model) => model.id)).toContain("simulated-large");
    expect((await openai.models.list()).data.map((model) => model.id)).toContain("simulated-large");
  });
});

describe("OpenAI Chat Completions", () => {
  const chat = (content: string) => ({ model: "gpt-test", messages: [{ role: "user" as const, content }] });

  test("text, reasoning, tool calls and usage, streamed and whole", async () => {
    const stream = openai.chat.completions.stream({
      ...chat('use Bash {"command":"ls"}'),
      tools: [BASH_FUNCTION],
      reasoning_effort: "low",
      stream_options: { include_usage: true },
    });
    const streamed = await stream.finalChatCompletion();
    const whole = await openai.chat.completions.create({
      ...chat('use Bash {"command":"ls"}'),
      tools: [BASH_FUNCTION],
    });
    for (const completion of [streamed, whole]) {
      expect(completion.choices[0]).toMatchObject({
        finish_reason: "tool_calls",
        message: { tool_calls: [{ function: { name: "Bash", arguments: '{"command":"ls"}' } }] },
      });
      expect(completion.usage?.total_tokens).toBeGreaterThan(0);
    }
    expect(streamed.usage?.completion_tokens_details?.reasoning_tokens).toBeGreaterThan(0);
  });

  test("a tool message without its call is refused, as is a call without its message", async () => {
    const stray = { role: "tool" as const, tool_call_id: "nobody", content: "x" };
    const lone = openai.chat.completions.create({ model: "m", messages: [{ role: "user", content: "x" }, stray] });
    await expect(lone).rejects.toMatchObject({ status: 400 });
    const call = { id: "call_1", type: "function" as const, function: { name: "Bash", arguments: "{}" } };
    const open = openai.chat.completions.create({
      model: "m",
      messages: [
        { role: "user", content: "x" },
        { role: "assistant", tool_calls: [call] },
      ],
    });
    await expect(open).rejects.toMatchObject({ status: 400, message: expect.stringContaining("call_1") });
  });
});

describe("OpenAI Responses", () => {
  test("text, reasoning, tool calls and usage, streamed and whole", async () => {
    const body = {
      model: "gpt-test",
      input: 'use Bash {"command":"ls"}',
      reasoning: { effort: "low" as const, summary: "auto" as const },
      tools: [{ type: "function" as const, name: "Bash", parameters: BASH.input_schema, strict: false }],
    };
    const streamed = await openai.responses.stream(body).finalResponse();
    const whole = await openai.responses.create(body);
    for (const response of [streamed, whole]) {
      expect(response.status).toBe("completed");
      expect(response.output.map((item) => item.type)).toEqual(["reasoning", "message", "function_call"]);
      expect(response.output.at(-1)).toMatchObject({ name: "Bash", arguments: '{"command":"ls"}' });
      expect(response.output_text).toBe("I will use a tool for that.");
      expect(response.usage?.output_tokens_details.reasoning_tokens).toBeGreaterThan(0);
    }
  });

  test("an answer that max_output_tokens ends is incomplete; a call without output is refused", async () => {
    const short = await openai.responses.create({ model: "m", input: "write 500 words", max_output_tokens: 20 });
    expect(short).toMatchObject({ status: "incomplete", incomplete_details: { reason: "max_output_tokens" } });
    const call = { type: "function_call" as const, call_id: "call_1", name: "Bash", arguments: "{}" };
    await expect(openai.responses.create({ model: "m", input: [call] })).rejects.toMatchObject({ status: 400 });
  });
});

describe("Gemini", () => {
  const path = "/google/v1beta/models/gemini-test";
  const body = {
    contents: [{ role: "user", parts: [{ text: 'use Bash {"command":"ls"}' }] }],
    tools: [{ functionDeclarations: [{ name: "Bash", parametersJsonSchema: BASH.input_schema }] }],
    generationConfig: { thinkingConfig: { includeThoughts: true, thinkingLevel: "LOW" } },
  };

  interface Chunk {
    candidates: { content: { parts: Record<string, unknown>[] }; finishReason?: string }[];
    usageMetadata: Record<string, number>;
  }

  test("text, thoughts, calls and usage, streamed and whole", async () => {
    const sse = await (await post(`${path}:streamGenerateContent?alt=sse`, body)).text();
    const chunks = sse
      .split("\n\n")
      .filter((event) => event !== "")
      .map((event) => JSON.parse(event.replace(/^data: /, "")) as Chunk);
    const whole = (await (await post(`${path}:generateContent`, body)).json()) as Chunk;
    const streamed = chunks.flatMap((chunk) => chunk.candidates[0]?.content.parts ?? []);
    for (const parts of [streamed, whole.candidates[0]?.content.parts ?? []]) {
      const said = parts.map((part) => (part.thought ? "" : (part.text ?? ""))).join("");
      expect(said).toBe("I will use a tool for that.");
      expect(parts.some((part) => part.thought === true)).toBe(true);
      expect(parts.find((part) => part.functionCall)).toMatchObject({
        functionCall: { name: "Bash", args: { command: "ls" } },
      });
    }
    expect(chunks.at(-1)?.candidates[0]?.finishReason).toBe("STOP");
    expect(chunks.at(-1)?.usageMetadata).toEqual(whole.usageMetadata);
    expect(whole.usageMetadata.thoughtsTokenCount).toBeGreaterThan(0);
  });

  test("empty parts and unanswered calls are refused in Google's words", async () => {
    const hollow = await post(`${path}:generateContent`, { contents: [{ role: "user", parts: [{ text: "" }] }] });
    expect(hollow.status).toBe(400);
    expect(await hollow.json()).toMatchObject({ error: { code: 400, status: "INVALID_ARGUMENT" } });
    expect(await (await post(`${path}:countTokens`, body)).json()).toMatchObject({ totalTokens: expect.any(Number) });
  });
});

test("requests are remembered without credentials", () => {
  const last = simulator.requests.find((request) => request.provider === "claude" && request.ask);
  expect(last?.ask?.headers["x-api-key"] ?? last?.ask?.headers.authorization).toBe("(set)");
  expect(JSON.stringify(simulator.requests)).not.toContain("secret");
});

test.each(["/claude/v1/elsewhere", "/v1/messages/", "/fault/no-such-fault/v1/messages", "/"])(
  "%s belongs to no provider: a plain 404",
  async (path) => {
    const answer = await post(path, {});
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain("/fault/NAME");
  },
);
