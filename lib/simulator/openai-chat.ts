import {
  type Answer,
  type Ask,
  bareEvent,
  type Frame,
  intoPieces,
  intoWords,
  type Json,
  lastWords,
  type Part,
  promptTokens,
  record,
  records,
  type SimulatedWire,
  text,
  words,
} from "./wire.ts";

/** OpenAI's Chat Completions (https://platform.openai.com/docs/api-reference/chat), with DeepSeek's `reasoning_content`
 * and OpenRouter's web plugin. */
export const openaiChat: SimulatedWire = {
  name: "openai-chat",
  complaint,
  read,
  frames,
  whole,
  error: (_status, type, message) => ({ error: errorObject(type, message) }),
  errorFrame: (type, message) => bareEvent({ error: errorObject(type, message) }),
};

const STOPS = {
  end: "stop",
  tool: "tool_calls",
  length: "length",
  "stop-sequence": "stop",
  refusal: "content_filter",
} as const satisfies Record<Answer["stop"], string>;

/** OpenAI's words for the kinds of errors that Anthropic names: the type is vague, the code tells. */
const ERRORS: Readonly<Record<string, { type: string; code: string | null }>> = {
  rate_limit_error: { type: "requests", code: "rate_limit_exceeded" },
  authentication_error: { type: "invalid_request_error", code: "invalid_api_key" },
  overloaded_error: { type: "server_error", code: "server_is_overloaded" },
  api_error: { type: "server_error", code: null },
};

/** The `error` object of OpenAI's two protocols. */
export function errorObject(type: string, message: string): Json {
  return { message, param: null, ...(ERRORS[type] ?? { type, code: null }) };
}

function complaint(body: Json): string | undefined {
  if (text(body.model) === "") return "you must provide a model parameter";
  const messages = records(body.messages);
  if (messages.length === 0) return "[] is too short - 'messages'";
  const open = new Set<string>();
  for (const [at, message] of messages.entries()) {
    const role = text(message.role);
    if (!["developer", "system", "user", "assistant", "tool"].includes(role))
      return `messages[${at}].role: '${role}' is not one of the roles`;
    if (role === "tool") {
      if (!open.delete(text(message.tool_call_id)))
        return `messages[${at}]: a message with role 'tool' must be a response to a preceding message with 'tool_calls'`;
      continue;
    }
    if (open.size > 0)
      return `messages[${at}]: these tool_call_ids did not have response messages: ${[...open].join(", ")}`;
    for (const call of records(message.tool_calls)) open.add(text(call.id));
  }
  if (open.size > 0) return `these tool_call_ids did not have response messages: ${[...open].join(", ")}`;
  const nameless = records(body.tools).findIndex(
    (tool) => tool.type === "function" && text(record(tool.function).name) === "",
  );
  return nameless >= 0 ? `tools[${nameless}].function.name: required` : undefined;
}

function read(body: Json) {
  const messages = records(body.messages);
  const lastTurn = messages.findLastIndex((message) => message.role === "assistant");
  const system = messages.filter((m) => m.role === "system" || m.role === "developer");
  const format = record(body.response_format);
  const most = body.max_completion_tokens ?? body.max_tokens;
  const effort = text(body.reasoning_effort);
  return {
    model: text(body.model),
    stream: body.stream === true,
    system: system.map((m) => words(m.content)).join("\n"),
    userText: lastWords(messages.filter((m) => m.role === "user").map((m) => m.content)),
    toolResults: messages
      .slice(lastTurn + 1)
      .filter((m) => m.role === "tool")
      .map((m) => words(m.content)),
    tools: records(body.tools)
      .filter((tool) => tool.type === "function")
      .map((tool) => ({ name: text(record(tool.function).name), schema: record(record(tool.function).parameters) })),
    webSearch: body.web_search_options !== undefined || records(body.plugins).some((plugin) => plugin.id === "web"),
    thinking: effort === "" || effort === "none" ? ("none" as const) : ("shown" as const),
    ...(format.type === "json_schema" ? { schema: record(record(format.json_schema).schema) } : {}),
    ...(typeof most === "number" ? { maxTokens: most } : {}),
    stopSequences: (Array.isArray(body.stop) ? body.stop : [body.stop]).map(text).filter((s) => s !== ""),
    prefix: JSON.stringify([body.tools, system[0]]),
    cacheable: true,
  };
}

function frames(ask: Ask, answer: Answer): Frame[] {
  const wantsUsage = record(ask.body.stream_options).include_usage === true;
  const head = {
    id: `chatcmpl-${answer.id}`,
    object: "chat.completion.chunk",
    created: answer.created,
    model: ask.model,
  };
  const chunk = (delta: Json, finish: string | null = null): string =>
    bareEvent({
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      ...(wantsUsage ? { usage: null } : {}),
    });
  const calls = answer.parts.filter((part) => part.type === "tool");
  const content = answer.parts.flatMap((part, number): Frame[] =>
    deltasOf(part, `${answer.id}${number}`, part.type === "tool" ? calls.indexOf(part) : 0).map((delta) => ({
      at: part.type === "search" ? "text" : part.type,
      bytes: chunk(delta),
    })),
  );
  return [
    { at: "start", bytes: chunk({ role: "assistant", content: "" }) },
    ...content,
    { at: "end", bytes: chunk({}, STOPS[answer.stop]) },
    ...(wantsUsage ? [{ at: "end" as const, bytes: bareEvent({ ...head, choices: [], usage: usageOf(answer) }) }] : []),
    { at: "end", bytes: bareEvent("[DONE]") },
  ];
}

function deltasOf(part: Part, id: string, index: number): Json[] {
  switch (part.type) {
    case "text":
      return intoWords(part.text).map((word) => ({ content: word }));
    case "thinking":
      return intoWords(part.text).map((word) => ({ reasoning_content: word }));
    case "tool": {
      const [first, ...rest] = ["", ...intoPieces(JSON.stringify(part.input))];
      return [
        {
          tool_calls: [{ index, id: `call_${id}`, type: "function", function: { name: part.name, arguments: first } }],
        },
        ...rest.map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
      ];
    }
    case "search":
      return [{ annotations: annotationsOf(part) }];
  }
}

function annotationsOf(part: Part & { type: "search" }): Json[] {
  return part.results.map((result) => ({
    type: "url_citation",
    url_citation: { ...result, start_index: 0, end_index: 0 },
  }));
}

function whole(ask: Ask, answer: Answer): Json {
  const joined = (type: "text" | "thinking"): string =>
    answer.parts.map((part) => (part.type === type ? part.text : "")).join("");
  const calls = answer.parts.flatMap((part, number) =>
    part.type === "tool"
      ? [
          {
            id: `call_${answer.id}${number}`,
            type: "function",
            function: { name: part.name, arguments: JSON.stringify(part.input) },
          },
        ]
      : [],
  );
  const annotations = answer.parts.flatMap((part) => (part.type === "search" ? annotationsOf(part) : []));
  const thinking = joined("thinking");
  return {
    id: `chatcmpl-${answer.id}`,
    object: "chat.completion",
    created: answer.created,
    model: ask.model,
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: joined("text") || null,
          refusal: null,
          ...(thinking === "" ? {} : { reasoning_content: thinking }),
          ...(calls.length === 0 ? {} : { tool_calls: calls }),
          ...(annotations.length === 0 ? {} : { annotations }),
        },
        logprobs: null,
        finish_reason: STOPS[answer.stop],
      },
    ],
    usage: usageOf(answer),
  };
}

function usageOf({ usage }: Answer): Json {
  const prompt = promptTokens(usage);
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.output,
    total_tokens: prompt + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cacheRead },
    completion_tokens_details: { reasoning_tokens: usage.thinking },
  };
}
