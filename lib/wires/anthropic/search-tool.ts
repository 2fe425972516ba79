import type { Tool } from "../../anthropic/types.ts";
import { claudeTraits } from "../../catalog/claude-traits.ts";
import { quirksOf } from "../shared/quirks.ts";
import type { Target } from "../wire.ts";

/** Anthropic's web search tool as it goes up; undefined where nobody would know it. */
export type SearchForm = (tool: Tool) => Tool | undefined;

const asItCame: SearchForm = (tool) => tool;

const nowhere: SearchForm = () => undefined;

/**
 * Vendors that took the tool over from Anthropic know its first version.
 * @see https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool
 */
const firstVersion: SearchForm = ({ name, max_uses, allowed_domains, blocked_domains, user_location }) => ({
  type: "web_search_20250305",
  name,
  max_uses,
  allowed_domains: unlessEmpty(allowed_domains),
  blocked_domains: unlessEmpty(blocked_domains),
  user_location,
});

/** Claude knows Anthropic's own tools wherever it is hosted. The same function for all who know the same. */
export function searchForm({ type, model }: Target): SearchForm {
  if (claudeTraits(model)) return asItCame;
  return quirksOf(type, model).serverSearch ? firstVersion : nowhere;
}

/** Is Anthropic's web search to be had there? */
export function canSearch(target: Target): boolean {
  return searchForm(target) !== nowhere;
}

function unlessEmpty(list: unknown): unknown {
  return Array.isArray(list) && list.length === 0 ? undefined : list;
}
