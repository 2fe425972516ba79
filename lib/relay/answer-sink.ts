import { PING_EVENT } from "../anthropic/errors.ts";
import { EventSplitter, eventName } from "../anthropic/sse/splitter.ts";
import { MessageWriter } from "../anthropic/sse/writer.ts";
import type { ClientReply } from "./client-reply.ts";
import type { Deadline, Timers } from "./timers.ts";

/** Without content for this long, the stream is opened all the same, so that the client's idle limits do not trip. */
const OPEN_AFTER_MS = 15_000;
const PING_EVERY_MS = 10_000;

/** What has flowed for so long will go on: most answers are over sooner, and need no tidying up. */
const LASTING_MS = 1_000;

/** What our own message_start says. */
interface Opening {
  id: string;
  model: string;
  inputTokens: () => number;
}

const STREAM_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};

/**
 * The client's stream, committed late: until there is content nothing is sent, so that another provider may take over
 * unseen. Silence is filled with pings.
 */
export class AnswerSink {
  readonly #reply: ClientReply;
  readonly #headers: () => Record<string, string>;
  readonly #silence: Deadline;
  readonly #opening: Opening | undefined;
  #state: "waiting" | "opened" | "flowing" | "ended" = "waiting";
  /** Bytes that were sent to the client. */
  bytes = 0;
  #onLasting: (() => void) | undefined;
  #flowingSince = 0;
  #kept: (Buffer | string)[] | undefined;
  #keepBytes = 0;

  /**
   * @param headers response headers, asked for at the moment of commitment: they name the provider that serves
   * @param opening what our own message_start says if the stream must be opened before an upstream has spoken; undefined for a
   *   client that waits for a whole answer: nothing but that may be sent to it
   */
  constructor(reply: ClientReply, timers: Timers, headers: () => Record<string, string>, opening: Opening | undefined) {
    this.#reply = reply;
    this.#headers = headers;
    this.#opening = opening;
    this.#silence = timers.after(opening ? OPEN_AFTER_MS : 0, () => this.#breakSilence());
  }

  /** From now on keeps what is sent, unless it becomes more than so many bytes. */
  keep(bytes: number): void {
    this.#kept = [];
    this.#keepBytes = bytes;
  }

  /** Calls once when content has flowed for a while, and goes on. */
  whenLasting(listener: () => void): void {
    this.#onLasting = listener;
  }

  /** All that was sent, in order; undefined where it was not kept, or has become too much. */
  get delivered(): readonly (Buffer | string)[] | undefined {
    return this.bytes > this.#keepBytes ? undefined : this.#kept;
  }

  /** Content has reached the client. */
  get committed(): boolean {
    return this.#state === "flowing" || this.#state === "ended";
  }

  /** The status is out, though no content. */
  get opened(): boolean {
    return this.#state !== "waiting";
  }

  /** Sends content. @returns false when the client is slower than the upstream */
  send(bytes: Buffer | string): boolean {
    if (this.#state === "flowing") return this.#write(bytes);
    if (this.#state === "ended") return true;
    const first = this.#state === "opened" ? withoutMessageStart(bytes) : bytes;
    if (this.#state === "waiting") this.#reply.begin(200, { ...this.#headers(), ...STREAM_HEADERS });
    this.#state = "flowing";
    if (this.#onLasting) this.#flowingSince = performance.now();
    return this.#write(first);
  }

  onDrain(listener: () => void): void {
    this.#reply.onDrain(listener);
  }

  /** Ends the stream; later calls do nothing. */
  end(): void {
    if (this.#state === "ended") return;
    this.#silence.cancel();
    this.#state = "ended";
    this.#reply.end();
  }

  /** Stops the clock without ending the response: it is answered as a whole instead. */
  release(): void {
    this.#silence.cancel();
  }

  #write(bytes: Buffer | string): boolean {
    this.#silence.move(PING_EVERY_MS);
    if (bytes.length === 0) return true;
    this.bytes += bytes.length;
    if (this.#kept) this.#keepOf(bytes);
    const isTaken = this.#reply.write(bytes);
    if (this.#onLasting) this.#tellIfLasting(this.#onLasting);
    return isTaken;
  }

  #tellIfLasting(tell: () => void): void {
    if (performance.now() - this.#flowingSince < LASTING_MS) return;
    this.#onLasting = undefined;
    tell();
  }

  #keepOf(bytes: Buffer | string): void {
    if (this.bytes > this.#keepBytes) this.#kept = undefined;
    else this.#kept?.push(bytes);
  }

  #breakSilence(): void {
    if (this.#state === "ended") return;
    if (this.#state === "waiting" && this.#opening) {
      this.#state = "opened";
      this.#reply.begin(200, { ...this.#headers(), ...STREAM_HEADERS });
      const { id, model, inputTokens } = this.#opening;
      this.#reply.write(new MessageWriter({ id, model }).start({ input_tokens: inputTokens(), output_tokens: 1 }));
    }
    this.#reply.write(PING_EVENT);
    this.#silence.move(PING_EVERY_MS);
  }
}

/** Our own message_start is with the client already; a second one would break it. */
function withoutMessageStart(bytes: Buffer | string): Buffer {
  const splitter = new EventSplitter();
  const { events } = splitter.push(Buffer.from(bytes));
  return Buffer.concat([...events.filter((event) => eventName(event) !== "message_start"), splitter.rest()]);
}
