const BLANK = 0x20;
/** Bytes of a byte order mark. */
const MARK: readonly number[] = [0xef, 0xbb, 0xbf];
const DOCUMENT: readonly (number | undefined)[] = Array.from("{[", (sign) => sign.charCodeAt(0));
const PAGE = "<".charCodeAt(0);
/** How a line of an event stream begins: with one of these words, or with the colon of a comment. */
const EVENTS = /^(?:event|data|id|retry)?:/;

/** What a body is. A label may be wrong; the first thing in a body that is no blank is not. */
export type BodyKind = "blank" | "document" | "page" | "events" | "unknown";

/** A body's kind, by its beginning. */
export function bodyKind(beginning: Buffer): BodyKind {
  const at = beginning.findIndex((byte) => byte > BLANK && !MARK.includes(byte));
  if (at < 0) return "blank";
  const first = beginning[at];
  if (DOCUMENT.includes(first)) return "document";
  if (first === PAGE) return "page";
  return EVENTS.test(beginning.toString("latin1", at, at + "event:".length)) ? "events" : "unknown";
}

/** More than this is no answer. */
const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;

/** Thrown when a document goes on and on. */
export class DocumentTooLarge extends Error {
  override readonly name = "DocumentTooLarge";
}

/** A document that comes where events should be; it can be read when it is whole. */
export class Document {
  readonly #parts: Buffer[] = [];
  #bytes = 0;

  /** @throws {DocumentTooLarge} */
  push(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes > MAX_DOCUMENT_BYTES)
      throw new DocumentTooLarge(`the answer is larger than ${MAX_DOCUMENT_BYTES} bytes`);
    this.#parts.push(part);
  }

  whole(): Buffer {
    return Buffer.concat(this.#parts, this.#bytes);
  }
}
