import type { Block, Usage } from "../../anthropic/types.ts";
import { mergeUsage, NO_USAGE } from "../../anthropic/usage.ts";
import type { AnthropicEvent } from "./anthropic-events.ts";
import { type ChatForm, chatUsage, completionId, finishReason } from "./chat-answer.ts";
import { ChatCitations } from "./chat-citations.ts";
import { openAiError } from "./errors.ts";
import type { Loose } from "./parts.ts";
import { customInput } from "./tools.ts";

/**
 * Anthropic's events as Chat Completions chunks.
 * @see https://platform.openai.com/docs/api-reference/chat-streaming
 */
export class ChatChunks {
  /** Who answers; until that is told, who was asked for. */
  #model: string;
  readonly #form: ChatForm;
  readonly #withUsage: boolean;
  #id = "chatcmpl-0";
  #usage: Usage = { ...NO_USAGE };
  #finish: string | undefined;
  readonly #citations = new ChatCitations();
  /** OpenAI counts calls, Anthropic blocks. */
  #calls = -1;
  /** The open block is a call of the client's: the vendor's own tools have arguments, too. */
  #isCall = false;
  /** Arguments of an open call whose tool takes text as it is: told when they are whole. */
  #customJson: string | undefined;

  /** @param options `withUsage`: the client asked for `stream_options.include_usage` */
  constructor(options: { model: string; form: ChatForm; withUsage: boolean }) {
    this.#model = options.model;
    this.#form = options.form;
    this.#withUsage = options.withUsage;
  }

  add(event: AnthropicEvent): string {
    return this.#handlers[event.type]?.(event) ?? "";
  }

  readonly #handlers: Readonly<Record<string, (event: AnthropicEvent) => string>> = {
    message_start: ({ message }) => {
      if (message?.id) this.#id = completionId(message.id);
      if (message?.model) this.#model = message.model;
      this.#usage = mergeUsage(this.#usage, message?.usage);
      return this.#chunk({ role: "assistant", content: "" });
    },
    content_block_start: ({ content_block: block }) => {
      this.#isCall = block?.type === "tool_use";
      if (block) this.#citations.begin(block);
      return block?.type === "tool_use" ? this.#beginCall(block) : "";
    },
    content_block_delta: ({ delta }) => {
      this.#citations.add(delta?.text ?? "", delta?.citation);
      if (delta?.text) return this.#chunk({ content: delta.text });
      if (delta?.thinking) return this.#chunk({ reasoning_content: delta.thinking });
      if (delta?.type !== "input_json_delta" || !delta.partial_json || !this.#isCall) return "";
      if (this.#customJson !== undefined) {
        this.#customJson += delta.partial_json;
        return "";
      }
      return this.#argumentsOf(delta.partial_json);
    },
    content_block_stop: () => {
      const told = this.#annotations(this.#citations.end());
      if (this.#customJson === undefined) return told;
      const input = customInput(this.#customJson);
      this.#customJson = undefined;
      return this.#chunk({ tool_calls: [{ index: this.#calls, custom: { input } }] });
    },
    message_delta: ({ delta, usage }) => {
      this.#usage = mergeUsage(this.#usage, usage);
      this.#finish = finishReason(delta?.stop_reason ?? null, this.#form.legacy);
      return "";
    },
    message_stop: () => {
      const end = this.#annotations(this.#citations.rest()) + this.#chunk({}, this.#finish ?? "stop");
      const usage = this.#withUsage ? this.#event({ choices: [], usage: chatUsage(this.#usage) }) : "";
      return `${end}${usage}data: [DONE]\n\n`;
    },
    error: ({ error }) =>
      `data: ${JSON.stringify({ error: openAiError(error?.type ?? "api_error", error?.message ?? "") })}\n\n`,
    ping: () => ": ping\n\n",
  };

  #beginCall({ id, name }: Block): string {
    this.#calls++;
    if (this.#form.legacy) return this.#calls > 0 ? "" : this.#chunk({ function_call: { name, arguments: "" } });
    const isCustom = this.#form.custom.has(String(name));
    const call = isCustom
      ? { type: "custom", custom: { name, input: "" } }
      : { type: "function", function: { name, arguments: "" } };
    this.#customJson = isCustom ? "" : undefined;
    return this.#chunk({ tool_calls: [{ index: this.#calls, id, ...call }] });
  }

  #annotations(annotations: Loose[]): string {
    return annotations.length > 0 ? this.#chunk({ annotations }) : "";
  }

  #argumentsOf(json: string): string {
    if (!this.#form.legacy) return this.#chunk({ tool_calls: [{ index: this.#calls, function: { arguments: json } }] });
    return this.#calls > 0 ? "" : this.#chunk({ function_call: { arguments: json } });
  }

  #chunk(delta: Loose, finish: string | null = null): string {
    const usage = this.#withUsage ? { usage: null } : {};
    return this.#event({ choices: [{ index: 0, delta, finish_reason: finish, logprobs: null }], ...usage });
  }

  #event(rest: Loose): string {
    const head = { id: this.#id, object: "chat.completion.chunk", created: this.#form.created, model: this.#model };
    return `data: ${JSON.stringify({ ...head, ...rest })}\n\n`;
  }
}
