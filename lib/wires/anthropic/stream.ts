import { errorEvent } from "../../anthropic/errors.ts";
import { MENDS, StreamDoctor } from "../../anthropic/sse/doctor.ts";
import { SseReader } from "../../anthropic/sse/reader.ts";
import { EventSplitter } from "../../anthropic/sse/splitter.ts";
import type { Usage } from "../../anthropic/types.ts";
import { FAILURE_REASONS, type Failure } from "../../catalog/failure-reasons.ts";
import { readStreamError } from "../failures.ts";
import { bodyKind, Document } from "../shared/body-kind.ts";
import { streamFromAnswer } from "../shared/stream-from-answer.ts";
import type { StreamTranslator, Target } from "../wire.ts";
import type { IdOf } from "./call-ids.ts";
import { readMessage } from "./message.ts";

const NOTHING = Buffer.alloc(0);

/**
 * Forwards an Anthropic stream byte for byte, event by event. What the doctor can mend goes out mended; what it cannot is
 * a failure.
 */
export class AnthropicPassthrough implements StreamTranslator {
  phase: StreamTranslator["phase"] = "before";
  failure: Failure | undefined;
  readonly #target: Target;
  readonly #now: () => number;
  readonly #splitter = new EventSplitter();
  readonly #doctor: StreamDoctor;
  /** It is known what the body is, whatever its label says. */
  #isKnown = false;
  /** JSON where events should be. */
  #document: Document | undefined;

  /** @param idOf by which ids the client is to know the calls; default: the upstream's */
  constructor(target: Target, idOf?: IdOf, now: () => number = Date.now) {
    this.#target = target;
    this.#doctor = new StreamDoctor(idOf);
    this.#now = now;
  }

  get usage(): Usage {
    return this.#doctor.usage;
  }

  get stopReason(): string | null {
    return this.#doctor.stopReason;
  }

  get isWhole(): boolean {
    return this.#doctor.stopReason !== null;
  }

  get servedModel(): string | undefined {
    return this.#doctor.servedModel;
  }

  get notes(): readonly string[] {
    return [...this.#doctor.mends].map((mend) => MENDS[mend]);
  }

  push(chunk: Buffer): Buffer {
    if (!this.#isKnown) this.#sniff(chunk);
    if (this.#document) {
      this.#document.push(chunk);
      return NOTHING;
    }
    const { events, bytes } = this.#splitter.push(chunk);
    let changed: (Buffer | string)[] | undefined;
    for (const [i, event] of events.entries()) {
      const forward = this.#see(event);
      if (forward !== event) changed ??= events.slice(0, i);
      changed?.push(forward);
    }
    return changed ? join(changed) : bytes;
  }

  end(): Buffer {
    if (!this.#isRunning()) return NOTHING;
    if (this.#document) return this.#readDocument(this.#document.whole());
    const out = this.#readRest(this.#splitter.rest());
    if (this.#isRunning()) out.push(this.#doctor.end());
    this.#settle();
    if (this.#isRunning()) {
      const reason = this.#doctor.started ? "truncated" : "empty_answer";
      this.#failWith({ reason, message: "the stream ended without message_stop" });
    }
    return join(out);
  }

  fail(failure: Failure, requestId: string): Buffer {
    this.phase = "failed";
    this.failure ??= failure;
    const { open, reported } = this.#doctor;
    if (reported) return Buffer.from(reported.event);
    const { type } = FAILURE_REASONS[failure.reason];
    const close =
      open?.type === "text" ? namedEvent("content_block_stop", { type: "content_block_stop", index: open.index }) : "";
    return Buffer.from(close + errorEvent(type, `${this.#target.provider}: ${failure.message}`, requestId));
  }

  #sniff(chunk: Buffer): void {
    const kind = bodyKind(chunk);
    this.#isKnown = kind !== "blank";
    if (kind === "document") this.#document = new Document();
    if (kind === "page") this.#failWith({ reason: "bad_answer", message: "an HTML page instead of a stream" });
  }

  #readDocument(body: Buffer): Buffer {
    this.#document = undefined;
    const answer = readMessage(body, this.#target);
    if (answer.ok) return this.push(Buffer.from(streamFromAnswer(answer.body)));
    this.#failWith(answer.failure);
    return NOTHING;
  }

  #see(event: Buffer): Buffer | string {
    const forward = this.#doctor.see(event);
    this.#settle();
    return forward;
  }

  /** Brings `phase` up to date with what the doctor has seen. */
  #settle(): void {
    if (!this.#isRunning()) return;
    const { fault, reported, ended, hasContent } = this.#doctor;
    if (reported) this.#failWith(readStreamError(this.#target.type.id, reported.body, this.#now()));
    else if (fault !== undefined) this.#failWith({ reason: "bad_answer", message: `the stream is broken: ${fault}` });
    else if (ended) this.phase = "complete";
    else if (hasContent) this.phase = "content";
  }

  /** Bytes that no blank line closed: whole events are good, half ones are not. */
  #readRest(rest: Buffer): (Buffer | string)[] {
    const reader = new SseReader();
    const events = [...reader.push(rest), ...reader.end()].filter(({ data }) => isJson(data));
    return events.map(({ event, data }) => this.#see(Buffer.from(namedEvent(event, data))));
  }

  #isRunning(): boolean {
    return this.phase === "before" || this.phase === "content";
  }

  #failWith(failure: Failure): void {
    this.phase = "failed";
    this.failure = failure;
  }
}

function isJson(data: string): boolean {
  try {
    JSON.parse(data);
    return true;
  } catch {
    return false; // cut off in the middle
  }
}

function namedEvent(name: string, data: string | object): string {
  return `event: ${name}\ndata: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}

function join(parts: readonly (Buffer | string)[]): Buffer {
  return Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
}
