import type { Usage } from "../../anthropic/types.ts";
import type { AnswerSink } from "../shared/answer-sink.ts";
import { bodyOf } from "../shared/body.ts";
import { Citations, type SearchHit, searchWish, writeSearch } from "../shared/web-search.ts";
import type { TranslationContext } from "../wire.ts";
import type { Chunk } from "./chunk.ts";
import { chatTools } from "./tools.ts";
import { collectHits, willSearch } from "./web-search.ts";

/** What a vendor's own web search found, told to the client in the words of Anthropic's server tool. */
export class SearchReport {
  readonly #query: string;
  /** The request is nothing but a search: it is told of even if it found nothing. */
  readonly #isAll: boolean;
  readonly #hits: SearchHit[] = [];
  readonly #citations = new Citations();
  #searches = 0;

  private constructor(query: string, isAll: boolean) {
    this.#query = query;
    this.#isAll = isAll;
  }

  /** Undefined where the client has not asked for searches, or the vendor cannot do them beside the other tools. */
  static for({ inbound, target }: TranslationContext): SearchReport | undefined {
    const { webSearch, functions } = chatTools(inbound, target);
    const besideFunctions = functions.length > 0;
    if (!webSearch || !willSearch(target, besideFunctions)) return undefined;
    return new SearchReport(searchWish(webSearch, bodyOf(inbound)).query, !besideFunctions);
  }

  collect(chunk: Chunk): void {
    this.#searches += collectHits(this.#hits, chunk);
  }

  /** Pages that the text written so far cites. */
  cite(annotations: unknown, sink: AnswerSink): string {
    let out = "";
    for (const annotation of Array.isArray(annotations) ? annotations : []) {
      const citation = sink.open === "text" ? this.#citations.add(annotation) : undefined;
      if (citation) out += sink.citation(citation);
    }
    return out;
  }

  /** The usage with the searches that were done. */
  count(usage: Usage): Usage {
    const searches = this.#hits.length > 0 ? Math.max(1, this.#searches) : this.#searches;
    return searches > 0 ? { ...usage, server_tool_use: { web_search_requests: searches } } : usage;
  }

  write(sink: AnswerSink, salt: string): string {
    return this.#isAll || this.#hits.length > 0 ? writeSearch(sink, this.#query, this.#hits, salt) : "";
  }
}
