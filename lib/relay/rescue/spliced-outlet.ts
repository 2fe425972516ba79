import { errorEvent } from "../../anthropic/errors.ts";
import { EventSplitter } from "../../anthropic/sse/splitter.ts";
import type { Block, Usage } from "../../anthropic/types.ts";
import { addUsage, mergeUsage, NO_USAGE } from "../../anthropic/usage.ts";
import { FAILURE_REASONS, type Failure } from "../../catalog/failure-reasons.ts";
import { type Outlet, OutletClosed } from "../outlet.ts";
import { type Delivered, eventsOf, wordsOf } from "./delivered.ts";

type Json = Record<string, unknown>;

/** What an answer is spliced to. */
export interface SpliceInput {
  /** The client's stream. */
  to: Pick<Outlet, "send" | "onDrain">;
  delivered: Delivered;
  /** What the answer that broke has used. */
  spent: Usage;
  /** The models that answered before, and answer now. */
  from: string;
  model: string;
}

/**
 * Takes a second answer and makes it the rest of the first: one message_start, rising indexes, one end, usage summed.
 * Thinking of the second is dropped: the client has words already that were thought of otherwise.
 */
export abstract class SplicedOutlet implements Outlet {
  protected readonly input: SpliceInput;
  /** The client's index of the block that is open. */
  protected open: { index: number; type: string } | undefined;
  /** The client's index of the next block. */
  protected nextIndex: number;
  /** Something of the second answer has reached the client. */
  hasSpoken = false;
  readonly #splitter = new EventSplitter();
  /** Indexes of the second answer that the client does not get. */
  readonly #dropped = new Set<unknown>();
  #own: Usage = { ...NO_USAGE };
  #out = "";

  constructor(input: SpliceInput) {
    this.input = input;
    const { blocks } = input.delivered;
    const last = blocks.at(-1);
    if (last?.isOpen) this.open = { index: blocks.length - 1, type: last.start.type };
    this.nextIndex = blocks.length;
  }

  claim(): boolean {
    return true;
  }

  /** @throws {OutletClosed} when the answer does not fit what the client has */
  send(bytes: Buffer | string): boolean {
    for (const { type, body } of eventsOf(this.#splitter, [bytes])) this.#take(type, body);
    const out = this.#out;
    this.#out = "";
    if (out === "") return true;
    this.hasSpoken = true;
    return this.input.to.send(out);
  }

  onDrain(listener: () => void): void {
    this.input.to.onDrain(listener);
  }

  /** What the whole answer has used. */
  get usage(): Usage {
    return addUsage(this.input.spent, this.#own);
  }

  /** The honest end, where this answer breaks as well. */
  ending(failure: Failure, provider: string, requestId: string): string {
    if (this.open?.type === "text") this.closeOpen();
    const { type } = FAILURE_REASONS[failure.reason];
    return this.#out + errorEvent(type, `${provider}: ${failure.message}`, requestId);
  }

  /** A block begins. */
  protected abstract begin(start: Block): void;
  /** The block goes on with words, or with a delta that is none. */
  protected abstract goOn(words: string | undefined, delta: Json): void;
  /** The block ends. */
  protected abstract finish(): void;
  /** The stop reason is about to be told. */
  protected abstract conclude(): void;

  protected write(type: string, body: Json): void {
    this.#out += `event: ${type}\ndata: ${JSON.stringify({ type, ...body })}\n\n`;
  }

  protected openBlock(start: Block): void {
    this.open = { index: this.nextIndex++, type: start.type };
    this.write("content_block_start", { index: this.open.index, content_block: start });
  }

  protected writeDelta(delta: Json): void {
    if (this.open) this.write("content_block_delta", { index: this.open.index, delta });
  }

  protected closeOpen(): void {
    if (this.open) this.write("content_block_stop", { index: this.open.index });
    this.open = undefined;
  }

  protected refuse(): never {
    throw new OutletClosed("the answer differs from what was sent already");
  }

  #take(type: string, body: Json): void {
    switch (type) {
      case "message_start":
        this.#own = mergeUsage(this.#own, (body.message as Json).usage);
        return;
      case "content_block_start": {
        const start = body.content_block as Block;
        if (!start.type.endsWith("thinking")) return this.begin(start);
        this.#dropped.add(body.index);
        return;
      }
      case "content_block_delta":
        if (!this.#dropped.has(body.index)) this.goOn(wordsOf(body.delta as Json), body.delta as Json);
        return;
      case "content_block_stop":
        if (!this.#dropped.delete(body.index)) this.finish();
        return;
      case "message_delta":
        this.#own = mergeUsage(this.#own, body.usage);
        this.conclude();
        return this.write(type, { ...body, usage: this.#summed() });
      default:
        this.write(type, body);
    }
  }

  /** The sum, and what it is the sum of, as Anthropic's fallbacks tell it. */
  #summed(): Json {
    const { spent, from, model } = this.input;
    const declined = { ...spent, type: "message", model: from };
    return { ...this.usage, iterations: [declined, { ...this.#own, type: "fallback_message", model }] };
  }
}
