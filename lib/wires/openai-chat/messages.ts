import type { Block, MessagesBody } from "../../anthropic/types.ts";
import type { Quirks } from "../../catalog/types.ts";
import { type PastCall, type Turn, turnsOf } from "../shared/conversation.ts";
import { type Piece, piecesOf, resultPieces } from "../shared/pieces.ts";
import { type SystemText, systemReminder, systemTexts } from "../shared/system-text.ts";
import { upstreamToolIds } from "../shared/tool-ids.ts";
import type { Target } from "../wire.ts";
import { assistantMessage } from "./assistant-message.ts";
import { type ChatMessage, contentOf, isText, mergeNeighbours, type Part, type TextPart } from "./chat-message.ts";
import { type PartOptions, partOf } from "./parts.ts";

/** What shapes the messages besides the conversation itself. */
interface Shape {
  target: Target;
  quirks: Quirks;
  /** Role of instructions. */
  systemRole: "system" | "developer";
  parts: PartOptions;
}

/** Stands for the result of a call that the user interrupted. */
const INTERRUPTED: Block = { type: "tool_result", content: "[interrupted]" };

/**
 * The conversation as Chat Completions has it: instructions first, each answer with its calls, the results directly
 * behind it in the order of the calls, then what the user said.
 * @param instruction to put behind those of the client
 * @see https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages
 */
export function chatMessages(
  body: MessagesBody,
  target: Target,
  quirks: Quirks,
  systemRole: "system" | "developer",
  instruction: string | undefined,
): ChatMessage[] {
  const keepsCache = quirks.cacheControl?.some((prefix) => target.model.startsWith(prefix)) ?? false;
  const parts = { vision: target.capabilities.vision !== false, files: quirks.files ?? false, keepsCache };
  const shape: Shape = { target, quirks, systemRole, parts };
  const instructions = systemTexts(body.system);
  if (instruction !== undefined) instructions.push({ text: instruction, cache: undefined });
  const opening: ChatMessage[] =
    instructions.length > 0 ? [{ role: systemRole, content: systemContent(instructions, shape) }] : [];
  const idOf = upstreamToolIds(quirks.toolCallId);
  const said = turnsOf(body.messages).flatMap((turn) => turnMessages(turn, idOf, shape));
  if (!said.some(({ role }) => role === "user" || role === "tool")) said.push({ role: "user", content: "." });
  const messages = [...opening, ...said];
  return quirks.alternateRoles ? mergeNeighbours(messages) : messages;
}

function turnMessages(turn: Turn, idOf: (id: string, name: string) => string, shape: Shape): ChatMessage[] {
  const ids = turn.calls.map(({ id, name }) => idOf(id, name));
  const answer = turn.assistant && assistantMessage(turn.assistant, turn.calls, ids, shape.target, shape.quirks);
  const messages: ChatMessage[] = answer ? [answer] : [];
  /** What the user says next: first of all what the results hold that a tool message cannot. */
  let user: Part[] = [];
  for (const [i, call] of turn.calls.entries()) {
    const { message, media } = toolMessage(call, ids[i] ?? call.id, shape.parts);
    messages.push(message);
    user.push(...media);
  }
  const endUser = () => {
    if (user.length > 0) messages.push({ role: "user", content: contentOf(user, shape.parts.keepsCache) });
    user = [];
  };
  for (const { role, blocks } of turn.after) {
    if (role === "system") {
      const texts = systemTexts(blocks);
      if (texts.length === 0) continue;
      if (shape.quirks.midSystem) {
        endUser();
        messages.push({ role: shape.systemRole, content: systemContent(texts, shape) });
        continue;
      }
      user.push({ type: "text", text: systemReminder(texts.map(({ text }) => text).join("\n\n")) });
    } else user.push(...blocks.flatMap(piecesOf).map((piece: Piece) => partOf(piece, shape.parts)));
    endUser();
  }
  endUser();
  return messages;
}

/** A tool message takes text only; images and files go to the user's next message, with a word on where they come from. */
function toolMessage(call: PastCall, id: string, options: PartOptions): { message: ChatMessage; media: Part[] } {
  const result = call.result ?? INTERRUPTED;
  const parts = resultPieces(result).map((piece) => partOf(piece, options));
  const texts: TextPart[] = parts.filter(isText);
  const media: Part[] = parts.filter((part) => !isText(part));
  if (media.length > 0) {
    texts.push({
      type: "text",
      text: `[${media.length === 1 ? "image or file" : "images or files"}: see the next message]`,
    });
    media.unshift({ type: "text", text: `[from the result of ${call.name} (${id}):]` });
  }
  const last = texts.at(-1);
  if (options.keepsCache && last && result.cache_control) Object.assign(last, { cache_control: result.cache_control });
  return { message: { role: "tool", tool_call_id: id, content: contentOf(texts, options.keepsCache) }, media };
}

function systemContent(texts: readonly SystemText[], { parts: { keepsCache } }: Shape): ChatMessage["content"] & {} {
  const parts = texts.map(
    ({ text, cache }): Part => ({ type: "text", text, ...(keepsCache && cache && { cache_control: cache }) }),
  );
  return contentOf(parts, keepsCache);
}
