import type { Block, MessagesBody } from "../../anthropic/types.ts";
import {
  BadOpenAiRequest,
  Conversation,
  commonFields,
  inputOf,
  type Loose,
  listOf,
  loose,
  reminder,
  sourceOf,
} from "./parts.ts";
import { choiceOf, customCall, toolsOf } from "./tools.ts";

/** Marks the state of an Anthropic thinking block inside a reasoning item's `encrypted_content`. */
const SIGNATURE = "anthropic-signature:";

/**
 * A Responses request as an Anthropic one. Nothing is stored, so nothing earlier can be referred to.
 * @throws {BadOpenAiRequest}
 * @see https://platform.openai.com/docs/api-reference/responses/create
 */
export function fromResponses(body: Loose): MessagesBody {
  if (typeof body.model !== "string" || body.model === "")
    throw new BadOpenAiRequest("model: a string is required", "model");
  const { system, messages } = conversation(body);
  const tools = toolsOf(body);
  const choice = choiceOf(body.tool_choice, body.parallel_tool_calls);
  return {
    model: body.model,
    messages,
    ...(system.length > 0 && { system }),
    ...(tools.length > 0 && { tools, ...(choice && { tool_choice: choice }) }),
    ...commonFields({
      maxTokens: body.max_output_tokens,
      effort: loose(body.reasoning).effort,
      temperature: body.temperature,
      topP: body.top_p,
      user: body.safety_identifier ?? body.user,
      stream: body.stream,
      format: loose(loose(body.text).format),
    }),
  };
}

/** A thinking block's signature as `encrypted_content`, with its text: the client gives both back. */
export function packReasoning(thinking: string, signature: string): string {
  return SIGNATURE + Buffer.from(JSON.stringify([thinking, signature])).toString("base64url");
}

function conversation(body: Loose): { system: Block[]; messages: MessagesBody["messages"] } {
  const system: Block[] = [];
  if (typeof body.instructions === "string" && body.instructions !== "")
    system.push({ type: "text", text: body.instructions });
  const said = new Conversation();
  if (typeof body.input === "string") said.add("user", [{ type: "text", text: body.input }]);
  for (const [i, item] of listOf(body.input).entries()) addItem(item, i, said, system);
  return { system, messages: said.finish() };
}

function addItem(item: Loose, at: number, said: Conversation, system: Block[]): void {
  switch (item.type ?? "message") {
    case "message": {
      if (item.role === "system" || item.role === "developer") {
        const text = partsOf(item.content, at)
          .map((block) => String(block.text ?? ""))
          .join("\n");
        if (said.messages.length === 0) system.push({ type: "text", text });
        else said.add("user", [reminder(text)]);
        return;
      }
      said.add(item.role === "assistant" ? "assistant" : "user", partsOf(item.content, at));
      return;
    }
    case "function_call": {
      const input = inputOf(item.arguments);
      said.add("assistant", [
        { type: "tool_use", id: String(item.call_id ?? item.id), name: String(item.name), input },
      ]);
      return;
    }
    case "custom_tool_call":
      said.add("assistant", [customCall(item.call_id ?? item.id, item.name, item.input)]);
      return;
    case "function_call_output":
    case "custom_tool_call_output":
      said.addResult(String(item.call_id), typeof item.output === "string" ? item.output : partsOf(item.output, at));
      return;
    case "reasoning": {
      const thinking = unpackReasoning(item.encrypted_content);
      if (thinking) said.add("assistant", [thinking]);
      return;
    }
    case "item_reference":
      throw new BadOpenAiRequest(
        `input.${at}: items are not stored here, so they cannot be referred to`,
        `input.${at}`,
      );
    default:
      return; // calls that only OpenAI's servers execute say nothing to another model
  }
}

function unpackReasoning(encrypted: unknown): Block | undefined {
  if (typeof encrypted !== "string" || !encrypted.startsWith(SIGNATURE)) return undefined;
  try {
    const [thinking, signature] = JSON.parse(
      Buffer.from(encrypted.slice(SIGNATURE.length), "base64url").toString("utf8"),
    ) as string[];
    return { type: "thinking", thinking, signature };
  } catch {
    return undefined; // cut or edited on its way: the thinking counts as lost
  }
}

function partsOf(content: unknown, at: number): Block[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", text: content }];
  return listOf(content).map((part) => partOf(part, at));
}

function partOf(part: Loose, at: number): Block {
  switch (part.type) {
    case "input_text":
    case "output_text":
    case "text":
      return { type: "text", text: String(part.text ?? "") };
    case "refusal":
      return { type: "text", text: String(part.refusal ?? "") };
    case "input_image":
      if (typeof part.image_url !== "string") break;
      return { type: "image", source: sourceOf(part.image_url) };
    case "input_file": {
      const url = part.file_data ?? part.file_url;
      if (typeof url !== "string") break;
      return {
        type: "document",
        source: sourceOf(url),
        ...(typeof part.filename === "string" && { title: part.filename }),
      };
    }
  }
  throw new BadOpenAiRequest(
    `input.${at}: parts of type ${String(part.type)} in this form are not supported`,
    `input.${at}`,
  );
}
