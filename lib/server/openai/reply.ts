import type { MessageAnswer } from "../../anthropic/types.ts";
import type { ClientReply } from "../../relay/client-reply.ts";
import { streamFromAnswer } from "../../wires/shared/stream-from-answer.ts";
import { type AnthropicEvent, AnthropicEvents } from "./anthropic-events.ts";
import { toChat } from "./chat-answer.ts";
import { ChatChunks } from "./chat-stream.ts";
import { type Loose, loose } from "./parts.ts";
import { ResponseEvents } from "./responses-stream.ts";
import { customNames } from "./tools.ts";

/** How one of OpenAI's protocols says an answer. */
export interface OpenAiAnswer {
  /** Events of an Anthropic stream as the protocol's own. */
  stream(event: AnthropicEvent): string;
  whole(message: MessageAnswer): Loose;
}

/** @param now epoch ms */
export function chatAnswer(body: Loose, now: number): OpenAiAnswer {
  const created = Math.floor(now / 1000);
  const model = String(body.model);
  const withUsage = loose(body.stream_options).include_usage === true;
  const custom = customNames(body);
  const chunks = new ChatChunks({ model, created, withUsage, custom });
  return { stream: (event) => chunks.add(event), whole: (message) => toChat(message, created, custom) };
}

/** @param now epoch ms */
export function responsesAnswer(body: Loose, now: number): OpenAiAnswer {
  const wantsReasoning = Array.isArray(body.include) && body.include.includes("reasoning.encrypted_content");
  const created = Math.floor(now / 1000);
  const custom = customNames(body);
  const events = new ResponseEvents({ model: String(body.model), created, wantsReasoning, custom });
  return {
    stream: (event) => events.add(event),
    whole(message) {
      for (const event of new AnthropicEvents().push(streamFromAnswer(Buffer.from(JSON.stringify(message)))))
        events.add(event);
      const cut = ["max_tokens", "refusal", "model_context_window_exceeded"].includes(message.stop_reason ?? "");
      return events.response(cut ? "incomplete" : "completed");
    },
  };
}

/** The client's side of a request whose client speaks one of OpenAI's protocols. */
export function openAiReply(reply: ClientReply, answer: OpenAiAnswer): ClientReply {
  const events = new AnthropicEvents();
  let kind: "stream" | "whole" | "error" = "stream";
  let pending: { status: number; headers: Record<string, string> } | undefined;
  const translate = (bytes: Buffer | string): string =>
    events
      .push(bytes)
      .map((event) => answer.stream(event))
      .join("");
  return {
    get gone() {
      return reply.gone;
    },
    onGone: (listener) => reply.onGone(listener),
    onDrain: (listener) => reply.onDrain(listener),
    begin(status, headers) {
      kind = status !== 200 ? "error" : headers["content-type"]?.startsWith("text/event-stream") ? "stream" : "whole";
      if (kind === "stream") reply.begin(status, headers);
      else pending = { status, headers };
    },
    write: (bytes) => reply.write(translate(bytes)),
    end(bytes) {
      if (kind === "stream") return reply.end(bytes === undefined ? undefined : translate(bytes));
      const body = Buffer.from(JSON.stringify(wholeBody(kind, bytes, answer)));
      const { status, headers } = pending ?? { status: 500, headers: {} };
      reply.begin(status, { ...headers, "content-type": "application/json", "content-length": String(body.length) });
      reply.end(body);
    },
  };
}

function wholeBody(kind: "whole" | "error", bytes: Buffer | string | undefined, answer: OpenAiAnswer): Loose {
  const text = String(bytes ?? "");
  if (kind === "whole") return answer.whole(JSON.parse(text) as MessageAnswer);
  return errorBody(text);
}

/** Messages about a field begin with its name. */
const FIELD = /^([a-z_]+(?:\.\w+)*): /;

/** Anthropic's error envelope as OpenAI's. */
function errorBody(text: string): Loose {
  let error: Loose;
  try {
    error = loose((JSON.parse(text) as { error?: unknown }).error);
  } catch {
    error = { message: text }; // an upstream's own words, relayed as they came
  }
  return {
    error: {
      message: error.message ?? text,
      type: error.type ?? "api_error",
      param: error.type === "invalid_request_error" ? (FIELD.exec(String(error.message))?.[1] ?? null) : null,
      code: error.type ?? null,
    },
  };
}
