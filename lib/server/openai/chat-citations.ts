import type { Block } from "../../anthropic/types.ts";
import { type Loose, listOf, loose } from "./parts.ts";

/**
 * The pages that an answer cites, with the place in its whole text; where it cites none, those that its searches found.
 * Anthropic cites for a block of text, Chat Completions for a range.
 */
export class ChatCitations {
  /** Length of the text so far, and where the open block began in it. */
  #length = 0;
  #start = 0;
  #cited: Loose[] = [];
  #citesAny = false;
  readonly #found: Loose[] = [];

  begin(block: Block): void {
    this.#start = this.#length;
    this.#cited = [];
    if (block.type !== "web_search_tool_result") return;
    this.#found.push(...listOf(block.content).filter(({ type }) => type === "web_search_result"));
  }

  /** More of the open block. */
  add(text: string, citation?: unknown): void {
    this.#length += text.length;
    const page = loose(citation);
    if (typeof page.url === "string") this.#cited.push(page);
  }

  /** The block is whole. @returns its annotations */
  end(): Loose[] {
    if (this.#cited.length > 0) this.#citesAny = true;
    return this.#cited.splice(0).map((page) => annotation(page, this.#start, this.#length));
  }

  /** The answer is whole. @returns what is still to be told */
  rest(): Loose[] {
    return this.#citesAny ? [] : this.#found.map((page) => annotation(page, 0, 0));
  }
}

/** The annotations of a whole answer. */
export function annotationsOf(content: readonly Block[]): Loose[] {
  const citations = new ChatCitations();
  const told = content.flatMap((block) => {
    citations.begin(block);
    if (block.type === "text") citations.add(String(block.text));
    for (const citation of listOf(block.citations)) citations.add("", citation);
    return citations.end();
  });
  return [...told, ...citations.rest()];
}

function annotation({ url, title }: Loose, start_index: number, end_index: number): Loose {
  return { type: "url_citation", url_citation: { url, title: title ?? "", start_index, end_index } };
}
