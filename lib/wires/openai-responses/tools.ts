import type { InboundRequest } from "../../anthropic/request.ts";
import type { MessagesBody, Tool } from "../../anthropic/types.ts";
import type { Quirks } from "../../catalog/types.ts";
import { quirksOf } from "../shared/quirks.ts";
import { toolSchema } from "../shared/schema.ts";
import { sortTools } from "../shared/tool-list.ts";
import { type ToolNames, toolNames, upstreamToolName } from "../shared/tool-names.ts";
import { ToolsCache } from "../shared/tools-cache.ts";
import type { SearchWish } from "../shared/web-search.ts";
import type { Target } from "../wire.ts";

/** The request's tools for one vendor. */
export interface ResponseTools {
  /** Items of `tools`, already JSON and without the brackets. Empty when there are none. */
  json: string;
  count: number;
  names: ToolNames;
  webSearch: Tool | undefined;
  dropped: readonly string[];
}

const cache = new ToolsCache<ResponseTools>((tools, quirks) => convert(tools, quirks as Quirks));

/** @throws {CannotCarry} when the tools are not well-formed */
export function responseTools(inbound: InboundRequest, target: Target): ResponseTools {
  return cache.get(inbound, quirksOf(target.type, target.model));
}

/** `strict` is said out loud: left out, it would mean that every optional argument must be given. */
function convert(tools: Tool[], quirks: Quirks): ResponseTools {
  const { functions, webSearch, dropped } = sortTools(tools);
  const items = functions.map((tool) => ({
    type: "function",
    name: upstreamToolName(tool.name),
    ...(tool.description !== undefined && { description: tool.description }),
    parameters: toolSchema(tool.schema, quirks.schemaDialect),
    strict: false,
  }));
  return {
    json: JSON.stringify(items).slice(1, -1),
    count: functions.length,
    names: toolNames(functions.map(({ name }) => name)),
    webSearch,
    dropped,
  };
}

/**
 * `tool_choice` and `parallel_tool_calls`; only ever sent together with tools.
 * @see https://platform.openai.com/docs/api-reference/responses/create
 */
export function toolChoice({ tool_choice: choice }: MessagesBody, names: ToolNames): Record<string, unknown> {
  if (!choice || names.size === 0) return {};
  return {
    tool_choice: choiceOf(choice, names),
    ...(choice.disable_parallel_tool_use === true && { parallel_tool_calls: false }),
  };
}

function choiceOf(choice: NonNullable<MessagesBody["tool_choice"]>, names: ToolNames): unknown {
  if (choice.type === "none") return "none";
  if (choice.type === "any") return "required";
  const name = upstreamToolName(choice.name ?? "");
  return choice.type === "tool" && names.has(name) ? { type: "function", name } : "auto";
}

/** The vendor's own search tool. Domains to leave out have no place in it. */
export function searchTool({ allowedDomains, userLocation }: SearchWish): Record<string, unknown> {
  return {
    type: "web_search",
    ...(allowedDomains.length > 0 && { filters: { allowed_domains: allowedDomains } }),
    ...(userLocation && { user_location: { ...userLocation, type: "approximate" } }),
  };
}
