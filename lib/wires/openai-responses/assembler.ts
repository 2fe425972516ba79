import type { Usage } from "../../anthropic/types.ts";
import { NO_USAGE } from "../../anthropic/usage.ts";
import type { Failure } from "../../catalog/failure-reasons.ts";
import { readStreamError } from "../failures.ts";
import type { AnswerSink } from "../shared/answer-sink.ts";
import { AnswerWriter } from "../shared/answer-writer.ts";
import { isEmptyObject, isWhole } from "../shared/args.ts";
import type { Assembler } from "../shared/assembler.ts";
import { bodyOf } from "../shared/body.ts";
import { stopsOf } from "../shared/limits.ts";
import type { TranslationContext } from "../wire.ts";
import { type OutputItem, objectsIn, type ResponseEvent, type ResponseObject, stringOf } from "./events.ts";
import { ItemTeller } from "./item-teller.ts";
import { type Item, Items, restOf } from "./items.ts";
import { signatureOf } from "./reasoning.ts";
import { SearchReport } from "./search-report.ts";
import { responseTools } from "./tools.ts";
import { readUsage } from "./usage.ts";

/** Makes one Anthropic answer of the events of a response, or of a whole one. */
export class ResponseAssembler implements Assembler {
  readonly notes: string[] = [];
  failure: Failure | undefined;
  stopReason: string | null = null;
  finished = false;

  readonly #context: TranslationContext;
  readonly #now: () => number;
  readonly #items = new Items();
  readonly #writer: AnswerWriter;
  readonly #teller: ItemTeller;
  readonly #search: SearchReport | undefined;

  constructor(context: TranslationContext, sink: (model: string) => AnswerSink, now: () => number = Date.now) {
    this.#context = context;
    this.#now = now;
    const { inbound, target } = context;
    const names = () => responseTools(inbound, target).names;
    this.#search = SearchReport.for(context);
    this.#writer = new AnswerWriter(context, sink, { names, stops: stopsOf(bodyOf(inbound)) });
    this.#teller = new ItemTeller(this.#writer, {
      names,
      signatureOf: (encrypted) => signatureOf(encrypted, target),
      search: this.#search,
    });
  }

  /** The last event tells everything at once. */
  get isWhole(): boolean {
    return this.finished;
  }

  get servedModel(): string | undefined {
    return this.#writer.servedModel;
  }

  get usage(): Usage {
    const usage = this.#writer.usage ?? { ...NO_USAGE };
    return this.#search?.count(usage) ?? usage;
  }

  add(value: unknown, name: string): string {
    if (this.finished || this.failure || typeof value !== "object" || value === null) return "";
    const event = value as ResponseEvent & ResponseObject;
    const type = stringOf(event.type) || name;
    const out = type === "" ? this.#whole(event) : this.#told(type, event);
    if (this.#writer.hit === undefined || this.finished || this.failure) return out;
    return out + this.#conclude("stop_sequence", true);
  }

  end(): string {
    if (this.finished || this.failure) return "";
    if (this.#items.size === 0) return this.#fail("empty_answer", "the stream ended without an answer");
    return this.#fail("truncated", "the stream ended without response.completed");
  }

  heldText(): string {
    return this.#writer.heldText();
  }

  mayBeCall(line: string): boolean {
    return this.#writer.calls.length > 0 || line.includes("function_call");
  }

  /** The protocol's events by name; the others say nothing that the client could be told. */
  #told(type: string, event: ResponseEvent): string {
    switch (type) {
      case "response.output_text.delta":
        return this.#say(event, stringOf(event.delta));
      case "response.output_text.done":
        return this.#say(event, this.#rest(event, content(event), event.text));
      case "response.output_text.annotation.added":
        return this.#teller.cite([event.annotation]);
      case "response.refusal.delta":
        return this.#refuse(event, stringOf(event.delta));
      case "response.refusal.done":
        return this.#refuse(event, this.#rest(event, content(event), event.refusal));
      case "response.reasoning_text.delta":
        return this.#think(event, content(event));
      case "response.reasoning_summary_text.delta":
        return this.#think(event, summary(event));
      case "response.function_call_arguments.delta":
        return this.#teller.argue(this.#itemOf(event), stringOf(event.delta));
      case "response.function_call_arguments.done":
        return this.#teller.argueRest(this.#itemOf(event), event.arguments);
      case "response.output_item.added":
        return this.#teller.added(this.#itemOf(event), event.item ?? {});
      case "response.output_item.done":
        return this.#teller.done(this.#itemOf(event), event.item ?? {});
      case "response.created":
      case "response.in_progress":
        return this.#open(event.response);
      case "response.completed":
      case "response.incomplete":
      case "response.done":
        return this.#close(event.response ?? {});
      case "response.failed":
        return this.#refusedBy(event.response?.error);
      case "error":
        return this.#refusedBy(event.error ?? event);
      default:
        return "";
    }
  }

  #whole(response: ResponseObject): string {
    if (response.error) return this.#refusedBy(response.error);
    if (!Array.isArray(response.output))
      return this.#fail("bad_answer", "the answer is no response of the Responses API");
    return this.#close(response);
  }

  #open(response: ResponseObject | null | undefined): string {
    this.#writer.responseId ||= stringOf(response?.id);
    this.#writer.servedModel ??= stringOf(response?.model) || undefined;
    return "";
  }

  #itemOf({ output_index: place }: ResponseEvent): Item {
    return this.#items.at(place);
  }

  #say(event: ResponseEvent, words: string): string {
    return this.#teller.say(this.#itemOf(event), content(event), words);
  }

  #refuse(event: ResponseEvent, words: string): string {
    return this.#teller.refuse(this.#itemOf(event), content(event), words);
  }

  #think(event: ResponseEvent, part: string): string {
    return this.#teller.think(this.#itemOf(event), part, stringOf(event.delta));
  }

  #rest(event: ResponseEvent, part: string, whole: unknown): string {
    return restOf(this.#itemOf(event), part, whole);
  }

  /** The last event, or a whole response. Some hosts tell only here of items, others tell of none here. */
  #close(response: ResponseObject): string {
    const { status } = response;
    if (status === "failed") return this.#refusedBy(response.error);
    if (status === "cancelled" || status === "in_progress" || status === "queued")
      return this.#fail("bad_answer", `the response is ${status}, not completed`);
    this.#open(response);
    this.#writer.usage = readUsage(response.usage) ?? this.#writer.usage;
    const output = objectsIn<OutputItem>(response.output);
    let late = "";
    for (const [n, item] of this.#items.inOrder(output.length).entries())
      late += this.#teller.done(item, output[n] ?? {});
    return this.#writer.hit === undefined ? late + this.#conclude(...this.#stopOf(response)) : late;
  }

  /** Why it ended, and whether it was stopped in the middle. */
  #stopOf({ status, incomplete_details: incomplete }: ResponseObject): [string, boolean] {
    const cut = status === "incomplete";
    if (incomplete?.reason === "max_output_tokens") return ["max_tokens", true];
    if (incomplete?.reason === "content_filter") return ["refusal", true];
    const calls = this.#writer.calls.filter(({ args }) => !cut || isEmptyObject(args) || isWhole(args));
    if (calls.length > 0) return ["tool_use", cut];
    return [this.#teller.refused === "" ? "end_turn" : "refusal", cut];
  }

  #conclude(stopReason: string, cut: boolean): string {
    const blocks = this.#writer.endBlocks(cut);
    if (blocks === undefined) return this.#fail("truncated", "the answer ended in the middle of a tool call");
    const isEmpty = this.#writer.blocks === 0 && !this.#search?.searches;
    if (isEmpty && stopReason === "end_turn") return this.#fail("empty_answer", "the response is complete, and empty");
    const started = blocks + this.#writer.start();
    const search = this.#search?.rest(this.#writer.sink, this.#writer.salt) ?? "";
    if (!this.#writer.usage) {
      this.#writer.usage = this.#writer.estimate();
      this.notes.push("the upstream reported no usage; the tokens are estimated");
    }
    this.stopReason = stopReason;
    this.finished = true;
    const end = { stopReason, stopSequence: this.#writer.hit, refused: this.#teller.refused };
    return started + search + this.#writer.finish(end, this.usage);
  }

  #refusedBy(error: unknown): string {
    const told = { error: error ?? { message: "the response failed without a reason" } };
    this.failure ??= readStreamError(this.#context.target.type.id, told, this.#now());
    return "";
  }

  #fail(reason: Failure["reason"], message: string): string {
    this.failure ??= { reason, message };
    return "";
  }
}

function content({ content_index: at }: ResponseEvent): string {
  return `content ${typeof at === "number" ? at : 0}`;
}

function summary({ summary_index: at }: ResponseEvent): string {
  return `summary ${typeof at === "number" ? at : 0}`;
}
