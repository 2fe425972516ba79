/**
 * Applies stop sequences to a text that comes in pieces. Held back is only what may be the beginning of one of them.
 */
export class StopFilter {
  readonly #sequences: readonly string[];
  #held = "";
  #hit: string | undefined;

  constructor(sequences: readonly string[]) {
    this.#sequences = sequences.filter((sequence) => sequence !== "");
  }

  /** The sequence that ended the text. */
  get hit(): string | undefined {
    return this.#hit;
  }

  /** @returns what may be shown now; nothing more once a sequence was hit */
  push(delta: string): string {
    if (this.#hit !== undefined) return "";
    if (this.#sequences.length === 0) return delta;
    const text = this.#held + delta;
    let first = -1;
    for (const sequence of this.#sequences) {
      const at = text.indexOf(sequence);
      if (at < 0 || (first >= 0 && at >= first)) continue;
      first = at;
      this.#hit = sequence;
    }
    if (first >= 0) {
      this.#held = "";
      return text.slice(0, first);
    }
    const kept = this.#suspicious(text);
    this.#held = text.slice(text.length - kept);
    return text.slice(0, text.length - kept);
  }

  /** The text ended, or something else follows: what was held back is plain text after all. */
  flush(): string {
    const held = this.#held;
    this.#held = "";
    return held;
  }

  /** Length of the longest end of the text that begins a sequence. */
  #suspicious(text: string): number {
    let longest = 0;
    for (const sequence of this.#sequences)
      for (let length = Math.min(sequence.length - 1, text.length); length > longest; length--)
        if (text.endsWith(sequence.slice(0, length))) longest = length;
    return longest;
  }
}
