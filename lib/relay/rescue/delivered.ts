import { EventSplitter, readEvent } from "../../anthropic/sse/splitter.ts";
import type { Block } from "../../anthropic/types.ts";

/** A block as the client has it. */
export interface DeliveredBlock {
  /** As it was begun. */
  start: Block;
  /** Text, or the JSON text of a tool's input. */
  words: string;
  isOpen: boolean;
}

/** What the client has of an answer that broke. Block i has index i. */
export interface Delivered {
  blocks: DeliveredBlock[];
  /** Characters in all blocks. */
  length: number;
  /** The stop reason is told: nothing more may follow but the end. */
  isConcluded: boolean;
}

type Json = Record<string, unknown>;

/**
 * Reads back what was sent.
 * @returns undefined where an answer holds what cannot be compared with another or continued: thinking, citations, blocks of
 *   server tools
 */
export function readDelivered(sent: readonly (Buffer | string)[]): Delivered | undefined {
  const delivered: Delivered = { blocks: [], length: 0, isConcluded: false };
  for (const { type, body } of eventsOf(new EventSplitter(), sent)) {
    const last = delivered.blocks.at(-1);
    if (type === "content_block_start") {
      const start = body.content_block as Block;
      if (start.type !== "text" && start.type !== "tool_use") return undefined;
      const words = typeof start.text === "string" ? start.text : "";
      delivered.blocks.push({ start, words, isOpen: true });
      delivered.length += words.length;
    } else if (type === "content_block_delta") {
      const words = wordsOf(body.delta as Json);
      if (words === undefined || !last) return undefined;
      last.words += words;
      delivered.length += words.length;
    } else if (type === "content_block_stop" && last) last.isOpen = false;
    else if (type === "message_delta") delivered.isConcluded = true;
  }
  return delivered;
}

/** The words of a delta; undefined for one that is no words. */
export function wordsOf(delta: Json): string | undefined {
  if (delta.type === "text_delta") return String(delta.text);
  return delta.type === "input_json_delta" ? String(delta.partial_json) : undefined;
}

/** The events in bytes, which may hold comments and pings as well. */
export function* eventsOf(
  splitter: EventSplitter,
  chunks: readonly (Buffer | string)[],
): Generator<{ type: string; body: Json }> {
  for (const chunk of chunks) {
    const { events } = splitter.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
    for (const event of events) {
      const read = readEvent(event);
      if (read && read.event !== "ping") yield { type: read.event, body: JSON.parse(read.data) as Json };
    }
  }
}
