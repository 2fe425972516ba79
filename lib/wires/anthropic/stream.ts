import { errorEvent } from "../../anthropic/errors.ts";
import { SseReader } from "../../anthropic/sse/reader.ts";
import { EventSplitter, eventName } from "../../anthropic/sse/splitter.ts";
import type { Usage } from "../../anthropic/types.ts";
import { mergeUsage, NO_USAGE } from "../../anthropic/usage.ts";
import { FAILURE_REASONS, type Failure } from "../../catalog/failure-reasons.ts";
import { readStreamError } from "../failures.ts";
import type { StreamTranslator, Target } from "../wire.ts";

const NOTHING = Buffer.alloc(0);

/** Events after which nothing has been said yet that a user would miss. */
const PREFACE = new Set(["message_start", "content_block_start", "ping", ""]);

interface OpenBlock {
  index: number;
  type: string;
}

/**
 * Forwards an Anthropic stream byte for byte, event by event. Of the many events only those are parsed that tell usage,
 * the end, an error or the kind of a block. Mended is only what every client stumbles over: an event without its name,
 * a second message_start, a missing last blank line.
 */
export class AnthropicPassthrough implements StreamTranslator {
  phase: StreamTranslator["phase"] = "before";
  failure: Failure | undefined;
  usage: Usage = { ...NO_USAGE };
  stopReason: string | null = null;
  servedModel: string | undefined;

  readonly #target: Target;
  readonly #now: () => number;
  readonly #splitter = new EventSplitter();
  #started = false;
  #open: OpenBlock | undefined;
  #errorBytes: Buffer | undefined;

  constructor(target: Target, now: () => number = Date.now) {
    this.#target = target;
    this.#now = now;
  }

  push(chunk: Buffer): Buffer {
    const { events, bytes } = this.#splitter.push(chunk);
    let changed: Buffer[] | undefined;
    for (const [i, event] of events.entries()) {
      const forward = this.#see(event);
      if (forward !== event) changed ??= events.slice(0, i);
      changed?.push(forward);
    }
    return changed ? Buffer.concat(changed) : bytes;
  }

  end(): Buffer {
    const rest = this.#splitter.rest();
    const forward = rest.length > 0 && this.#running() ? this.#readRest(rest) : NOTHING;
    if (this.#running()) {
      const reason = this.phase === "before" && !this.#started ? "empty_answer" : "truncated";
      this.#failWith({ reason, message: "the stream ended without message_stop" });
    }
    return forward;
  }

  fail(failure: Failure, requestId: string): Buffer {
    this.phase = "failed";
    this.failure ??= failure;
    if (this.#errorBytes) return this.#errorBytes;
    const { type } = FAILURE_REASONS[failure.reason];
    const close = this.#open?.type === "text" ? namedEvent("content_block_stop", stopOf(this.#open.index)) : "";
    return Buffer.from(close + errorEvent(type, `${this.#target.provider}: ${failure.message}`, requestId));
  }

  #running(): boolean {
    return this.phase === "before" || this.phase === "content";
  }

  /** @returns the bytes to forward for this event: itself, mended, or nothing */
  #see(event: Buffer): Buffer {
    if (!this.#running()) return NOTHING;
    const name = eventName(event);
    if (name === "content_block_delta") this.phase = "content";
    else if (name === "" && !isComment(event)) return this.#nameEvent(event);
    else if (!this.#notice(name, event)) return NOTHING;
    return event;
  }

  /** Takes note of an event; false when it must not be forwarded. */
  #notice(name: string, event: Buffer): boolean {
    switch (name) {
      case "message_start": {
        if (this.#started) return false;
        this.#started = true;
        const message = dataOf(event)?.message as { model?: string; usage?: unknown } | undefined;
        this.servedModel = message?.model;
        this.usage = mergeUsage(this.usage, message?.usage);
        break;
      }
      case "content_block_start": {
        const data = dataOf(event) as { index?: number; content_block?: { type?: string } } | undefined;
        this.#open = { index: data?.index ?? 0, type: data?.content_block?.type ?? "" };
        break;
      }
      case "content_block_stop":
        this.#open = undefined;
        break;
      case "message_delta": {
        const data = dataOf(event) as { delta?: { stop_reason?: string | null }; usage?: unknown } | undefined;
        this.stopReason = data?.delta?.stop_reason ?? this.stopReason;
        this.usage = mergeUsage(this.usage, data?.usage);
        break;
      }
      case "message_stop":
        this.phase = "complete";
        return true;
      case "error":
        this.#errorBytes = event;
        this.#failWith(readStreamError(this.#target.type.id, dataOf(event), this.#now()));
        return false;
    }
    if (!PREFACE.has(name)) this.phase = "content";
    return true;
  }

  /** An event without an `event:` line, which clients ignore: its own type is its name. */
  #nameEvent(event: Buffer): Buffer {
    const out: Buffer[] = [];
    const reader = new SseReader();
    for (const { event: name, data } of [...reader.push(event), ...reader.end()]) {
      const type = name || typeOf(data);
      if (type === undefined) continue;
      out.push(this.#see(Buffer.from(namedEvent(type, data))));
    }
    return Buffer.concat(out);
  }

  /** Bytes that no blank line closed: whole events are good, half ones are not. */
  #readRest(rest: Buffer): Buffer {
    const reader = new SseReader();
    const events = [...reader.push(rest), ...reader.end()].filter(({ data }) => typeOf(data) !== undefined);
    return Buffer.concat(
      events.map(({ event, data }) => this.#see(Buffer.from(namedEvent(event || (typeOf(data) ?? ""), data)))),
    );
  }

  #failWith(failure: Failure): void {
    this.phase = "failed";
    this.failure = failure;
  }
}

function isComment(event: Buffer): boolean {
  return event[0] === 0x3a || event[0] === 0x0a || event[0] === 0x0d;
}

function dataOf(event: Buffer): Record<string, unknown> | undefined {
  const reader = new SseReader();
  const [first] = [...reader.push(event), ...reader.end()];
  return first && (parse(first.data) as Record<string, unknown> | undefined);
}

function typeOf(data: string): string | undefined {
  const type = (parse(data) as { type?: unknown } | undefined)?.type;
  return typeof type === "string" ? type : undefined;
}

function parse(data: string): unknown {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined; // not JSON: the caller treats the event as one that says nothing
  }
}

function namedEvent(name: string, data: string): string {
  return `event: ${name}\ndata: ${data}\n\n`;
}

function stopOf(index: number): string {
  return JSON.stringify({ type: "content_block_stop", index });
}
