import type { Block, Usage } from "../../anthropic/types.ts";
import { mergeUsage, NO_USAGE } from "../../anthropic/usage.ts";
import type { AnthropicEvent } from "./anthropic-events.ts";
import { chatUsage, citationsOf, completionId, finishReason } from "./chat-answer.ts";
import type { Loose } from "./parts.ts";
import { customInput } from "./tools.ts";

/**
 * Anthropic's events as Chat Completions chunks.
 * @see https://platform.openai.com/docs/api-reference/chat-streaming
 */
export class ChatChunks {
  /** Who answers; until that is told, who was asked for. */
  #model: string;
  readonly #created: number;
  readonly #withUsage: boolean;
  #id = "chatcmpl-0";
  #usage: Usage = { ...NO_USAGE };
  #finish: string | undefined;
  readonly #custom: ReadonlySet<string>;
  /** OpenAI counts calls, Anthropic blocks. */
  #calls = -1;
  /** The open block is a call of the client's: the vendor's own tools have arguments, too. */
  #isCall = false;
  /** Arguments of an open call whose tool takes text as it is: told when they are whole. */
  #customJson: string | undefined;

  /**
   * @param created in seconds; `withUsage`: the client asked for `stream_options.include_usage`; `custom`: names of the tools
   *   that take text as it is
   */
  constructor(options: { model: string; created: number; withUsage: boolean; custom: ReadonlySet<string> }) {
    this.#model = options.model;
    this.#created = options.created;
    this.#withUsage = options.withUsage;
    this.#custom = options.custom;
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
      if (block?.type === "tool_use") return this.#beginCall(block);
      const annotations = block ? citationsOf(block) : [];
      return annotations.length > 0 ? this.#chunk({ annotations }) : "";
    },
    content_block_delta: ({ delta }) => {
      if (delta?.text) return this.#chunk({ content: delta.text });
      if (delta?.thinking) return this.#chunk({ reasoning_content: delta.thinking });
      if (delta?.type !== "input_json_delta" || !delta.partial_json || !this.#isCall) return "";
      if (this.#customJson !== undefined) {
        this.#customJson += delta.partial_json;
        return "";
      }
      return this.#chunk({ tool_calls: [{ index: this.#calls, function: { arguments: delta.partial_json } }] });
    },
    content_block_stop: () => {
      if (this.#customJson === undefined) return "";
      const input = customInput(this.#customJson);
      this.#customJson = undefined;
      return this.#chunk({ tool_calls: [{ index: this.#calls, custom: { input } }] });
    },
    message_delta: ({ delta, usage }) => {
      this.#usage = mergeUsage(this.#usage, usage);
      this.#finish = finishReason(delta?.stop_reason ?? null);
      return "";
    },
    message_stop: () => {
      const end = this.#chunk({}, this.#finish ?? "stop");
      const usage = this.#withUsage ? this.#event({ choices: [], usage: chatUsage(this.#usage) }) : "";
      return `${end}${usage}data: [DONE]\n\n`;
    },
    error: ({ error }) =>
      `data: ${JSON.stringify({ error: { message: error?.message, type: error?.type, param: null, code: null } })}\n\n`,
    ping: () => ": ping\n\n",
  };

  #beginCall({ id, name }: Block): string {
    const isCustom = this.#custom.has(String(name));
    const call = isCustom
      ? { type: "custom", custom: { name, input: "" } }
      : { type: "function", function: { name, arguments: "" } };
    this.#customJson = isCustom ? "" : undefined;
    return this.#chunk({ tool_calls: [{ index: ++this.#calls, id, ...call }] });
  }

  #chunk(delta: Loose, finish: string | null = null): string {
    const usage = this.#withUsage ? { usage: null } : {};
    return this.#event({ choices: [{ index: 0, delta, finish_reason: finish, logprobs: null }], ...usage });
  }

  #event(rest: Loose): string {
    const head = { id: this.#id, object: "chat.completion.chunk", created: this.#created, model: this.#model };
    return `data: ${JSON.stringify({ ...head, ...rest })}\n\n`;
  }
}
