import type { InboundRequest } from "../../anthropic/request.ts";
import type { Tool } from "../../anthropic/types.ts";
import type { Quirks } from "../../catalog/types.ts";
import { dropFields } from "../shared/fields.ts";
import { type JsonItems, jsonItems } from "../shared/json-body.ts";
import { quirksOf } from "../shared/quirks.ts";
import { toolSchema } from "../shared/schema.ts";
import { type FunctionTool, sortTools } from "../shared/tool-list.ts";
import { type ToolNames, toolNames, upstreamToolName } from "../shared/tool-names.ts";
import { ToolsCache } from "../shared/tools-cache.ts";
import type { Target } from "../wire.ts";

/** The request's tools for one vendor. */
export interface ChatTools {
  functions: readonly FunctionTool[];
  /** `functions` as items of Chat Completions' `tools`. */
  json: JsonItems;
  names: ToolNames;
  webSearch: Tool | undefined;
  dropped: readonly string[];
}

const cache = new ToolsCache<ChatTools>((tools, quirks) => convert(tools, quirks as Quirks));

/** @throws {CannotCarry} when the tools are not well-formed */
export function chatTools(inbound: InboundRequest, target: Target): ChatTools {
  return cache.get(inbound, quirksOf(target.type, target.model));
}

function convert(tools: Tool[], quirks: Quirks): ChatTools {
  const { functions, webSearch, dropped } = sortTools(tools);
  const items = functions.map((tool) => ({
    type: "function",
    function: {
      name: upstreamToolName(tool.name),
      ...(tool.description !== undefined && { description: tool.description }),
      parameters: toolSchema(tool.schema, quirks.schemaDialect),
    },
  }));
  const kept = dropFields({ tools: items }, quirks.forbiddenFields);
  return {
    functions,
    json: jsonItems(kept.tools),
    names: toolNames(functions.map(({ name }) => name)),
    webSearch,
    dropped,
  };
}
