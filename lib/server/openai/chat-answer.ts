import type { Block, MessageAnswer, Usage } from "../../anthropic/types.ts";
import { annotationsOf } from "./chat-citations.ts";
import { type Loose, openAiCounts } from "./parts.ts";
import { customInput } from "./tools.ts";

/** Anthropic's stop reasons in OpenAI's words. */
const FINISH_REASONS: Readonly<Record<string, string>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  pause_turn: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  tool_use: "tool_calls",
  refusal: "content_filter",
};

/** @param legacy see `ChatForm` */
export function finishReason(stopReason: string | null, legacy: boolean): string {
  if (legacy && stopReason === "tool_use") return "function_call";
  return FINISH_REASONS[stopReason ?? ""] ?? "stop";
}

/** What shapes an answer besides what it says. */
export interface ChatForm {
  /** In seconds. */
  created: number;
  /** Names of the tools that take text as it is. */
  custom: ReadonlySet<string>;
  /** The client knows calls as `function_call` only. */
  legacy: boolean;
}

/** A message as a chat completion. */
export function toChat(message: MessageAnswer, { created, custom, legacy }: ChatForm): Loose {
  const texts = message.content.filter(({ type }) => type === "text").map(({ text }) => String(text));
  const thoughts = message.content.filter(({ type }) => type === "thinking").map(({ thinking }) => String(thinking));
  const calls = message.content.filter(({ type }) => type === "tool_use");
  const annotations = annotationsOf(message.content);
  const refused = message.stop_reason === "refusal";
  return {
    id: completionId(message.id),
    object: "chat.completion",
    created,
    model: message.model,
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: texts.length > 0 ? texts.join("") : null,
          refusal: refused ? texts.join("") || "refused" : null,
          ...(thoughts.join("") !== "" && { reasoning_content: thoughts.join("\n\n") }),
          ...callFields(calls, custom, legacy),
          ...(annotations.length > 0 && { annotations }),
        },
        finish_reason: finishReason(message.stop_reason, legacy),
        logprobs: null,
      },
    ],
    usage: chatUsage(message.usage),
  };
}

export function completionId(messageId: string): string {
  return `chatcmpl-${messageId.replace(/^msg_/, "")}`;
}

export function chatUsage(usage: Usage): Loose {
  const { prompt, cached, written, output, reasoning } = openAiCounts(usage);
  return {
    prompt_tokens: prompt,
    completion_tokens: output,
    total_tokens: prompt + output,
    prompt_tokens_details: { cached_tokens: cached, cache_write_tokens: written },
    completion_tokens_details: { reasoning_tokens: reasoning },
  };
}

function callFields(calls: readonly Block[], custom: ReadonlySet<string>, legacy: boolean): Loose {
  const [first] = calls;
  if (!first) return {};
  if (!legacy) return { tool_calls: calls.map((call) => callOf(call, custom)) };
  return { function_call: { name: first.name, arguments: JSON.stringify(first.input ?? {}) } };
}

function callOf({ id, name, input }: Block, custom: ReadonlySet<string>): Loose {
  const args = JSON.stringify(input ?? {});
  if (custom.has(String(name))) return { id, type: "custom", custom: { name, input: customInput(args) } };
  return { id, type: "function", function: { name, arguments: args } };
}
