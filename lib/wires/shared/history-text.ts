import type { Block } from "../../anthropic/types.ts";

/**
 * A block that only Anthropic's protocol has, as words for another vendor's model: what its server tools were asked and
 * what they found, and the summary of a compacted conversation. Undefined for what says nothing to a model.
 */
export function historyText(block: Block): string | undefined {
  switch (block.type) {
    case "server_tool_use":
    case "mcp_tool_use":
      return `[${String(block.name)} was called: ${queryOf(block.input)}]`;
    case "web_search_tool_result":
      return searchText(block.content);
    case "compaction":
      return typeof block.content === "string" ? block.content : undefined;
    default:
      if (block.type.endsWith("_tool_result")) return `[result: ${readable(block.content)}]`;
      return typeof block.text === "string" ? block.text : undefined;
  }
}

function queryOf(input: unknown): string {
  const query = (input as { query?: unknown } | null)?.query;
  return typeof query === "string" ? query : JSON.stringify(input ?? {});
}

function searchText(content: unknown): string {
  if (!Array.isArray(content)) {
    const code = (content as { error_code?: unknown } | null)?.error_code;
    return `[the search failed: ${typeof code === "string" ? code : "no reason given"}]`;
  }
  const hits = content.map((hit: { title?: unknown; url?: unknown }) => `- ${String(hit?.title)}: ${String(hit?.url)}`);
  return hits.length > 0 ? `[search results:\n${hits.join("\n")}]` : "[the search found nothing]";
}

/** JSON without what is encrypted for its maker. */
function readable(content: unknown): string {
  return JSON.stringify(content, (key, value) => (key.startsWith("encrypted") ? undefined : value)) ?? "";
}
