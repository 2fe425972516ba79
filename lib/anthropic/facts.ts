import { findMedia } from "./media.ts";
import { roughTokens } from "./rough-tokens.ts";
import { holds, type Inside, type Range, scanObject, type TopLevel } from "./scan.ts";
import { findTag, TAG_NEEDLE } from "./subagent-tag.ts";

/** What routing, the capability check and the relay need to know of a request, read from its bytes. */
export interface RequestFacts {
  readonly model: string;
  readonly stream: boolean;
  readonly maxTokens: number | undefined;
  readonly thinkingType: string | undefined;
  readonly thinkingBudget: number | undefined;
  readonly effort: string | undefined;
  /** The distinct `type` values of the tools; plain client tools have none. */
  readonly toolTypes: readonly string[];
  readonly toolCount: number;
  /** Text of `<CCM-SUBAGENT-MODEL>` in `system`, trimmed; undefined where there is no tag. */
  readonly subagentTag: string | undefined;
  /** An image in a message or in a tool's result. */
  readonly hasImage: boolean;
  readonly hasDocument: boolean;
  /** `output_config.format` asks for structured output. */
  readonly structuredOutput: boolean;
  /** The last message is the assistant's, to be continued. */
  readonly prefill: boolean;
  readonly messageCount: number;
  /** Bytes of the last message: what is new in a conversation whose earlier part a prompt cache may hold. */
  readonly lastMessageBytes: number;
  /** Session id inside `metadata.user_id`, where the client put one. */
  readonly metadataSession: string | undefined;
  /** Rough prompt size in tokens of the requested model's vocabulary. Reckoned when first asked for. */
  readonly estimatedTokens: number;
}

/** Facts some of which are reckoned only when they are asked for. */
export interface LazyFacts extends RequestFacts {
  /** Reckons what has not been asked for yet: from now on nothing of the request is needed. */
  settle(): void;
}

/** @returns undefined when the request is not one (model or messages missing or of the wrong type) */
export function readFacts(raw: Buffer, top: TopLevel, inside: Inside): LazyFacts | undefined {
  const model = decode(raw, top.get("model"));
  const items = inside.messages;
  const messages = top.get("messages");
  if (typeof model !== "string" || model === "" || !messages || raw[messages.start] !== 0x5b) return undefined;
  const thinking = fields(decode(raw, top.get("thinking")));
  const outputConfig = fields(decode(raw, top.get("output_config")));
  const media = findMedia(raw, items, inside.typeWords);
  const last = items.at(-1);
  const estimate = new Estimate(() => roughTokens(raw, promptParts(top), media, model));
  return Object.assign(estimate, {
    model,
    stream: decode(raw, top.get("stream")) === true,
    maxTokens: number(decode(raw, top.get("max_tokens"))),
    thinkingType: string(thinking.type),
    thinkingBudget: number(thinking.budget_tokens),
    effort: string(outputConfig.effort),
    ...readTools(raw, inside.tools),
    subagentTag: readTag(raw, top.get("system")),
    hasImage: media.some(({ type }) => type === "image"),
    hasDocument: media.some(({ type }) => type === "document"),
    structuredOutput: isGiven(outputConfig.format) || isGiven(decode(raw, top.get("output_format"))),
    prefill: last !== undefined && decodeField(raw, last, scanObject(raw, last), "role") === "assistant",
    messageCount: items.length,
    lastMessageBytes: last ? last.end - last.start : 0,
    metadataSession: sessionOf(fields(decode(raw, top.get("metadata"))).user_id),
  });
}

/** The same request, asked of another model. */
export function withModel(facts: RequestFacts, model: string): RequestFacts {
  return { ...facts, model, estimatedTokens: facts.estimatedTokens };
}

/** The one fact that takes long. A class: an accessor in an object literal outlives its request in memory (see `NodeReply`). */
class Estimate {
  #reckon: (() => number) | undefined;
  #tokens = 0;

  constructor(reckon: () => number) {
    this.#reckon = reckon;
  }

  get estimatedTokens(): number {
    this.settle();
    return this.#tokens;
  }

  settle(): void {
    if (!this.#reckon) return;
    this.#tokens = this.#reckon();
    this.#reckon = undefined;
  }
}

function promptParts(top: TopLevel): Range[] {
  return ["system", "tools", "messages"].flatMap((key) => top.get(key) ?? []);
}

function decode(raw: Buffer, range: Range | undefined): unknown {
  if (!range) return undefined;
  try {
    return JSON.parse(raw.toString("utf8", range.start, range.end));
  } catch {
    return undefined; // a bad escape: whoever reads the body will say so
  }
}

/** One field of an object; an object with escaped or doubled keys is parsed whole. */
function decodeField(raw: Buffer, object: Range, keys: TopLevel | undefined, name: string): unknown {
  return keys ? decode(raw, keys.get(name)) : fields(decode(raw, object))[name];
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function string(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function readTools(raw: Buffer, tools: Inside["tools"]): { toolTypes: string[]; toolCount: number } {
  const types = new Set<string>();
  for (const tool of tools) {
    const type = decodeField(raw, tool, tool.keys, "type");
    if (typeof type === "string") types.add(type);
  }
  return { toolTypes: [...types], toolCount: tools.length };
}

function readTag(raw: Buffer, system: Range | undefined): string | undefined {
  if (!system || !holds(raw, system, TAG_NEEDLE)) return undefined;
  const value = decode(raw, system);
  const texts = Array.isArray(value) ? value.map((block) => fields(block).text) : [value];
  for (const text of texts) {
    const name = typeof text === "string" ? findTag(text) : undefined;
    if (name) return name;
  }
  return undefined;
}

function sessionOf(userId: unknown): string | undefined {
  if (typeof userId !== "string") return undefined;
  try {
    return string(fields(JSON.parse(userId)).session_id);
  } catch {
    return /session_([0-9a-f-]{16,})/.exec(userId)?.[1]; // the older form: user_HASH_account_ID_session_ID
  }
}
