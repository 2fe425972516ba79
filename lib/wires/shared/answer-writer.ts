import type { Usage } from "../../anthropic/types.ts";
import type { TranslationContext } from "../wire.ts";
import type { AnswerSink } from "./answer-sink.ts";
import { BlockOrder, type Call } from "./block-order.ts";
import { bodyOf } from "./body.ts";
import { estimatedUsage } from "./estimated-usage.ts";
import { StopFilter } from "./stop-sequences.ts";
import { ClientToolIds, toolIdsOf } from "./tool-ids.ts";
import { clientToolName, type ToolNames } from "./tool-names.ts";

/** What differs from protocol to protocol. */
interface WriterNeeds {
  /** Stop sequences that are left to us. */
  stops: readonly string[];
  /** The tools that the upstream was told of. */
  names: () => ToolNames;
  /** Signature of the thinking that is about to be closed, where `over` was not given one. */
  seal?: (thinking: string) => string | undefined;
}

/** How an answer ends. */
interface End {
  stopReason: string;
  stopSequence?: string | undefined;
  /** What the model said when it refused. */
  refused?: string;
}

/** Writes what a model says as the blocks of one Anthropic answer, whatever order it comes in. */
export class AnswerWriter {
  /** The upstream's id of the answer: tool ids are derived from it where the upstream has none. */
  responseId = "";
  /** Who answers, as soon as that is known. */
  servedModel: string | undefined;
  /** As reported so far: message_start tells of it. */
  usage: Usage | undefined;
  /** The calls that were begun. */
  readonly calls: Call[] = [];

  readonly #context: TranslationContext;
  readonly #makeSink: (model: string) => AnswerSink;
  readonly #needs: WriterNeeds;
  readonly #ids: ClientToolIds;
  readonly #stops: StopFilter;
  #sink: AnswerSink | undefined;
  #order: BlockOrder | undefined;
  #characters = 0;

  /** @param sink makes the sink of the answer, once it is known which model gives it */
  constructor(context: TranslationContext, sink: (model: string) => AnswerSink, needs: WriterNeeds) {
    this.#context = context;
    this.#makeSink = sink;
    this.#needs = needs;
    this.#ids = new ClientToolIds(toolIdsOf(bodyOf(context.inbound).messages));
    this.#stops = new StopFilter(needs.stops);
  }

  get sink(): AnswerSink {
    this.#sink ??= this.#makeSink(this.servedModel ?? this.#context.target.model);
    return this.#sink;
  }

  /** How many blocks were begun. */
  get blocks(): number {
    return this.#sink?.blocks ?? 0;
  }

  /** The stop sequence that ended the text: nothing more may be said. */
  get hit(): string | undefined {
    return this.#stops.hit;
  }

  say(words: string): string {
    const shown = this.#stops.push(words);
    this.#characters += shown.length;
    return shown === "" ? "" : this.#blocks().say("text", shown);
  }

  /** Empty thinking opens a block all the same, for a signature that comes alone. */
  think(words: string): string {
    this.#characters += words.length;
    return this.heldText() + this.#blocks().say("thinking", words);
  }

  /** What was said last is over: what comes next is another block, even if it is of the same kind. */
  over(signature?: string): string {
    return this.heldText() + (this.#order?.over(signature) ?? "");
  }

  /** A call is new, or has grown; see `BlockOrder.call`. */
  call(call: Call, isNew: boolean, added?: string): string {
    if (!isNew) return this.#blocks().call(call, false, added);
    this.calls.push(call);
    return this.heldText() + this.#blocks().call(call, true, added);
  }

  /** Blocks that are written whole, in their turn. */
  whole(write: (sink: AnswerSink) => string): string {
    return this.heldText() + this.#blocks().whole(() => write(this.sink));
  }

  /** Text that was held back because it might have become a stop sequence. */
  heldText(): string {
    const held = this.#stops.flush();
    return held === "" ? "" : this.#blocks().say("text", held);
  }

  /**
   * Nothing more comes: everything that waits is written.
   * @param cut the model was stopped in mid-answer: calls that are not whole are dropped
   * @returns undefined when half a call is with the client already and cannot be taken back
   */
  endBlocks(cut: boolean): string | undefined {
    const held = this.heldText();
    const rest = this.#order ? this.#order.end(cut) : "";
    return rest === undefined ? undefined : held + rest;
  }

  /** The end of the answer. @param usage with everything that is counted apart */
  finish({ stopReason, stopSequence, refused = "" }: End, usage: Usage): string {
    const end = { stopReason, stopSequence: stopSequence ?? null, usage };
    return this.sink.finish(stopReason === "refusal" ? { ...end, stopDetails: refusalDetails(refused) } : end);
  }

  /** message_start, once. The prompt's size is an estimate until the upstream tells it, which is mostly at the end. */
  start(): string {
    const { input_tokens, ...cache } = this.usage ?? { input_tokens: this.#context.inbound.facts.estimatedTokens };
    return this.sink.start({ ...cache, input_tokens, output_tokens: 1 });
  }

  /** The tokens as far as they can be told without the upstream's word. */
  estimate(): Usage {
    const called = this.calls.reduce((sum, { name, args }) => sum + name.length + args.length, 0);
    return estimatedUsage(this.#context.inbound, this.#characters + called);
  }

  /** Differs from answer to answer, and is the same for the same one. */
  get salt(): string {
    return `${this.#context.messageId}\n${this.responseId}`;
  }

  #blocks(): BlockOrder {
    this.#order ??= new BlockOrder(this.sink, {
      begin: () => this.start(),
      seal: (thinking) => this.#needs.seal?.(thinking),
      label: (call) => this.#label(call),
    });
    return this.#order;
  }

  #label({ order, id, name }: Call): { id: string; name: string } {
    return {
      id: this.#ids.make(id, `${this.responseId || this.#context.messageId}\n${order}`),
      name: name === "" ? `tool_${order}` : clientToolName(name, this.#needs.names()),
    };
  }
}

function refusalDetails(words: string): Record<string, unknown> {
  const explanation = words === "" ? "the provider's content filter stopped the answer" : words;
  return { type: "refusal", category: null, explanation };
}
