import type { AnswerWriter } from "../shared/answer-writer.ts";
import type { Call } from "../shared/block-order.ts";
import type { ToolNames } from "../shared/tool-names.ts";
import { type ContentPart, type OutputItem, objectsIn, stringOf } from "./events.ts";
import { type Item, note, restOf } from "./items.ts";
import type { SearchReport } from "./search-report.ts";
import { isWrapper, unwrap } from "./wrapped-calls.ts";

/** What the teller has to know of the request. */
interface TellerNeeds {
  names: () => ToolNames;
  /** Signature that carries a reasoning item's state. */
  signatureOf: (encrypted: string) => string;
  /** Undefined where the client has not asked for searches. */
  search: SearchReport | undefined;
}

/** The one part of a function call. */
const ARGUMENTS = "arguments";

/** Tells the client of output items: of what is new in each event, and of what the finished item has beyond that. */
export class ItemTeller {
  /** What the model said when it refused. */
  refused = "";

  readonly #writer: AnswerWriter;
  readonly #needs: TellerNeeds;
  /** Who said the last words: each message and each reasoning has a block of its own. */
  #speaker: Item | undefined;

  constructor(writer: AnswerWriter, needs: TellerNeeds) {
    this.#writer = writer;
    this.#needs = needs;
  }

  added(item: Item, output: OutputItem): string {
    const isCall = output.type === "function_call" && !item.call && !item.done;
    return isCall ? this.#beginCall(item, output) : "";
  }

  done(item: Item, output: OutputItem): string {
    if (item.done || this.#writer.hit !== undefined) return "";
    item.done = true;
    switch (output.type) {
      case "message":
        return this.#messageDone(item, output);
      case "reasoning":
        return this.#reasoningDone(item, output);
      case "function_call":
        return this.#callDone(item, output);
      case "web_search_call":
        return this.#searchDone(output);
      default:
        return "";
    }
  }

  /** Text of a part of a message. */
  say(item: Item, part: string, words: string): string {
    if (words === "" || this.#writer.hit !== undefined) return "";
    const turn = this.#turnTo(item);
    note(item, part, words);
    return turn + this.#writer.say(words);
  }

  refuse(item: Item, part: string, words: string): string {
    this.refused += words;
    return this.say(item, part, words);
  }

  /** Thinking; its parts are paragraphs. */
  think(item: Item, part: string, words: string): string {
    if (words === "") return "";
    const turn = this.#turnTo(item);
    const isNext = item.told.size > 0 && !item.told.has(part);
    note(item, part, words);
    return turn + this.#writer.think(isNext ? `\n\n${words}` : words);
  }

  /** Arguments of a call. */
  argue(item: Item, delta: string): string {
    if (delta === "") return "";
    note(item, ARGUMENTS, delta);
    if (!item.call) return "";
    item.call.args += delta;
    return this.#writer.call(item.call, false, delta);
  }

  argueRest(item: Item, whole: unknown): string {
    const { call } = item;
    if (!call || call.shown || typeof whole !== "string" || whole.startsWith(call.args))
      return this.argue(item, restOf(item, ARGUMENTS, whole));
    // Nobody has seen what was told before, so the whole counts.
    item.told.set(ARGUMENTS, whole);
    call.args = whole;
    return this.#writer.call(call, false);
  }

  /** Pages that the text cites. */
  cite(annotations: readonly unknown[]): string {
    let out = "";
    for (const annotation of annotations) {
      const citation = this.#needs.search?.cite(annotation);
      if (citation && this.#writer.sink.open === "text") out += this.#writer.sink.citation(citation);
    }
    return out;
  }

  #messageDone(item: Item, { content }: OutputItem): string {
    let out = "";
    for (const [at, { text, refusal, annotations }] of objectsIn<ContentPart>(content).entries()) {
      const part = `content ${at}`;
      out += this.say(item, part, restOf(item, part, text)) + this.refuse(item, part, restOf(item, part, refusal));
      out += this.cite(objectsIn(annotations));
    }
    return out;
  }

  /** Only the state of the finished item is valid; it signs the block that shows the summary, or one without words. */
  #reasoningDone(item: Item, { content, summary, encrypted_content: encrypted }: OutputItem): string {
    let out = "";
    for (const [kind, parts] of Object.entries({ content, summary }))
      for (const [at, { text }] of objectsIn<ContentPart>(parts).entries())
        out += this.think(item, `${kind} ${at}`, restOf(item, `${kind} ${at}`, text));
    const hasState = typeof encrypted === "string" && encrypted !== "";
    if (!hasState && this.#speaker !== item) return out; // it said nothing: who spoke before it still has the word
    this.#speaker = undefined;
    if (!hasState) return out + this.#writer.over();
    return out + this.#writer.think("") + this.#writer.over(this.#needs.signatureOf(encrypted));
  }

  /** A call that wraps others is held back until they are known. */
  #beginCall(item: Item, output: OutputItem): string {
    note(item, ARGUMENTS, stringOf(output.arguments));
    if (isWrapper(stringOf(output.name), this.#needs.names())) return "";
    item.call = this.#newCall(output);
    return this.#writer.call(item.call, true);
  }

  #callDone(item: Item, output: OutputItem): string {
    const begun = item.call ? "" : this.#beginCall(item, { ...output, arguments: "" });
    const out = begun + this.argueRest(item, output.arguments);
    if (item.call) return out;
    const args = item.told.get(ARGUMENTS) ?? "";
    const calls = unwrap(args) ?? [{ name: output.name, arguments: args }];
    return calls.reduce((told, call) => told + this.#writer.call(this.#newCall(call), true), out);
  }

  #newCall({ call_id: id, name, arguments: args }: OutputItem): Call {
    const order = this.#writer.calls.length;
    return { order, index: order, id: stringOf(id), name: stringOf(name), args: stringOf(args) };
  }

  #searchDone(output: OutputItem): string {
    const write = this.#needs.search?.add(output, this.#writer.salt);
    return write ? this.#writer.whole(write) : "";
  }

  #turnTo(item: Item): string {
    const over = this.#speaker === undefined || this.#speaker === item ? "" : this.#writer.over();
    this.#speaker = item;
    return over;
  }
}
