import type { Usage } from "../../anthropic/types.ts";
import type { AnswerSink } from "../shared/answer-sink.ts";
import { bodyOf } from "../shared/body.ts";
import { type SearchHit, searchWish, writeSearch } from "../shared/web-search.ts";
import type { TranslationContext } from "../wire.ts";
import type { Chunk } from "./chunk.ts";
import { chatTools } from "./tools.ts";
import { canSearch, collectHits } from "./web-search.ts";

/** What a vendor's own web search found, told to the client in the words of Anthropic's server tool. */
export class SearchReport {
  readonly #query: string;
  readonly #hits: SearchHit[] = [];
  #searches = 0;

  private constructor(query: string) {
    this.#query = query;
  }

  /** Undefined where the request is no web search, or goes to a vendor that cannot do one. */
  static for({ inbound, target }: TranslationContext): SearchReport | undefined {
    const { webSearch, functions } = chatTools(inbound, target);
    if (!webSearch || functions.length > 0 || !canSearch(target)) return undefined;
    return new SearchReport(searchWish(webSearch, bodyOf(inbound)).query);
  }

  collect(chunk: Chunk): void {
    this.#searches += collectHits(this.#hits, chunk);
  }

  /** The usage with the searches that were done. */
  count(usage: Usage): Usage {
    const searches = this.#hits.length > 0 ? Math.max(1, this.#searches) : this.#searches;
    return searches > 0 ? { ...usage, server_tool_use: { web_search_requests: searches } } : usage;
  }

  write(sink: AnswerSink, salt: string): string {
    return writeSearch(sink, this.#query, this.#hits, salt);
  }
}
