import type { InboundRequest } from "../../anthropic/request.ts";
import type { MessagesBody, Tool } from "../../anthropic/types.ts";
import type { Quirks } from "../../catalog/types.ts";
import { strictTools } from "../shared/extras.ts";
import { dropFields } from "../shared/fields.ts";
import { type JsonItems, jsonItems } from "../shared/json-body.ts";
import { quirksOf } from "../shared/quirks.ts";
import { allowsStrict, toolSchema } from "../shared/schema.ts";
import { sortTools } from "../shared/tool-list.ts";
import { type ToolNames, toolNames, upstreamToolName } from "../shared/tool-names.ts";
import { ToolsCache } from "../shared/tools-cache.ts";
import { searchWish } from "../shared/web-search.ts";
import { CannotCarry, type Target } from "../wire.ts";

/** The request's tools for one vendor. */
export interface ResponseTools {
  /** Functions as items of `tools`. */
  json: JsonItems;
  names: ToolNames;
  webSearch: Tool | undefined;
  dropped: readonly string[];
}

const cache = new ToolsCache<ResponseTools>((tools, quirks, strict) =>
  convert(tools, quirks as Quirks, strict.split(",")),
);

/** @throws {CannotCarry} when the tools are not well-formed */
export function responseTools(inbound: InboundRequest, target: Target): ResponseTools {
  const quirks = quirksOf(target.type, target.model);
  return cache.get(inbound, quirks, strictTools(inbound, quirks));
}

/** `strict` is said out loud: left out, it would mean that every optional argument must be given. */
function convert(tools: Tool[], quirks: Quirks, strict: readonly string[]): ResponseTools {
  const { functions, webSearch, dropped } = sortTools(tools);
  const items = functions.map(({ name, description, schema }) => {
    const parameters = toolSchema(schema, quirks.schemaDialect);
    return {
      type: "function",
      name: upstreamToolName(name),
      ...(description !== undefined && { description }),
      parameters,
      strict: strict.includes(name) && allowsStrict(parameters),
    };
  });
  const kept = dropFields({ tools: items }, quirks.forbiddenFields);
  return {
    json: jsonItems(kept.tools),
    names: toolNames(functions.map(({ name }) => name)),
    webSearch,
    dropped,
  };
}

/** A wish for searches, as the vendor is asked for them. */
export interface SearchFields {
  tool: Record<string, unknown>;
  include: readonly string[];
  fields: Record<string, unknown>;
}

/** Can the target's vendor search the web with this model? */
export function canSearch({ type, model }: Target): boolean {
  return quirksOf(type, model).searchTool !== undefined;
}

/**
 * The vendor's own search tool. Domains to leave out have no place in it.
 * @returns undefined where no search is wished, or the vendor has none and there is something else to do
 * @throws {CannotCarry} when the request is nothing but a search and the vendor has none
 * @see https://platform.openai.com/docs/guides/tools-web-search
 */
export function searchFields(
  body: MessagesBody,
  { webSearch, names }: ResponseTools,
  target: Target,
): SearchFields | undefined {
  if (!webSearch) return undefined;
  const { searchTool } = quirksOf(target.type, target.model);
  if (!searchTool) {
    if (names.size > 0) return undefined;
    throw new CannotCarry(`tools: ${target.provider} cannot search the web`);
  }
  const { allowedDomains, userLocation } = searchWish(webSearch, body);
  return {
    tool: {
      type: searchTool.type,
      ...(allowedDomains.length > 0 && { filters: { allowed_domains: allowedDomains } }),
      ...(userLocation && { user_location: { ...userLocation, type: "approximate" } }),
    },
    include: searchTool.sources ? ["web_search_call.action.sources"] : [],
    fields: typeof webSearch.max_uses === "number" ? { max_tool_calls: webSearch.max_uses } : {},
  };
}
