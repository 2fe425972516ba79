import type { CacheControl } from "../../anthropic/types.ts";

/** The messages of a Chat Completions request, as far as we write them. */
export type ChatMessage =
  | { role: "system" | "developer" | "user"; content: Content }
  | { role: "tool"; tool_call_id: string; content: Content }
  | AssistantMessage;

export interface AssistantMessage {
  role: "assistant";
  content: string | null;
  tool_calls?: ChatToolCall[];
  /** A vendor's own reasoning, in the field in which it wants it back. */
  [reasoning: string]: unknown;
}

export interface ChatToolCall {
  id: string;
  type: "function";
  function: { name: string; arguments: string };
}

export type Content = string | Part[];

export type Part = TextPart | MediaPart;
export interface TextPart {
  type: "text";
  text: string;
  cache_control?: CacheControl;
}
type MediaPart =
  | { type: "image_url"; image_url: { url: string } }
  | { type: "file"; file: { filename: string; file_data: string } };

/**
 * Parts as content: one string where that is possible, since some vendors take nothing else.
 * @param keepParts never make a string of them: the marks on the parts are wanted
 */
export function contentOf(parts: readonly Part[], keepParts: boolean): Content {
  const texts = parts.filter(isText);
  return keepParts || texts.length < parts.length ? [...parts] : texts.map(({ text }) => text).join("\n\n");
}

export function isText(part: Part): part is TextPart {
  return part.type === "text";
}

/** For vendors that insist on turns: neighbouring messages of the user, or of the instructions, become one. */
export function mergeNeighbours(messages: readonly ChatMessage[]): ChatMessage[] {
  const merged: ChatMessage[] = [];
  for (const message of messages) {
    const last = merged.at(-1);
    if (last?.role !== message.role || last.role === "tool" || last.role === "assistant") merged.push(message);
    else if (message.role === last.role)
      merged[merged.length - 1] = { ...last, content: together(last.content, message.content) };
  }
  return merged;
}

function together(first: Content, second: Content): Content {
  if (typeof first === "string" && typeof second === "string") return `${first}\n\n${second}`;
  return [...asParts(first), ...asParts(second)];
}

function asParts(content: Content): Part[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}
