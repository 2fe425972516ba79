import type { Quirks } from "../../catalog/types.ts";
import { mediaUrl, type Piece } from "../shared/pieces.ts";
import type { Target } from "../wire.ts";

/** An item of `input`. */
export type InputItem = Record<string, unknown>;

export type InputPart =
  | { type: "input_text"; text: string }
  | { type: "input_image"; image_url: string; detail: string }
  | { type: "input_file"; file_url: string }
  | { type: "input_file"; filename: string; file_data: string };

/**
 * A piece as an input part. What the target cannot take leaves a note, so that the model knows of it.
 * @param detail how finely images are to be looked at
 */
export function partOf(piece: Piece, { capabilities }: Target, { files }: Quirks, detail: string): InputPart {
  switch (piece.kind) {
    case "text":
      return { type: "input_text", text: piece.text };
    case "image":
      return capabilities.vision === false
        ? note("an image was left out: this model cannot see images")
        : { type: "input_image", image_url: mediaUrl(piece.image), detail };
    case "pdf":
      if (!files) return note(`the PDF document "${piece.title}" was left out: this provider takes no files`);
      return "url" in piece.pdf
        ? { type: "input_file", file_url: piece.pdf.url }
        : { type: "input_file", filename: piece.title, file_data: mediaUrl(piece.pdf) };
  }
}

function note(text: string): InputPart {
  return { type: "input_text", text: `[${text}]` };
}
