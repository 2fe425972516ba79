import type { Block, Tool, ToolChoice } from "../../anthropic/types.ts";
import { keyOf, type Offer, offersOf } from "./offers.ts";
import { BadOpenAiRequest, isLoose, type Loose, listOf, loose } from "./parts.ts";

const WEB_SEARCH = { type: "web_search_20250305", name: "web_search" } as const;

/** What a tool is called with that takes text as it is instead of JSON: the text, under this name. */
const FREE_TEXT = "input";

/**
 * The request's tools, of either of OpenAI's protocols.
 * @throws {BadOpenAiRequest} for those that only OpenAI's servers execute
 */
export function toolsOf(body: Loose): Tool[] {
  const tools = offersOf(body).map((offer) => toolOf(offer, body.max_tool_calls));
  if (isLoose(body.web_search_options)) tools.push(webSearch(body.web_search_options));
  const names = allowedNames(body.tool_choice);
  return names ? tools.filter(({ name = "" }) => names.has(name)) : tools;
}

/** Does the client know calls in their oldest form only: one an answer, without an id? */
export function isLegacy(body: Loose): boolean {
  return Array.isArray(body.functions) && body.tools == null;
}

/** @param mostSearches how many calls of tools that run elsewhere the client allows */
function toolOf({ type, where, name, key, about, groupWords }: Offer, mostSearches: unknown): Tool {
  if (type.startsWith("web_search"))
    return { ...webSearch(about), ...(typeof mostSearches === "number" && { max_uses: mostSearches }) };
  const { description, parameters, format } = about;
  const isCustom = type === "custom";
  if (type !== "function" && !isCustom)
    throw new BadOpenAiRequest(`${where}: tools of the type ${type} are OpenAI's own; offer a function instead`, where);
  if (name === undefined) throw new BadOpenAiRequest(`${where}: a name is needed`, where);
  const words = [groupWords, description, isCustom ? grammarOf(format) : undefined];
  const told = words.filter((text) => typeof text === "string").join("\n\n");
  const schema = isLoose(parameters) ? parameters : { type: "object", properties: {} };
  return {
    name: key,
    ...(told !== "" && { description: told }),
    input_schema: isCustom ? FREE_TEXT_SCHEMA : schema,
  };
}

const FREE_TEXT_SCHEMA = { type: "object", properties: { [FREE_TEXT]: { type: "string" } }, required: [FREE_TEXT] };

function grammarOf(format: unknown): string | undefined {
  const { type, syntax, definition, grammar } = loose(format);
  const { syntax: kind = syntax, definition: rules = definition } = loose(grammar);
  return type === "grammar" ? `${FREE_TEXT} must follow this grammar (${kind}):\n${rules}` : undefined;
}

function webSearch({ filters, user_location: location }: Loose): Tool {
  const { allowed_domains: domains } = loose(filters);
  const place = loose(loose(location).approximate ?? location);
  return {
    ...WEB_SEARCH,
    ...(Array.isArray(domains) && { allowed_domains: domains }),
    ...(isLoose(location) && { user_location: { ...place, type: "approximate" } }),
  };
}

/** The names in a choice of the type `allowed_tools`. */
function allowedNames(choice: unknown): Set<string> | undefined {
  if (loose(choice).type !== "allowed_tools") return undefined;
  const { tools } = loose(loose(choice).allowed_tools ?? choice);
  return new Set(listOf(tools).map((tool) => nameIn(tool) ?? ""));
}

/** The name of a tool that is referred to, in either protocol's form. */
function nameIn(tool: Loose): string | undefined {
  if (String(tool.type).startsWith("web_search")) return WEB_SEARCH.name;
  const { name, namespace } = loose(tool.function ?? tool.custom ?? tool);
  return typeof name === "string" ? keyOf(name, namespace) : undefined;
}

/**
 * A tool choice in either protocol's form.
 * @throws {BadOpenAiRequest} for a tool that only OpenAI's servers execute, and for a word that means nothing
 */
export function choiceOf(choice: unknown, parallel: unknown): ToolChoice | undefined {
  const single = parallel === false ? { disable_parallel_tool_use: true } : {};
  const { type, mode } = { ...loose(choice), ...loose(loose(choice).allowed_tools) };
  if (choice === "none") return { type: "none" };
  if (choice === "required" || mode === "required") return { type: "any", ...single };
  const name = nameIn(loose(choice));
  if (name !== undefined) return { type: "tool", name, ...single };
  if (isLoose(choice) && type !== "allowed_tools")
    throw new BadOpenAiRequest(`tool_choice: tools of the type ${type} are OpenAI's own`, "tool_choice");
  if (!isLoose(choice) && choice != null && choice !== "auto")
    throw new BadOpenAiRequest("tool_choice: one of none, auto, required is needed, or a tool", "tool_choice");
  return parallel === false ? { type: "auto", ...single } : undefined;
}

/** The names of the tools that take text as it is. */
export function customNames(body: Loose): ReadonlySet<string> {
  return new Set(offersOf(body).flatMap(({ type, key }) => (type === "custom" ? [key] : [])));
}

/** A call of such a tool in the history. */
export function customCall(id: string, name: string, input: unknown): Block {
  return { type: "tool_use", id, name, input: { [FREE_TEXT]: String(input ?? "") } };
}

/** The text that such a tool is called with. @param json the call's arguments; shown as they are where they hold none */
export function customInput(json: string): string {
  try {
    const text = loose(JSON.parse(json))[FREE_TEXT];
    return typeof text === "string" ? text : json;
  } catch {
    return json; // cut at the output limit: what there is
  }
}
