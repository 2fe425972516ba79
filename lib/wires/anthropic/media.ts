import type { Block } from "../../anthropic/types.ts";
import { claudeTraits } from "../../catalog/claude-traits.ts";
import { type Piece, piecesOf } from "../shared/pieces.ts";
import { quirksOf } from "../shared/quirks.ts";
import type { Target } from "../wire.ts";

/**
 * A picture or a document as the target's model and vendor take it. What they cannot take leaves a note, so that the model
 * knows of it: a refusal would come back with every further turn of the conversation.
 */
export function mediaBlocks(block: Block, target: Target): Block[] {
  const { capabilities, model, type } = target;
  if (claudeTraits(model)) return [block];
  // A document that consists of blocks is Anthropic's own: it is for citations.
  const isOfBlocks = (block.source as { type?: unknown } | null)?.type === "content";
  const takesDocuments = quirksOf(type, model).documents !== false && !isOfBlocks;
  if (block.type === "image" ? capabilities.vision !== false : takesDocuments) return [block];
  return piecesOf(block).map((piece): Block => ({ type: "text", text: wordsOf(piece) }));
}

function wordsOf(piece: Piece): string {
  switch (piece.kind) {
    case "text":
      return piece.text;
    case "image":
      return "[an image was left out: this model cannot see images]";
    case "pdf":
      return `[the PDF document "${piece.title}" was left out: this provider takes no files]`;
  }
}
