import { EventTooLarge, MAX_EVENT_BYTES, type SseEvent, SseReader } from "./reader.ts";

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

/** What a chunk completed: the events one by one, and the same bytes in one piece. */
export interface Split {
  events: readonly Buffer[];
  /** All of `events`, contiguous, each with its closing blank line. */
  bytes: Buffer;
}

const NOTHING: Split = { events: [], bytes: Buffer.alloc(0) };

/**
 * Cuts a byte stream into whole server-sent events without decoding it. Bytes are copied only where an event lies across
 * two chunks. Line ends LF and CRLF; a stream of lone CRs comes out in one piece at the end.
 */
export class EventSplitter {
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** How far the current line has got: nothing, a single CR, or text. */
  #line: "empty" | "cr" | "text" = "empty";

  /** @throws {EventTooLarge} */
  push(chunk: Buffer): Split {
    const ends: number[] = [];
    let lineStart = 0;
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, lineStart)) {
      if (this.#isBlank(chunk, lineStart, at)) ends.push(at + 1);
      this.#line = "empty";
      lineStart = at + 1;
    }
    this.#remember(chunk, lineStart);
    const last = ends.at(-1);
    if (last === undefined) {
      this.#keep(chunk);
      return NOTHING;
    }
    const held = this.#pendingBytes;
    const bytes = held === 0 ? chunk.subarray(0, last) : Buffer.concat([...this.#pending, chunk.subarray(0, last)]);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#keep(chunk.subarray(last));
    let from = 0;
    const events = ends.map((end) => {
      const event = bytes.subarray(from, end + held);
      from = end + held;
      return event;
    });
    return { events, bytes };
  }

  /** Bytes that no blank line has closed; empty when the stream ended cleanly. */
  rest(): Buffer {
    const rest = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    return rest;
  }

  #keep(part: Buffer): void {
    if (part.length === 0) return;
    this.#pending.push(part);
    this.#pendingBytes += part.length;
    if (this.#pendingBytes > MAX_EVENT_BYTES) throw new EventTooLarge("an event is larger than 16 MiB");
  }

  #isBlank(chunk: Buffer, start: number, end: number): boolean {
    if (this.#line === "text") return false;
    if (start === end) return true;
    return this.#line === "empty" && end - start === 1 && chunk[start] === CR;
  }

  #remember(chunk: Buffer, start: number): void {
    if (start >= chunk.length) return;
    this.#line = this.#line === "empty" && chunk.length - start === 1 && chunk[start] === CR ? "cr" : "text";
  }
}

/**
 * Reads an event that the splitter has cut off; the usual form, a name and one line of data, without copying it twice.
 * @returns undefined for what is no event: comments and blank lines
 */
export function readEvent(event: Buffer): SseEvent | undefined {
  const data = simpleData(event);
  if (data !== undefined) return { event: eventName(event), data };
  const reader = new SseReader();
  return [...reader.push(event), ...reader.end()][0];
}

/** The data of an event of exactly two lines, `event:` and `data:`. */
function simpleData(event: Buffer): string | undefined {
  if (event[0] !== 0x65 || event[5] !== 0x3a) return undefined;
  const line = event.indexOf(LF) + 1;
  if (event[line] !== 0x64 || event[line + 4] !== 0x3a) return undefined;
  const start = line + (event[line + 5] === SPACE ? 6 : 5);
  const end = event.indexOf(LF, start);
  const blank = event[end + 1] === CR ? end + 2 : end + 1;
  if (end < 0 || blank !== event.length - 1) return undefined;
  return event.toString("utf8", start, event[end - 1] === CR ? end - 1 : end);
}

/** The name of an event's `event:` line; empty where its first line is something else. */
export function eventName(event: Buffer): string {
  if (event[0] !== 0x65 || event[5] !== 0x3a) return "";
  const end = event.indexOf(LF);
  const start = event[6] === 0x20 ? 7 : 6;
  return event.toString("latin1", start, event[end - 1] === CR ? end - 1 : end);
}
