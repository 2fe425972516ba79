import type { Block, MessagesBody } from "../../anthropic/types.ts";
import { fileOf, imageOf } from "./media.ts";
import { keyOf } from "./offers.ts";
import {
  BadOpenAiRequest,
  blocksOf,
  Conversation,
  callId,
  commonFields,
  inputOf,
  itemsOf,
  JSON_ONLY,
  type Loose,
  loose,
  reminder,
  textsOf,
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
    throw new BadOpenAiRequest("model: a string is needed", "model");
  const { system, messages } = conversation(body);
  const tools = toolsOf(body);
  const choice = choiceOf(body.tool_choice, body.parallel_tool_calls);
  const format = loose(loose(body.text).format);
  if (format.type === "json_object") system.push(JSON_ONLY);
  return {
    model: body.model,
    messages,
    ...(system.length > 0 && { system }),
    ...(tools.length > 0 && { tools, ...(choice && { tool_choice: choice }) }),
    ...commonFields(body, {
      limits: ["max_output_tokens"],
      effort: { field: "reasoning.effort", value: loose(body.reasoning).effort },
      format,
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
  if (typeof body.input === "string") said.add("user", blocksOf(body.input, "input", partOf));
  else if (Array.isArray(body.input))
    for (const [i, item] of itemsOf(body.input, "input").entries()) addItem(item, `input.${i}`, said, system);
  else throw new BadOpenAiRequest("input: text or a list of items is needed", "input");
  return { system: system.filter(({ text }) => text !== ""), messages: said.finish() };
}

function addItem(item: Loose, where: string, said: Conversation, system: Block[]): void {
  switch (item.type ?? "message") {
    case "message":
      addMessage(item, where, said, system);
      return;
    case "function_call": {
      const input = inputOf(item.arguments);
      said.add("assistant", [
        { type: "tool_use", id: callId(item.call_id ?? item.id), name: keyOf(item.name, item.namespace), input },
      ]);
      return;
    }
    case "custom_tool_call":
      said.add("assistant", [
        customCall(callId(item.call_id ?? item.id), keyOf(item.name, item.namespace), item.input),
      ]);
      return;
    case "function_call_output":
    case "custom_tool_call_output":
      said.addResult(callId(item.call_id), blocksOf(item.output, where, partOf));
      return;
    case "reasoning": {
      const thinking = unpackReasoning(item.encrypted_content);
      if (thinking) said.add("assistant", [thinking]);
      return;
    }
    case "item_reference":
      throw new BadOpenAiRequest(`${where}: items are not stored here, so they cannot be referred to`, where);
    case "compaction":
      throw new BadOpenAiRequest(`${where}: a compaction can be read by OpenAI only; send what it stands for`, where);
    default:
      return; // calls that only OpenAI's servers execute say nothing to another model
  }
}

function addMessage({ role, content }: Loose, where: string, said: Conversation, system: Block[]): void {
  const blocks = blocksOf(content, where, partOf);
  switch (role) {
    case "system":
    case "developer":
      if (said.messages.length === 0) system.push({ type: "text", text: textsOf(blocks) });
      else said.add("user", [reminder(textsOf(blocks))]);
      return;
    case "user":
    case "assistant":
      said.add(role, blocks);
      return;
    default:
      throw new BadOpenAiRequest(`${where}.role: one of system, developer, user, assistant is needed`, `${where}.role`);
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

function partOf(part: Loose, where: string): Block {
  switch (part.type) {
    case "input_text":
    case "output_text":
    case "text":
      return { type: "text", text: String(part.text ?? "") };
    case "refusal":
      return { type: "text", text: String(part.refusal ?? "") };
    case "input_image":
      return imageOf(part.image_url, where);
    case "input_file":
      return fileOf(part, where);
    default:
      throw new BadOpenAiRequest(`${where}: parts of the type ${String(part.type)} are not supported`, where);
  }
}
