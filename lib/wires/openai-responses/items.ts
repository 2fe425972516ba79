import type { Call } from "../shared/block-order.ts";

/** One output item as far as it was told. */
export interface Item {
  /** What was told of each of its parts. */
  told: Map<string, string>;
  /** Its last word was heard. */
  done: boolean;
  call?: Call;
}

/**
 * What was told of each output item. Every word comes up to four times: in deltas, at the end of its part, in the finished
 * item, in the finished response; some hosts leave out any of them. It is told once.
 */
export class Items {
  readonly #byPlace = new Map<number, Item>();

  get size(): number {
    return this.#byPlace.size;
  }

  /** Ids change from event to event at some hosts, so items go by their place. */
  at(place: unknown): Item {
    const index = typeof place === "number" ? place : 0;
    const known = this.#byPlace.get(index);
    if (known) return known;
    const item: Item = { told: new Map(), done: false };
    this.#byPlace.set(index, item);
    return item;
  }

  /**
   * The items of a finished response, in its order. Places may have been left out on the way, so the n-th of the response
   * is the n-th that was heard of.
   */
  inOrder(count: number): Item[] {
    const places = [...this.#byPlace.keys()].sort((a, b) => a - b);
    const next = (places.at(-1) ?? -1) + 1;
    return Array.from({ length: count }, (_, n) => this.at(places[n] ?? next + n));
  }

  /** Characters of everything that was told. */
  get length(): number {
    let length = 0;
    for (const { told } of this.#byPlace.values()) for (const words of told.values()) length += words.length;
    return length;
  }
}

/** Notes that this was told of the part. */
export function note(item: Item, part: string, words: string): void {
  item.told.set(part, (item.told.get(part) ?? "") + words);
}

/** What the whole part has beyond what was told of it; nothing where something else was told. */
export function restOf(item: Item, part: string, whole: unknown): string {
  const told = item.told.get(part) ?? "";
  return typeof whole === "string" && whole.startsWith(told) ? whole.slice(told.length) : "";
}
