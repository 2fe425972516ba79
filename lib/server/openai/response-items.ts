import type { Block } from "../../anthropic/types.ts";
import type { Offer } from "./offers.ts";
import type { Loose } from "./parts.ts";

/**
 * A block that begins as an output item of a response; undefined where OpenAI has none for it.
 * @param offers the client's tools by the names under which the model knows them
 */
export function openedItem(block: Block, id: string, offers: ReadonlyMap<string, Offer>): Loose | undefined {
  switch (block.type) {
    case "text":
      return { type: "message", id: `msg_${id}`, role: "assistant", status: "in_progress", content: [] };
    case "thinking":
      return { type: "reasoning", id: `rs_${id}`, summary: [], status: "in_progress" };
    case "tool_use":
      return openedCall(block, id, offers.get(String(block.name)));
    case "server_tool_use": {
      const action = { type: "search", query: "" };
      return { type: "web_search_call", id: `ws_${id}`, status: "in_progress", action };
    }
    default:
      return undefined;
  }
}

/** A call, by the name and in the group that the client knows. */
function openedCall({ id: call_id, name: key }: Block, id: string, offer: Offer | undefined): Loose {
  const { name = key, namespace, type } = offer ?? {};
  const called = { call_id, name, ...(namespace !== undefined && { namespace }), status: "in_progress" };
  return type === "custom"
    ? { type: "custom_tool_call", id: `ctc_${id}`, ...called, input: "" }
    : { type: "function_call", id: `fc_${id}`, ...called, arguments: "" };
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
