import { seamBlock } from "../../anthropic/seam.ts";
import type { Block } from "../../anthropic/types.ts";
import { SplicedOutlet, type SpliceInput } from "./spliced-outlet.ts";

/**
 * For a request that ends with the words that the client has: closes the open text, sets a seam, and lets through what
 * comes. White space at the end of those words could not be sent along, and is not sent twice.
 */
export class ContinueOutlet extends SplicedOutlet {
  /** White space that the client has and the second answer may begin with. */
  #known: string;
  /** A text block that has begun without a word so far. */
  #waiting: Block | undefined;
  #hasSeam = false;

  constructor(input: SpliceInput) {
    super(input);
    const words = input.delivered.blocks.map((block) => block.words).join("");
    this.#known = words.slice(words.trimEnd().length);
  }

  protected begin(start: Block): void {
    if (start.type !== "text") return this.#openBehindSeam(start);
    this.#waiting = { ...start, text: "" };
    if (typeof start.text === "string" && start.text !== "") this.goOn(start.text, { type: "text_delta" });
  }

  protected goOn(words: string | undefined, delta: Record<string, unknown>): void {
    if (delta.type !== "text_delta") return this.writeDelta(delta);
    const fresh = this.#fresh(words ?? "");
    if (fresh === "") return;
    if (this.#waiting) this.#openBehindSeam(this.#waiting);
    this.writeDelta({ type: "text_delta", text: fresh });
  }

  protected finish(): void {
    if (!this.#waiting) this.closeOpen();
    this.#waiting = undefined;
  }

  protected conclude(): void {
    this.closeOpen();
  }

  #fresh(words: string): string {
    let at = 0;
    while (at < words.length && this.#known !== "" && words[at] === this.#known[0]) {
      this.#known = this.#known.slice(1);
      at++;
    }
    if (at < words.length) this.#known = "";
    return words.slice(at);
  }

  #openBehindSeam(start: Block): void {
    this.#waiting = undefined;
    if (!this.#hasSeam) {
      this.closeOpen();
      this.openBlock(seamBlock(this.input.from, this.input.model));
      this.closeOpen();
      this.#hasSeam = true;
    }
    this.openBlock(start);
  }
}
