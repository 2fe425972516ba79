import type { Block, Message } from "../../anthropic/types.ts";
import { CannotCarry } from "../wire.ts";

/** A tool call of the conversation with what came back for it. */
export interface PastCall {
  id: string;
  name: string;
  input: unknown;
  /** Undefined where nobody answered: the user interrupted. */
  result: Block | undefined;
}

/** One answer of the assistant and everything that was said after it, until its next answer. */
export interface Turn {
  /** Undefined in the first turn, when the user begins. */
  assistant: Block[] | undefined;
  calls: PastCall[];
  /** User and system messages, without the tool results that belong to `calls`. */
  after: { role: "user" | "system"; blocks: Block[] }[];
}

/**
 * The conversation as turns. Neighbouring assistant messages are one answer; each call has its result, wherever in the
 * turn it stands, the last one where there are several; results that belong to no call of the turn stay where they are.
 */
export function turnsOf(messages: readonly Message[]): Turn[] {
  const turns: Turn[] = [];
  for (const [index, message] of messages.entries()) {
    const blocks = blocksOf(message, index);
    const turn = turns.at(-1);
    if (message.role === "assistant") {
      if (turn?.assistant && turn.after.length === 0) turn.assistant.push(...blocks);
      else turns.push({ assistant: [...blocks], calls: [], after: [] });
    } else {
      const role = message.role === "system" ? "system" : "user";
      if (turn) turn.after.push({ role, blocks });
      else turns.push({ assistant: undefined, calls: [], after: [{ role, blocks }] });
    }
  }
  for (const turn of turns) pairCalls(turn);
  return turns;
}

function pairCalls(turn: Turn): void {
  const calls = new Map<string, PastCall>();
  for (const block of turn.assistant ?? []) {
    if (block.type !== "tool_use") continue;
    const id = String(block.id);
    if (!calls.has(id)) calls.set(id, { id, name: String(block.name), input: block.input ?? {}, result: undefined });
  }
  turn.calls = [...calls.values()];
  if (turn.calls.length === 0) return;
  for (const message of turn.after)
    message.blocks = message.blocks.filter((block) => {
      const call = block.type === "tool_result" ? calls.get(String(block.tool_use_id)) : undefined;
      if (call) call.result = block;
      return !call;
    });
}

/** The content of a message as blocks. @throws {CannotCarry} when it is neither text nor blocks */
function blocksOf({ content }: Message, index: number): Block[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  if (content === undefined || content === null) return [];
  const at = `messages.${index}.content`;
  if (!Array.isArray(content))
    throw new CannotCarry(`${at}: a string or an array of blocks is required`, "bad_request");
  const odd = content.findIndex((block) => typeof block?.type !== "string");
  if (odd >= 0) throw new CannotCarry(`${at}.${odd}: a block with a type is required`, "bad_request");
  return content;
}
