import {
  type Answer,
  type Ask,
  type Frame,
  intoPieces,
  intoWords,
  type Json,
  lastWords,
  namedEvent,
  type Part,
  record,
  records,
  type SimulatedWire,
  text,
  words,
} from "./wire.ts";

/** Anthropic's Messages API, version 2023-06-01 (https://docs.anthropic.com/en/api/messages-streaming). */
export const anthropic: SimulatedWire = {
  name: "anthropic",
  complaint,
  read,
  frames,
  whole: (ask, answer) => ({
    ...messageHead(ask, answer),
    content: blocksOf(ask, answer).map((block) => block.whole),
    stop_reason: STOPS[answer.stop],
    stop_sequence: answer.stopSequence ?? null,
    usage: usageOf(answer),
  }),
  error: (_status, type, message) => ({ type: "error", error: { type, message } }),
  errorFrame: (type, message) => namedEvent({ type: "error", error: { type, message } }),
};

const STOPS = {
  end: "end_turn",
  tool: "tool_use",
  length: "max_tokens",
  "stop-sequence": "stop_sequence",
  refusal: "refusal",
} as const satisfies Record<Answer["stop"], string>;

function complaint(body: Json): string | undefined {
  if (text(body.model) === "" && body.anthropic_version === undefined) return "model: Field required";
  const messages = records(body.messages);
  if (messages.length === 0) return "messages: at least one message is required";
  for (const [at, message] of messages.entries()) {
    const fault = messageComplaint(message, messages[at - 1]);
    if (fault) return `messages.${at}: ${fault}`;
  }
  return undefined;
}

function messageComplaint(message: Json, before: Json | undefined): string | undefined {
  if (!["user", "assistant", "system"].includes(text(message.role))) return `unknown role ${text(message.role)}`;
  if (message.role !== "user") return undefined;
  const called = records(before?.content).filter((block) => block.type === "tool_use");
  const answered = records(message.content).filter((block) => block.type === "tool_result");
  const missing = called.filter((call) => !answered.some((result) => result.tool_use_id === call.id));
  if (missing.length > 0)
    return `tool_use ids were found without tool_result blocks immediately after: ${missing.map((call) => text(call.id)).join(", ")}`;
  const stray = answered.find((result) => !called.some((call) => call.id === result.tool_use_id));
  return stray ? `unexpected tool_use_id found in tool_result blocks: ${text(stray.tool_use_id)}` : undefined;
}

function read(body: Json, fromPath: { model?: string; stream?: boolean }) {
  const messages = records(body.messages).filter((message) => message.role !== "system");
  const last = messages.at(-1);
  const tools = records(body.tools);
  const thinking = record(body.thinking);
  const format = record(record(body.output_config).format ?? body.output_format);
  return {
    model: fromPath.model ?? text(body.model),
    stream: fromPath.stream ?? body.stream === true,
    system: words(body.system),
    userText: lastWords(messages.filter((m) => m.role === "user").map((m) => m.content)),
    toolResults: records(last?.content)
      .filter((block) => block.type === "tool_result")
      .map((block) => words(block.content)),
    tools: tools
      .filter((tool) => tool.type === undefined || tool.type === "custom")
      .map((tool) => ({ name: text(tool.name), schema: record(tool.input_schema) })),
    webSearch: tools.some((tool) => text(tool.type).startsWith("web_search")),
    thinking: thinkingOf(thinking),
    ...(format.type === "json_schema" ? { schema: record(format.schema) } : {}),
    ...(typeof body.max_tokens === "number" ? { maxTokens: body.max_tokens } : {}),
    stopSequences: Array.isArray(body.stop_sequences) ? body.stop_sequences.map(text) : [],
    prefix: JSON.stringify([body.tools, body.system]),
    cacheable: JSON.stringify(body).includes('"cache_control"'),
  };
}

function thinkingOf(thinking: Json): Ask["thinking"] {
  if (!["enabled", "adaptive", "between_tools"].includes(text(thinking.type))) return "none";
  return thinking.display === "omitted" ? "hidden" : "shown";
}

interface Block {
  at: Frame["at"];
  start: Json;
  deltas: Json[];
  whole: Json;
}

function blocksOf(ask: Ask, answer: Answer): Block[] {
  return answer.parts.flatMap((part, number) => blocksOfPart(ask, part, `${answer.id}${number}`));
}

function blocksOfPart(ask: Ask, part: Part, id: string): Block[] {
  switch (part.type) {
    case "text":
      return [
        {
          at: "text",
          start: { type: "text", text: "" },
          deltas: intoWords(part.text).map((word) => ({ type: "text_delta", text: word })),
          whole: { type: "text", text: part.text },
        },
      ];
    case "thinking": {
      const shown = ask.thinking === "hidden" ? "" : part.text;
      const signature = Buffer.from(`simulated ${id}: ${part.text}`).toString("base64");
      return [
        {
          at: "thinking",
          start: { type: "thinking", thinking: "", signature: "" },
          deltas: [
            ...intoWords(shown).map((word) => ({ type: "thinking_delta", thinking: word })),
            { type: "signature_delta", signature },
          ],
          whole: { type: "thinking", thinking: shown, signature },
        },
      ];
    }
    case "tool":
      return [callBlock("tool_use", `toolu_${id}`, part.name, part.input)];
    case "search": {
      const result = {
        type: "web_search_tool_result",
        tool_use_id: `srvtoolu_${id}`,
        content: part.results.map((found) => ({
          type: "web_search_result",
          ...found,
          encrypted_content: Buffer.from(found.title).toString("base64"),
          page_age: null,
        })),
      };
      return [
        callBlock("server_tool_use", `srvtoolu_${id}`, "web_search", { query: part.query }),
        { at: "tool", start: result, deltas: [], whole: result },
      ];
    }
  }
}

function callBlock(type: string, id: string, name: string, input: Json): Block {
  return {
    at: "tool",
    start: { type, id, name, input: {} },
    deltas: ["", ...intoPieces(JSON.stringify(input))].map((piece) => ({
      type: "input_json_delta",
      partial_json: piece,
    })),
    whole: { type, id, name, input },
  };
}

function frames(ask: Ask, answer: Answer): Frame[] {
  const usage = usageOf(answer);
  const start = {
    type: "message_start",
    message: {
      ...messageHead(ask, answer),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { ...usage, output_tokens: 1 },
    },
  };
  const blocks = blocksOf(ask, answer).flatMap((block, index): Frame[] =>
    [
      { type: "content_block_start", index, content_block: block.start },
      ...block.deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
      { type: "content_block_stop", index },
    ].map((event) => ({ at: block.at, bytes: namedEvent(event) })),
  );
  const delta = {
    type: "message_delta",
    delta: { stop_reason: STOPS[answer.stop], stop_sequence: answer.stopSequence ?? null },
    usage,
  };
  return [
    { at: "start", bytes: namedEvent(start) },
    { at: "start", bytes: namedEvent({ type: "ping" }) },
    ...blocks,
    { at: "end", bytes: namedEvent(delta) },
    { at: "end", bytes: namedEvent({ type: "message_stop" }) },
  ];
}

function messageHead(ask: Ask, answer: Answer): Json {
  return { id: `msg_${answer.id}`, type: "message", role: "assistant", model: ask.model };
}

function usageOf(answer: Answer): Json {
  const searches = answer.parts.filter((part) => part.type === "search").length;
  return {
    input_tokens: answer.usage.input,
    cache_creation_input_tokens: answer.usage.cacheWrite,
    cache_read_input_tokens: answer.usage.cacheRead,
    output_tokens: answer.usage.output,
    ...(answer.usage.thinking > 0 ? { output_tokens_details: { thinking_tokens: answer.usage.thinking } } : {}),
    ...(searches > 0 ? { server_tool_use: { web_search_requests: searches } } : {}),
  };
}
