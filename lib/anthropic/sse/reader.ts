/** One server-sent event. `event` is empty where the stream gave no name. */
export interface SseEvent {
  event: string;
  data: string;
}

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;

/** Largest event that is still read; tool inputs of 1 MiB happen, 16 MiB do not. */
export const MAX_EVENT_BYTES = 16 * 1024 * 1024;

/** Thrown when one event grows beyond what any provider sends. */
export class EventTooLarge extends Error {
  override readonly name = "EventTooLarge";
}

/**
 * Reads server-sent events from bytes that come in any slices: characters, line ends and fields may be cut anywhere.
 * Line ends LF, CRLF and CR, comments, a BOM, several data lines and a missing final blank line are understood
 * (WHATWG HTML, "Interpreting an event stream").
 */
export class SseReader {
  #line: Buffer[] = [];
  #lineBytes = 0;
  #data: string[] = [];
  #dataBytes = 0;
  #event = "";
  #afterCr = false;
  #first = true;

  /**
   * Feeds bytes; returns the events that they complete.
   * @throws {EventTooLarge}
   */
  push(chunk: Buffer): SseEvent[] {
    const events: SseEvent[] = [];
    let from = 0;
    if (this.#afterCr && chunk.length > 0) {
      this.#afterCr = false;
      if (chunk[0] === LF) from = 1;
    }
    let cr = chunk.indexOf(CR, from);
    let lf = chunk.indexOf(LF, from);
    while (lf >= 0 || cr >= 0) {
      const end = lf < 0 ? cr : cr < 0 ? lf : Math.min(lf, cr);
      this.#endLine(chunk.subarray(from, end), events);
      from = end + 1;
      if (end === cr) {
        if (from === chunk.length) this.#afterCr = true;
        else if (chunk[from] === LF) from++;
        cr = chunk.indexOf(CR, from);
        if (lf >= 0 && lf < from) lf = chunk.indexOf(LF, from);
      } else {
        lf = chunk.indexOf(LF, from);
      }
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
    return events;
  }

  /** The stream ended: returns the event that no blank line closed, if there is one. */
  end(): SseEvent[] {
    const events: SseEvent[] = [];
    if (this.#lineBytes > 0) this.#endLine(Buffer.alloc(0), events);
    this.#dispatch(events);
    return events;
  }

  #keep(part: Buffer): void {
    this.#line.push(part);
    this.#lineBytes += part.length;
    if (this.#lineBytes + this.#dataBytes > MAX_EVENT_BYTES) throw new EventTooLarge("an event is larger than 16 MiB");
  }

  #endLine(last: Buffer, events: SseEvent[]): void {
    let line = last;
    if (this.#line.length > 0) {
      this.#line.push(last);
      line = Buffer.concat(this.#line);
      this.#line = [];
      this.#lineBytes = 0;
    }
    if (this.#first) {
      this.#first = false;
      if (line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf) line = line.subarray(3);
    }
    if (line.length === 0) return this.#dispatch(events);
    const colon = line.indexOf(COLON);
    if (colon === 0) return;
    const field = colon < 0 ? line.toString("latin1") : line.toString("latin1", 0, colon);
    if (field !== "data" && field !== "event") return;
    const start = colon < 0 ? line.length : line[colon + 1] === SPACE ? colon + 2 : colon + 1;
    const value = line.toString("utf8", start);
    if (field === "event") this.#event = value;
    else {
      this.#data.push(value);
      this.#dataBytes += line.length;
    }
  }

  #dispatch(events: SseEvent[]): void {
    if (this.#data.length > 0) {
      const data = this.#data.length === 1 ? (this.#data[0] as string) : this.#data.join("\n");
      events.push({ event: this.#event, data });
      this.#data = [];
      this.#dataBytes = 0;
    }
    this.#event = "";
  }
}
