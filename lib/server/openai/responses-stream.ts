import type { Block, Usage } from "../../anthropic/types.ts";
import { mergeUsage, NO_USAGE } from "../../anthropic/usage.ts";
import type { AnthropicEvent } from "./anthropic-events.ts";
import { openAiError } from "./errors.ts";
import type { Offer } from "./offers.ts";
import { type Loose, openAiCounts } from "./parts.ts";
import { annotationOf, openedItem, queryOf, textPart } from "./response-items.ts";
import { packReasoning } from "./responses-request.ts";
import { customInput } from "./tools.ts";

/** Stop reasons of an answer that is not whole. */
const CUT = ["max_tokens", "refusal", "model_context_window_exceeded"];

/** An output item that is being told. */
interface OpenItem {
  index: number;
  item: Loose;
  text: string;
  signature: string;
  citations: unknown[];
}

/**
 * Anthropic's events as those of a response: every item is announced, told and closed, and the last event holds them all.
 * @see https://platform.openai.com/docs/api-reference/responses-streaming
 */
export class ResponseEvents {
  /** Who answers; until that is told, who was asked for. */
  #model: string;
  readonly #created: number;
  readonly #wantsReasoning: boolean;
  readonly #offers: ReadonlyMap<string, Offer>;
  readonly #echo: Loose;
  readonly #output: Loose[] = [];
  #id = "resp_0";
  #sequence = 0;
  #open: OpenItem | undefined;
  #usage: Usage = { ...NO_USAGE };
  #stopReason: string | null = null;

  /**
   * @param options `created` in seconds; `wantsReasoning`: the client asked for `reasoning.encrypted_content`; `offers`: the
   *   client's tools by the names under which the model knows them; `echo`: what a response repeats of its request
   */
  constructor(options: {
    model: string;
    created: number;
    wantsReasoning: boolean;
    offers: ReadonlyMap<string, Offer>;
    echo: Loose;
  }) {
    this.#model = options.model;
    this.#created = options.created;
    this.#wantsReasoning = options.wantsReasoning;
    this.#offers = options.offers;
    this.#echo = options.echo;
  }

  add(event: AnthropicEvent): string {
    return this.#handlers[event.type]?.(event) ?? "";
  }

  /** How the answer has ended. */
  get ended(): "completed" | "incomplete" {
    return CUT.includes(this.#stopReason ?? "") ? "incomplete" : "completed";
  }

  /** The whole response, as far as it has come. */
  response(status: string): Loose {
    const { prompt, cached, written, output, reasoning } = openAiCounts(this.#usage);
    const incomplete =
      status === "incomplete"
        ? { reason: this.#stopReason === "refusal" ? "content_filter" : "max_output_tokens" }
        : null;
    return {
      ...this.#echo,
      id: this.#id,
      object: "response",
      created_at: this.#created,
      status,
      error: null,
      incomplete_details: incomplete,
      model: this.#model,
      output: this.#output,
      store: false,
      usage:
        status === "in_progress"
          ? null
          : {
              input_tokens: prompt,
              input_tokens_details: { cached_tokens: cached, cache_write_tokens: written },
              output_tokens: output,
              output_tokens_details: { reasoning_tokens: reasoning },
              total_tokens: prompt + output,
            },
    };
  }

  readonly #handlers: Readonly<Record<string, (event: AnthropicEvent) => string>> = {
    message_start: ({ message }) => {
      if (message?.id) this.#id = `resp_${message.id.replace(/^msg_/, "")}`;
      if (message?.model) this.#model = message.model;
      this.#usage = mergeUsage(this.#usage, message?.usage);
      const response = this.response("in_progress");
      return this.#event("response.created", { response }) + this.#event("response.in_progress", { response });
    },
    content_block_start: ({ content_block: block }) => (block ? this.#begin(block) : ""),
    content_block_delta: ({ delta }) => this.#grow(delta ?? {}),
    content_block_stop: () => this.#close(),
    message_delta: ({ delta, usage }) => {
      this.#usage = mergeUsage(this.#usage, usage);
      this.#stopReason = delta?.stop_reason ?? null;
      return "";
    },
    message_stop: () => {
      const status = this.ended;
      return this.#close() + this.#event(`response.${status}`, { response: this.response(status) });
    },
    error: ({ error }) => {
      const { code, message } = openAiError(error?.type ?? "api_error", error?.message ?? "");
      const told = { code, message };
      const response = { ...this.response("failed"), error: told };
      return this.#event("error", { ...told, param: null }) + this.#event("response.failed", { response });
    },
    ping: () => ": ping\n\n",
  };

  #begin(block: Block): string {
    const closed = this.#close();
    const index = this.#output.length;
    const item = openedItem(block, `${this.#id.replace(/^resp_/, "")}_${index}`, this.#offers);
    return item ? closed + this.#announce(index, item) : closed;
  }

  #announce(index: number, item: Loose): string {
    this.#open = { index, item, text: "", signature: "", citations: [] };
    const added = this.#event("response.output_item.added", { output_index: index, item });
    const at = { item_id: item.id, output_index: index };
    if (item.type === "message")
      return added + this.#event("response.content_part.added", { ...at, content_index: 0, part: textPart("") });
    if (item.type === "reasoning")
      return (
        added +
        this.#event("response.reasoning_summary_part.added", {
          ...at,
          summary_index: 0,
          part: { type: "summary_text", text: "" },
        })
      );
    return added;
  }

  #grow(delta: NonNullable<AnthropicEvent["delta"]>): string {
    const open = this.#open;
    if (!open) return "";
    if (delta.signature) open.signature = delta.signature;
    if (delta.citation) open.citations.push(delta.citation);
    const piece = delta.text ?? delta.thinking ?? delta.partial_json ?? "";
    if (piece === "") return "";
    open.text += piece;
    const at = { item_id: open.item.id, output_index: open.index, delta: piece };
    switch (open.item.type) {
      case "message":
        return this.#event("response.output_text.delta", { ...at, content_index: 0, logprobs: [] });
      case "reasoning":
        return this.#event("response.reasoning_summary_text.delta", { ...at, summary_index: 0 });
      case "function_call":
        return this.#event("response.function_call_arguments.delta", at);
      default:
        return "";
    }
  }

  #annotations({ item, index, text, citations }: OpenItem): { events: string; annotations: Loose[] } {
    const annotations = citations.flatMap((citation): Loose[] => {
      const annotation = annotationOf(citation, text.length);
      return annotation ? [annotation] : [];
    });
    const at = { item_id: item.id, output_index: index, content_index: 0 };
    const events = annotations.map((annotation, annotation_index) =>
      this.#event("response.output_text.annotation.added", { ...at, annotation_index, annotation }),
    );
    return { events: events.join(""), annotations };
  }

  #close(): string {
    const open = this.#open;
    if (!open) return "";
    this.#open = undefined;
    const at = { item_id: open.item.id, output_index: open.index };
    const done = { ...open.item, status: "completed" };
    const item = (fields: Loose): string => {
      const whole = { ...done, ...fields };
      this.#output.push(whole);
      return this.#event("response.output_item.done", { output_index: open.index, item: whole });
    };
    switch (open.item.type) {
      case "message": {
        const { events, annotations } = this.#annotations(open);
        const part = textPart(open.text, annotations);
        return (
          events +
          this.#event("response.output_text.done", { ...at, content_index: 0, text: open.text, logprobs: [] }) +
          this.#event("response.content_part.done", { ...at, content_index: 0, part }) +
          item({ content: [part] })
        );
      }
      case "reasoning": {
        const part = { type: "summary_text", text: open.text };
        const state =
          this.#wantsReasoning && open.signature !== "" ? packReasoning(open.text, open.signature) : undefined;
        return (
          this.#event("response.reasoning_summary_text.done", { ...at, summary_index: 0, text: open.text }) +
          this.#event("response.reasoning_summary_part.done", { ...at, summary_index: 0, part }) +
          item({ summary: open.text === "" ? [] : [part], ...(state && { encrypted_content: state }) })
        );
      }
      case "function_call": {
        const args = open.text === "" ? "{}" : open.text;
        return (
          this.#event("response.function_call_arguments.done", { ...at, arguments: args }) + item({ arguments: args })
        );
      }
      case "custom_tool_call": {
        const input = customInput(open.text);
        return (
          this.#event("response.custom_tool_call_input.delta", { ...at, delta: input }) +
          this.#event("response.custom_tool_call_input.done", { ...at, input }) +
          item({ input })
        );
      }
      default:
        return item({ action: { type: "search", query: queryOf(open.text) } });
    }
  }

  #event(type: string, fields: Loose): string {
    return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: this.#sequence++, ...fields })}\n\n`;
  }
}
