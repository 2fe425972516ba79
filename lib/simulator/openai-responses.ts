import { errorObject } from "./openai-chat.ts";
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
  promptTokens,
  record,
  records,
  type SimulatedWire,
  text,
  words,
} from "./wire.ts";

/** OpenAI's Responses API (https://platform.openai.com/docs/api-reference/responses). */
export const openaiResponses: SimulatedWire = {
  name: "openai-responses",
  complaint,
  read,
  frames,
  whole: (ask, answer) =>
    response(ask, answer, {
      ...endOf(answer),
      output: itemsOf(ask, answer).map((item) => item.done),
      usage: usageOf(answer),
    }),
  error: (_status, type, message) => ({ error: errorObject(type, message) }),
  errorFrame: (type, message) => namedEvent({ type: "error", sequence_number: 0, error: errorObject(type, message) }),
};

function complaint(body: Json): string | undefined {
  if (text(body.model) === "") return "Missing required parameter: 'model'.";
  if (body.input === undefined) return "Missing required parameter: 'input'.";
  const items = records(body.input);
  const outputs = items.filter((item) => item.type === "function_call_output").map((item) => item.call_id);
  const calls = items.filter((item) => item.type === "function_call").map((item) => item.call_id);
  const open = calls.find((id) => !outputs.includes(id));
  if (open !== undefined) return `No tool output found for function call ${text(open)}.`;
  const stray = outputs.find((id) => !calls.includes(id));
  if (stray !== undefined) return `No tool call found for function call output with call_id ${text(stray)}.`;
  for (const [at, item] of items.entries()) {
    const wrong = records(item.content).find(
      (part) => part.type !== (item.role === "assistant" ? "output_text" : part.type),
    );
    if (wrong)
      return `Invalid value: '${text(wrong.type)}' in input[${at}].content. Supported values are: 'output_text'.`;
  }
  return undefined;
}

function read(body: Json) {
  const items = typeof body.input === "string" ? [{ role: "user", content: body.input }] : records(body.input);
  const lastTurn = items.findLastIndex((item) => item.role === "assistant" || item.type === "function_call");
  const system = items.filter((item) => item.role === "system" || item.role === "developer");
  const reasoning = record(body.reasoning);
  const format = record(record(body.text).format);
  return {
    model: text(body.model),
    stream: body.stream === true,
    system: [text(body.instructions), ...system.map((item) => words(item.content))].join("\n"),
    userText: lastWords(items.filter((item) => item.role === "user").map((item) => item.content)),
    toolResults: items
      .slice(lastTurn + 1)
      .filter((item) => item.type === "function_call_output")
      .map((item) => words(item.output)),
    tools: records(body.tools)
      .filter((tool) => tool.type === "function")
      .map((tool) => ({ name: text(tool.name), schema: record(tool.parameters) })),
    webSearch: records(body.tools).some((tool) => text(tool.type).startsWith("web_search")),
    thinking: thinkingOf(reasoning),
    ...(format.type === "json_schema" ? { schema: record(format.schema) } : {}),
    ...(typeof body.max_output_tokens === "number" ? { maxTokens: body.max_output_tokens } : {}),
    stopSequences: [],
    prefix: JSON.stringify([body.tools, body.instructions]),
    cacheable: true,
  };
}

function thinkingOf(reasoning: Json): Ask["thinking"] {
  if (text(reasoning.effort) === "" || reasoning.effort === "none") return "none";
  return reasoning.summary === undefined || reasoning.summary === null ? "hidden" : "shown";
}

/** An output item: how it is announced, what is streamed in between, what it is in the end. */
interface Item {
  at: Frame["at"];
  added: Json;
  between: Json[];
  done: Json;
}

function itemsOf(ask: Ask, answer: Answer): Item[] {
  return answer.parts.map((part, number) => itemOf(ask, part, `${answer.id}${number}`));
}

function itemOf(ask: Ask, part: Part, id: string): Item {
  switch (part.type) {
    case "text":
      return messageItem(part.text, `msg_${id}`);
    case "thinking":
      return reasoningItem(ask.thinking === "hidden" ? "" : part.text, `rs_${id}`);
    case "tool": {
      const call = { type: "function_call", id: `fc_${id}`, call_id: `call_${id}`, name: part.name };
      const args = JSON.stringify(part.input);
      return {
        at: "tool",
        added: { ...call, arguments: "", status: "in_progress" },
        between: [
          ...intoPieces(args).map((delta) => ({
            type: "response.function_call_arguments.delta",
            item_id: call.id,
            delta,
          })),
          { type: "response.function_call_arguments.done", item_id: call.id, arguments: args },
        ],
        done: { ...call, arguments: args, status: "completed" },
      };
    }
    case "search": {
      const sources = part.results.map(({ url }) => ({ type: "url", url }));
      const call = { type: "web_search_call", id: `ws_${id}` };
      return {
        at: "tool",
        added: { ...call, status: "in_progress" },
        between: ["in_progress", "searching", "completed"].map((state) => ({
          type: `response.web_search_call.${state}`,
          item_id: call.id,
        })),
        done: { ...call, status: "completed", action: { type: "search", query: part.query, sources } },
      };
    }
  }
}

function messageItem(said: string, id: string): Item {
  const message = { type: "message", id, role: "assistant" };
  const part = (value: string): Json => ({ type: "output_text", text: value, annotations: [] });
  const place = { item_id: id, content_index: 0 };
  return {
    at: "text",
    added: { ...message, status: "in_progress", content: [] },
    between: [
      { type: "response.content_part.added", ...place, part: part("") },
      ...intoWords(said).map((delta) => ({ type: "response.output_text.delta", ...place, delta })),
      { type: "response.output_text.done", ...place, text: said },
      { type: "response.content_part.done", ...place, part: part(said) },
    ],
    done: { ...message, status: "completed", content: [part(said)] },
  };
}

/** The encrypted form differs between `added` and `done`, as it does in reality; only the latter counts. */
function reasoningItem(shown: string, id: string): Item {
  const place = { item_id: id, summary_index: 0 };
  const part = (value: string): Json => ({ type: "summary_text", text: value });
  return {
    at: "thinking",
    added: { type: "reasoning", id, summary: [], encrypted_content: "simulated-incomplete" },
    between:
      shown === ""
        ? []
        : [
            { type: "response.reasoning_summary_part.added", ...place, part: part("") },
            ...intoWords(shown).map((delta) => ({ type: "response.reasoning_summary_text.delta", ...place, delta })),
            { type: "response.reasoning_summary_text.done", ...place, text: shown },
            { type: "response.reasoning_summary_part.done", ...place, part: part(shown) },
          ],
    done: {
      type: "reasoning",
      id,
      summary: shown === "" ? [] : [part(shown)],
      encrypted_content: Buffer.from(`simulated ${id}`).toString("base64"),
    },
  };
}

function frames(ask: Ask, answer: Answer): Frame[] {
  const items = itemsOf(ask, answer);
  const begun = response(ask, answer, { status: "in_progress", output: [], usage: null });
  const end = endOf(answer);
  const ended = response(ask, answer, { ...end, output: items.map((item) => item.done), usage: usageOf(answer) });
  const events: { at: Frame["at"]; event: Json }[] = [
    { at: "start", event: { type: "response.created", response: begun } },
    { at: "start", event: { type: "response.in_progress", response: begun } },
    ...items.flatMap(({ at, added, between, done }, index) =>
      [
        { type: "response.output_item.added", item: added },
        ...between,
        { type: "response.output_item.done", item: done },
      ].map((event) => ({ at, event: { ...event, output_index: index } })),
    ),
    { at: "end", event: { type: `response.${end.status}`, response: ended } },
  ];
  return events.map(({ at, event }, number) => ({ at, bytes: namedEvent({ ...event, sequence_number: number }) }));
}

function endOf(answer: Answer): { status: "completed" | "incomplete"; incomplete_details: Json | null } {
  switch (answer.stop) {
    case "length":
      return { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } };
    case "refusal":
      return { status: "incomplete", incomplete_details: { reason: "content_filter" } };
    default:
      return { status: "completed", incomplete_details: null };
  }
}

function response(ask: Ask, answer: Answer, rest: Json): Json {
  return {
    id: `resp_${answer.id}`,
    object: "response",
    created_at: answer.created,
    model: ask.model,
    error: null,
    incomplete_details: null,
    ...rest,
  };
}

function usageOf({ usage }: Answer): Json {
  const input = promptTokens(usage);
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: usage.cacheRead },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.thinking },
    total_tokens: input + usage.output,
  };
}
