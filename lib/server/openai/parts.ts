import type { Block, MessagesBody, Usage } from "../../anthropic/types.ts";

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

/** A `data:` URL or an address as the source of an image or a document. */
export function sourceOf(url: string): Loose {
  const inline = /^data:([^;,]+);base64,(.*)$/s.exec(url);
  return inline ? { type: "base64", media_type: inline[1], data: inline[2] } : { type: "url", url };
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

/** Settings that both protocols have, under their OpenAI names. */
export interface CommonSettings {
  maxTokens: unknown;
  effort: unknown;
  temperature: unknown;
  topP: unknown;
  user: unknown;
  stream: unknown;
  format: Loose;
}

/** The common settings as fields of an Anthropic request. */
export function commonFields(settings: CommonSettings): Partial<MessagesBody> {
  const { maxTokens, effort, temperature, topP, user, stream, format } = settings;
  const schema = format.type === "json_schema" ? loose(format.json_schema ?? format).schema : undefined;
  const thinks = typeof effort === "string";
  const thinksNot = effort === "none" || effort === "minimal";
  const config = {
    ...(thinks && !thinksNot && { effort }),
    ...(isLoose(schema) && { format: { type: "json_schema", schema } }),
  };
  return {
    max_tokens: typeof maxTokens === "number" ? maxTokens : DEFAULT_MAX_TOKENS,
    ...(stream === true && { stream: true }),
    ...(thinks && { thinking: { type: thinksNot ? "disabled" : "adaptive" } }),
    ...(Object.keys(config).length > 0 && { output_config: config }),
    // Of the two only one: Anthropic's models refuse both together.
    ...(typeof temperature === "number"
      ? { temperature: Math.min(1, Math.max(0, temperature)) }
      : typeof topP === "number" && { top_p: topP }),
    ...(typeof user === "string" && !user.includes("@") && { metadata: { user_id: user } }),
  };
}

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

  /** A tool's result; text where no call of the answer before asked for it. */
  addResult(id: string, content: string | Block[]): void {
    const asked = this.messages.findLast(({ role }) => role === "assistant");
    const known = asked?.content.some((block) => block.type === "tool_use" && block.id === id);
    const text = typeof content === "string" ? content : JSON.stringify(content);
    if (!known) return this.add("user", [{ type: "text", text: `[result of ${id}] ${text}` }]);
    this.add("user", [{ type: "tool_result", tool_use_id: id, content }]);
  }

  finish(): MessagesBody["messages"] {
    for (const message of this.messages)
      message.content.sort((a, b) => Number(b.type === "tool_result") - Number(a.type === "tool_result"));
    return this.messages.length > 0 ? this.messages : [{ role: "user", content: "." }];
  }
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
