import type { Block } from "../../anthropic/types.ts";
import type { PastCall, Turn } from "../shared/conversation.ts";
import { historyText } from "../shared/history-text.ts";
import { generationOf } from "./generation.ts";
import type { Part } from "./protocol.ts";
import type { Shape } from "./shape.ts";
import { type CallState, type CarriedState, readState, SKIP_SIGNATURE, textKey } from "./signatures.ts";
import { functionName } from "./tools.ts";

/**
 * An earlier answer as parts, each with the signature that came on it.
 * @returns also the state of its calls, by the client's ids
 */
export function modelParts(
  { assistant = [], calls }: Turn,
  shape: Shape,
): { parts: Part[]; states: ReadonlyMap<string, CallState> } {
  const parts: Part[] = [];
  const states = new Map<string, CallState>();
  let carried: Readonly<Record<string, CallState>> = {};
  for (const block of assistant) {
    if (block.type === "thinking") {
      const state = readState(block.signature, shape.target) ?? {};
      carried = { ...carried, ...state.calls };
      parts.push(...thoughtParts(state, block));
    } else if (block.type === "tool_use") {
      const call = calls.find(({ id }) => id === block.id);
      if (!call || states.has(call.id)) continue;
      const state = carried[call.id] ?? shape.memory.recall(call.id, shape.target) ?? {};
      states.set(call.id, state);
      parts.push(callPart(call, state, shape));
    } else parts.push(...textParts(block, shape));
  }
  if (generationOf(shape.target.model).wantsSignatures) signFirstCall(parts);
  return { parts, states };
}

/** Only a thought that was signed is wanted back; any other would be taken for words of the answer. */
function thoughtParts({ parts = [], thought }: CarriedState, { thinking }: Block): Part[] {
  if (thought === undefined || typeof thinking !== "string" || thinking === "") return parts;
  return [...parts, { text: thinking, thought: true, thoughtSignature: thought }];
}

function textParts(block: Block, { session, memory, target }: Shape): Part[] {
  const text = historyText(block);
  if (text === undefined || text.trim() === "") return [];
  const key = block.type === "text" ? textKey(session, text) : undefined;
  const signature = key === undefined ? undefined : memory.recall(key, target)?.signature;
  return [{ text, ...(signature !== undefined && { thoughtSignature: signature }) }];
}

function callPart({ name, input }: PastCall, { id, signature }: CallState, { callIds }: Shape): Part {
  const isObject = typeof input === "object" && input !== null && !Array.isArray(input);
  return {
    functionCall: {
      ...(callIds && id !== undefined && { id }),
      name: functionName(name),
      args: isObject ? (input as Record<string, unknown>) : { invalid_json_arguments: input },
    },
    ...(signature !== undefined && { thoughtSignature: signature }),
  };
}

/** Of several calls at once only the first is signed, and without that the request is refused. */
function signFirstCall(parts: readonly Part[]): void {
  const first = parts.find(({ functionCall }) => functionCall !== undefined);
  if (first) first.thoughtSignature ??= SKIP_SIGNATURE;
}
