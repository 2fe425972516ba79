import type { InboundRequest } from "../../anthropic/request.ts";
import type { MessagesBody, Tool } from "../../anthropic/types.ts";
import { type JsonItems, jsonItems } from "../shared/json-body.ts";
import { droppedNotes, refuseTooMany, sortTools } from "../shared/tool-list.ts";
import { type ToolNames, upstreamToolName } from "../shared/tool-names.ts";
import { ToolsCache } from "../shared/tools-cache.ts";
import { type SearchWish, searchWish } from "../shared/web-search.ts";
import { CannotCarry, type Target } from "../wire.ts";
import { type Generation, generationOf } from "./generation.ts";
import type { GeminiHost } from "./host.ts";
import { type CleanSchema, parameterSchema } from "./schema.ts";

/** Google takes no more in one request. */
const MOST_FUNCTIONS = 512;

/** The request's tools in Gemini's form. */
export interface GeminiTools {
  /** `{"functionDeclarations":[…]}`, where there are functions. */
  json: JsonItems;
  /** Upstream name → the client's name. */
  names: ToolNames;
  /** The client's name → the schema of its arguments. */
  schemas: ReadonlyMap<string, CleanSchema>;
  webSearch: Tool | undefined;
  dropped: readonly string[];
}

const cache = new ToolsCache<GeminiTools>(convert);
const ALWAYS_ALIKE = {};

/** @throws {CannotCarry} when the tools are not well-formed */
export function geminiTools(inbound: InboundRequest): GeminiTools {
  return cache.get(inbound, ALWAYS_ALIKE);
}

function convert(tools: Tool[]): GeminiTools {
  const { functions, webSearch, dropped } = sortTools(tools);
  const schemas = new Map<string, CleanSchema>();
  const declarations = functions.map(({ name, description, schema }) => {
    const parameters = parameterSchema(schema);
    if (parameters) schemas.set(name, parameters);
    return {
      name: functionName(name),
      ...(description !== undefined && { description }),
      ...(parameters && { parametersJsonSchema: parameters }),
    };
  });
  return {
    json: declarations.length > 0 ? jsonItems([{ functionDeclarations: declarations }]) : [],
    names: new Map(functions.map(({ name }) => [functionName(name), name])),
    schemas,
    webSearch,
    dropped,
  };
}

/** The name of a function for Gemini, which must not begin with a digit or a dash. */
export function functionName(name: string): string {
  return upstreamToolName(/^[a-zA-Z_]/.test(name) ? name : `_${name}`);
}

/** What goes into the request for its tools. */
export interface ToolFields {
  /** Items of `tools`. */
  json: JsonItems;
  fields: Record<string, unknown>;
  /** What the search is to keep to, where that can only be said in words. */
  instruction: string | undefined;
  notes: string[];
}

/**
 * The tools, and `toolConfig`.
 * @throws {CannotCarry} for more functions than there may be, and for a search that the model cannot do
 * @see https://ai.google.dev/api/caching#ToolConfig
 */
export function toolFields(inbound: InboundRequest, body: MessagesBody, target: Target, host: GeminiHost): ToolFields {
  const tools = geminiTools(inbound);
  refuseTooMany(tools.names.size, target, { maxTools: MOST_FUNCTIONS });
  const generation = generationOf(target.model);
  const searches = willSearch(tools, body, generation);
  if (tools.webSearch && !searches && tools.names.size === 0 && body.tool_choice?.type !== "none")
    throw new CannotCarry(`tools: ${target.model} cannot search the web`);
  const wish = searches && tools.webSearch ? searchWish(tools.webSearch, body) : undefined;
  const toolConfig = toolConfigOf(body, tools.names, wish !== undefined, host);
  return {
    json: [...jsonItems(wish && [searchTool(wish, host)]), ...tools.json],
    fields: toolConfig ? { toolConfig } : {},
    instruction: wish && domainsInWords(wish, host),
    notes: notesOf(tools, searches),
  };
}

/** Does the request search the web at this model? Older ones cannot while there are functions beside it. */
export function willSearch(
  { webSearch, names }: GeminiTools,
  { tool_choice: choice }: MessagesBody,
  { search }: Generation,
): boolean {
  // `NONE` forbids functions only, so a search must not be offered then.
  if (!webSearch || choice?.type === "none") return false;
  return search === "mixed" || (search === "alone" && names.size === 0);
}

function searchTool({ blockedDomains }: SearchWish, { excludesDomains }: GeminiHost): Record<string, unknown> {
  return { googleSearch: excludesDomains && blockedDomains.length > 0 ? { excludeDomains: blockedDomains } : {} };
}

function domainsInWords({ allowedDomains, blockedDomains }: SearchWish, host: GeminiHost): string | undefined {
  if (allowedDomains.length > 0) return `Search and use only these sites: ${allowedDomains.join(", ")}.`;
  if (blockedDomains.length > 0 && !host.excludesDomains) return `Never use these sites: ${blockedDomains.join(", ")}.`;
  return undefined;
}

function toolConfigOf(
  { tool_choice: choice }: MessagesBody,
  names: ToolNames,
  searches: boolean,
  host: GeminiHost,
): Record<string, unknown> | undefined {
  if (names.size === 0 || (!choice && !searches)) return undefined;
  return {
    functionCallingConfig: calling(choice, names, searches),
    ...(searches && host.showsServerTools && { includeServerSideToolInvocations: true }),
  };
}

function calling(choice: MessagesBody["tool_choice"], names: ToolNames, searches: boolean): Record<string, unknown> {
  if (choice?.type === "none") return { mode: "NONE" };
  if (choice?.type === "any") return { mode: "ANY" };
  const name = functionName(choice?.name ?? "");
  if (choice?.type === "tool" && names.has(name)) return { mode: "ANY", allowedFunctionNames: [name] };
  return { mode: searches ? "VALIDATED" : "AUTO" };
}

function notesOf({ dropped, webSearch, names }: GeminiTools, searches: boolean): string[] {
  const notes = droppedNotes(dropped);
  if (webSearch && !searches && names.size > 0)
    notes.push("web search left out: this model has none beside other tools");
  return notes;
}
