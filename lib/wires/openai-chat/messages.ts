import type { MessagesBody } from "../../anthropic/types.ts";
import type { Quirks } from "../../catalog/types.ts";
import { type Turn, turnsOf } from "../shared/conversation.ts";
import { piecesOf } from "../shared/pieces.ts";
import { type SystemText, systemReminder, systemTexts } from "../shared/system-text.ts";
import { upstreamToolIds } from "../shared/tool-ids.ts";
import { upstreamToolName } from "../shared/tool-names.ts";
import type { Target } from "../wire.ts";
import { assistantMessage } from "./assistant-message.ts";
import { type ChatMessage, type Content, contentOf, mergeNeighbours, type Part } from "./chat-message.ts";
import { type PartOptions, partOf } from "./parts.ts";
import { toolMessage } from "./tool-message.ts";

/** What shapes the messages besides the conversation itself. */
interface Shape {
  target: Target;
  quirks: Quirks;
  /** Role of instructions. */
  systemRole: "system" | "developer";
  parts: PartOptions;
}

/**
 * The conversation as Chat Completions has it: instructions first, each answer with its calls, the results directly
 * behind it in the order of the calls, then what the user said.
 * @param instruction to put behind those of the client
 * @param detail how finely images are to be looked at
 * @see https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages
 */
export function chatMessages(
  body: MessagesBody,
  target: Target,
  quirks: Quirks,
  systemRole: "system" | "developer",
  instruction: string | undefined,
  detail: string | undefined,
): ChatMessage[] {
  const keepsCache = quirks.cacheControl?.some((prefix) => target.model.startsWith(prefix)) ?? false;
  const parts = { vision: target.capabilities.vision !== false, files: quirks.files ?? false, keepsCache, detail };
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
  const ids = turn.calls.map(({ id, name }) => idOf(id, upstreamToolName(name)));
  const answer = turn.assistant && assistantMessage(turn.assistant, turn.calls, ids, shape.target, shape.quirks);
  const results = turn.calls.map((call, i) => toolMessage(call, ids[i] ?? call.id, shape.parts));
  const media = results.flatMap((result) => result.media);
  return [...(answer ? [answer] : []), ...results.map(({ message }) => message), ...laterMessages(turn, media, shape)];
}

/**
 * What the user and the client's instructions say after an answer.
 * @param media what the results hold that a tool message cannot; the user says it first
 */
function laterMessages({ after }: Turn, media: Part[], shape: Shape): ChatMessage[] {
  const { quirks, systemRole, parts } = shape;
  const messages: ChatMessage[] = [];
  let user = media;
  const endUser = () => {
    if (user.length > 0) messages.push({ role: "user", content: contentOf(user, parts.keepsCache) });
    user = [];
  };
  for (const { role, blocks } of after) {
    if (role === "user") user.push(...blocks.flatMap(piecesOf).map((piece) => partOf(piece, parts)));
    const texts = role === "system" ? systemTexts(blocks) : [];
    if (quirks.midSystem && texts.length > 0) {
      endUser();
      messages.push({ role: systemRole, content: systemContent(texts, shape) });
    } else user.push(...texts.map(({ text, cache }) => textPart(systemReminder(text), cache, shape)));
    endUser();
  }
  endUser();
  return messages;
}

function systemContent(texts: readonly SystemText[], shape: Shape): Content {
  const parts = texts.map(({ text, cache }) => textPart(text, cache, shape));
  return contentOf(parts, shape.parts.keepsCache);
}

function textPart(text: string, cache: SystemText["cache"], { parts: { keepsCache } }: Shape): Part {
  return { type: "text", text, ...(keepsCache && cache && { cache_control: cache }) };
}
