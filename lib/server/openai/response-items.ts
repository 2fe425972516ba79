import type { Block } from "../../anthropic/types.ts";
import type { Loose } from "./parts.ts";

/**
 * A block that begins as an output item of a response; undefined where OpenAI has none for it.
 * @param custom names of the tools that take text as it is
 */
export function openedItem(block: Block, id: string, custom: ReadonlySet<string>): Loose | undefined {
  const { id: call_id, name } = block;
  switch (block.type) {
    case "text":
      return { type: "message", id: `msg_${id}`, role: "assistant", status: "in_progress", content: [] };
    case "thinking":
      return { type: "reasoning", id: `rs_${id}`, summary: [], status: "in_progress" };
    case "tool_use":
      return custom.has(String(name))
        ? { type: "custom_tool_call", id: `ctc_${id}`, call_id, name, input: "", status: "in_progress" }
        : { type: "function_call", id: `fc_${id}`, call_id, name, arguments: "", status: "in_progress" };
    case "server_tool_use": {
      const action = { type: "search", query: "" };
      return { type: "web_search_call", id: `ws_${id}`, status: "in_progress", action };
    }
    default:
      return undefined;
  }
}

export function textPart(text: string, annotations: readonly Loose[] = []): Loose {
  return { type: "output_text", text, annotations, logprobs: [] };
}

/** A citation of Anthropic's, which stands for the whole text of its block; undefined for one of no page. */
export function annotationOf(citation: unknown, length: number): Loose | undefined {
  const { url, title } = (citation ?? {}) as Loose;
  if (typeof url !== "string") return undefined;
  return { type: "url_citation", url, title: title ?? "", start_index: 0, end_index: length };
}

export function queryOf(json: string): string {
  try {
    return String((JSON.parse(json) as { query?: unknown }).query ?? "");
  } catch {
    return ""; // a search without a query is a search all the same
  }
}
