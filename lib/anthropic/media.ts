import { type Range, scanItems, scanObject } from "./scan.ts";

/** An image or document of a request, inside a message or a tool result. */
export interface Media {
  type: "image" | "document";
  /** The base64 text in the request, without its quotes; absent for a URL, a file id or plain text. */
  data?: Range;
}

/**
 * Finds the images and documents of a request's messages. Costs next to nothing where there are none: only messages
 * that hold the words are walked through.
 * @param words where the words are, ascending: see `scanTopLevel`
 */
export function findMedia(raw: Buffer, messages: readonly Range[], words: readonly number[]): Media[] {
  let next = 0;
  return messages.flatMap((message) => {
    while ((words[next] ?? raw.length) < message.start) next++;
    const holds = (words[next] ?? raw.length) < message.end;
    return holds ? mediaOf(raw, scanObject(raw, message)?.get("content"), true) : [];
  });
}

function mediaOf(raw: Buffer, content: Range | undefined, openResults: boolean): Media[] {
  const blocks = (content && scanItems(raw, content)) ?? [];
  return blocks.flatMap((block): Media[] => {
    const keys = scanObject(raw, block);
    const type = textAt(raw, keys?.get("type"));
    if (type === "tool_result" && openResults) return mediaOf(raw, keys?.get("content"), false);
    if (type !== "image" && type !== "document") return [];
    const source = keys?.get("source");
    const parts = source && scanObject(raw, source);
    const data = textAt(raw, parts?.get("type")) === "base64" ? parts?.get("data") : undefined;
    return [data ? { type, data: { start: data.start + 1, end: data.end - 1 } } : { type }];
  });
}

function textAt(raw: Buffer, quoted: Range | undefined): string | undefined {
  return quoted && raw.toString("latin1", quoted.start + 1, quoted.end - 1);
}
