import type { RouteView } from "../../server/admin/views.ts";
import { getRoute } from "../state/api.ts";

/** What a request may show that routes go by. */
export const SIGNS = [
  { sign: "websearch", label: "offers a web search tool" },
  { sign: "thinking", label: "asks for thinking" },
  { sign: "effort", label: "asks for the highest effort" },
  { sign: "auxiliary", label: "is an auxiliary call" },
  { sign: "subagent", label: "comes from a subagent" },
  { sign: "compaction", label: "is a compaction" },
] as const;

export type Sign = (typeof SIGNS)[number]["sign"];

const CLASSES = ["auxiliary", "subagent", "compaction"] as const satisfies readonly Sign[];

/** @throws {ApiProblem} */
export function askRoute(model: string, signs: readonly Sign[]): Promise<RouteView> {
  const requestClass = CLASSES.find((name) => signs.includes(name));
  const body = {
    model,
    max_tokens: 1024,
    messages: [{ role: "user", content: "Hello" }],
    ...(signs.includes("websearch") && { tools: [{ type: "web_search_20250305", name: "web_search" }] }),
    ...(signs.includes("thinking") && { thinking: { type: "enabled", budget_tokens: 1024 } }),
    ...(signs.includes("effort") && { output_config: { effort: "max" } }),
  };
  return getRoute(body, requestClass === undefined ? {} : { "x-claude-code-request-class": requestClass });
}
