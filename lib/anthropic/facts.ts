import { type Range, scanItems, scanObject, type TopLevel } from "./scan.ts";
import { findTag, TAG_NEEDLE } from "./subagent-tag.ts";

/** What routing, the capability check and the relay need to know of a request, read from its bytes. */
export interface RequestFacts {
  model: string;
  stream: boolean;
  maxTokens: number | undefined;
  thinkingType: string | undefined;
  thinkingBudget: number | undefined;
  effort: string | undefined;
  /** The distinct `type` values of the tools; plain client tools have none. */
  toolTypes: readonly string[];
  toolCount: number;
  /** Text of `<CCM-SUBAGENT-MODEL>` in `system`, trimmed; undefined where there is no tag. */
  subagentTag: string | undefined;
  hasImage: boolean;
  hasDocument: boolean;
  /** `output_config.format` asks for structured output. */
  structuredOutput: boolean;
  /** The last message is the assistant's, to be continued. */
  prefill: boolean;
  messageCount: number;
  /** Session id inside `metadata.user_id`, where the client put one. */
  metadataSession: string | undefined;
  /** Rough prompt size in tokens, for thresholds; within about 15 % for ordinary text. */
  estimatedTokens: number;
}

/** @returns undefined when the request is not one (model or messages missing or of the wrong type) */
export function readFacts(raw: Buffer, top: TopLevel): RequestFacts | undefined {
  const model = decode(raw, top.get("model"));
  const messages = top.get("messages");
  if (typeof model !== "string" || model === "" || !messages) return undefined;
  const items = scanItems(raw, messages);
  if (!items) return undefined;
  const thinking = decode(raw, top.get("thinking")) as { type?: string; budget_tokens?: number } | undefined;
  const outputConfig = decode(raw, top.get("output_config")) as { effort?: string; format?: unknown } | undefined;
  const outputFormat = top.get("output_format");
  const metadata = decode(raw, top.get("metadata")) as { user_id?: unknown } | undefined;
  const maxTokens = decode(raw, top.get("max_tokens"));
  const tools = readTools(raw, top.get("tools"));
  const last = items.at(-1);
  return {
    model,
    stream: decode(raw, top.get("stream")) === true,
    maxTokens: typeof maxTokens === "number" ? maxTokens : undefined,
    thinkingType: thinking?.type,
    thinkingBudget: thinking?.budget_tokens,
    effort: outputConfig?.effort,
    ...tools,
    subagentTag: readTag(raw, top.get("system")),
    hasImage: hasTyped(raw, messages, "image"),
    hasDocument: hasTyped(raw, messages, "document"),
    structuredOutput: outputConfig?.format != null || (outputFormat !== undefined && decode(raw, outputFormat) != null),
    prefill: last !== undefined && roleOf(raw, last) === "assistant",
    messageCount: items.length,
    metadataSession: sessionOf(metadata?.user_id),
    estimatedTokens: estimateBytes(raw),
  };
}

function decode(raw: Buffer, range: Range | undefined): unknown {
  if (!range) return undefined;
  try {
    return JSON.parse(raw.toString("utf8", range.start, range.end));
  } catch {
    return undefined; // the parsed path will name the fault
  }
}

function readTools(raw: Buffer, range: Range | undefined): { toolTypes: string[]; toolCount: number } {
  const items = range && scanItems(raw, range);
  if (!items) return { toolTypes: [], toolCount: 0 };
  const types = new Set<string>();
  for (const item of items) {
    const type = decode(raw, scanObject(raw, item)?.get("type"));
    if (typeof type === "string") types.add(type);
  }
  return { toolTypes: [...types], toolCount: items.length };
}

function roleOf(raw: Buffer, item: Range): unknown {
  return decode(raw, scanObject(raw, item)?.get("role"));
}

function readTag(raw: Buffer, system: Range | undefined): string | undefined {
  if (!system) return undefined;
  const at = raw.indexOf(TAG_NEEDLE, system.start);
  if (at < 0 || at >= system.end) return undefined;
  const value = decode(raw, system);
  const texts =
    typeof value === "string" ? [value] : Array.isArray(value) ? value.map((b) => (b as { text?: unknown })?.text) : [];
  for (const text of texts) {
    const name = typeof text === "string" ? findTag(text) : undefined;
    if (name) return name;
  }
  return undefined;
}

/**
 * Is there a `"type":"NAME"` in the range? A quoted token cannot occur inside a JSON string (its quotes would be
 * escaped), so a search for the bytes is exact but for objects in tool inputs that happen to look the same.
 */
function hasTyped(raw: Buffer, range: Range, name: string): boolean {
  const needle = Buffer.from(`"${name}"`);
  for (let at = raw.indexOf(needle, range.start); at >= 0 && at < range.end; at = raw.indexOf(needle, at + 1)) {
    let before = at - 1;
    while (raw[before] === 0x20) before--;
    if (raw[before] !== 0x3a) continue;
    before--;
    while (raw[before] === 0x20) before--;
    if (raw.toString("latin1", before - 5, before + 1) === '"type"') return true;
  }
  return false;
}

function sessionOf(userId: unknown): string | undefined {
  if (typeof userId !== "string") return undefined;
  try {
    const parsed = JSON.parse(userId) as { session_id?: unknown };
    if (typeof parsed.session_id === "string") return parsed.session_id;
  } catch {
    const found = /session_([0-9a-f-]{16,})/.exec(userId); // the older form: user_HASH_account_ID_session_ID
    if (found?.[1]) return found[1];
  }
  return undefined;
}

/** A threshold does not need a tokenizer: about 3.9 bytes of JSON a token over recorded Claude Code requests. */
function estimateBytes(raw: Buffer): number {
  return Math.ceil(raw.length / 3.9);
}
