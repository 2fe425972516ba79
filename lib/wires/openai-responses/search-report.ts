import type { Usage } from "../../anthropic/types.ts";
import type { AnswerSink } from "../shared/answer-sink.ts";
import { bodyOf } from "../shared/body.ts";
import { addHits, Citations, hitOf, type SearchHit, searchWish, writeSearch } from "../shared/web-search.ts";
import type { TranslationContext } from "../wire.ts";
import { type OutputItem, objectsIn, stringOf } from "./events.ts";
import { responseTools } from "./tools.ts";

/**
 * The searches of an answer, told to the client in the words of Anthropic's server tool: each at once where the vendor
 * says which pages it found, the others together at the end, with the pages that the answer cites.
 */
export class SearchReport {
  readonly #asked: string;
  readonly #reported = new Set<string>();
  readonly #citations = new Citations();
  #queries: string[] = [];
  #searches = 0;

  private constructor(asked: string) {
    this.#asked = asked;
  }

  /** Undefined where the client has not asked for searches, and would not know what to do with them. */
  static for({ inbound, target }: TranslationContext): SearchReport | undefined {
    const { webSearch } = responseTools(inbound, target);
    return webSearch && new SearchReport(searchWish(webSearch, bodyOf(inbound)).query);
  }

  get searches(): number {
    return this.#searches;
  }

  /** The usage with the searches that were done. */
  count(usage: Usage): Usage {
    return this.#searches > 0 ? { ...usage, server_tool_use: { web_search_requests: this.#searches } } : usage;
  }

  /**
   * A `web_search_call` is done. Pages that it opened or looked through are no searches.
   * @returns how to tell the client now; undefined where there is nothing to show yet
   */
  add(item: OutputItem, salt: string): ((sink: AnswerSink) => string) | undefined {
    const queries = queriesOf(item);
    if (queries.length === 0 && item.action?.type !== "search") return undefined;
    this.#searches++;
    const hits: SearchHit[] = [];
    const sources = objectsIn<{ url?: unknown; title?: unknown }>(item.action?.sources);
    addHits(hits, sources.map(({ url, title }) => hitOf(url, title)).filter(isHit));
    if (hits.length === 0) {
      this.#queries.push(...queries);
      return undefined;
    }
    for (const { url } of hits) this.#reported.add(url);
    const told = `${salt}\n${this.#searches}`;
    return (sink) => writeSearch(sink, queries.join(" · ") || this.#asked, hits, told);
  }

  /** The text cites a page. @returns the citation, the first time that the page is cited */
  cite(annotation: unknown): Record<string, unknown> | undefined {
    return this.#citations.add(annotation);
  }

  /** The searches that were not told yet. */
  rest(sink: AnswerSink, salt: string): string {
    const pages = this.#citations.pages.filter(({ url }) => !this.#reported.has(url));
    const isNews = pages.length > 0 || this.#reported.size === 0;
    if (this.#searches === 0 || !isNews) return "";
    return writeSearch(sink, this.#queries.join(" · ") || this.#asked, pages, salt);
  }
}

/** OpenAI tells the query in `action`; xAI in `arguments`, like a function's. */
function queriesOf({ action, arguments: args }: OutputItem): string[] {
  if (action) {
    const several = Array.isArray(action.queries) ? action.queries.map(stringOf) : [stringOf(action.query)];
    return action.type === "search" ? several.filter((query) => query !== "") : [];
  }
  try {
    const { query } = JSON.parse(stringOf(args)) as { query?: unknown };
    return typeof query === "string" && query !== "" ? [query] : [];
  } catch {
    return []; // no arguments: it is not known what was searched for
  }
}

function isHit(hit: SearchHit | undefined): hit is SearchHit {
  return hit !== undefined;
}
