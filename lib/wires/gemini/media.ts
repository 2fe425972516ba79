import type { Media, Piece } from "../shared/pieces.ts";
import { CannotCarry, type Target } from "../wire.ts";
import type { Part } from "./protocol.ts";

/** Pictures that Gemini reads. */
const PICTURES: readonly string[] = ["image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"];

/** Media types by the ending of a URL's path. */
const TYPE_OF_ENDING: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  webp: "image/webp",
  heic: "image/heic",
  heif: "image/heif",
  pdf: "application/pdf",
};

/**
 * A piece of a message as a part. What the model cannot take leaves a note, so that it knows of it.
 * @throws {CannotCarry} for a URL that Google would not fetch
 */
export function partOf(piece: Piece, { capabilities }: Target): Part {
  switch (piece.kind) {
    case "text":
      return { text: piece.text };
    case "image":
      if (capabilities.vision === false) return note("an image was left out: this model cannot see images");
      if ("mediaType" in piece.image && !PICTURES.includes(piece.image.mediaType))
        return note(`an image was left out: Gemini does not read ${piece.image.mediaType}`);
      // Servers look at the bytes, not at what a URL without an ending was taken for.
      return mediaPart(piece.image, "image/jpeg");
    case "pdf":
      return mediaPart(piece.pdf, "application/pdf");
  }
}

/** Can the part stand inside a function's result? Addresses cannot. */
export function isInline(part: Part): part is Part & { inlineData: NonNullable<Part["inlineData"]> } {
  return part.inlineData !== undefined;
}

/** Nothing is fetched here: Google reads public addresses and its own storage itself. */
function mediaPart(media: Media, usual: string): Part {
  if ("base64" in media) return { inlineData: { mimeType: media.mediaType, data: media.base64 } };
  const { url } = media;
  const { protocol, pathname } = URL.canParse(url) ? new URL(url) : { protocol: "", pathname: "" };
  if (protocol !== "https:" && protocol !== "gs:")
    throw new CannotCarry(`source.url: Gemini reads https:// and gs:// addresses only, not ${JSON.stringify(url)}`);
  const ending = pathname.slice(pathname.lastIndexOf(".") + 1).toLowerCase();
  return { fileData: { mimeType: TYPE_OF_ENDING[ending] ?? usual, fileUri: url } };
}

function note(text: string): Part {
  return { text: `[${text}]` };
}
