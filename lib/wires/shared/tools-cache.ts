import type { InboundRequest } from "../../anthropic/request.ts";
import type { Tool } from "../../anthropic/types.ts";
import { toolsOf } from "./body.ts";

interface Entry<T> {
  bytes: Buffer;
  key: object;
  variant: string;
  value: T;
}

/**
 * Remembers what became of the last few tool arrays. A session sends the same 31 KB in every turn, and comparing bytes
 * costs a hundredth of parsing, cleaning and writing them.
 */
export class ToolsCache<T> {
  readonly #convert: (tools: Tool[], key: object, variant: string) => T;
  readonly #size: number;
  #entries: Entry<T>[] = [];
  /** What was found for a request is asked for again when its answer comes, whose bytes may be gone by then. */
  readonly #found = new WeakMap<InboundRequest, Entry<T>>();

  /** @param convert from the parsed tools to what is kept; must depend on nothing but its arguments */
  constructor(convert: (tools: Tool[], key: object, variant: string) => T, size = 8) {
    this.#convert = convert;
    this.#size = size;
  }

  /**
   * @param key what else the conversion depends on; compared by identity
   * @param variant what it depends on besides that
   */
  get(inbound: InboundRequest, key: object, variant = ""): T {
    const known = this.#found.get(inbound);
    if (known?.key === key && known.variant === variant) return known.value;
    const entry = this.#find(inbound, key, variant);
    this.#found.set(inbound, entry);
    return entry.value;
  }

  #find(inbound: InboundRequest, key: object, variant: string): Entry<T> {
    const range = inbound.top.get("tools");
    const bytes = range ? inbound.raw.subarray(range.start, range.end) : Buffer.alloc(0);
    const at = this.#entries.findIndex(
      (entry) => entry.key === key && entry.variant === variant && entry.bytes.equals(bytes),
    );
    const entry = this.#entries[at] ?? {
      ...{ bytes: Buffer.from(bytes), key, variant },
      value: this.#convert(toolsOf(inbound), key, variant),
    };
    if (at !== 0) this.#entries = [entry, ...this.#entries.filter((other) => other !== entry)].slice(0, this.#size);
    return entry;
  }
}
