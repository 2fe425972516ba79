import { errorEvent } from "../../anthropic/errors.ts";
import { SseReader } from "../../anthropic/sse/reader.ts";
import { MessageWriter } from "../../anthropic/sse/writer.ts";
import type { Usage } from "../../anthropic/types.ts";
import { FAILURE_REASONS, type Failure } from "../../catalog/failure-reasons.ts";
import type { StreamTranslator, TranslationContext } from "../wire.ts";
import type { Assembler, MakeAssembler } from "./assembler.ts";
import { bodyKind, Document } from "./body-kind.ts";

/** So many unreadable lines in a row are no accident. */
const MOST_BAD_LINES = 3;

/** Turns a stream of JSON events into Anthropic's events as the bytes come. */
export class AssembledStream implements StreamTranslator {
  phase: StreamTranslator["phase"] = "before";

  readonly #provider: string;
  readonly #assembler: Assembler;
  readonly #reader = new SseReader();
  #writer: MessageWriter | undefined;
  /** It is known what the body is, whatever its label says. */
  #isKnown = false;
  /** JSON where events should be, read when it is whole. */
  #document: Document | undefined;
  #badLines = 0;

  constructor(context: TranslationContext, make: MakeAssembler) {
    this.#provider = context.target.provider;
    this.#assembler = make((model) => {
      this.#writer = new MessageWriter({ id: context.messageId, model });
      return this.#writer;
    });
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

  get isWhole(): boolean {
    return this.#assembler.isWhole ?? false;
  }

  get servedModel(): string | undefined {
    return this.#assembler.servedModel;
  }

  get notes(): readonly string[] {
    return this.#assembler.notes;
  }

  push(chunk: Buffer): string {
    if (!this.#isRunning()) return "";
    if (!this.#isKnown) this.#sniff(chunk);
    if (this.#document) {
      this.#document.push(chunk);
      return "";
    }
    return this.#settle(this.#readEvents(() => this.#reader.push(chunk)));
  }

  end(): string {
    if (!this.#isRunning()) return "";
    const rest = this.#document ? this.#readDocument(this.#document) : this.#readEvents(() => this.#reader.end());
    return this.#settle(rest + this.#assembler.end(false));
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

  /** Brings `phase` up to date with what the assembler has told. */
  #settle(out: string): string {
    if (this.#assembler.failure) this.phase = "failed";
    else if (this.#assembler.finished) this.phase = "complete";
    else if ((this.#writer?.blocks ?? 0) > 0) this.phase = "content";
    return out;
  }

  #sniff(chunk: Buffer): void {
    const kind = bodyKind(chunk);
    this.#isKnown = kind !== "blank";
    if (kind === "document") this.#document = new Document();
    if (kind === "page") this.#failWith("an HTML page instead of a stream");
  }

  #readEvents(read: () => { event: string; data: string }[]): string {
    let out = "";
    try {
      for (const { event, data } of read()) out += this.#addEvent(event, data);
    } catch (error) {
      this.#failWith(error instanceof Error ? error.message : String(error));
    }
    return out;
  }

  #addEvent(event: string, data: string): string {
    if (data.trimEnd() === "[DONE]") return this.#assembler.end(true);
    if (event === "ping" || data === "") return "";
    return event === "error" ? this.#addError(data) : this.#addJson(data, event);
  }

  /** An event that calls itself an error is one, whatever it holds. */
  #addError(data: string): string {
    const value = parse(data);
    const hasError = typeof value === "object" && value !== null && "error" in value;
    return this.#assembler.add(hasError ? value : { error: value ?? data }, "error");
  }

  /** JSON where events should be: one answer or error, several in an array, or one a line. */
  #readDocument(document: Document): string {
    const text = document.whole().toString("utf8");
    const whole = parse(text);
    const parts = Array.isArray(whole) ? whole : whole === undefined ? undefined : [whole];
    if (parts) return parts.map((part) => this.#assembler.add(part, "")).join("");
    const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
    return lines.map((line) => this.#addJson(line, "")).join("");
  }

  /** A line that cannot be read is left out, unless that may have cost a piece of a tool's arguments. */
  #addJson(text: string, event: string): string {
    const value = parse(text);
    if (value !== undefined) {
      this.#badLines = 0;
      return this.#assembler.add(value, event);
    }
    this.#badLines++;
    this.#assembler.notes.push("left out a line of the stream that is not JSON");
    if (this.#badLines >= MOST_BAD_LINES || this.#assembler.mayBeCall(text))
      this.#failWith("the stream holds lines that are not JSON");
    return "";
  }

  #failWith(message: string): void {
    this.#assembler.failure ??= { reason: "bad_answer", message };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the caller counts it
  }
}
