import type { Block, MessagesBody } from "../../anthropic/types.ts";
import type { Quirks } from "../../catalog/types.ts";
import { type PastCall, type Turn, turnsOf } from "../shared/conversation.ts";
import { historyText } from "../shared/history-text.ts";
import { mediaUrl, type Piece, piecesOf, resultPieces } from "../shared/pieces.ts";
import { systemTexts } from "../shared/system-text.ts";
import { upstreamToolIds } from "../shared/tool-ids.ts";
import { upstreamToolName } from "../shared/tool-names.ts";
import type { Target } from "../wire.ts";
import { reasoningItem } from "./reasoning.ts";

type Item = Record<string, unknown>;

/** Stands for the result of a call that the user interrupted. */
const INTERRUPTED: Block = { type: "tool_result", content: "[interrupted]" };

/**
 * The conversation as input items: each answer in the order in which it was given, with its reasoning before what it led
 * to; the results of its calls behind it in the order of the calls; then what the user said.
 * @see https://platform.openai.com/docs/api-reference/responses/create#responses-create-input
 */
export function inputItems(body: MessagesBody, target: Target, quirks: Quirks): Item[] {
  const idOf = upstreamToolIds(quirks.toolCallId);
  const items = turnsOf(body.messages).flatMap((turn) => turnItems(turn, idOf, target));
  return items.length > 0 ? items : [{ role: "user", content: [{ type: "input_text", text: "." }] }];
}

function turnItems(turn: Turn, idOf: (id: string, name: string) => string, target: Target): Item[] {
  const ids = new Map(turn.calls.map(({ id, name }) => [id, idOf(id, name)]));
  const items = answerItems(turn.assistant ?? [], turn.calls, ids, target);
  for (const call of turn.calls) items.push(resultItem(call, ids.get(call.id) ?? call.id, target));
  for (const { role, blocks } of turn.after) {
    if (role === "system") {
      const text = systemTexts(blocks)
        .map((system) => system.text)
        .join("\n\n");
      if (text !== "") items.push({ role: "developer", content: [{ type: "input_text", text }] });
      continue;
    }
    const content = blocks.flatMap(piecesOf).map((piece) => partOf(piece, target));
    if (content.length > 0) items.push({ role: "user", content });
  }
  return items;
}

/** Reasoning is only understood directly before what it led to, so an item at the end of an answer is left out. */
function answerItems(
  blocks: readonly Block[],
  calls: readonly PastCall[],
  ids: ReadonlyMap<string, string>,
  target: Target,
): Item[] {
  const items: Item[] = [];
  const told = new Set<string>();
  for (const block of blocks) {
    const reasoning = block.type === "thinking" ? reasoningItem(block, target) : undefined;
    if (reasoning) items.push(reasoning);
    else if (block.type === "tool_use") {
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
  while (items.at(-1)?.type === "reasoning") items.pop();
  return items;
}

function callItem({ name, input }: PastCall, callId: string): Item {
  const isObject = typeof input === "object" && input !== null && !Array.isArray(input);
  const args = JSON.stringify(isObject ? input : { invalid_json_arguments: input });
  return { type: "function_call", call_id: callId, name: upstreamToolName(name), arguments: args };
}

function resultItem(call: PastCall, callId: string, target: Target): Item {
  const parts = resultPieces(call.result ?? INTERRUPTED).map((piece) => partOf(piece, target));
  const [only] = parts;
  const output = parts.length === 1 && only?.type === "input_text" ? only.text : parts;
  return { type: "function_call_output", call_id: callId, output };
}

/** A piece as an input part. What the target cannot take leaves a note, so that the model knows of it. */
function partOf(piece: Piece, { capabilities }: Target): Item {
  switch (piece.kind) {
    case "text":
      return { type: "input_text", text: piece.text };
    case "image":
      return capabilities.vision === false
        ? { type: "input_text", text: "[an image was left out: this model cannot see images]" }
        : { type: "input_image", image_url: mediaUrl(piece.image), detail: "auto" };
    case "pdf":
      return "url" in piece.pdf
        ? { type: "input_file", file_url: piece.pdf.url }
        : { type: "input_file", filename: piece.title, file_data: mediaUrl(piece.pdf) };
  }
}
