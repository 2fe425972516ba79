import { SseReader } from "../../anthropic/sse/reader.ts";
import type { Block, Usage } from "../../anthropic/types.ts";

/** The events of an Anthropic stream, as far as they are translated. */
export interface AnthropicEvent {
  type: string;
  index?: number;
  message?: { id?: string; model?: string; usage?: Usage };
  content_block?: Block;
  delta?: {
    type?: string;
    text?: string;
    thinking?: string;
    signature?: string;
    partial_json?: string;
    citation?: unknown;
    stop_reason?: string | null;
  };
  usage?: Usage;
  error?: { type?: string; message?: string };
}

/** Reads our own events back out of the bytes that were meant for an Anthropic client. */
export class AnthropicEvents {
  readonly #reader = new SseReader();

  push(bytes: Buffer | string): AnthropicEvent[] {
    return this.#reader.push(Buffer.from(bytes)).map(({ data }) => JSON.parse(data) as AnthropicEvent);
  }
}
