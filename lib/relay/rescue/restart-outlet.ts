import type { Block } from "../../anthropic/types.ts";
import type { DeliveredBlock } from "./delivered.ts";
import { SplicedOutlet } from "./spliced-outlet.ts";

/**
 * For the same request asked again: swallows what equals the words that the client has, block by block, and lets through
 * what comes behind them. Anything else is refused: the client cannot take words back.
 */
export class RestartOutlet extends SplicedOutlet {
  /** How many blocks of the second answer have begun. */
  #begun = 0;
  /** The client's block that is being repeated, and how much of it was. */
  #repeated: DeliveredBlock | undefined;
  #length = 0;

  protected begin(start: Block): void {
    this.#repeated = this.input.delivered.blocks[this.#begun++];
    this.#length = 0;
    if (!this.#repeated) return this.openBlock(start);
    const { type, name } = this.#repeated.start;
    if (start.type !== type || start.name !== name) this.refuse();
    if (typeof start.text === "string" && start.text !== "") this.#repeat(start.text);
  }

  protected goOn(words: string | undefined, delta: Record<string, unknown>): void {
    if (!this.#repeated) return this.writeDelta(delta);
    if (words !== undefined) this.#repeat(words);
  }

  protected finish(): void {
    const repeated = this.#repeated;
    this.#repeated = undefined;
    if (repeated && this.#length < repeated.words.length) this.refuse();
    if (!repeated || repeated.isOpen) this.closeOpen();
  }

  protected conclude(): void {
    if (this.#begun < this.input.delivered.blocks.length) this.refuse();
  }

  #repeat(words: string): void {
    const { words: known, isOpen, start } = this.#repeated as DeliveredBlock;
    const old = words.slice(0, known.length - this.#length);
    if (!known.startsWith(old, this.#length)) this.refuse();
    this.#length += old.length;
    const rest = words.slice(old.length);
    if (rest === "") return;
    if (!isOpen) this.refuse();
    this.writeDelta(
      start.type === "text" ? { type: "text_delta", text: rest } : { type: "input_json_delta", partial_json: rest },
    );
  }
}
