import type { Tool } from "../../anthropic/types.ts";
import type { Quirks } from "../../catalog/types.ts";
import { CannotCarry, type Target } from "../wire.ts";
import { typedClientTool } from "./typed-tools.ts";

/** A tool that any vendor can be told of. `schema` is as the client gave it. */
export interface FunctionTool {
  name: string;
  description: string | undefined;
  schema: unknown;
}

/** The request's tools, by who can do something with them. */
interface ToolList {
  functions: FunctionTool[];
  /** The web search tool, if there is one. */
  webSearch: Tool | undefined;
  /** Types of tools that only Anthropic's servers execute. */
  dropped: string[];
}

/** @throws {CannotCarry} when the vendor takes fewer functions in one request */
export function refuseTooMany(functions: number, { provider }: Target, { maxTools }: Quirks): void {
  if (maxTools === undefined || functions <= maxTools) return;
  throw new CannotCarry(
    `tools: ${provider} takes ${maxTools} at most, and the request has ${functions}. ` +
      "Claude Code loads tools only when they are needed with ENABLE_TOOL_SEARCH=true; /mcp switches servers off",
  );
}

/** What the journal is told of tools that no vendor but Anthropic has. */
export function droppedNotes(types: readonly string[]): string[] {
  return types.map((type) => `tool ${type} left out: only Anthropic's servers execute it`);
}

/** Stands in Claude Code's list for tools that it will load later; calling it is an error. */
const PLACEHOLDER = "DeferredToolPlaceholder";

/** Sorts tools without changing their order, which upstream prompt caches depend on. Of two tools with one name the first counts. */
export function sortTools(tools: readonly Tool[]): ToolList {
  const list: ToolList = { functions: [], webSearch: undefined, dropped: [] };
  const names = new Set<string>();
  for (const tool of tools) {
    if (tool.name === PLACEHOLDER) continue;
    const type = typeof tool.type === "string" ? tool.type : "custom";
    if (type.startsWith("web_search")) list.webSearch ??= tool;
    else {
      const made = functionOf(tool, type);
      if (!made) list.dropped.push(type);
      else if (!names.has(made.name)) list.functions.push(made);
      if (made) names.add(made.name);
    }
  }
  return list;
}

function functionOf(tool: Tool, type: string): FunctionTool | undefined {
  if (type === "custom" || tool.input_schema !== undefined)
    return typeof tool.name === "string"
      ? { name: tool.name, description: tool.description, schema: tool.input_schema }
      : undefined;
  const known = typedClientTool(type);
  return known && { ...known, name: tool.name ?? known.name };
}
