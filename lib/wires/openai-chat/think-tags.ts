const OPEN = "<think>";
const CLOSE = "</think>";

/** A piece of text that turned out to be one or the other. */
export interface Said {
  kind: "text" | "thinking";
  text: string;
}

/** Tells thoughts from text where a vendor puts them inside the text, between tags at its beginning. */
export class ThinkTags {
  #state: "before" | "thinking" | "after" = "before";
  #held = "";

  push(delta: string): Said[] {
    if (this.#state === "after") return [{ kind: "text", text: delta }];
    this.#held += delta;
    const said: Said[] = [];
    if (this.#state === "before") {
      const start = this.#held.trimStart();
      if (start.length < OPEN.length && OPEN.startsWith(start)) return said;
      if (!start.startsWith(OPEN)) return this.#rest("text");
      this.#state = "thinking";
      this.#held = start.slice(OPEN.length);
    }
    const end = this.#held.indexOf(CLOSE);
    if (end >= 0) {
      said.push({ kind: "thinking", text: this.#held.slice(0, end) });
      this.#held = this.#held.slice(end + CLOSE.length).trimStart();
      return [...said, ...this.#rest("text")];
    }
    const kept = tagBegun(this.#held);
    said.push({ kind: "thinking", text: this.#held.slice(0, this.#held.length - kept) });
    this.#held = this.#held.slice(this.#held.length - kept);
    return said;
  }

  /** The text ended: what looked like half a tag was none. */
  flush(): Said[] {
    return this.#rest(this.#state === "thinking" ? "thinking" : "text");
  }

  #rest(kind: Said["kind"]): Said[] {
    const text = this.#held;
    this.#held = "";
    this.#state = "after";
    return text === "" ? [] : [{ kind, text }];
  }
}

/** Length of the end of the text that may be the beginning of the closing tag. */
function tagBegun(text: string): number {
  for (let length = Math.min(CLOSE.length - 1, text.length); length > 0; length--)
    if (text.endsWith(CLOSE.slice(0, length))) return length;
  return 0;
}
