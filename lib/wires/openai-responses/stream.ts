import { errorEvent } from "../../anthropic/errors.ts";
import { SseReader } from "../../anthropic/sse/reader.ts";
import { MessageWriter } from "../../anthropic/sse/writer.ts";
import type { Usage } from "../../anthropic/types.ts";
import { FAILURE_REASONS, type Failure } from "../../catalog/failure-reasons.ts";
import type { StreamTranslator, TranslationContext } from "../wire.ts";
import { ResponseAssembler } from "./assembler.ts";
import type { ResponseEvent } from "./events.ts";

/** So many unreadable events in a row are no accident. */
const MOST_BAD_LINES = 3;

/** Turns a Responses stream into Anthropic's events as the bytes come. */
export class ResponsesStream implements StreamTranslator {
  phase: StreamTranslator["phase"] = "before";
  readonly #provider: string;
  readonly #assembler: ResponseAssembler;
  readonly #reader = new SseReader();
  readonly notes: string[] = [];
  #badInARow = 0;
  #writer: MessageWriter | undefined;

  constructor(context: TranslationContext, now: () => number = Date.now) {
    this.#provider = context.target.provider;
    const makeWriter = (model: string): MessageWriter => {
      this.#writer = new MessageWriter({ id: context.messageId, model });
      return this.#writer;
    };
    this.#assembler = new ResponseAssembler(context, makeWriter, now);
  }

  get failure(): Failure | undefined {
    return this.#assembler.failure;
  }

  get usage(): Usage {
    return this.#assembler.usage;
  }

  get stopReason(): string | null {
    return this.#assembler.stopReason;
  }

  get servedModel(): string | undefined {
    return this.#assembler.servedModel;
  }

  push(chunk: Buffer): string {
    return this.#isRunning() ? this.#read(this.#reader.push(chunk)) : "";
  }

  end(): string {
    if (!this.#isRunning()) return "";
    const out = this.#read(this.#reader.end());
    this.#assembler.end();
    this.#settle();
    return out;
  }

  fail(failure: Failure, requestId: string): string {
    const held = this.#writer ? this.#assembler.heldText() : "";
    this.#assembler.failure ??= failure;
    this.phase = "failed";
    const { type } = FAILURE_REASONS[failure.reason];
    const message = `${this.#provider}: ${failure.message}`;
    return this.#writer ? held + this.#writer.fail(type, message, requestId) : errorEvent(type, message, requestId);
  }

  #isRunning(): boolean {
    return this.phase === "before" || this.phase === "content";
  }

  #read(events: readonly { event: string; data: string }[]): string {
    let out = "";
    for (const { event, data } of events) {
      if (data.trimEnd() === "[DONE]") continue;
      const parsed = parse(data);
      if (!parsed) {
        if (this.#mayLeaveOut(event, data)) continue;
        this.#assembler.failure ??= { reason: "bad_answer", message: "the stream holds events that are not JSON" };
        break;
      }
      this.#badInARow = 0;
      out += this.#assembler.add(parsed.type === undefined && event !== "" ? { ...parsed, type: event } : parsed);
    }
    this.#settle();
    return out;
  }

  /** In text a word is lost; half of a call's arguments, or of what a signature stands for, is worse than none. */
  #mayLeaveOut(event: string, data: string): boolean {
    this.notes.push("left out an event of the stream that is not JSON");
    const open = this.#writer?.open;
    const isText = (open === undefined || open === "text") && !`${event}${data}`.includes("function_call");
    return isText && ++this.#badInARow < MOST_BAD_LINES;
  }

  #settle(): void {
    if (this.#assembler.failure) this.phase = "failed";
    else if (this.#assembler.finished) this.phase = "complete";
    else if ((this.#writer?.blocks ?? 0) > 0) this.phase = "content";
  }
}

function parse(data: string): ResponseEvent | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined; // the caller says so
  }
}
