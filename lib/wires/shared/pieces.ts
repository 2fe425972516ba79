import type { Block, CacheControl } from "../../anthropic/types.ts";
import { CannotCarry } from "../wire.ts";
import { historyText } from "./history-text.ts";

/** A part of a message in terms that every protocol has, or lacks. */
export type Piece =
  | { kind: "text"; text: string; cache?: CacheControl }
  | { kind: "image"; image: Media }
  | { kind: "pdf"; pdf: Media; title: string };

/** Bytes with their media type, or where they lie. */
export type Media = { mediaType: string; base64: string } | { url: string };

/**
 * What a content block of a user message or a tool result says. Blocks that say nothing to another vendor's model give
 * nothing; blank text gives nothing either, because vendors refuse it.
 * @throws {CannotCarry} `capability` for a file that only Anthropic's own store holds
 */
export function piecesOf(block: Block): Piece[] {
  switch (block.type) {
    case "text":
      return textPiece(block.text, block.cache_control);
    case "image":
      return [{ kind: "image", image: mediaOf(block, "image") }];
    case "document":
      return documentPieces(block);
    case "search_result":
      return textPiece(`${String(block.title)} (${String(block.source)})\n${textOf(block.content)}`);
    case "tool_reference":
      return textPiece(`Tool ${String(block.tool_name)} is now available.`);
    case "tool_result":
      return [{ kind: "text", text: `[result of ${String(block.tool_use_id)}]` }, ...resultPieces(block)];
    default:
      return textPiece(historyText(block));
  }
}

/** What a tool result says, with the mark of an error where it is one. Never empty: some vendors refuse that. */
export function resultPieces(result: Block): Piece[] {
  const { content } = result;
  const pieces = typeof content === "string" ? textPiece(content) : (blocks(content)?.flatMap(piecesOf) ?? []);
  if (result.is_error === true) {
    const first = pieces[0];
    if (first?.kind === "text") pieces[0] = { ...first, text: `Error: ${first.text}` };
    else pieces.unshift({ kind: "text", text: "Error: the tool failed" });
  }
  return pieces.length > 0 ? pieces : [{ kind: "text", text: "(no output)" }];
}

/** The texts in blocks, one a line. */
export function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return (blocks(content) ?? []).flatMap((block) => (typeof block.text === "string" ? [block.text] : [])).join("\n");
}

/** `data:` URL of inline bytes, or the URL itself. */
export function mediaUrl(media: Media): string {
  return "url" in media ? media.url : `data:${media.mediaType};base64,${media.base64}`;
}

function textPiece(text: unknown, cache?: unknown): Piece[] {
  if (typeof text !== "string" || text.trim() === "") return [];
  return [{ kind: "text", text, ...(cache ? { cache: cache as CacheControl } : {}) }];
}

function documentPieces(block: Block): Piece[] {
  const source = (block.source ?? {}) as Record<string, unknown>;
  const title = typeof block.title === "string" ? block.title : "";
  const head = [title && `Document: ${title}`, typeof block.context === "string" && block.context].filter(Boolean);
  const headed = (text: string) => textPiece([...head, text].join("\n"));
  switch (source.type) {
    case "text":
      return headed(String(source.data));
    case "content": {
      if (typeof source.content === "string") return headed(source.content);
      return [...headed(""), ...(blocks(source.content)?.flatMap(piecesOf) ?? [])];
    }
    default:
      return [{ kind: "pdf", pdf: mediaOf(block, "document"), title: title || "document.pdf" }];
  }
}

function mediaOf(block: Block, what: "image" | "document"): Media {
  const source = (block.source ?? {}) as Record<string, unknown>;
  if (source.type === "base64") return { mediaType: String(source.media_type), base64: String(source.data) };
  if (source.type === "url") return { url: String(source.url) };
  if (source.type === "file")
    throw new CannotCarry(
      `${what}.source.type "file": only Anthropic can read file ${String(source.file_id)} of its Files API`,
    );
  throw new CannotCarry(`${what}.source.type: base64, url or file is required`, "bad_request");
}

function blocks(content: unknown): Block[] | undefined {
  return Array.isArray(content) ? content.filter((block) => typeof block?.type === "string") : undefined;
}
