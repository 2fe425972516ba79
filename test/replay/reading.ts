/**
 * @module What an answer says, read from the vendor's own words and from what a client got. The readers share nothing
 * with the translators: they see a finished recording and may look at all of it at once.
 */
import type { Plan } from "../support/streams.ts";

export interface Reading {
  text: string;
  thinking: string;
  /** Calls in order; `input` as the parsed object. */
  tools: { name: string; input: unknown }[];
  stopReason: string | null;
  /** Undefined where the vendor told none. */
  usage: { input: number; cacheRead: number; cacheWrite: number; output: number } | undefined;
}

type Json = Record<string, unknown>;

/** Reads Anthropic's events. A recording may hold several answers, one after the other. */
export function readAnthropicStream(events: readonly string[]): Reading {
  const blocks: Json[] = [];
  const partial: string[] = [];
  let stopReason: string | null = null;
  let usage: Json = {};
  for (const event of events.map((data) => JSON.parse(data) as Json)) {
    const index = event.index as number;
    const delta = object(event.delta);
    switch (event.type) {
      case "message_start":
        usage = { ...object(object(event.message).usage) };
        break;
      case "content_block_start":
        blocks[index] = { ...object(event.content_block) };
        partial[index] = "";
        break;
      case "content_block_delta":
        for (const key of ["text", "thinking"])
          if (typeof delta[key] === "string")
            blocks[index] = { ...blocks[index], [key]: string(blocks[index]?.[key]) + delta[key] };
        partial[index] += string(delta.partial_json);
        break;
      case "content_block_stop":
        if (partial[index]) blocks[index] = { ...blocks[index], input: JSON.parse(partial[index]) };
        break;
      case "message_delta":
        stopReason = (delta.stop_reason as string | null | undefined) ?? stopReason;
        for (const [key, value] of Object.entries(object(event.usage))) if (value !== null) usage[key] = value;
        break;
    }
  }
  return readMessage({ content: blocks, stop_reason: stopReason, usage });
}

/** Reads a whole message of Anthropic's: a recorded one, or what an SDK has put together. */
export function readMessage(message: { content: unknown; stop_reason?: unknown; usage?: unknown }): Reading {
  const blocks = objects(message.content);
  const usage = object(message.usage);
  const joined = (key: string): string =>
    blocks.map((block) => (block.type === key ? string(block[key]) : "")).join("");
  return {
    text: joined("text"),
    thinking: joined("thinking"),
    tools: blocks
      .filter((block) => ["tool_use", "server_tool_use", "mcp_tool_use"].includes(string(block.type)))
      .map((block) => ({ name: string(block.name), input: block.input })),
    stopReason: (message.stop_reason as string | null | undefined) ?? null,
    usage: {
      input: number(usage.input_tokens),
      cacheRead: number(usage.cache_read_input_tokens),
      cacheWrite: number(usage.cache_creation_input_tokens),
      output: number(usage.output_tokens),
    },
  };
}

/** Reads the chunks of Chat Completions. */
export function readChatStream(events: readonly string[]): Reading {
  const chunks = events.map((data) => JSON.parse(data) as Json);
  const choices = chunks.flatMap((chunk) => objects(chunk.choices));
  const deltas = choices.map((choice) => object(choice.delta));
  const calls = new Map<unknown, { name: string; args: string }>();
  for (const fragment of deltas.flatMap((delta) => objects(delta.tool_calls))) {
    const call = calls.get(fragment.index) ?? { name: "", args: "" };
    call.name ||= string(object(fragment.function).name);
    call.args += string(object(fragment.function).arguments);
    calls.set(fragment.index, call);
  }
  return readChat(
    {
      content: deltas.map((delta) => string(delta.content)).join(""),
      reasoning: deltas.map((delta) => string(delta.reasoning_content ?? delta.reasoning)).join(""),
      calls: [...calls.values()],
    },
    choices.findLast((choice) => typeof choice.finish_reason === "string")?.finish_reason,
    chunks.findLast((chunk) => typeof chunk.usage === "object" && chunk.usage !== null)?.usage,
  );
}

/** Reads a whole Chat Completion. */
export function readChatAnswer(answer: Json): Reading {
  const choice = objects(answer.choices)[0] ?? {};
  const message = object(choice.message);
  const calls = objects(message.tool_calls).map((call) => object(call.function));
  return readChat(
    {
      content: string(message.content),
      reasoning: string(message.reasoning_content ?? message.reasoning),
      calls: calls.map((call) => ({ name: string(call.name), args: string(call.arguments) })),
    },
    choice.finish_reason,
    answer.usage,
  );
}

/** What a client should read of a made-up stream. */
export function readPlan(plan: Plan, tellsUsage: boolean): Reading {
  const { input, cacheRead, cacheWrite, output } = plan.usage;
  return {
    text: plan.text ?? "",
    thinking: plan.thinking ?? "",
    tools: [...(plan.tools ?? [])],
    stopReason: { end: "end_turn", tool: "tool_use", length: "max_tokens" }[plan.stop],
    usage: tellsUsage ? { input, cacheRead, cacheWrite, output } : undefined,
  };
}

function readChat(
  said: { content: string; reasoning: string; calls: { name: string; args: string }[] },
  finish: unknown,
  usage: unknown,
): Reading {
  return {
    text: said.content,
    thinking: said.reasoning,
    tools: said.calls.map(({ name, args }) => ({ name, input: args === "" ? {} : JSON.parse(args) })),
    stopReason:
      said.calls.length > 0 && finish !== "length" ? "tool_use" : finish === "length" ? "max_tokens" : "end_turn",
    usage: usage === undefined ? undefined : chatUsage(object(usage)),
  };
}

/** In Anthropic's arithmetic. What is not prompt is output, whether or not a vendor counts reasoning as completion. */
function chatUsage(usage: Json): NonNullable<Reading["usage"]> {
  const cacheRead = number(object(usage.prompt_tokens_details).cached_tokens ?? usage.cached_tokens);
  const prompt = number(usage.prompt_tokens);
  return { input: prompt - cacheRead, cacheRead, cacheWrite: 0, output: number(usage.total_tokens) - prompt };
}

function object(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

function objects(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(object) : [];
}

function string(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
