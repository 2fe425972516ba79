import { documentTokens, pictureTokens, UNKNOWN_PICTURE } from "./media-tokens.ts";
import type { InboundRequest } from "./request.ts";
import type { Message, Tool } from "./types.ts";
import { countText, type Vocabulary, vocabularyOf } from "./vocabulary.ts";

/** What surrounds the parts of a prompt: the frame of the whole, of each message and of each block, tool or field. */
const FRAME = { prompt: 4, message: 3, block: 3, tool: 8, field: 2 };

/** Anthropic adds a system prompt of its own when there are tools (346 tokens for Claude 4, by its documentation). */
const TOOL_PREAMBLE: Readonly<Record<Vocabulary, number>> = { claude: 340, "claude-4.7": 340, other: 0 };

/** Fields of a block that are for the protocol and not for the model. */
const UNSEEN = new Set(["type", "id", "tool_use_id", "cache_control", "caller"]);

/** Fields that hold a text in a form that only its vendor can read. */
const SEALED = new Set(["signature", "data", "encrypted_content", "encrypted_index"]);

/** Four bytes of text make about a token, and base64 writes them in these many characters. */
const SEALED_CHARACTERS_A_TOKEN = 5.3;

/**
 * How many tokens the prompt of a request has, counted here without asking anybody.
 * Text is weighed as `vocabulary.ts` says (see its calibration): within 15 % for the bodies of Claude Code. Pictures are
 * width × height / 750 after the vendor's scaling, PDFs 2000 a page. Deferred tools count only once they were loaded.
 * @param model whose vocabulary counts; the requested one where left out
 */
export function estimateTokens(request: InboundRequest, model: string = request.facts.model): number {
  const { system, tools, messages, output_config } = request.tree();
  const vocabulary = vocabularyOf(model);
  return Math.ceil(
    FRAME.prompt +
      contentTokens(system, vocabulary) +
      toolTokens(tools, messages, vocabulary) +
      sum(messages, (message) => FRAME.message + contentTokens(message?.content, vocabulary)) +
      valueTokens(output_config?.format?.schema, vocabulary),
  );
}

function contentTokens(content: unknown, vocabulary: Vocabulary): number {
  if (typeof content === "string") return countText(content, vocabulary);
  return Array.isArray(content) ? sum(content, (block) => FRAME.block + blockTokens(block, vocabulary)) : 0;
}

function blockTokens(block: unknown, vocabulary: Vocabulary): number {
  if (!isObject(block)) return valueTokens(block, vocabulary);
  switch (block.type) {
    case "text":
      return valueTokens(block.text, vocabulary);
    case "image":
      return mediaTokens(block.source, (data) => pictureTokens(data, vocabulary), vocabulary);
    case "document":
      return mediaTokens(block.source, documentTokens, vocabulary);
    case "tool_result":
      return contentTokens(block.content, vocabulary);
    case "tool_reference":
      return 0; // the tool itself is counted
    case "thinking":
      if (typeof block.thinking === "string" && block.thinking !== "") return countText(block.thinking, vocabulary);
      return sealedTokens(block.signature);
    default:
      return valueTokens(block, vocabulary);
  }
}

function mediaTokens(source: unknown, ofBase64: (data: string) => number, vocabulary: Vocabulary): number {
  if (!isObject(source)) return 0;
  if (source.type === "base64" && typeof source.data === "string") return ofBase64(source.data);
  if (source.type === "text") return valueTokens(source.data, vocabulary);
  return source.type === "content" ? contentTokens(source.content, vocabulary) : UNKNOWN_PICTURE;
}

/** Any JSON, as the model sees it: its texts, and something for each field. */
function valueTokens(value: unknown, vocabulary: Vocabulary): number {
  if (typeof value === "string") return countText(value, vocabulary);
  if (Array.isArray(value)) return sum(value, (item) => 1 + valueTokens(item, vocabulary));
  if (!isObject(value)) return value === undefined ? 0 : 1;
  return sum(Object.entries(value), ([key, field]) => {
    if (UNSEEN.has(key)) return 0;
    if (SEALED.has(key)) return sealedTokens(field);
    return FRAME.field + countText(key, vocabulary) + valueTokens(field, vocabulary);
  });
}

function sealedTokens(value: unknown): number {
  return typeof value === "string" ? value.length / SEALED_CHARACTERS_A_TOKEN : 0;
}

function toolTokens(tools: readonly Tool[] | undefined, messages: readonly Message[], vocabulary: Vocabulary): number {
  if (!Array.isArray(tools) || tools.length === 0) return 0;
  const deferred = tools.some((tool) => tool?.defer_loading === true);
  const loaded = deferred ? loadedTools(messages) : new Set();
  const visible = tools.filter((tool) => tool?.defer_loading !== true || loaded.has(tool.name));
  return (
    TOOL_PREAMBLE[vocabulary] +
    sum(visible, (tool) => {
      const schema = JSON.stringify(tool?.input_schema ?? {});
      return FRAME.tool + countText(`${tool?.name} ${tool?.description ?? ""} ${schema}`, vocabulary);
    })
  );
}

/** Names of the deferred tools that a tool search has brought into the conversation. */
function loadedTools(messages: readonly Message[]): Set<unknown> {
  const blocks = messages.flatMap(({ content }) => (Array.isArray(content) ? content : []));
  const inner = blocks.flatMap(({ content }) => (Array.isArray(content) ? content : []));
  return new Set(inner.filter((block) => block?.type === "tool_reference").map((block) => block.tool_name));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function sum<T>(items: readonly T[], weight: (item: T) => number): number {
  return items.reduce((total, item) => total + weight(item), 0);
}
