import { SseReader } from "../../anthropic/sse/reader.ts";
import type { Block, Usage } from "../../anthropic/types.ts";
import { mergeUsage } from "../../anthropic/usage.ts";

type Json = Record<string, unknown>;

/** A message as it grows. */
type Growing = Json & { content: Block[]; usage?: Usage };

/** How the pieces of a block's fields are put together, by the kind of delta. */
const FIELDS: Readonly<Record<string, string>> = {
  text_delta: "text",
  thinking_delta: "thinking",
  signature_delta: "signature",
};

/**
 * The message that the events of a whole stream tell, for whoever did not want it streamed.
 * @param stream the stream's bytes, checked before: what does not belong to the protocol's answers is left out
 * @returns undefined where no message begins
 */
export function messageOfEvents(stream: Buffer): Json | undefined {
  const reader = new SseReader();
  let message: Growing | undefined;
  const inputs = new Map<Block, string>();
  for (const { data } of [...reader.push(stream), ...reader.end()]) {
    const event = JSON.parse(data) as Json;
    if (event.type === "message_start") message ??= { ...(event.message as Json), content: [] };
    else if (!message) continue;
    else if (event.type === "content_block_start") message.content.push({ ...(event.content_block as Block) });
    else if (event.type === "content_block_delta")
      grow(message.content[Number(event.index)], event.delta as Json, inputs);
    else if (event.type === "message_delta") {
      Object.assign(message, event.delta);
      message.usage = mergeUsage({ ...(message.usage as Usage) }, event.usage as Usage);
    }
  }
  for (const [block, json] of inputs) if (json !== "") block.input = JSON.parse(json);
  return message;
}

function grow(block: Block | undefined, delta: Json, inputs: Map<Block, string>): void {
  if (!block) return;
  const field = FIELDS[String(delta.type)];
  if (field !== undefined) block[field] = String(block[field] ?? "") + String(delta[field]);
  else if (delta.type === "input_json_delta")
    inputs.set(block, (inputs.get(block) ?? "") + String(delta.partial_json ?? ""));
  else if (delta.type === "citations_delta") {
    const citations = Array.isArray(block.citations) ? block.citations : [];
    block.citations = [...citations, delta.citation];
  }
}
