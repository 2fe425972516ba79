import { mediaUrl, type Piece } from "../shared/pieces.ts";
import type { Part } from "./chat-message.ts";

/** What the target's model and vendor can take. */
export interface PartOptions {
  vision: boolean;
  /** PDF files as `file` parts. */
  files: boolean;
  /** Keep the client's cache marks. */
  keepsCache: boolean;
  /** How finely images are to be looked at, where that is said. */
  detail: string | undefined;
}

/** A message's pieces as content parts. What the target cannot take leaves a note, so that the model knows of it. */
export function partOf(piece: Piece, { vision, files, keepsCache, detail }: PartOptions): Part {
  switch (piece.kind) {
    case "text":
      return { type: "text", text: piece.text, ...(keepsCache && piece.cache && { cache_control: piece.cache }) };
    case "image":
      return vision
        ? { type: "image_url", image_url: { url: mediaUrl(piece.image), ...(detail !== undefined && { detail }) } }
        : note("an image was left out: this model cannot see images");
    case "pdf":
      if (!files) return note(`the PDF document "${piece.title}" was left out: this provider takes no files`);
      if ("url" in piece.pdf) return note(`PDF document "${piece.title}" at ${piece.pdf.url}`);
      return { type: "file", file: { filename: piece.title, file_data: mediaUrl(piece.pdf) } };
  }
}

function note(text: string): Part {
  return { type: "text", text: `[${text}]` };
}
