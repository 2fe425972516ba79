import type { MessagesBody, Usage } from "../../anthropic/types.ts";
import { NO_USAGE } from "../../anthropic/usage.ts";
import type { Failure } from "../../catalog/failure-reasons.ts";
import { readStreamError } from "../failures.ts";
import type { AnswerSink } from "../shared/answer-sink.ts";
import type { Assembler } from "../shared/assembler.ts";
import { bodyOf } from "../shared/body.ts";
import { estimatedUsage } from "../shared/estimated-usage.ts";
import { StopFilter } from "../shared/stop-sequences.ts";
import { searchWish } from "../shared/web-search.ts";
import type { Target, TranslationContext } from "../wire.ts";
import { AnswerBlocks, blockNeeds } from "./answer-blocks.ts";
import { CallReader, type WholeCall } from "./call-reader.ts";
import { meaningOf, strongerFinish } from "./finish-reason.ts";
import { generationOf } from "./generation.ts";
import { Grounding } from "./grounding.ts";
import type { Candidate, Chunk, Part } from "./protocol.ts";
import { localStops } from "./request.ts";
import type { SignatureMemory } from "./signatures.ts";
import { type GeminiTools, geminiTools, willSearch } from "./tools.ts";
import { GeminiUsage } from "./usage.ts";

/**
 * Makes one Anthropic answer out of the chunks of a stream, or out of a whole answer, which is one big chunk to it: so both
 * say the same.
 */
export class GeminiAssembler implements Assembler {
  readonly notes: string[] = [];
  failure: Failure | undefined;
  stopReason: string | null = null;
  servedModel: string | undefined;
  finished = false;

  readonly #context: TranslationContext;
  /** The client takes one call in an answer. */
  readonly #isSingle: boolean;
  /** What the web was to be searched for, where it was. */
  readonly #query: string | undefined;
  readonly #now: () => number;
  readonly #makeBlocks: () => AnswerBlocks;
  readonly #calls = new CallReader();
  readonly #stops: StopFilter;
  readonly #usage = new GeminiUsage();
  readonly #grounding = new Grounding();
  #blocks: AnswerBlocks | undefined;
  #responseId = "";
  #finish: string | undefined;
  /** It was no end: some models finish every chunk. */
  #wentOn = false;
  /** Google's own words on why it ended, or why it never began. */
  #why = "";
  #blocked: string | undefined;
  #characters = 0;
  #callCount = 0;

  /** @param sink makes the sink of the answer, once it is known which model gives it */
  constructor(
    context: TranslationContext,
    sink: (model: string) => AnswerSink,
    memory: SignatureMemory,
    now: () => number = Date.now,
  ) {
    this.#context = context;
    this.#now = now;
    const { inbound, target } = context;
    const body = bodyOf(inbound);
    this.#isSingle = body.tool_choice?.disable_parallel_tool_use === true;
    this.#query = queryOf(geminiTools(inbound), body, target);
    this.#stops = new StopFilter(localStops(body));
    const needs = blockNeeds(body);
    this.#makeBlocks = () => new AnswerBlocks(sink(this.servedModel ?? target.model), context, memory, needs);
  }

  get usage(): Usage {
    return this.#grounding.count(this.#usage.total ?? { ...NO_USAGE });
  }

  get isWhole(): boolean {
    return (this.#finish !== undefined && !this.#wentOn) || this.#blocked !== undefined;
  }

  /** Takes a chunk or a whole answer; several in an array, as errors may come, too. */
  add(value: unknown): string {
    if (this.finished || this.failure || typeof value !== "object" || value === null) return "";
    if (Array.isArray(value)) return value.map((item) => this.add(item)).join("");
    const chunk = value as Chunk;
    if (chunk.error) return this.#fail(readStreamError(this.#context.target.type.id, chunk, this.#now()));
    if (chunk.response) return this.add(chunk.response);
    if (this.#responseId === "" && typeof chunk.responseId === "string") this.#responseId = chunk.responseId;
    if (chunk.modelVersion) this.servedModel ??= String(chunk.modelVersion);
    this.#usage.add(chunk.usageMetadata ?? (chunk as Record<string, unknown>).usage_metadata);
    const { blockReason, blockReasonMessage } = chunk.promptFeedback ?? {};
    if (blockReason) {
      this.#blocked = blockReason;
      this.#why = blockReasonMessage ?? "";
    }
    const candidate = Array.isArray(chunk.candidates) ? chunk.candidates[0] : undefined;
    return candidate ? this.#addCandidate(candidate) : "";
  }

  /** No word of Gemini's says that nothing more comes, so it does not matter how it ended. */
  end(): string {
    if (this.finished || this.failure) return "";
    if (this.#finish !== undefined || this.#blocked !== undefined) return this.#conclude();
    const said = this.#blocks?.begun || this.#calls.isOpen;
    return this.#fail(
      said
        ? { reason: "truncated", message: "the stream ended without a finishReason" }
        : { reason: "empty_answer", message: "the stream ended without an answer" },
    );
  }

  mayBeCall(line: string): boolean {
    return this.#calls.isOpen || line.includes("functionCall");
  }

  heldText(): string {
    const held = this.#stops.flush();
    return held === "" ? "" : this.#open().text(held);
  }

  #addCandidate(candidate: Candidate): string {
    this.#grounding.collect(candidate.groundingMetadata);
    let out = "";
    const parts = Array.isArray(candidate.content?.parts) ? candidate.content.parts : [];
    this.#wentOn ||= this.#finish !== undefined && parts.some((part) => part?.text || part?.functionCall);
    for (const part of parts) {
      if (typeof part === "object" && part !== null) out += this.#addPart(part);
      if (this.finished || this.failure) return out;
    }
    if (typeof candidate.finishReason === "string" && candidate.finishReason !== "") {
      this.#finish = strongerFinish(this.#finish, candidate.finishReason);
      this.#why = candidate.finishMessage ?? this.#why;
    }
    return out;
  }

  #addPart(part: Part): string {
    if (part.functionCall) return this.#addCalls(this.#calls.read(part));
    const ended = this.#addCalls(this.#calls.end());
    if (typeof part.text === "string") return ended + (part.thought ? this.#think(part) : this.#say(part));
    if (part.toolCall || part.toolResponse) return ended + this.#open().keep(part);
    if (part.inlineData || part.fileData) this.notes.push("left out a picture or file: Anthropic's answers have none");
    return ended;
  }

  #addCalls(read: WholeCall[] | undefined): string {
    if (read === undefined)
      return this.#fail({ reason: "bad_answer", message: "the arguments of a function call do not fit together" });
    let out = "";
    for (const call of read) {
      if (this.#isSingle && this.#callCount > 0) {
        this.notes.push(`left out a call of ${call.name}: the client wants one at a time`);
        continue;
      }
      const order = this.#callCount++;
      this.#characters += call.name.length + JSON.stringify(call.args).length;
      out += this.heldText() + this.#open().call(call, order, this.#salt());
    }
    return out;
  }

  #think({ text = "", thoughtSignature }: Part): string {
    if (text === "" && thoughtSignature === undefined) return "";
    this.#characters += text.length;
    return this.heldText() + this.#open().thinking(text, thoughtSignature);
  }

  #say({ text = "", thoughtSignature }: Part): string {
    const shown = this.#stops.push(text);
    this.#characters += shown.length;
    const out = shown === "" ? "" : this.#open().text(shown);
    if (thoughtSignature !== undefined) this.#blocks?.signText(thoughtSignature);
    return this.#stops.hit === undefined ? out : out + this.#conclude(this.#stops.hit);
  }

  #conclude(stopSequence?: string): string {
    if (stopSequence !== undefined) return this.#finishAs("stop_sequence", stopSequence);
    const finish = this.#finish ?? "STOP";
    // A call whose end was not told is whole, unless the model was stopped in the middle of it.
    const isCut = meaningOf(finish, false) !== "end_turn" || this.#blocked !== undefined;
    const late = isCut ? "" : this.#addCalls(this.#calls.end());
    const stop = this.#blocked === undefined ? meaningOf(finish, this.#callCount > 0) : "refusal";
    if (stop === "failed") return this.#fail(this.#stopFailure(finish));
    const held = this.heldText();
    if (stop === "end_turn" && !this.#blocks?.begun && this.#grounding.searches === 0)
      return this.#fail({ reason: "empty_answer", message: `the answer ended (${finish}) without saying anything` });
    return late + held + this.#finishAs(stop, null);
  }

  #finishAs(stop: string, stopSequence: string | null): string {
    this.stopReason = stop;
    this.finished = true;
    const usage = this.#grounding.count(this.#usage.total ?? this.#estimate());
    const blocks = this.#open();
    const ended = blocks.end(usage);
    const query = this.#reportedQuery();
    const search = query === undefined ? "" : this.#grounding.write(blocks.sink, query, this.#salt());
    const details = stop === "refusal" ? { stopDetails: this.#refusal() } : {};
    return ended + search + blocks.sink.finish({ stopReason: stop, stopSequence, usage, ...details });
  }

  /** A search that was asked for and nothing else is always told of, even that there was none; others where there were. */
  #reportedQuery(): string | undefined {
    if (this.#blocked !== undefined) return undefined;
    const isAll = geminiTools(this.#context.inbound).names.size === 0;
    return isAll || this.#grounding.searches > 0 ? this.#query : undefined;
  }

  #stopFailure(finish: string): Failure {
    const why = this.#why === "" ? "" : `: ${this.#why}`;
    return { reason: "bad_answer", message: `the model stopped with ${finish}${why}` };
  }

  #refusal(): Record<string, unknown> {
    const reason = this.#blocked ?? this.#finish;
    const what = this.#blocked === undefined ? "the answer was stopped" : "the prompt was blocked";
    return {
      type: "refusal",
      category: null,
      explanation: `${what} by Google (${reason})${this.#why && `: ${this.#why}`}`,
    };
  }

  #estimate(): Usage {
    this.notes.push("the upstream reported no usage; the tokens are estimated");
    return estimatedUsage(this.#context.inbound, this.#characters);
  }

  #open(): AnswerBlocks {
    this.#blocks ??= this.#makeBlocks();
    this.#blocks.usage = this.#usage.total;
    return this.#blocks;
  }

  /** Differs from answer to answer. */
  #salt(): string {
    return `${this.#context.messageId}\n${this.#responseId}`;
  }

  #fail(failure: Failure): string {
    this.failure = failure;
    return "";
  }
}

/** Undefined where the web is not searched. */
function queryOf(tools: GeminiTools, body: MessagesBody, { model }: Target): string | undefined {
  if (!tools.webSearch || !willSearch(tools, body, generationOf(model))) return undefined;
  return searchWish(tools.webSearch, body).query;
}
