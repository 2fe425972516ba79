import { pictureSize } from "./picture-size.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Pictures are scaled down to this edge (pixels) before they are counted, and count no more than this. */
const SCALING: Readonly<Record<Vocabulary, { edge: number; most: number }>> = {
  claude: { edge: 1568, most: 1600 },
  "claude-4.7": { edge: 2576, most: 4784 },
  other: { edge: 1568, most: 1600 },
};
const PIXELS_A_TOKEN = 750;

/** Of a picture whose size cannot be told: behind a URL or a file id, or of an odd format. */
export const UNKNOWN_PICTURE = 1600;

/** As much base64 as the frame header of an ordinary JPEG needs. */
export const HEADER_CHARACTERS = 88_000;

const PAGE = /\/Type\s*\/Page(?![a-zA-Z])/g;
const TOKENS_A_PAGE = 2000;
const FILE_BYTES_A_TOKEN = 50;

/** @param base64 the picture's file, or its first `HEADER_CHARACTERS` */
export function pictureTokens(base64: string, vocabulary: Vocabulary): number {
  const size = pictureSize(Buffer.from(base64.slice(0, HEADER_CHARACTERS), "base64"));
  if (!size) return UNKNOWN_PICTURE;
  const { edge, most } = SCALING[vocabulary];
  const scale = Math.min(1, edge / Math.max(size.width, size.height));
  return Math.min(most, (size.width * size.height * scale * scale) / PIXELS_A_TOKEN);
}

/** @param base64 a PDF; where its pages lie inside compressed objects, its size has to tell */
export function documentTokens(base64: string): number {
  const pages = Buffer.from(base64, "base64").toString("latin1").match(PAGE)?.length;
  return pages ? pages * TOKENS_A_PAGE : documentTokensBySize(base64.length);
}

/** @param characters of base64 */
export function documentTokensBySize(characters: number): number {
  return (characters * 0.75) / FILE_BYTES_A_TOKEN;
}
