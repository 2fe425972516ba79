/** How many earlier texts are kept; the oldest goes first. */
const KEPT = 30;

/**
 * The texts that were replaced since the server started, so that a save can be undone. They hold secrets and stay in memory:
 * the page only ever names one by its etag.
 */
export class History {
  readonly #texts = new Map<string, string>();

  remember(etag: string, text: string): void {
    this.#texts.delete(etag);
    this.#texts.set(etag, text);
    const oldest = this.#texts.keys().next().value;
    if (this.#texts.size > KEPT && oldest !== undefined) this.#texts.delete(oldest);
  }

  find(etag: string): string | undefined {
    return this.#texts.get(etag);
  }
}
