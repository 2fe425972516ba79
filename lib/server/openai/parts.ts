import type { Block, MessagesBody, Usage } from "../../anthropic/types.ts";
import { EFFORTS, type Effort } from "../../catalog/types.ts";

/** Thrown when a request cannot be served in this form; `message` names the field. */
export class BadOpenAiRequest extends Error {
  override readonly name = "BadOpenAiRequest";
  readonly param: string | undefined;
  constructor(message: string, param?: string) {
    super(message);
    this.param = param;
  }
}

/** An object of which nothing is known. */
export type Loose = Record<string, unknown>;

/** What Claude Code itself asks of a model that it does not know; the wires clamp it to what the model can. */
const DEFAULT_MAX_TOKENS = 32_000;

export function isLoose(value: unknown): value is Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function loose(value: unknown): Loose {
  return isLoose(value) ? value : {};
}

export function listOf(value: unknown): Loose[] {
  return Array.isArray(value) ? value.filter(isLoose) : [];
}

/**
 * A number that may be missing.
 * @throws {BadOpenAiRequest} where something else stands
 */
export function numberIn(body: Loose, name: string): number | undefined {
  const value = body[name];
  if (value == null) return undefined;
  if (typeof value !== "number") throw new BadOpenAiRequest(`${name}: a number is needed`, name);
  return value;
}

/**
 * The items of a list in which nothing but objects may stand.
 * @throws {BadOpenAiRequest} for anything else, which would be lost
 */
export function itemsOf(list: readonly unknown[], where: string): Loose[] {
  return list.map((item, at) => {
    if (isLoose(item)) return item;
    throw new BadOpenAiRequest(`${where}.${at}: an object is needed`, `${where}.${at}`);
  });
}

/** Anthropic takes no other characters in the id of a call. */
export function callId(id: unknown): string {
  return String(id ?? "").replace(/[^\w-]/g, "_");
}

/**
 * The content of a message: text, parts, or none. Blank text is none: it says nothing, and Anthropic refuses it.
 * @param blockOf what a part says
 * @throws {BadOpenAiRequest} for anything else
 */
export function blocksOf(content: unknown, where: string, blockOf: (part: Loose, where: string) => Block): Block[] {
  if (content == null) return [];
  if (typeof content === "string") return content.trim() === "" ? [] : [{ type: "text", text: content }];
  if (!Array.isArray(content))
    throw new BadOpenAiRequest(`${where}: the content must be text or a list of parts`, where);
  const blocks = itemsOf(content, where).map((part) => blockOf(part, where));
  return blocks.filter(({ type, text }) => type !== "text" || String(text).trim() !== "");
}

/** What blocks say in words, one block a line. */
export function textsOf(blocks: readonly Block[]): string {
  return blocks.map(({ text }) => String(text ?? "")).join("\n");
}

/** Arguments of a call as they stand in the history; what is no JSON object becomes one that says so. */
export function inputOf(args: unknown): unknown {
  if (isLoose(args)) return args;
  try {
    const value: unknown = JSON.parse(typeof args === "string" && args.trim() !== "" ? args : "{}");
    return isLoose(value) ? value : { invalid_json_arguments: args };
  } catch {
    return { invalid_json_arguments: args };
  }
}

/** Where a protocol has the settings that both have. */
export interface CommonSettings {
  /** Names of the output limit: the first that is set counts. */
  limits: readonly string[];
  effort: { field: string; value: unknown };
  format: Loose;
}

/**
 * The common settings as fields of an Anthropic request.
 * @throws {BadOpenAiRequest} for one that is not what it should be
 */
export function commonFields(body: Loose, { limits, effort, format }: CommonSettings): Partial<MessagesBody> {
  const [limit] = limits.flatMap((name) => numberIn(body, name) ?? []);
  const temperature = numberIn(body, "temperature");
  const topP = numberIn(body, "top_p");
  const topK = numberIn(body, "top_k");
  const user = body.safety_identifier ?? body.user;
  const schema = format.type === "json_schema" ? loose(format.json_schema ?? format).schema : undefined;
  const wanted = effortIn(effort);
  const thinksNot = wanted === "none" || wanted === "minimal";
  const config = {
    ...(wanted && !thinksNot && { effort: wanted }),
    ...(isLoose(schema) && { format: { type: "json_schema", schema } }),
  };
  return {
    max_tokens: limit ?? DEFAULT_MAX_TOKENS,
    ...(body.stream === true && { stream: true }),
    ...(wanted && { thinking: { type: thinksNot ? "disabled" : "adaptive" } }),
    ...(Object.keys(config).length > 0 && { output_config: config }),
    // Of the two only one: Anthropic's models refuse both together.
    ...(temperature !== undefined
      ? { temperature: Math.min(1, Math.max(0, temperature)) }
      : topP !== undefined && { top_p: topP }),
    ...(topK !== undefined && { top_k: topK }),
    ...(typeof user === "string" && !user.includes("@") && { metadata: { user_id: user } }),
  };
}

function effortIn({ field, value }: CommonSettings["effort"]): Effort | undefined {
  const effort = EFFORTS.find((known) => known === value);
  if (effort === undefined && value != null)
    throw new BadOpenAiRequest(`${field}: one of ${EFFORTS.join(", ")} is needed`, field);
  return effort;
}

/** How JSON is asked for where a provider has no setting for it. */
export const JSON_ONLY: Block = { type: "text", text: "Answer with nothing but a JSON object." };

/** Instructions in mid-conversation, as a reminder of the user's: not every model takes system messages there. */
export function reminder(text: string): Block {
  return { type: "text", text: `<system-reminder>\n${text}\n</system-reminder>` };
}

/** Neighbouring messages of one role are one; results of tools stand first in it, as Anthropic wants them. */
export class Conversation {
  readonly messages: { role: "user" | "assistant"; content: Block[] }[] = [];

  add(role: "user" | "assistant", blocks: readonly Block[]): void {
    if (blocks.length === 0) return;
    const last = this.messages.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else this.messages.push({ role, content: [...blocks] });
  }

  /** A tool's result; what the user says where no call of the answer before asked for it. */
  addResult(id: string, content: Block[]): void {
    const isAsked = this.#lastAnswer().some((block) => block.type === "tool_use" && block.id === id);
    if (isAsked) this.add("user", [{ type: "tool_result", tool_use_id: id, content: plainest(content) }]);
    else this.add("user", [{ type: "text", text: `[result of ${id}]` }, ...content]);
  }

  /** The id of the last answer's call of this function: the older form of a result names no other. */
  callOf(name: string): string | undefined {
    const call = this.#lastAnswer().findLast((block) => block.type === "tool_use" && block.name === name);
    return call && String(call.id);
  }

  #lastAnswer(): readonly Block[] {
    return this.messages.findLast(({ role }) => role === "assistant")?.content ?? [];
  }

  finish(): MessagesBody["messages"] {
    for (const message of this.messages)
      message.content.sort((a, b) => Number(b.type === "tool_result") - Number(a.type === "tool_result"));
    // The user speaks first.
    return this.messages[0]?.role === "user" ? this.messages : [{ role: "user", content: "." }, ...this.messages];
  }
}

/** Text alone needs no list around it. */
function plainest(content: Block[]): string | Block[] {
  const [first, ...others] = content;
  if (first === undefined) return "";
  return first.type === "text" && others.length === 0 ? String(first.text) : content;
}

/** Token counts in OpenAI's arithmetic: cached tokens are part of the prompt. */
export function openAiCounts(usage: Usage): {
  prompt: number;
  cached: number;
  written: number;
  output: number;
  reasoning: number;
} {
  const cached = usage.cache_read_input_tokens ?? 0;
  const written = usage.cache_creation_input_tokens ?? 0;
  return {
    prompt: usage.input_tokens + cached + written,
    cached,
    written,
    output: usage.output_tokens,
    reasoning: usage.output_tokens_details?.thinking_tokens ?? 0,
  };
}
