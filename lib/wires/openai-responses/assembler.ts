import type { Usage } from "../../anthropic/types.ts";
import { NO_USAGE } from "../../anthropic/usage.ts";
import type { Failure } from "../../catalog/failure-reasons.ts";
import { readStreamError } from "../failures.ts";
import type { AnswerSink } from "../shared/answer-sink.ts";
import { BlockOrder, type Call } from "../shared/block-order.ts";
import { bodyOf } from "../shared/body.ts";
import { StopFilter } from "../shared/stop-sequences.ts";
import { ClientToolIds, toolIdsOf } from "../shared/tool-ids.ts";
import { clientToolName } from "../shared/tool-names.ts";
import { addHits, hitOf, type SearchHit, searchWish, writeSearch } from "../shared/web-search.ts";
import type { TranslationContext } from "../wire.ts";
import type { OutputItem, ResponseEvent, ResponseObject } from "./events.ts";
import { signatureOf } from "./reasoning.ts";
import { responseTools } from "./tools.ts";
import { readUsage } from "./usage.ts";

/** Some models wrap several calls in one of this name, which nobody has declared. */
const WRAPPER = "parallel";

/** What has come of one output item. */
interface Progress {
  type: string;
  /** Text, summary or arguments that were told already. */
  told: string;
  call?: Call;
  /** Parts of a reasoning summary that were begun. */
  parts: number;
}

/** Makes one Anthropic answer out of the events of a response, or out of a whole one: so both say the same. */
export class ResponseAssembler {
  failure: Failure | undefined;
  stopReason: string | null = null;
  servedModel: string | undefined;
  finished = false;

  readonly #context: TranslationContext;
  readonly #sink: (model: string) => AnswerSink;
  readonly #now: () => number;
  readonly #items = new Map<number, Progress>();
  readonly #calls: Call[] = [];
  readonly #ids: ClientToolIds;
  readonly #stops: StopFilter;
  readonly #hits: SearchHit[] = [];
  #queries: string[] = [];
  #searches = 0;
  #out: AnswerSink | undefined;
  #order: BlockOrder | undefined;
  #signature: string | undefined;
  #responseId = "";
  #refused = "";
  #usage: Usage | undefined;

  /** @param sink makes the sink of the answer, once it is known which model gives it */
  constructor(context: TranslationContext, sink: (model: string) => AnswerSink, now: () => number = Date.now) {
    this.#context = context;
    this.#sink = sink;
    this.#now = now;
    const body = bodyOf(context.inbound);
    this.#ids = new ClientToolIds(() => toolIdsOf(body.messages));
    this.#stops = new StopFilter(body.stop_sequences ?? []);
  }

  get usage(): Usage {
    const usage = this.#usage ?? { ...NO_USAGE };
    return this.#searches > 0 ? { ...usage, server_tool_use: { web_search_requests: this.#searches } } : usage;
  }

  /** Takes one event. @returns what the client is to get now */
  add(event: ResponseEvent): string {
    if (this.finished || this.failure) return "";
    return this.#handlers[event.type ?? ""]?.(event) ?? "";
  }

  /** Takes a whole response. */
  addWhole(response: ResponseObject): string {
    this.#open(response);
    if (response.error || response.status === "failed") return this.#fail(response);
    for (const [index, item] of (response.output ?? []).entries()) this.#itemDone(index, item);
    if (this.failure || this.finished) return "";
    return this.#close(response);
  }

  /** The upstream has nothing more to say. */
  end(): string {
    if (this.finished || this.failure) return "";
    const said = this.#out !== undefined || this.#items.size > 0;
    this.failure = said
      ? { reason: "truncated", message: "the stream ended without response.completed" }
      : { reason: "empty_answer", message: "the stream ended without an answer" };
    return "";
  }

  /** Text that was held back because it might have become a stop sequence. */
  heldText(): string {
    const held = this.#stops.flush();
    return held === "" ? "" : this.#blocks().say("text", held);
  }

  /** The protocol's events by name; the others say nothing that the client could be told. */
  readonly #handlers: Readonly<Record<string, (event: ResponseEvent) => string>> = {
    "response.created": ({ response }) => this.#open(response),
    "response.in_progress": ({ response }) => this.#open(response),
    "response.output_item.added": ({ output_index, item }) => this.#itemAdded(output_index ?? 0, item ?? {}),
    "response.output_item.done": ({ output_index, item }) => this.#itemDone(output_index ?? 0, item ?? {}),
    "response.output_text.delta": (event) => this.#say(event, event.delta),
    "response.output_text.done": (event) => this.#say(event, this.#rest(event, event.text)),
    "response.output_text.annotation.added": ({ annotation }) => this.#cite([annotation]),
    "response.refusal.delta": (event) => {
      this.#refused += String(event.delta ?? "");
      return this.#say(event, event.delta);
    },
    "response.reasoning_summary_part.added": (event) => this.#nextPart(event),
    "response.reasoning_summary_text.delta": (event) => this.#think(event, event.delta),
    "response.reasoning_text.delta": (event) => this.#think(event, event.delta),
    "response.function_call_arguments.delta": (event) => this.#argue(event, event.delta),
    "response.function_call_arguments.done": (event) => this.#argue(event, this.#rest(event, event.arguments)),
    "response.completed": ({ response }) => this.#close(response ?? {}),
    "response.incomplete": ({ response }) => this.#close(response ?? {}),
    "response.failed": ({ response }) => this.#fail(response ?? {}),
    error: (event) => this.#fail({ error: event.error ?? event }),
  };

  #open(response: ResponseObject | undefined): string {
    if (response?.id && this.#responseId === "") this.#responseId = response.id;
    if (response?.model && this.servedModel === undefined) this.servedModel = response.model;
    return "";
  }

  #itemAdded(index: number, item: OutputItem): string {
    const progress = this.#progress({ output_index: index, item });
    if (item.type !== "function_call") return "";
    const call = this.#call(progress, item);
    return call.name === WRAPPER ? "" : this.#blocks().call(call, true);
  }

  #itemDone(index: number, item: OutputItem): string {
    const event = { output_index: index, item };
    switch (item.type) {
      case "message":
        return this.#messageDone(event, item);
      case "reasoning":
        return this.#reasoningDone(event, item);
      case "function_call":
        return this.#callDone(event, item);
      case "web_search_call":
        return this.#searchDone(item);
      default:
        return "";
    }
  }

  #messageDone(event: ResponseEvent, item: OutputItem): string {
    const parts = item.content ?? [];
    for (const { annotations } of parts) this.#cite(annotations ?? []);
    const text = parts.map((part) => part.text ?? part.refusal ?? "").join("");
    const told = this.#progress(event).told;
    if (told === "") this.#refused += parts.map((part) => part.refusal ?? "").join("");
    return this.#say(event, this.#rest(event, text));
  }

  /** Only the state of the finished item is valid; it signs the block that shows the summary, or one without words. */
  #reasoningDone(event: ResponseEvent, item: OutputItem): string {
    const summary = (item.summary?.length ? item.summary : item.content) ?? [];
    const text = summary.map((part) => part.text ?? "").join("\n\n");
    const told = this.#progress(event).told === "" ? this.#think(event, text) : "";
    const encrypted = item.encrypted_content;
    if (typeof encrypted !== "string" || encrypted === "") return told + this.#blocks().over();
    this.#signature = signatureOf(encrypted, this.#context.target);
    return told + this.#blocks().say("thinking", "") + this.#blocks().over();
  }

  #callDone(event: ResponseEvent, item: OutputItem): string {
    const progress = this.#progress(event);
    const isNew = progress.call === undefined;
    const call = this.#call(progress, item);
    if (call.name === WRAPPER) return this.#unwrap(item.arguments ?? call.args);
    if (call.args === "" && typeof item.arguments === "string") call.args = item.arguments;
    return this.#blocks().call(call, isNew);
  }

  #searchDone({ action }: OutputItem): string {
    if (action?.type !== "search") return "";
    this.#searches++;
    this.#queries.push(...(action.queries ?? (action.query ? [action.query] : [])));
    addHits(
      this.#hits,
      (action.sources ?? []).map(({ url, title }) => hitOf(url, title)).filter((hit) => hit !== undefined),
    );
    return "";
  }

  #unwrap(args: string): string {
    const uses = (parse(args) as { tool_uses?: unknown } | undefined)?.tool_uses;
    let out = "";
    for (const use of Array.isArray(uses) ? (uses as Record<string, unknown>[]) : []) {
      const name = String(use.recipient_name ?? "").replace(/^functions\./, "");
      const call = this.#begin({ name, arguments: JSON.stringify(use.parameters ?? {}) });
      out += this.#blocks().call(call, true);
    }
    return out;
  }

  #call(progress: Progress, item: OutputItem): Call {
    progress.call ??= this.#begin(item);
    return progress.call;
  }

  #begin(item: OutputItem): Call {
    const order = this.#calls.length;
    const args = item.arguments ?? "";
    const call: Call = { order, index: order, id: item.call_id ?? "", name: item.name ?? "", args };
    this.#calls.push(call);
    return call;
  }

  #argue(event: ResponseEvent, delta: unknown): string {
    const { call } = this.#progress(event);
    if (!call || typeof delta !== "string" || delta === "") return "";
    call.args += delta;
    return call.name === WRAPPER ? "" : this.#blocks().call(call, false);
  }

  #say(event: ResponseEvent, delta: unknown): string {
    if (typeof delta !== "string" || delta === "") return "";
    this.#progress(event).told += delta;
    const shown = this.#stops.push(delta);
    const out = shown === "" ? "" : this.#blocks().say("text", shown);
    return this.#stops.hit === undefined ? out : out + this.#close({}, this.#stops.hit);
  }

  #think(event: ResponseEvent, delta: unknown): string {
    if (typeof delta !== "string" || delta === "") return "";
    this.#progress(event).told += delta;
    return this.heldText() + this.#blocks().say("thinking", delta);
  }

  #nextPart(event: ResponseEvent): string {
    const progress = this.#progress(event);
    return ++progress.parts > 1 ? this.#think(event, "\n\n") : "";
  }

  /** What the whole has beyond what its deltas told; nothing where they told something else. */
  #rest(event: ResponseEvent, whole: string | undefined): string {
    const progress = this.#progress(event);
    const told = progress.call?.args ?? progress.told;
    return typeof whole === "string" && whole.startsWith(told) ? whole.slice(told.length) : "";
  }

  /** Ids may change from event to event at some backends, so items go by their place. */
  #progress({ output_index: index = 0, item }: ResponseEvent): Progress {
    const known = this.#items.get(index);
    if (known) return known;
    const progress: Progress = { type: item?.type ?? "", told: "", parts: 0 };
    this.#items.set(index, progress);
    return progress;
  }

  #cite(annotations: readonly unknown[]): string {
    for (const annotation of annotations as { type?: string; url?: unknown; title?: unknown }[]) {
      const hit = annotation?.type === "url_citation" ? hitOf(annotation.url, annotation.title) : undefined;
      if (hit) addHits(this.#hits, [hit]);
    }
    return "";
  }

  #close(response: ResponseObject, stopSequence?: string): string {
    this.#open(response);
    this.#usage = readUsage(response.usage) ?? this.#usage ?? this.#estimate();
    // Some backends tell the items only here.
    let late = "";
    if (stopSequence === undefined)
      for (const [index, item] of (response.output ?? []).entries())
        if (!this.#items.has(index)) late += this.#itemDone(index, item);
    if (this.finished) return late;
    const held = stopSequence === undefined ? this.heldText() : "";
    const stop = stopSequence === undefined ? this.#stopOf(response) : "stop_sequence";
    const isCut = stop === "max_tokens" || stop === "refusal";
    if (stop === "end_turn" && this.#out === undefined && this.#searches === 0)
      return this.#failWith({ reason: "empty_answer", message: "the response is complete, and empty" });
    const blocks = this.#order ? this.#order.end(isCut) : "";
    if (blocks === undefined)
      return this.#failWith({ reason: "truncated", message: "the answer ended in the middle of a tool call" });
    this.stopReason = stop;
    this.finished = true;
    return (
      late +
      held +
      blocks +
      this.#start() +
      this.#searchReport() +
      this.#sinkNow().finish({
        stopReason: stop,
        stopSequence: stopSequence ?? null,
        usage: this.usage,
        ...(stop === "refusal" && { stopDetails: refusal(this.#refused) }),
      })
    );
  }

  #stopOf({ incomplete_details: incomplete }: ResponseObject): string {
    if (incomplete?.reason === "max_output_tokens") return "max_tokens";
    if (incomplete?.reason === "content_filter") return "refusal";
    if (this.#calls.length > 0) return "tool_use";
    return this.#refused === "" ? "end_turn" : "refusal";
  }

  #searchReport(): string {
    if (this.#searches === 0) return "";
    const { inbound, target, messageId } = this.#context;
    const tool = responseTools(inbound, target).webSearch;
    const asked = tool ? searchWish(tool, bodyOf(inbound)).query : "";
    const query = this.#queries.join(" · ") || asked;
    return writeSearch(this.#sinkNow(), query, this.#hits, `${messageId}\n${this.#responseId}`);
  }

  #blocks(): BlockOrder {
    this.#order ??= new BlockOrder(this.#sinkNow(), {
      begin: () => this.#start(),
      seal: () => {
        const signature = this.#signature;
        this.#signature = undefined;
        return signature;
      },
      label: ({ order, id, name }) => ({
        id: this.#ids.make(id, `${this.#responseId || this.#context.messageId}\n${order}`),
        name:
          name === ""
            ? `tool_${order}`
            : clientToolName(name, responseTools(this.#context.inbound, this.#context.target).names),
      }),
    });
    return this.#order;
  }

  #sinkNow(): AnswerSink {
    this.#out ??= this.#sink(this.servedModel ?? this.#context.target.model);
    return this.#out;
  }

  /** message_start, once. The prompt's size is an estimate until the upstream tells it at the end. */
  #start(): string {
    const { input_tokens, ...cache } = this.#usage ?? { input_tokens: this.#context.inbound.facts.estimatedTokens };
    return this.#sinkNow().start({ ...cache, input_tokens, output_tokens: 1 });
  }

  #estimate(): Usage {
    const told = [...this.#items.values()].reduce(
      (sum, { told: text, call }) => sum + text.length + (call?.args.length ?? 0),
      0,
    );
    return {
      input_tokens: this.#context.inbound.facts.estimatedTokens,
      output_tokens: Math.max(1, Math.ceil(told / 4)),
    };
  }

  #fail(response: ResponseObject): string {
    const body = { error: response.error ?? { message: "the response failed without saying why" } };
    return this.#failWith(readStreamError(this.#context.target.type.id, body, this.#now()));
  }

  #failWith(failure: Failure): string {
    this.failure = failure;
    return "";
  }
}

function refusal(words: string): Record<string, unknown> {
  const explanation = words === "" ? "the provider's content filter stopped the answer" : words;
  return { type: "refusal", category: null, explanation };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a wrapper that cannot be read wraps nothing
  }
}
