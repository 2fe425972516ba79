import { errorEvent } from "../errors.ts";
import type { Block, Usage } from "../types.ts";

type OpenBlock = "text" | "thinking" | "tool_use" | "server_tool_use";

/** Final usage and whatever else `message_delta` may carry. */
export interface Finish {
  stopReason: string;
  usage: Usage;
  stopSequence?: string | null;
  stopDetails?: unknown;
}

/**
 * Writes one answer as Anthropic's events, always in the order that the grammar demands (facts: protocols A5):
 * one message_start, blocks 0, 1, 2, … with one open at a time, one message_delta, one message_stop.
 * Each method returns the event text; what would break the order is a programming error and throws.
 */
export class MessageWriter {
  readonly #id: string;
  readonly #model: string;
  #started = false;
  #ended = false;
  #next = 0;
  #open: OpenBlock | undefined;
  #signature = "";

  constructor(options: { id: string; model: string }) {
    this.#id = options.id;
    this.#model = options.model;
  }

  /** Kind of the block that is open. */
  get open(): OpenBlock | undefined {
    return this.#open;
  }

  /** How many blocks were begun. */
  get blocks(): number {
    return this.#next;
  }

  /** message_start, once; later calls return nothing. */
  start(usage: Usage): string {
    if (this.#started) return "";
    this.#started = true;
    return event("message_start", {
      type: "message_start",
      message: {
        id: this.#id,
        type: "message",
        role: "assistant",
        model: this.#model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage,
      },
    });
  }

  /** Text; opens a text block where none is open. Empty text writes nothing. */
  text(delta: string): string {
    if (delta === "") return "";
    return this.#into("text", { type: "text", text: "" }) + this.#delta(`"text_delta","text":${JSON.stringify(delta)}`);
  }

  /** Thinking; opens a thinking block where none is open. Empty text opens the block all the same. */
  thinking(delta: string): string {
    const opened = this.#into("thinking", { type: "thinking", thinking: "", signature: "" });
    return delta === "" ? opened : opened + this.#delta(`"thinking_delta","thinking":${JSON.stringify(delta)}`);
  }

  /** Signature of the open thinking block; it goes out when the block closes, so that the last one given wins. */
  sign(signature: string): void {
    if (this.#open === "thinking") this.#signature = signature;
  }

  /** Opens a tool_use block; the open block is closed first. */
  tool(id: string, name: string): string {
    return this.close() + this.#begin("tool_use", { type: "tool_use", id, name, input: {} });
  }

  /** Opens a server_tool_use block. */
  serverTool(id: string, name: string): string {
    return this.close() + this.#begin("server_tool_use", { type: "server_tool_use", id, name, input: {} });
  }

  /** A piece of the open tool's arguments, as JSON text. */
  toolInput(partialJson: string): string {
    if (this.#open !== "tool_use" && this.#open !== "server_tool_use") throw new Error("no tool block is open");
    return partialJson === "" ? "" : this.#delta(`"input_json_delta","partial_json":${JSON.stringify(partialJson)}`);
  }

  /** A citation of the open text block. */
  citation(citation: unknown): string {
    return (
      this.#into("text", { type: "text", text: "" }) +
      this.#delta(`"citations_delta","citation":${JSON.stringify(citation)}`)
    );
  }

  /** A block that comes whole, without deltas, such as web_search_tool_result or redacted_thinking. */
  whole(block: Block): string {
    const closed = this.close();
    const index = this.#next++;
    return (
      closed +
      event("content_block_start", { type: "content_block_start", index, content_block: block }) +
      event("content_block_stop", { type: "content_block_stop", index })
    );
  }

  /** Closes the open block, if there is one. */
  close(): string {
    if (!this.#open) return "";
    const signature =
      this.#open === "thinking" && this.#signature !== ""
        ? this.#delta(`"signature_delta","signature":${JSON.stringify(this.#signature)}`)
        : "";
    this.#open = undefined;
    this.#signature = "";
    return `${signature}event: content_block_stop\ndata: {"type":"content_block_stop","index":${this.#next - 1}}\n\n`;
  }

  /** Ends the answer: closes the open block, message_delta, message_stop. Later calls return nothing. */
  finish(end: Finish): string {
    if (this.#ended) return "";
    const started = this.start({ ...end.usage, output_tokens: Math.min(1, end.usage.output_tokens) });
    const closed = this.close();
    this.#ended = true;
    const delta = {
      stop_reason: end.stopReason,
      stop_sequence: end.stopSequence ?? null,
      ...(end.stopDetails !== undefined && { stop_details: end.stopDetails }),
    };
    return (
      started +
      closed +
      event("message_delta", { type: "message_delta", delta, usage: end.usage }) +
      'event: message_stop\ndata: {"type":"message_stop"}\n\n'
    );
  }

  /**
   * Ends the answer as failed. An open text block is closed, so that the client may keep what it has; an open tool or
   * thinking block is not, so that nobody takes it for whole.
   */
  fail(type: string, message: string, requestId?: string): string {
    if (this.#ended) return "";
    const closed = this.#open === "text" ? this.close() : "";
    this.#ended = true;
    return closed + errorEvent(type, message, requestId);
  }

  #into(kind: OpenBlock, block: Block): string {
    return this.#open === kind ? "" : this.close() + this.#begin(kind, block);
  }

  #begin(kind: OpenBlock, block: Block): string {
    if (!this.#started || this.#ended) throw new Error("a block outside of the message");
    this.#open = kind;
    return event("content_block_start", { type: "content_block_start", index: this.#next++, content_block: block });
  }

  #delta(inner: string): string {
    return `event: content_block_delta\ndata: {"type":"content_block_delta","index":${this.#next - 1},"delta":{"type":${inner}}}\n\n`;
  }
}

function event(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
