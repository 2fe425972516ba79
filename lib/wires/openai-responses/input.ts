import type { Block, MessagesBody } from "../../anthropic/types.ts";
import type { Quirks } from "../../catalog/types.ts";
import { type PastCall, type Turn, turnsOf } from "../shared/conversation.ts";
import { historyText } from "../shared/history-text.ts";
import { piecesOf, resultPieces } from "../shared/pieces.ts";
import { systemReminder, systemTexts } from "../shared/system-text.ts";
import { upstreamToolIds } from "../shared/tool-ids.ts";
import { upstreamToolName } from "../shared/tool-names.ts";
import type { Target } from "../wire.ts";
import { type InputItem, type InputPart, partOf } from "./input-parts.ts";
import { reasoningItem } from "./reasoning.ts";

/** What shapes the items besides the conversation itself. */
interface Shape {
  target: Target;
  quirks: Quirks;
  /** Are the assistant's messages told as commentary or final answer? */
  phases: boolean;
  /** How finely images are to be looked at. */
  detail: string;
  idOf: (id: string, name: string) => string;
}

/** Stands for the result of a call that the user interrupted. */
const INTERRUPTED: Block = { type: "tool_result", content: "[interrupted]" };

/**
 * The conversation as input items: each answer in the order in which it was given, with its reasoning before what it led
 * to; the results of its calls behind it in the order of the calls; then what the user said.
 * @see https://platform.openai.com/docs/api-reference/responses/create#responses-create-input
 */
export function inputItems(
  body: MessagesBody,
  target: Target,
  quirks: Quirks,
  { phases = false, detail = "auto" }: Partial<Pick<Shape, "phases" | "detail">>,
): InputItem[] {
  const shape: Shape = { target, quirks, phases, detail, idOf: upstreamToolIds(quirks.toolCallId) };
  const items = turnsOf(body.messages).flatMap((turn) => turnItems(turn, shape));
  return items.length > 0 ? items : [{ role: "user", content: [{ type: "input_text", text: "." }] }];
}

function turnItems(turn: Turn, shape: Shape): InputItem[] {
  const { target, quirks, detail, idOf } = shape;
  const ids = new Map(turn.calls.map(({ id, name }) => [id, idOf(id, upstreamToolName(name))]));
  const items = answerItems(turn.assistant ?? [], turn.calls, ids, shape);
  for (const call of turn.calls) items.push(resultItem(call, ids.get(call.id) ?? call.id, shape));
  let user: InputPart[] = [];
  const endUser = () => {
    if (user.length > 0) items.push({ role: "user", content: user });
    user = [];
  };
  for (const { role, blocks } of turn.after) {
    if (role === "user") user.push(...blocks.flatMap(piecesOf).map((piece) => partOf(piece, target, quirks, detail)));
    else {
      const texts = systemTexts(blocks).map(({ text }) => text);
      if (texts.length === 0) continue;
      const text = texts.join("\n\n");
      if (!quirks.midSystem) {
        user.push({ type: "input_text", text: systemReminder(text) });
        continue;
      }
      endUser();
      items.push({ role: quirks.systemRole ?? "system", content: [{ type: "input_text", text }] });
    }
    endUser();
  }
  endUser();
  return items;
}

/** Reasoning is only understood directly before what it led to: where that is not told, the reasoning is left out, too. */
function answerItems(
  blocks: readonly Block[],
  calls: readonly PastCall[],
  ids: ReadonlyMap<string, string>,
  { target, phases }: Shape,
): InputItem[] {
  const items: InputItem[] = [];
  const told = new Set<string>();
  for (const block of blocks) {
    const reasoning = block.type === "thinking" ? reasoningItem(block, target) : undefined;
    if (reasoning) {
      if (items.at(-1)?.type === "reasoning") items.pop();
      items.push(reasoning);
    } else if (block.type === "tool_use") {
      const call = calls.find(({ id }) => id === block.id);
      if (!call || told.has(call.id)) continue;
      told.add(call.id);
      items.push(callItem(call, ids.get(call.id) ?? call.id));
    } else {
      const text = historyText(block);
      if (text !== undefined && text.trim() !== "")
        items.push({ type: "message", role: "assistant", content: [{ type: "output_text", text }] });
    }
  }
  if (items.at(-1)?.type === "reasoning") items.pop();
  return phases ? withPhases(items) : items;
}

/**
 * Models that tell commentary from the final answer want to know again which was which. It need not be kept: what
 * nothing follows in an answer is final, everything before it is commentary.
 */
function withPhases(items: readonly InputItem[]): InputItem[] {
  return items.map((item, at) => {
    if (item.type !== "message") return item;
    return { ...item, phase: at === items.length - 1 ? "final_answer" : "commentary" };
  });
}

/** Arguments are always a JSON object: vendors parse them, and refuse the whole request otherwise. */
function callItem({ name, input }: PastCall, callId: string): InputItem {
  const isObject = typeof input === "object" && input !== null && !Array.isArray(input);
  const args = JSON.stringify(isObject ? input : { invalid_json_arguments: input });
  return { type: "function_call", call_id: callId, name: upstreamToolName(name), arguments: args };
}

function resultItem(call: PastCall, callId: string, { target, quirks, detail }: Shape): InputItem {
  const parts = resultPieces(call.result ?? INTERRUPTED).map((piece) => partOf(piece, target, quirks, detail));
  const [only] = parts;
  const output = parts.length === 1 && only?.type === "input_text" ? only.text : parts;
  return { type: "function_call_output", call_id: callId, output };
}
