import type { InboundRequest } from "../../anthropic/request.ts";
import type { Tool } from "../../anthropic/types.ts";
import type { Quirks } from "../../catalog/types.ts";
import { strictTools } from "../shared/extras.ts";
import { dropFields } from "../shared/fields.ts";
import { type JsonItems, jsonItems } from "../shared/json-body.ts";
import { quirksOf } from "../shared/quirks.ts";
import { allowsStrict, toolSchema } from "../shared/schema.ts";
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

const cache = new ToolsCache<ChatTools>((tools, quirks, strict) => convert(tools, quirks as Quirks, strict.split(",")));

/** @throws {CannotCarry} when the tools are not well-formed */
export function chatTools(inbound: InboundRequest, target: Target): ChatTools {
  const quirks = quirksOf(target.type, target.model);
  return cache.get(inbound, quirks, strictTools(inbound, quirks));
}

function convert(tools: Tool[], quirks: Quirks, strict: readonly string[]): ChatTools {
  const { functions, webSearch, dropped } = sortTools(tools);
  const items = functions.map(({ name, description, schema }) => {
    const parameters = toolSchema(schema, quirks.schemaDialect);
    const told = { name: upstreamToolName(name), ...(description !== undefined && { description }), parameters };
    const isStrict = strict.includes(name) && allowsStrict(parameters);
    return { type: "function", function: isStrict ? { ...told, strict: true } : told };
  });
  const kept = dropFields({ tools: items }, quirks.forbiddenFields);
  return {
    functions,
    json: jsonItems(kept.tools),
    names: toolNames(functions.map(({ name }) => name)),
    webSearch,
    dropped,
  };
}
