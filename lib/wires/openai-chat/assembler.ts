import type { Usage } from "../../anthropic/types.ts";
import { NO_USAGE } from "../../anthropic/usage.ts";
import type { Failure } from "../../catalog/failure-reasons.ts";
import { readStreamError } from "../failures.ts";
import type { AnswerSink } from "../shared/answer-sink.ts";
import type { Assembler } from "../shared/assembler.ts";
import { BlockOrder, type Call } from "../shared/block-order.ts";
import { bodyOf } from "../shared/body.ts";
import { familyOf } from "../shared/families.ts";
import { stopSequences } from "../shared/limits.ts";
import { quirksOf } from "../shared/quirks.ts";
import { StopFilter } from "../shared/stop-sequences.ts";
import { ClientToolIds, toolIdsOf } from "../shared/tool-ids.ts";
import { clientToolName } from "../shared/tool-names.ts";
import type { TranslationContext } from "../wire.ts";
import { type Choice, type Chunk, contentPieces, fragmentsOf, isError } from "./chunk.ts";
import { meaningOf, strongerReason } from "./finish-reason.ts";
import { Reasoning } from "./reasoning.ts";
import { SearchReport } from "./search-report.ts";
import { type Said, ThinkTags } from "./think-tags.ts";
import { ToolCalls } from "./tool-calls.ts";
import { chatTools } from "./tools.ts";
import { readUsage } from "./usage.ts";

/** Characters of a token, where nothing better is known. */
const CHARACTERS_PER_TOKEN = 4;

/**
 * Makes one Anthropic answer out of the chunks of a stream, or out of a whole completion, which is one big chunk to it:
 * so both say the same.
 */
export class ChatAssembler implements Assembler {
  readonly notes: string[] = [];
  failure: Failure | undefined;
  stopReason: string | null = null;
  servedModel: string | undefined;
  finished = false;

  readonly #context: TranslationContext;
  readonly #sink: (model: string) => AnswerSink;
  readonly #now: () => number;
  readonly #calls = new ToolCalls();
  readonly #ids: ClientToolIds;
  readonly #reasoning: Reasoning;
  readonly #stops: StopFilter;
  readonly #tags: ThinkTags | undefined;
  readonly #reasoningOnTop: boolean;
  readonly #search: SearchReport | undefined;
  #order: BlockOrder | undefined;
  #out: AnswerSink | undefined;
  #responseId = "";
  #finish: string | undefined;
  #stopSequence: string | undefined;
  #refused = "";
  #usage: Usage | undefined;
  /** Nothing was said since the last usage, as it is at the end. */
  #usageAtEnd = false;
  #characters = 0;

  /** @param sink makes the sink of the answer, once it is known which model gives it */
  constructor(context: TranslationContext, sink: (model: string) => AnswerSink, now: () => number = Date.now) {
    this.#context = context;
    this.#sink = sink;
    this.#now = now;
    const { inbound, target } = context;
    const body = bodyOf(inbound);
    const quirks = quirksOf(target.type, target.model);
    this.#ids = new ClientToolIds(() => toolIdsOf(body.messages));
    this.#reasoning = new Reasoning(target, quirks);
    this.#stops = new StopFilter(stopSequences(body, familyOf(target.model), quirks).local);
    this.#tags = quirks.inlineThinking ? new ThinkTags() : undefined;
    this.#reasoningOnTop = quirks.reasoningOnTop ?? false;
    this.#search = SearchReport.for(context);
  }

  /** Tokens as reported so far, else as far as they can be estimated. */
  get usage(): Usage {
    const usage = this.#usage ?? { ...NO_USAGE };
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
    if (this.#responseId === "" && typeof chunk.id === "string") this.#responseId = chunk.id;
    if (this.servedModel === undefined && chunk.model) this.servedModel = String(chunk.model);
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
    const isEmpty = held === "" && this.#out === undefined && !this.#hasCalls;
    if (this.#finish === undefined && isEmpty)
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
    return out + this.#flushText();
  }

  /** Has a call begun whose arguments may still be coming? */
  get #hasCalls(): boolean {
    return this.#calls.all.length > 0;
  }

  #addChoice(choice: Choice): string {
    const message = choice.delta ?? choice.message;
    let out = "";
    if (message) {
      out += this.#addReasoning(message) + this.#addContent(message.content) + this.#addRefusal(message.refusal);
      if (fragmentsOf(choice).length > 0) out += this.heldText() + this.#addCalls(choice);
    }
    if (typeof choice.finish_reason === "string" && choice.finish_reason !== "")
      this.#finish = strongerReason(this.#finish, choice.finish_reason);
    if (typeof choice.stop_reason === "string" && this.#wasAsked(choice.stop_reason))
      this.#stopSequence = choice.stop_reason;
    if (this.#stops.hit === undefined || this.finished) return out;
    this.#stopSequence = this.#stops.hit;
    return out + this.#conclude();
  }

  #addReasoning(message: NonNullable<Choice["delta"]>): string {
    const text = this.#reasoning.read(message as Record<string, unknown>);
    return text === undefined ? "" : this.#think(text);
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
    return kind === "thinking" ? this.#think(text) : this.#say(text);
  }

  #addRefusal(refusal: unknown): string {
    if (typeof refusal !== "string" || refusal === "") return "";
    this.#refused += refusal;
    return this.#say(refusal);
  }

  #addCalls(choice: Choice): string {
    this.#usageAtEnd = false;
    let out = "";
    for (const [place, fragment] of fragmentsOf(choice).entries()) {
      const { call, isNew, added } = this.#calls.add(fragment, place);
      out += this.#blocks().call(call, isNew, added);
    }
    return out;
  }

  #think(text: string): string {
    this.#usageAtEnd = false;
    this.#characters += text.length;
    return this.#flushText() + this.#blocks().say("thinking", text);
  }

  #say(text: string): string {
    this.#usageAtEnd = false;
    const shown = this.#stops.push(text);
    this.#characters += shown.length;
    return shown === "" ? "" : this.#blocks().say("text", shown);
  }

  /** What was held back as a possible stop sequence or tag is text: something else follows. */
  #flushText(): string {
    const held = this.#stops.flush();
    return held === "" ? "" : this.#blocks().say("text", held);
  }

  #conclude(): string {
    const { messageId } = this.#context;
    const finish = this.#stopSequence === undefined ? meaningOf(this.#finish, this.#hasCalls) : "stop_sequence";
    if (finish === "failed")
      return this.#fail({ reason: "server_error", message: `the model stopped: ${this.#finish}` });
    const isCut = finish === "max_tokens" || finish === "refusal" || finish === "model_context_window_exceeded";
    this.stopReason = this.#refused !== "" && finish === "end_turn" ? "refusal" : finish;
    const blocks = this.#order ? this.#order.end(isCut || this.#finish === undefined) : "";
    if (blocks === undefined)
      return this.#cut(`the answer ended (${this.#finish ?? "no finish_reason"}) in the middle of a tool call`);
    const started = blocks + this.#start();
    const search = this.#search?.write(this.#sinkNow(), `${messageId}\n${this.#responseId}`) ?? "";
    this.finished = true;
    this.#usage ??= this.#estimate();
    const { usage } = this;
    const end = { stopReason: this.stopReason, stopSequence: this.#stopSequence ?? null, usage };
    const details = this.stopReason === "refusal" ? { stopDetails: refusalDetails(this.#refused) } : {};
    return started + search + this.#sinkNow().finish({ ...end, ...details });
  }

  #estimate(): Usage {
    const called = this.#calls.all.reduce((sum, { name, args }) => sum + name.length + args.length, 0);
    const output = Math.max(1, Math.ceil((this.#characters + called) / CHARACTERS_PER_TOKEN));
    this.notes.push("the upstream reported no usage; the tokens are estimated");
    return { input_tokens: this.#context.inbound.facts.estimatedTokens, output_tokens: output };
  }

  #readUsage(chunk: Chunk): void {
    const choices = Array.isArray(chunk.choices) ? chunk.choices : [];
    const raw = chunk.usage ?? chunk.x_groq?.usage ?? choices.find((choice) => choice?.usage)?.usage;
    const usage = readUsage(raw, this.#reasoningOnTop);
    if (!usage) return;
    this.#usage = usage;
    this.#usageAtEnd = true;
  }

  #blocks(): BlockOrder {
    this.#order ??= new BlockOrder(this.#sinkNow(), {
      begin: () => this.#start(),
      seal: (thinking) => this.#reasoning.seal(thinking),
      label: (call) => this.#label(call),
    });
    return this.#order;
  }

  #label({ order, id, name }: Call): { id: string; name: string } {
    const { inbound, target, messageId } = this.#context;
    return {
      id: this.#ids.make(id, `${this.#responseId || messageId}\n${order}`),
      name: name === "" ? `tool_${order}` : clientToolName(name, chatTools(inbound, target).names),
    };
  }

  #sinkNow(): AnswerSink {
    this.#out ??= this.#sink(this.servedModel ?? this.#context.target.model);
    return this.#out;
  }

  /** message_start, once. The prompt's size is an estimate until the upstream tells it, which is mostly at the end. */
  #start(): string {
    const { input_tokens, ...cache } = this.#usage ?? { input_tokens: this.#context.inbound.facts.estimatedTokens };
    return this.#sinkNow().start({ ...cache, input_tokens, output_tokens: 1 });
  }

  #wasAsked(sequence: string): boolean {
    return bodyOf(this.#context.inbound).stop_sequences?.includes(sequence) ?? false;
  }

  #cut(message: string): string {
    return this.#fail({ reason: "truncated", message });
  }

  #fail(failure: Failure): string {
    this.failure = failure;
    return "";
  }
}

function refusalDetails(words: string): Record<string, unknown> {
  return {
    type: "refusal",
    category: null,
    explanation: words === "" ? "the provider's content filter stopped the answer" : words,
  };
}
