import type { AnswerSink } from "./answer-sink.ts";
import { isEmptyObject, isWhole, missingBrackets } from "./args.ts";

/** One call of a tool as far as it has come. */
export interface Call {
  /** Place among the answer's calls, from 0. */
  order: number;
  index: number | undefined;
  /** As the upstream sent it; empty when it sent none. */
  id: string;
  /** Empty until it is known. */
  name: string;
  args: string;
  /** The client has the beginning of it: what is there cannot be replaced any more. */
  shown?: boolean;
}

type Kind = "text" | "thinking";

/** What waits until the call before it is whole. */
type Waiting = { call: Call } | Words | { write: () => string };

interface Words {
  kind: Kind;
  text: string;
  /** Nothing is added to them any more; thinking may have got its signature. */
  over?: { signature: string | undefined };
}

/** What the block order has to ask of others. */
interface BlockNeeds {
  /** Written before the first block. */
  begin: () => string;
  /** Signature of the thinking that is about to be closed. */
  seal: (thinking: string) => string | undefined;
  /** Id and name of a call, as the client shall see them. */
  label: (call: Call) => { id: string; name: string };
}

/**
 * Puts what comes in any order into blocks, one open at a time, in the order of first appearance. Text and thinking go
 * out at once. So do the arguments of a call, as long as no earlier call is unfinished: what comes meanwhile waits.
 */
export class BlockOrder {
  readonly #sink: AnswerSink;
  readonly #needs: BlockNeeds;
  #queue: Waiting[] = [];
  /** How much of the first call's arguments is written; undefined while its block is not open. */
  #written: number | undefined;
  #thinking = "";
  /** Blank text at the beginning of a block: a block of nothing else is refused when it comes back. */
  #blank = "";

  constructor(sink: AnswerSink, needs: BlockNeeds) {
    this.#sink = sink;
    this.#needs = needs;
  }

  /** Text or thinking of the model. Empty thinking opens a block all the same, for a signature that comes alone. */
  say(kind: Kind, delta: string): string {
    const last = this.#queue.at(-1);
    if (!last) return this.#write(kind, delta);
    if ("kind" in last && last.kind === kind && !last.over) last.text += delta;
    else this.#queue.push({ kind, text: delta });
    return this.#advance();
  }

  /**
   * What was said last is over: what comes next is another block, even if it is of the same kind.
   * @param signature of thinking, where it is known already; otherwise `seal` is asked
   */
  over(signature?: string): string {
    const last = this.#queue.at(-1);
    if (!last) return this.#endWords(signature);
    if ("kind" in last) last.over = { signature };
    return "";
  }

  /** Blocks that are written whole, in their turn. */
  whole(write: () => string): string {
    this.#queue.push({ write });
    return this.#advance();
  }

  /**
   * A call is new, or has grown.
   * @param added what its arguments have grown by, where the caller knows: long arguments are then written without
   *   looking at the whole of them with each piece
   */
  call(call: Call, isNew: boolean, added?: string): string {
    if (isNew) this.#queue.push({ call });
    const first = this.#queue[0];
    const goesOn =
      !isNew && added !== undefined && this.#written !== undefined && first && "call" in first && first.call === call;
    if (!goesOn) return this.#advance();
    this.#written = (this.#written ?? 0) + added.length;
    return this.#sink.toolInput(added) + (this.#queue.length > 1 ? this.#advance() : "");
  }

  /**
   * Nothing more comes: everything that waits is written, and the last block closed.
   * @param cut the model was stopped in mid-answer: calls that are not whole are dropped
   * @returns undefined when half a call is with the client already and cannot be taken back
   */
  end(cut: boolean): string | undefined {
    let out = "";
    for (const waiting of this.#queue.splice(0)) {
      if (!("call" in waiting)) {
        out += this.#writeWaiting(waiting);
        continue;
      }
      const { call } = waiting;
      if (cut && call.args !== "" && !isWhole(call.args) && !isEmptyObject(call.args)) {
        const isOpen = this.#written !== undefined;
        if (isOpen && !this.#sink.discard) return undefined;
        if (isOpen) this.#sink.discard?.();
        this.#written = undefined;
        continue;
      }
      if (this.#written === undefined) out += this.#open(call);
      out += this.#writeArguments(call) + this.#mend(call) + this.#sink.close();
      this.#written = undefined;
    }
    this.#signThinking();
    return out + this.#sink.close();
  }

  /** Writes what may be written now. */
  #advance(): string {
    let out = "";
    for (let first = this.#queue[0]; first; first = this.#queue[0]) {
      if (!("call" in first)) out += this.#writeWaiting(first);
      else {
        const { call } = first;
        if (this.#written === undefined) {
          if (call.name === "" || call.args.trim() === "" || isEmptyObject(call.args)) return out;
          out += this.#open(call);
        }
        out += this.#writeArguments(call);
        if (this.#queue.length === 1 || !isWhole(call.args)) return out;
        out += this.#sink.close();
        this.#written = undefined;
      }
      this.#queue.shift();
    }
    return out;
  }

  #writeWaiting(waiting: Exclude<Waiting, { call: Call }>): string {
    if ("write" in waiting) return this.#endWords() + this.#needs.begin() + waiting.write();
    const { kind, text, over } = waiting;
    return this.#write(kind, text) + (over ? this.#endWords(over.signature) : "");
  }

  #endWords(signature?: string): string {
    this.#blank = "";
    this.#signThinking(signature);
    return this.#sink.open === "text" || this.#sink.open === "thinking" ? this.#sink.close() : "";
  }

  #write(kind: Kind, text: string): string {
    if (kind === "thinking") {
      this.#thinking += text;
      this.#blank = "";
      return this.#needs.begin() + this.#sink.thinking(text);
    }
    if (this.#sink.open !== "text" && text.trim() === "") {
      this.#blank += text;
      return "";
    }
    const whole = this.#blank + text;
    this.#blank = "";
    this.#signThinking();
    return this.#needs.begin() + this.#sink.text(whole);
  }

  #open(call: Call): string {
    const { id, name } = this.#needs.label(call);
    this.#written = 0;
    call.shown = true;
    this.#blank = "";
    this.#signThinking();
    return this.#needs.begin() + this.#sink.tool(id, name);
  }

  #writeArguments(call: Call): string {
    const written = this.#written ?? 0;
    this.#written = call.args.length;
    if (written === call.args.length || (written === 0 && isEmptyObject(call.args))) return "";
    return this.#sink.toolInput(call.args.slice(written));
  }

  /** Brackets that the model forgot. Other faults are left for the client, which reports them to the model. */
  #mend(call: Call): string {
    if (call.args.trim() === "" || isWhole(call.args) || isEmptyObject(call.args)) return "";
    return this.#sink.toolInput(missingBrackets(call.args) ?? "");
  }

  #signThinking(known?: string): void {
    if (this.#sink.open !== "thinking") return;
    const signature = known ?? this.#needs.seal(this.#thinking);
    this.#thinking = "";
    if (signature !== undefined) this.#sink.sign(signature);
  }
}
