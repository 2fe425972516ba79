import type { MessageAnswer } from "../../anthropic/types.ts";
import type { ClientReply } from "../../relay/client-reply.ts";
import { streamFromAnswer } from "../../wires/shared/stream-from-answer.ts";
import { type AnthropicEvent, AnthropicEvents } from "./anthropic-events.ts";
import { toChat } from "./chat-answer.ts";
import { ChatChunks } from "./chat-stream.ts";
import { openAiEnvelope } from "./errors.ts";
import { offersByKey } from "./offers.ts";
import { type Loose, loose } from "./parts.ts";
import { ResponseEvents } from "./responses-stream.ts";
import { customNames, isLegacy } from "./tools.ts";

/** How one of OpenAI's protocols says an answer. */
export interface OpenAiAnswer {
  /** Names of the request's fields. */
  fields: readonly string[];
  /** Events of an Anthropic stream as the protocol's own. */
  stream(event: AnthropicEvent): string;
  whole(message: MessageAnswer): Loose;
}

/** @param now epoch ms */
export function chatAnswer(body: Loose, now: number): OpenAiAnswer {
  const form = { created: Math.floor(now / 1000), custom: customNames(body), legacy: isLegacy(body) };
  const withUsage = loose(body.stream_options).include_usage === true;
  const chunks = new ChatChunks({ model: String(body.model), form, withUsage });
  return {
    fields: Object.keys(body),
    stream: (event) => chunks.add(event),
    whole: (message) => toChat(message, form),
  };
}

/** What a response repeats of its request, and what stands there where the request does not say. */
const ECHOED: Loose = {
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  parallel_tool_calls: true,
  previous_response_id: null,
  reasoning: { effort: null, summary: null },
  temperature: null,
  text: { format: { type: "text" } },
  tool_choice: "auto",
  tools: [],
  top_p: null,
  truncation: "disabled",
};

/** @param now epoch ms */
export function responsesAnswer(body: Loose, now: number): OpenAiAnswer {
  const events = new ResponseEvents({
    model: String(body.model),
    created: Math.floor(now / 1000),
    wantsReasoning: Array.isArray(body.include) && body.include.includes("reasoning.encrypted_content"),
    offers: offersByKey(body),
    echo: Object.fromEntries(Object.entries(ECHOED).map(([name, usual]) => [name, body[name] ?? usual])),
  });
  return {
    fields: Object.keys(body),
    stream: (event) => events.add(event),
    whole(message) {
      for (const event of new AnthropicEvents().push(streamFromAnswer(Buffer.from(JSON.stringify(message)))))
        events.add(event);
      return events.response(events.ended);
    },
  };
}

/** The client's side of a request whose client speaks one of OpenAI's protocols. */
export function openAiReply(reply: ClientReply, answer: OpenAiAnswer): ClientReply {
  return new OpenAiReply(reply, answer);
}

/** A class, like all that has an accessor and is made for each request: see `NodeReply`. */
class OpenAiReply implements ClientReply {
  readonly #reply: ClientReply;
  readonly #answer: OpenAiAnswer;
  readonly #events = new AnthropicEvents();
  /** Of what has begun. All but a stream is said when it is whole. */
  #kind: "stream" | "whole" | "error" = "stream";
  #status = 500;
  #headers: Record<string, string> = {};

  constructor(reply: ClientReply, answer: OpenAiAnswer) {
    this.#reply = reply;
    this.#answer = answer;
  }

  get gone(): boolean {
    return this.#reply.gone;
  }

  onGone(listener: () => void): () => void {
    return this.#reply.onGone(listener);
  }

  onDrain(listener: () => void): void {
    this.#reply.onDrain(listener);
  }

  begin(status: number, headers: Record<string, string>): void {
    const isStream = headers["content-type"]?.startsWith("text/event-stream");
    this.#kind = status !== 200 ? "error" : isStream ? "stream" : "whole";
    this.#status = status;
    const id = headers["x-ccm-request-id"];
    // The SDKs tell their users the id that stands here.
    this.#headers = { ...headers, ...(id !== undefined && { "x-request-id": id }) };
    if (this.#kind === "stream") this.#reply.begin(status, this.#headers);
  }

  write(bytes: Buffer | string): boolean {
    return this.#reply.write(this.#translated(bytes));
  }

  end(bytes?: Buffer | string): void {
    if (this.#kind === "stream") return this.#reply.end(bytes === undefined ? undefined : this.#translated(bytes));
    const body = Buffer.from(JSON.stringify(this.#whole(String(bytes ?? ""))));
    const length = { "content-type": "application/json", "content-length": String(body.length) };
    this.#reply.begin(this.#status, { ...this.#headers, ...length });
    this.#reply.end(body);
  }

  #translated(bytes: Buffer | string): string {
    let text = "";
    for (const event of this.#events.push(bytes)) text += this.#answer.stream(event);
    return text;
  }

  #whole(text: string): object {
    if (this.#kind === "error") return openAiEnvelope(text, this.#answer.fields);
    return this.#answer.whole(JSON.parse(text) as MessageAnswer);
  }
}
