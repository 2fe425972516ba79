import type { Block, MessagesBody } from "../../anthropic/types.ts";
import { fileOf, imageOf } from "./media.ts";
import {
  BadOpenAiRequest,
  blocksOf,
  Conversation,
  callId,
  commonFields,
  inputOf,
  isLoose,
  itemsOf,
  JSON_ONLY,
  type Loose,
  listOf,
  loose,
  reminder,
  textsOf,
} from "./parts.ts";
import { choiceOf, customCall, isLegacy, toolsOf } from "./tools.ts";

/**
 * A Chat Completions request as an Anthropic one. Fields that OpenAI does not have are ignored.
 * @throws {BadOpenAiRequest} for what must not be lost in silence
 * @see https://platform.openai.com/docs/api-reference/chat/create
 */
export function fromChat(body: Loose): MessagesBody {
  if (typeof body.model !== "string" || body.model === "")
    throw new BadOpenAiRequest("model: a string is needed", "model");
  if (!Array.isArray(body.messages) || body.messages.length === 0)
    throw new BadOpenAiRequest("messages: a list of at least one is needed", "messages");
  const { system, messages } = conversation(itemsOf(body.messages, "messages"));
  const tools = toolsOf(body);
  const choice = choiceOf(body.tool_choice ?? body.function_call, isLegacy(body) ? false : body.parallel_tool_calls);
  const format = loose(body.response_format);
  if (format.type === "json_object") system.push(JSON_ONLY);
  const stops = [body.stop].flat().filter((stop) => typeof stop === "string" && stop.trim() !== "") as string[];
  const hasOwnEffort = body.reasoning_effort != null;
  return {
    model: body.model,
    messages,
    ...(system.length > 0 && { system }),
    ...(tools.length > 0 && { tools, ...(choice && { tool_choice: choice }) }),
    ...(stops.length > 0 && { stop_sequences: stops }),
    ...commonFields(body, {
      limits: ["max_completion_tokens", "max_tokens"],
      effort: hasOwnEffort
        ? { field: "reasoning_effort", value: body.reasoning_effort }
        : { field: "reasoning.effort", value: loose(body.reasoning).effort },
      format,
    }),
  };
}

function conversation(messages: readonly Loose[]): { system: Block[]; messages: MessagesBody["messages"] } {
  const system: Block[] = [];
  const said = new Conversation();
  for (const [i, message] of messages.entries()) addMessage(message, `messages.${i}`, said, system);
  return { system: system.filter(({ text }) => text !== ""), messages: said.finish() };
}

function addMessage(message: Loose, where: string, said: Conversation, system: Block[]): void {
  const content = blocksOf(message.content, where, blockOf);
  switch (message.role) {
    case "system":
    case "developer": {
      const text = textsOf(content);
      if (said.messages.length === 0) system.push({ type: "text", text });
      else said.add("user", [reminder(text)]);
      return;
    }
    case "user":
      said.add("user", content);
      return;
    case "assistant":
      said.add("assistant", [...content, ...callsOf(message, where)]);
      return;
    case "tool":
      said.addResult(callId(message.tool_call_id ?? message.name), content);
      return;
    case "function":
      said.addResult(said.callOf(String(message.name)) ?? String(message.name), content);
      return;
    default:
      throw new BadOpenAiRequest(
        `${where}.role: one of system, developer, user, assistant, tool is needed`,
        `${where}.role`,
      );
  }
}

function blockOf(part: Loose, where: string): Block {
  switch (part.type) {
    case "text":
    case "refusal":
      return { type: "text", text: String(part.text ?? part.refusal ?? "") };
    case "image_url":
      return imageOf(isLoose(part.image_url) ? part.image_url.url : part.image_url, where);
    case "file":
      return fileOf(loose(part.file), where);
    default:
      throw new BadOpenAiRequest(`${where}: parts of the type ${String(part.type)} are not supported`, where);
  }
}

function callsOf(message: Loose, where: string): Block[] {
  const older: Loose[] = isLoose(message.function_call) ? [{ function: message.function_call }] : [];
  return [...listOf(message.tool_calls), ...older].map((call, n) => {
    const id = callId(call.id || `call_${where}_${n}`);
    if (isLoose(call.custom)) return customCall(id, String(call.custom.name), call.custom.input);
    const { name, arguments: args } = loose(call.function);
    return { type: "tool_use", id, name: String(name ?? ""), input: inputOf(args) };
  });
}
