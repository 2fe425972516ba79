import type { Usage } from "../../anthropic/types.ts";
import type { AnswerSink } from "../shared/answer-sink.ts";
import { addHits, hitOf, type SearchHit, writeSearch } from "../shared/web-search.ts";

interface GroundingMetadata {
  webSearchQueries?: unknown;
  groundingChunks?: unknown;
}

/**
 * What Google's search was asked and what it found, told to the client in the words of Anthropic's server tool.
 * @see https://ai.google.dev/gemini-api/docs/google-search
 */
export class Grounding {
  readonly #queries = new Set<string>();
  readonly #hits: SearchHit[] = [];

  /** Takes over what a chunk tells; it mostly comes with the last one. */
  collect(metadata: unknown): void {
    if (typeof metadata !== "object" || metadata === null) return;
    const { webSearchQueries: queries, groundingChunks: chunks } = metadata as GroundingMetadata;
    for (const query of Array.isArray(queries) ? queries : []) if (typeof query === "string") this.#queries.add(query);
    for (const chunk of Array.isArray(chunks) ? chunks : []) {
      // The address leads to the page by way of Google; the title is mostly the page's host.
      const hit = hitOf(chunk?.web?.uri, chunk?.web?.title);
      if (hit) addHits(this.#hits, [hit]);
    }
  }

  get searches(): number {
    return Math.max(this.#queries.size, this.#hits.length > 0 ? 1 : 0);
  }

  /** The usage with the searches that were done. */
  count(usage: Usage): Usage {
    return this.searches > 0 ? { ...usage, server_tool_use: { web_search_requests: this.searches } } : usage;
  }

  /** @param asked what the client wanted to be searched for */
  write(sink: AnswerSink, asked: string, salt: string): string {
    return writeSearch(sink, [...this.#queries].join(" · ") || asked, this.#hits, salt);
  }
}
