import type { MessagesBody } from "../../anthropic/types.ts";
import type { Quirks } from "../../catalog/types.ts";
import { type ToolNames, upstreamToolName } from "../shared/tool-names.ts";

/**
 * `tool_choice` and `parallel_tool_calls`; only ever sent together with functions.
 * @see https://platform.openai.com/docs/api-reference/chat/create#chat-create-tool_choice
 */
export function toolChoice(
  { tool_choice: choice }: MessagesBody,
  names: ToolNames,
  quirks: Quirks,
): Record<string, unknown> {
  if (!choice || names.size === 0) return {};
  const single = choice.disable_parallel_tool_use === true && quirks.parallelToolCalls !== false;
  return {
    ...choiceField(choice, names, quirks.toolChoiceAutoOnly ?? false),
    ...(single && { parallel_tool_calls: false }),
  };
}

function choiceField(
  choice: NonNullable<MessagesBody["tool_choice"]>,
  names: ToolNames,
  autoOnly: boolean,
): Record<string, unknown> {
  switch (choice.type) {
    case "none":
      return { tool_choice: "none" };
    case "any":
      return { tool_choice: autoOnly ? "auto" : "required" };
    case "tool": {
      const name = upstreamToolName(choice.name ?? "");
      if (!names.has(name)) return {};
      return { tool_choice: autoOnly ? "auto" : { type: "function", function: { name } } };
    }
    default:
      return { tool_choice: "auto" };
  }
}
