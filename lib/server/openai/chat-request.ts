import type { Block, MessagesBody } from "../../anthropic/types.ts";
import {
  BadOpenAiRequest,
  Conversation,
  commonFields,
  inputOf,
  isLoose,
  type Loose,
  listOf,
  loose,
  reminder,
  sourceOf,
} from "./parts.ts";
import { choiceOf, customCall, toolsOf } from "./tools.ts";

/**
 * A Chat Completions request as an Anthropic one. Unknown fields are ignored.
 * @throws {BadOpenAiRequest} for what must not be lost in silence
 * @see https://platform.openai.com/docs/api-reference/chat/create
 */
export function fromChat(body: Loose): MessagesBody {
  if (typeof body.model !== "string" || body.model === "")
    throw new BadOpenAiRequest("model: a string is required", "model");
  if (!Array.isArray(body.messages)) throw new BadOpenAiRequest("messages: an array is required", "messages");
  const { system, messages } = conversation(listOf(body.messages));
  const tools = toolsOf(body);
  const choice = choiceOf(body.tool_choice ?? body.function_call, body.parallel_tool_calls);
  const format = loose(body.response_format);
  if (format.type === "json_object") system.push({ type: "text", text: "Answer with nothing but a JSON object." });
  const stops = [body.stop].flat().filter((stop) => typeof stop === "string" && stop.trim() !== "") as string[];
  return {
    model: body.model,
    messages,
    ...(system.length > 0 && { system }),
    ...(tools.length > 0 && { tools, ...(choice && { tool_choice: choice }) }),
    ...(stops.length > 0 && { stop_sequences: stops }),
    ...commonFields({
      maxTokens: body.max_completion_tokens ?? body.max_tokens,
      effort: body.reasoning_effort ?? loose(body.reasoning).effort,
      temperature: body.temperature,
      topP: body.top_p,
      user: body.safety_identifier ?? body.user,
      stream: body.stream,
      format,
    }),
  };
}

function conversation(messages: readonly Loose[]): { system: Block[]; messages: MessagesBody["messages"] } {
  const system: Block[] = [];
  const said = new Conversation();
  for (const [i, message] of messages.entries()) {
    switch (message.role) {
      case "system":
      case "developer": {
        const text = textOf(message.content);
        if (said.messages.length === 0) system.push({ type: "text", text });
        else said.add("user", [reminder(text)]);
        break;
      }
      case "assistant":
        said.add("assistant", [...blocksOf(message.content, i), ...callsOf(message, i)]);
        break;
      case "tool":
      case "function":
        said.addResult(String(message.tool_call_id ?? message.name ?? ""), resultOf(message.content, i));
        break;
      default:
        said.add("user", blocksOf(message.content, i));
    }
  }
  return { system: system.filter(({ text }) => text !== ""), messages: said.finish() };
}

function blocksOf(content: unknown, at: number): Block[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", text: content }];
  return listOf(content).flatMap((part) => blockOf(part, at));
}

function blockOf(part: Loose, at: number): Block[] {
  switch (part.type) {
    case "text":
    case "refusal": {
      const text = String(part.text ?? part.refusal ?? "");
      return text === "" ? [] : [{ type: "text", text }];
    }
    case "image_url": {
      const url = isLoose(part.image_url) ? part.image_url.url : part.image_url;
      return [{ type: "image", source: sourceOf(String(url)) }];
    }
    case "file": {
      const { file_data, filename } = loose(part.file);
      if (typeof file_data !== "string")
        throw new BadOpenAiRequest(`messages.${at}: a file needs file_data`, `messages.${at}`);
      return [
        { type: "document", source: sourceOf(file_data), ...(typeof filename === "string" && { title: filename }) },
      ];
    }
    default:
      throw new BadOpenAiRequest(
        `messages.${at}: parts of type ${String(part.type)} are not supported`,
        `messages.${at}`,
      );
  }
}

function callsOf(message: Loose, at: number): Block[] {
  const legacy: Loose[] = isLoose(message.function_call)
    ? [{ id: message.function_call.name, function: message.function_call }]
    : [];
  return [...listOf(message.tool_calls), ...legacy].map((call, n) => {
    const id = String(call.id ?? `call_${at}_${n}`);
    if (isLoose(call.custom)) return customCall(id, call.custom.name, call.custom.input);
    const { name, arguments: args } = loose(call.function);
    return {
      type: "tool_use",
      id,
      name: String(name ?? ""),
      input: inputOf(args),
    };
  });
}

function resultOf(content: unknown, at: number): string | Block[] {
  return typeof content === "string" ? content : blocksOf(content, at);
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return listOf(content)
    .map(({ text }) => String(text ?? ""))
    .join("\n");
}
