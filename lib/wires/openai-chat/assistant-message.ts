import type { Block } from "../../anthropic/types.ts";
import type { Quirks } from "../../catalog/types.ts";
import type { PastCall } from "../shared/conversation.ts";
import { historyText } from "../shared/history-text.ts";
import { upstreamToolName } from "../shared/tool-names.ts";
import type { Target } from "../wire.ts";
import type { AssistantMessage, ChatToolCall } from "./chat-message.ts";
import { replayFields } from "./reasoning-replay.ts";

/**
 * One answer of the assistant: its text as one string, its calls, and the vendor's own reasoning where it wants that
 * back. Undefined when nothing of it can be told to another vendor.
 * @param ids the calls' ids for the upstream, in their order
 */
export function assistantMessage(
  blocks: readonly Block[],
  calls: readonly PastCall[],
  ids: readonly string[],
  target: Target,
  quirks: Quirks,
): AssistantMessage | undefined {
  const text = joinTexts(blocks);
  if (text === "" && calls.length === 0) return undefined;
  return {
    role: "assistant",
    content: text === "" ? null : text,
    ...(calls.length > 0 && { tool_calls: calls.map((call, i) => toolCall(call, ids[i] ?? call.id)) }),
    ...replayFields(blocks, calls.length > 0, target, quirks),
  };
}

/** Blocks are paragraphs, but for a text that citations have cut into pieces. */
function joinTexts(blocks: readonly Block[]): string {
  let joined = "";
  let glue = "";
  for (const block of blocks) {
    const text = historyText(block);
    if (text === undefined || text.trim() === "") continue;
    const cited = Array.isArray(block.citations) && block.citations.length > 0;
    joined += joined === "" ? text : `${cited ? "" : glue}${text}`;
    glue = cited ? "" : "\n\n";
  }
  return joined;
}

function toolCall({ name, input }: PastCall, id: string): ChatToolCall {
  return { id, type: "function", function: { name: upstreamToolName(name), arguments: argumentsOf(input) } };
}

/** Arguments are always a JSON object: vendors parse them, and refuse the whole request otherwise. */
function argumentsOf(input: unknown): string {
  const isObject = typeof input === "object" && input !== null && !Array.isArray(input);
  return JSON.stringify(isObject ? input : { invalid_json_arguments: input });
}
