import type { MessagesBody } from "../../anthropic/types.ts";
import type { Quirks } from "../../catalog/types.ts";
import { type ToolNames, upstreamToolName } from "./tool-names.ts";

/**
 * `tool_choice` and `parallel_tool_calls` of OpenAI's protocols; only ever sent together with functions.
 * @param refer how the protocol refers to a function
 * @see https://platform.openai.com/docs/api-reference/chat/create#chat-create-tool_choice
 */
export function toolChoice(
  { tool_choice: choice }: MessagesBody,
  names: ToolNames,
  { parallelToolCalls, toolChoiceAutoOnly = false }: Quirks,
  refer: (name: string) => unknown,
): Record<string, unknown> {
  if (!choice || names.size === 0) return {};
  const single = choice.disable_parallel_tool_use === true && parallelToolCalls !== false;
  const wanted = choiceOf(choice, names, refer);
  return {
    ...(wanted !== undefined && { tool_choice: toolChoiceAutoOnly && wanted !== "none" ? "auto" : wanted }),
    ...(single && { parallel_tool_calls: false }),
  };
}

/** @returns undefined for a tool that is not there */
function choiceOf(
  { type, name = "" }: NonNullable<MessagesBody["tool_choice"]>,
  names: ToolNames,
  refer: (name: string) => unknown,
): unknown {
  if (type === "none") return "none";
  if (type === "any") return "required";
  if (type !== "tool") return "auto";
  const known = upstreamToolName(name);
  return names.has(known) ? refer(known) : undefined;
}
