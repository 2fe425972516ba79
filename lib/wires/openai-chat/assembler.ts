import type { Usage } from "../../anthropic/types.ts";
import { NO_USAGE } from "../../anthropic/usage.ts";
import type { Failure } from "../../catalog/failure-reasons.ts";
import { readStreamError } from "../failures.ts";
import type { AnswerSink } from "../shared/answer-sink.ts";
import { AnswerWriter } from "../shared/answer-writer.ts";
import type { Assembler } from "../shared/assembler.ts";
import { bodyOf } from "../shared/body.ts";
import { familyOf } from "../shared/families.ts";
import { stopSequences, stopsOf } from "../shared/limits.ts";
import { quirksOf } from "../shared/quirks.ts";
import type { TranslationContext } from "../wire.ts";
import { type Choice, type Chunk, contentPieces, fragmentsOf, isError } from "./chunk.ts";
import { meaningOf, strongerReason } from "./finish-reason.ts";
import { Reasoning } from "./reasoning.ts";
import { SearchReport } from "./search-report.ts";
import { type Said, ThinkTags } from "./think-tags.ts";
import { ToolCalls } from "./tool-calls.ts";
import { chatTools } from "./tools.ts";
import { readUsage } from "./usage.ts";

/**
 * Makes one Anthropic answer out of the chunks of a stream, or out of a whole completion, which is one big chunk to it:
 * so both say the same.
 */
export class ChatAssembler implements Assembler {
  readonly notes: string[] = [];
  failure: Failure | undefined;
  stopReason: string | null = null;
  finished = false;

  readonly #context: TranslationContext;
  readonly #now: () => number;
  /** The stop sequences that the client wants. */
  readonly #asked: readonly string[];
  readonly #writer: AnswerWriter;
  readonly #calls = new ToolCalls();
  readonly #reasoning: Reasoning;
  readonly #tags: ThinkTags | undefined;
  readonly #reasoningOnTop: boolean;
  readonly #search: SearchReport | undefined;
  #finish: string | undefined;
  #stopSequence: string | undefined;
  #refused = "";
  /** Nothing was said since the last usage, as it is at the end. */
  #usageAtEnd = false;

  /** @param sink makes the sink of the answer, once it is known which model gives it */
  constructor(context: TranslationContext, sink: (model: string) => AnswerSink, now: () => number = Date.now) {
    this.#context = context;
    this.#now = now;
    const { inbound, target } = context;
    const quirks = quirksOf(target.type, target.model);
    const body = bodyOf(inbound);
    this.#asked = stopsOf(body);
    this.#reasoning = new Reasoning(target, quirks);
    this.#writer = new AnswerWriter(context, sink, {
      stops: stopSequences(body, familyOf(target.model), quirks).local,
      names: () => chatTools(inbound, target).names,
      seal: (thinking) => this.#reasoning.seal(thinking),
    });
    this.#tags = quirks.inlineThinking ? new ThinkTags() : undefined;
    this.#reasoningOnTop = quirks.reasoningOnTop ?? false;
    this.#search = SearchReport.for(context);
  }

  get servedModel(): string | undefined {
    return this.#writer.servedModel;
  }

  /** Tokens as reported so far. */
  get usage(): Usage {
    const usage = this.#writer.usage ?? { ...NO_USAGE };
    return this.#search?.count(usage) ?? usage;
  }

  mayBeCall(line: string): boolean {
    return this.#hasCalls || line.includes('"tool_calls"');
  }

  /** The finish_reason is known; usage may still be coming. */
  get isWhole(): boolean {
    return this.#finish !== undefined;
  }

  add(value: unknown): string {
    if (this.finished || this.failure || typeof value !== "object" || value === null) return "";
    if (isError(value)) return this.#fail(readStreamError(this.#context.target.type.id, value, this.#now()));
    const chunk = value as Chunk;
    if (this.#writer.responseId === "" && typeof chunk.id === "string") this.#writer.responseId = chunk.id;
    if (chunk.model) this.#writer.servedModel ??= String(chunk.model);
    this.#readUsage(chunk);
    this.#search?.collect(chunk);
    let out = "";
    for (const choice of Array.isArray(chunk.choices) ? chunk.choices : []) {
      if (typeof choice === "object" && choice !== null) out += this.#addChoice(choice);
      if (this.finished || this.failure) break;
    }
    return out;
  }

  end(isClosed: boolean): string {
    if (this.finished || this.failure) return "";
    const held = this.heldText();
    if (this.#finish === undefined && this.#writer.blocks === 0 && !this.#hasCalls)
      return this.#fail({ reason: "empty_answer", message: "the stream ended without an answer" });
    if (this.#finish === undefined && !isClosed) {
      if (!this.#usageAtEnd) return held + this.#cut("the stream ended without a finish_reason");
      this.notes.push("the stream ended without a finish_reason; its usage told that it was whole");
    }
    return held + this.#conclude();
  }

  heldText(): string {
    let out = "";
    for (const said of this.#tags?.flush() ?? []) out += this.#showSaid(said);
    return out + this.#writer.heldText();
  }

  /** Has a call begun whose arguments may still be coming? */
  get #hasCalls(): boolean {
    return this.#writer.calls.length > 0;
  }

  #addChoice(choice: Choice): string {
    const message = choice.delta ?? choice.message;
    let out = "";
    if (message) {
      out += this.#addReasoning(message) + this.#addContent(message.content) + this.#addRefusal(message.refusal);
      if (message.annotations) out += this.#search?.cite(message.annotations, this.#writer.sink) ?? "";
      if (fragmentsOf(choice).length > 0) out += this.heldText() + this.#addCalls(choice);
    }
    if (typeof choice.finish_reason === "string" && choice.finish_reason !== "")
      this.#finish = strongerReason(this.#finish, choice.finish_reason);
    if (typeof choice.stop_reason === "string" && this.#asked.includes(choice.stop_reason))
      this.#stopSequence = choice.stop_reason;
    if (this.#writer.hit === undefined || this.finished) return out;
    this.#stopSequence = this.#writer.hit;
    return out + this.#conclude();
  }

  #addReasoning(message: NonNullable<Choice["delta"]>): string {
    const text = this.#reasoning.read(message as Record<string, unknown>);
    return text === undefined ? "" : this.#showSaid({ kind: "thinking", text });
  }

  #addContent(content: unknown): string {
    let out = "";
    for (const piece of contentPieces(content)) {
      const said = this.#tags && piece.kind === "text" ? this.#tags.push(piece.text) : [piece];
      for (const each of said) out += this.#showSaid(each);
    }
    return out;
  }

  #showSaid({ kind, text }: Said): string {
    this.#usageAtEnd = false;
    return kind === "thinking" ? this.#writer.think(text) : this.#writer.say(text);
  }

  #addRefusal(refusal: unknown): string {
    if (typeof refusal !== "string" || refusal === "") return "";
    this.#refused += refusal;
    return this.#showSaid({ kind: "text", text: refusal });
  }

  #addCalls(choice: Choice): string {
    this.#usageAtEnd = false;
    let out = "";
    for (const [place, fragment] of fragmentsOf(choice).entries()) {
      const { call, isNew, added } = this.#calls.add(fragment, place);
      out += this.#writer.call(call, isNew, added);
    }
    return out;
  }

  #conclude(): string {
    const finish = this.#stopSequence === undefined ? meaningOf(this.#finish, this.#hasCalls) : "stop_sequence";
    if (finish === "failed")
      return this.#fail({ reason: "server_error", message: `the model stopped: ${this.#finish}` });
    const isCut = finish === "max_tokens" || finish === "refusal" || finish === "model_context_window_exceeded";
    const stopReason = this.#refused !== "" && finish === "end_turn" ? "refusal" : finish;
    this.stopReason = stopReason;
    const blocks = this.#writer.endBlocks(isCut || this.#finish === undefined);
    if (blocks === undefined)
      return this.#cut(`the answer ended (${this.#finish ?? "no finish_reason"}) in the middle of a tool call`);
    if (stopReason === "end_turn" && blocks === "" && this.#writer.blocks === 0 && this.#search === undefined)
      return this.#fail({
        reason: "empty_answer",
        message: `the answer ended (${this.#finish}) without saying anything`,
      });
    const started = blocks + this.#writer.start();
    const search = this.#search?.write(this.#writer.sink, this.#writer.salt) ?? "";
    if (!this.#writer.usage) {
      this.#writer.usage = this.#writer.estimate();
      this.notes.push("the upstream reported no usage; the tokens are estimated");
    }
    this.finished = true;
    const end = { stopReason, stopSequence: this.#stopSequence, refused: this.#refused };
    return started + search + this.#writer.finish(end, this.usage);
  }

  #readUsage(chunk: Chunk): void {
    const choices = Array.isArray(chunk.choices) ? chunk.choices : [];
    const raw = chunk.usage ?? chunk.x_groq?.usage ?? choices.find((choice) => choice?.usage)?.usage;
    const usage = readUsage(raw, this.#reasoningOnTop);
    if (!usage) return;
    this.#writer.usage = usage;
    this.#usageAtEnd = true;
  }

  #cut(message: string): string {
    return this.#fail({ reason: "truncated", message });
  }

  #fail(failure: Failure): string {
    this.failure = failure;
    return "";
  }
}
