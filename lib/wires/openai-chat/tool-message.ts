import type { Block } from "../../anthropic/types.ts";
import type { PastCall } from "../shared/conversation.ts";
import { resultPieces } from "../shared/pieces.ts";
import { type ChatMessage, contentOf, isText, type Part } from "./chat-message.ts";
import { type PartOptions, partOf } from "./parts.ts";

/** Stands for the result of a call that the user interrupted. */
const INTERRUPTED: Block = { type: "tool_result", content: "[interrupted]" };

/**
 * The result of a call. A tool message takes text only; images and files go to the user's next message, with a word on
 * where they come from.
 * @param id of the call, as the upstream knows it
 */
export function toolMessage(call: PastCall, id: string, options: PartOptions): { message: ChatMessage; media: Part[] } {
  const result = call.result ?? INTERRUPTED;
  const parts = resultPieces(result).map((piece) => partOf(piece, options));
  const texts = parts.filter(isText);
  const media: Part[] = parts.filter((part) => !isText(part));
  if (media.length > 0) {
    const what = media.length === 1 ? "image or file" : "images or files";
    texts.push({ type: "text", text: `[${what}: see the next message]` });
    media.unshift({ type: "text", text: `[from the result of ${call.name} (${id}):]` });
  }
  const last = texts.at(-1);
  if (options.keepsCache && last && result.cache_control) Object.assign(last, { cache_control: result.cache_control });
  return { message: { role: "tool", tool_call_id: id, content: contentOf(texts, options.keepsCache) }, media };
}
