import { type InboundRequest, readRequest } from "../../anthropic/request.ts";
import type { MessagesBody } from "../../anthropic/types.ts";
import type { Delivered } from "./delivered.ts";

/** About four characters a token. */
const CHARACTERS_PER_TOKEN = 4;

/**
 * The request with the words that the client has as the beginning of the answer.
 * @returns undefined where that cannot be asked for: no words yet, a tool has begun, the request wants a certain tool or
 *   form, or ends with the assistant's words itself
 */
export function continuedRequest(inbound: InboundRequest, { blocks }: Delivered): InboundRequest | undefined {
  const text = blocks
    .map(({ words }) => words)
    .join("")
    .trimEnd();
  const body = inbound.tree();
  const choice = body.tool_choice?.type;
  const isOpen = choice === undefined || choice === "auto" || choice === "none";
  if (text === "" || blocks.some(({ start }) => start.type !== "text")) return undefined;
  if (inbound.facts.prefill || inbound.facts.structuredOutput || !isOpen) return undefined;
  // A prefilled answer does not think, and what is said about thinking would be refused.
  const { thinking, context_management, ...rest } = body;
  const continued: MessagesBody = {
    ...rest,
    messages: [...body.messages, { role: "assistant", content: [{ type: "text", text }] }],
  };
  if (body.max_tokens !== undefined)
    continued.max_tokens = Math.max(1, body.max_tokens - Math.ceil(text.length / CHARACTERS_PER_TOKEN));
  return readRequest(Buffer.from(JSON.stringify(continued)), inbound.headers, inbound.extras);
}
