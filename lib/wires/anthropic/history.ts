import type { InboundRequest } from "../../anthropic/request.ts";
import type { Block, Message } from "../../anthropic/types.ts";
import { readCarrier } from "../shared/carrier.ts";
import { systemReminder, systemTexts } from "../shared/system-text.ts";
import { ClientToolIds } from "../shared/tool-ids.ts";

/** Might the conversation hold thinking or search results that another vendor made? */
export function mayHoldStrangers({ signs }: InboundRequest): boolean {
  return signs.carrier || signs.unsealed;
}

/**
 * The conversation without what Anthropic would refuse because it has not made it: thinking with a stranger's signature
 * or with none, and searches of other vendors, which are told as text.
 */
export function withoutStrangers(messages: readonly Message[]): Message[] {
  return changeBlocks(messages, (block) => {
    if (block.type === "thinking") return isAnthropics(block.signature) ? [block] : [];
    if (block.type === "web_search_tool_result") return isForeignResult(block) ? [] : [block];
    if (block.type === "server_tool_use") return isCallOfForeignResult(block, messages) ? [] : [block];
    return [withoutForeignCitations(block)];
  });
}

/**
 * The conversation with ids of calls that Claude's hosts take, the same in every turn: other vendors' hold dots and colons,
 * and some count their calls from zero in each answer. Those vendors themselves want to see theirs again.
 */
export function withLegalIds(messages: readonly Message[]): Message[] {
  const ids = new ClientToolIds([]);
  /** The latest call of each id is the one that a result answers. */
  const legal = new Map<unknown, string>();
  return changeBlocks(messages, (block) => {
    if (block.type === "tool_use" && typeof block.id === "string") {
      const id = ids.make(block.id, "");
      legal.set(block.id, id);
      return [id === block.id ? block : { ...block, id }];
    }
    const id = block.type === "tool_result" ? legal.get(block.tool_use_id) : undefined;
    return [id === undefined || id === block.tool_use_id ? block : { ...block, tool_use_id: id }];
  });
}

/** Instructions in mid-conversation as the user's reminder. */
export function withReminders(messages: readonly Message[]): Message[] {
  return messages.flatMap((message): Message[] => {
    if (message.role !== "system") return [message];
    const text = systemTexts(message.content as string | Block[])
      .map((system) => system.text)
      .join("\n\n");
    return text === "" ? [] : [{ role: "user", content: [{ type: "text", text: systemReminder(text) }] }];
  });
}

/** Does an answer with calls, to which the results are just given, begin with something else than thinking? */
export function lacksThinking(messages: readonly Message[]): boolean {
  const last = messages.findLast(({ role }) => role === "assistant");
  const blocks = Array.isArray(last?.content) ? last.content : [];
  if (!blocks.some(({ type }) => type === "tool_use")) return false;
  return blocks[0]?.type !== "thinking" && blocks[0]?.type !== "redacted_thinking";
}

/** Each block replaced by what `change` makes of it; messages that lose all of theirs are left out. */
export function changeBlocks(messages: readonly Message[], change: (block: Block) => Block[]): Message[] {
  return messages.flatMap((message): Message[] => {
    if (!Array.isArray(message.content)) return [message];
    const content = message.content.flatMap(change);
    return content.length === 0 && message.content.length > 0 ? [] : [{ ...message, content }];
  });
}

/** Anthropic's signatures are long and base64; what is clearly something else is somebody else's. */
function isAnthropics(signature: unknown): boolean {
  return typeof signature === "string" && !readCarrier(signature) && /^[A-Za-z0-9+/]{40,}={0,2}$/.test(signature);
}

function isForeignResult({ content }: Block): boolean {
  return Array.isArray(content) && content.some((hit) => hit?.encrypted_content === "");
}

function isCallOfForeignResult({ id }: Block, messages: readonly Message[]): boolean {
  return messages.some(
    ({ content }) =>
      Array.isArray(content) &&
      content.some(
        (block) => block.type === "web_search_tool_result" && block.tool_use_id === id && isForeignResult(block),
      ),
  );
}

function withoutForeignCitations(block: Block): Block {
  if (!Array.isArray(block.citations)) return block;
  const kept = block.citations.filter((citation) => citation?.encrypted_index !== "");
  if (kept.length === block.citations.length) return block;
  const { citations: _dropped, ...rest } = block;
  return kept.length > 0 ? { ...rest, type: block.type, citations: kept } : { ...rest, type: block.type };
}
