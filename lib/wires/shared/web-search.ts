import type { MessageAnswer, MessagesBody, Tool } from "../../anthropic/types.ts";
import { NO_USAGE } from "../../anthropic/usage.ts";
import type { AnswerSink } from "./answer-sink.ts";
import { textOf } from "./pieces.ts";
import { hashed } from "./session-key.ts";

/** What Claude Code puts before the words to search for. */
const PREAMBLE = /^\s*perform a web search for the query:\s*/i;
const LONGEST_QUERY = 400;

/** A web search that the client wants its provider to do. */
export interface SearchWish {
  query: string;
  allowedDomains: string[];
  blockedDomains: string[];
  userLocation: Record<string, unknown> | undefined;
}

/** One page that a search found. */
export interface SearchHit {
  url: string;
  title: string;
  age?: string;
}

/** What the request's web search tool asks for. */
export function searchWish(tool: Tool, { messages }: MessagesBody): SearchWish {
  const asked = messages.findLast(({ role }) => role === "user");
  const location = tool.user_location;
  return {
    query: textOf(asked?.content).replace(PREAMBLE, "").trim().slice(0, LONGEST_QUERY),
    allowedDomains: strings(tool.allowed_domains),
    blockedDomains: strings(tool.blocked_domains),
    userLocation: typeof location === "object" && location !== null ? (location as Record<string, unknown>) : undefined,
  };
}

/**
 * Tells the client of a search as Anthropic's own server tool does: the call, then its hits. Without hits it is told that
 * there are none to show, because "0 results" would look like a search that found nothing.
 * @param salt differs from answer to answer
 */
export function writeSearch(sink: AnswerSink, query: string, hits: readonly SearchHit[], salt: string): string {
  const id = `srvtoolu_${hashed(salt).slice(0, 24)}`;
  return (
    sink.serverTool(id, "web_search") +
    sink.toolInput(JSON.stringify({ query })) +
    sink.whole({
      type: "web_search_tool_result",
      tool_use_id: id,
      content: hits.length > 0 ? hits.map(resultOf) : UNAVAILABLE,
    })
  );
}

/** The answer to a web search that nobody did: an error that the client can show, and words that say why. */
export function searchUnavailable(id: string, model: string, query: string, why: string): MessageAnswer {
  const call = `srvtoolu_${hashed(id).slice(0, 24)}`;
  return {
    id,
    type: "message",
    role: "assistant",
    model,
    content: [
      { type: "server_tool_use", id: call, name: "web_search", input: { query } },
      { type: "web_search_tool_result", tool_use_id: call, content: UNAVAILABLE },
      {
        type: "text",
        text: `No web search was done: ${why}. Route web searches ([router.websearch]) to a provider that can search.`,
      },
    ],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: { ...NO_USAGE },
  };
}

/** Longest piece of a page that Anthropic quotes with a citation. */
const LONGEST_QUOTE = 150;

/** The pages that an answer's text cites, told to the client as citations of Anthropic's own search are. */
export class Citations {
  readonly pages: SearchHit[] = [];

  /**
   * @param annotation OpenAI's `url_citation`, with its fields beside the type or below a key of that name
   * @returns the citation, the first time that the page is cited
   * @see https://platform.openai.com/docs/guides/tools-web-search
   */
  add(annotation: unknown): Record<string, unknown> | undefined {
    const { type, url_citation: inner } = (annotation ?? {}) as Record<string, unknown>;
    const { url, title, content } = (inner ?? annotation ?? {}) as Record<string, unknown>;
    const hit = type === "url_citation" ? hitOf(url, title) : undefined;
    if (!hit || this.pages.some((known) => known.url === hit.url)) return undefined;
    this.pages.push(hit);
    const quote = typeof content === "string" ? content.slice(0, LONGEST_QUOTE) : "";
    return { type: "web_search_result_location", ...hit, cited_text: quote, encrypted_index: "" };
  }
}

/** Adds hits to those found already; each page once, with the best title that is known. */
export function addHits(hits: SearchHit[], more: readonly SearchHit[]): void {
  for (const hit of more) {
    const known = hits.find(({ url }) => url === hit.url);
    if (!known) hits.push({ ...hit });
    else if (known.title === hostOf(known.url)) known.title = hit.title;
  }
}

/** A hit from what vendors tell of a page; undefined when there is no URL. */
export function hitOf(url: unknown, title: unknown, age?: unknown): SearchHit | undefined {
  if (typeof url !== "string" || !URL.canParse(url)) return undefined;
  return {
    url,
    title: typeof title === "string" && title !== "" ? title : hostOf(url),
    ...(typeof age === "string" && { age }),
  };
}

const UNAVAILABLE = { type: "web_search_tool_result_error", error_code: "unavailable" };

function resultOf({ url, title, age }: SearchHit): Record<string, unknown> {
  return { type: "web_search_result", url, title, encrypted_content: "", page_age: age ?? null };
}

function hostOf(url: string): string {
  return new URL(url).host;
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
