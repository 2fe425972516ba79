import type { Quirks } from "../../catalog/types.ts";
import { quirksOf } from "../shared/quirks.ts";
import { addHits, hitOf, type SearchHit, type SearchWish } from "../shared/web-search.ts";
import type { Target } from "../wire.ts";
import type { Chunk } from "./chunk.ts";

/** What goes into a request so that the vendor searches. */
export interface SearchFields {
  fields?: Record<string, unknown>;
  /** Items for `tools`. */
  tools?: readonly unknown[];
}

interface SearchForm {
  /** Models of the vendor that can search in this way. Default: all. */
  models?: RegExp;
  /** May the client's functions stand beside it, with the model choosing? Otherwise every turn would be a search. */
  mixes: boolean;
  request: (wish: SearchWish, besideFunctions: boolean) => SearchFields;
}

/** How vendors of Chat Completions are asked to search. The first form whose models match is taken. */
const FORMS: Readonly<Record<NonNullable<Quirks["webSearch"]>, readonly SearchForm[]>> = {
  // https://openrouter.ai/docs/guides/features/plugins/web-search
  "openrouter-plugin": [
    {
      mixes: false,
      request: (wish) => ({
        fields: { plugins: [{ id: "web", ...domains(wish, "include_domains", "exclude_domains") }] },
      }),
    },
  ],
  // https://platform.openai.com/docs/guides/tools-web-search (search models only)
  web_search_options: [
    {
      models: /search/,
      mixes: false,
      request: ({ userLocation }) => ({ fields: { web_search_options: approximate(userLocation) } }),
    },
  ],
  // https://console.groq.com/docs/compound/built-in-tools/web-search and /docs/browser-search
  "groq-compound": [
    {
      models: /compound/,
      mixes: false,
      request: (wish) => ({
        fields: {
          compound_custom: { tools: { enabled_tools: ["web_search", "visit_website"] } },
          search_settings: domains(wish, "include_domains", "exclude_domains"),
        },
      }),
    },
    {
      models: /gpt-oss/,
      mixes: false,
      request: () => ({ tools: [{ type: "browser_search" }], fields: { tool_choice: "required" } }),
    },
  ],
  // https://docs.x.ai/docs/guides/live-search
  xai: [
    {
      mixes: true,
      request: (wish) => ({
        fields: {
          search_parameters: {
            mode: "on",
            return_citations: true,
            sources: [{ type: "web", ...domains(wish, "allowed_websites", "excluded_websites") }],
          },
        },
      }),
    },
  ],
  // https://docs.z.ai/guides/tools/web-search: one domain at most; it searches when it is told what for.
  zai: [
    {
      mixes: true,
      request: ({ query, allowedDomains: [domain, ...domains] }, besideFunctions) => ({
        tools: [
          {
            type: "web_search",
            web_search: {
              enable: true,
              search_engine: "search-prime",
              search_result: true,
              ...(query !== "" && !besideFunctions && { search_query: query }),
              ...(domain !== undefined && domains.length === 0 && { search_domain_filter: domain }),
            },
          },
        ],
      }),
    },
  ],
  // Models that search whatever they are asked, such as Perplexity's.
  always: [{ mixes: true, request: () => ({}) }],
};

/** Can the target's vendor search the web with this model? */
export function canSearch(target: Target): boolean {
  return willSearch(target, false);
}

/** Will it be asked to, where the client wants a search? Some cannot beside functions. */
export function willSearch(target: Target, besideFunctions: boolean): boolean {
  const form = formOf(target);
  return form !== undefined && (form.mixes || !besideFunctions);
}

/** The fields that make the vendor search; undefined where it cannot, or cannot beside functions. */
export function searchFields(target: Target, wish: SearchWish, besideFunctions: boolean): SearchFields | undefined {
  return willSearch(target, besideFunctions) ? formOf(target)?.request(wish, besideFunctions) : undefined;
}

function formOf({ type, model }: Target): SearchForm | undefined {
  const { webSearch } = quirksOf(type, model);
  return webSearch && FORMS[webSearch].find(({ models }) => !models || models.test(model));
}

function domains(
  { allowedDomains, blockedDomains }: SearchWish,
  allow: string,
  block: string,
): Record<string, string[]> {
  return {
    ...(allowedDomains.length > 0 && { [allow]: allowedDomains }),
    ...(blockedDomains.length > 0 && { [block]: blockedDomains }),
  };
}

function approximate(location: Record<string, unknown> | undefined): Record<string, unknown> {
  if (!location) return {};
  const { type: _type, ...place } = location;
  return { user_location: { type: "approximate", approximate: place } };
}

/** An object of which nothing is known. */
type Loose = Record<string, unknown>;

/** Takes over what a chunk or a whole answer tells of pages found, in any of the vendors' places. @returns searches told of */
export function collectHits(hits: SearchHit[], chunk: Chunk): number {
  const messages = objects(chunk.choices).map((choice) => (choice.delta ?? choice.message ?? {}) as Loose);
  let searches = 0;
  for (const place of [chunk as Loose, ...messages]) {
    const pages = [...objects(place.search_results), ...objects(place.web_search)];
    addHits(
      hits,
      present(pages.map((page) => hitOf(page.url ?? page.link, page.title, page.date ?? page.publish_date))),
    );
    const cited = objects(place.annotations).map((annotation) => (annotation.url_citation ?? annotation) as Loose);
    addHits(hits, present(cited.map(({ url, title }) => hitOf(url, title))));
    const citations: unknown[] = Array.isArray(place.citations) ? place.citations : [];
    addHits(
      hits,
      present(citations.map((cited) => (isLoose(cited) ? hitOf(cited.url, cited.title) : hitOf(cited, "")))),
    );
    for (const tool of objects(place.executed_tools)) {
      const results = isLoose(tool.search_results) ? tool.search_results.results : tool.search_results;
      addHits(hits, present(objects(results).map(({ url, title }) => hitOf(url, title))));
      if (/search/.test(`${String(tool.type)} ${String(tool.name)}`)) searches++;
    }
  }
  return searches;
}

function present<T>(values: readonly (T | undefined)[]): T[] {
  return values.filter((value) => value !== undefined);
}

function isLoose(value: unknown): value is Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function objects(value: unknown): Loose[] {
  return Array.isArray(value) ? value.filter(isLoose) : [];
}
