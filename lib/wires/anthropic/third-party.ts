import type { InboundRequest } from "../../anthropic/request.ts";
import type { Pieces } from "../../anthropic/splice.ts";
import type { Block, Message, MessagesBody, Tool } from "../../anthropic/types.ts";
import { type ClaudeTraits, claudeTraits } from "../../catalog/claude-traits.ts";
import type { Quirks } from "../../catalog/types.ts";
import { bodyOf } from "../shared/body.ts";
import { readCarrier } from "../shared/carrier.ts";
import { effortLevels, familyOf } from "../shared/families.ts";
import { dropFields } from "../shared/fields.ts";
import { historyText } from "../shared/history-text.ts";
import { type JsonItems, jsonBody, jsonItems } from "../shared/json-body.ts";
import { outputLimit } from "../shared/limits.ts";
import { quirksOf } from "../shared/quirks.ts";
import { structuredOutput } from "../shared/structured-output.ts";
import { systemTexts } from "../shared/system-text.ts";
import { droppedNotes, sortTools } from "../shared/tool-list.ts";
import { legalToolName } from "../shared/tool-names.ts";
import { ToolsCache } from "../shared/tools-cache.ts";
import { refuseUnportable } from "../shared/unportable.ts";
import type { Target } from "../wire.ts";
import { type Fit, fitModel, withoutThinking } from "./fit-model.ts";
import { changeBlocks, lacksThinking, withLegalIds, withReminders } from "./history.ts";
import { mediaBlocks } from "./media.ts";
import { type SearchForm, searchForm } from "./search-tool.ts";

/** What only Anthropic itself understands, and other vendors of its protocol refuse or should not know. */
const ANTHROPIC_ONLY = [
  ...[
    "metadata",
    "context_management",
    "container",
    "diagnostics",
    "fallbacks",
    "fallback_credit_token",
    "mcp_servers",
  ],
  ...["inference_geo", "service_tier", "speed", "billing_policy", "compaction", "cache_control", "betas", "thread"],
  ...["thinking.display", "thinking.block_binding", "output_config.task_budget"],
  ...["messages.content.caller", "messages.content.toolset_name"],
];

/** A tool's fields that every server of the protocol knows. */
interface PlainTools {
  /** Items of `tools`. */
  json: JsonItems;
  names: { size: number };
  webSearch: Tool | undefined;
  dropped: readonly string[];
}

const cache = new ToolsCache<PlainTools>((tools, search) => plainTools(tools, search as SearchForm));

/** The request's tools for a vendor other than Anthropic. */
export function thirdPartyTools(inbound: InboundRequest, target: Target): PlainTools {
  return cache.get(inbound, searchForm(target));
}

function plainTools(tools: Tool[], search: SearchForm): PlainTools {
  const { functions, webSearch, dropped } = sortTools(tools);
  const items = functions.map(({ name, description, schema }) => ({
    name,
    ...(description !== undefined && { description }),
    input_schema: schema ?? { type: "object" },
  }));
  const searching = webSearch && search(webSearch);
  const own = searching ? [...items, searching] : items;
  return { json: jsonItems(own), names: { size: functions.length }, webSearch, dropped };
}

/**
 * The request for a vendor that serves Anthropic's protocol without being Anthropic: without what tells who the user is,
 * without what spoils its prompt cache, without the newest fields.
 */
export function thirdPartyBody(inbound: InboundRequest, target: Target): { body: Pieces; notes: string[] } {
  const body = bodyOf(inbound);
  refuseUnportable(body);
  const quirks = quirksOf(target.type, target.model);
  const traits = claudeTraits(target.model);
  const tools = thirdPartyTools(inbound, target);
  const output = structuredOutput(body, quirks);
  const asked = withChoice(withKnownThinking(body), tools, quirks);
  const { system: _system, ...fitted } = fitModel(asked, fitOf(target, traits, quirks, inbound));
  const thinks = fitted.thinking?.type !== "disabled";
  const messages = history(body.messages, target, quirks, thinks);
  const isBare = traits && fitted.thinking?.type === "enabled" && lacksThinking(messages);
  const fields = dropFields(
    {
      ...(isBare ? withoutThinking(fitted) : fitted),
      model: target.model,
      ...system(body, output.instruction),
      messages,
    },
    [
      ...ANTHROPIC_ONLY,
      ...(output.instruction === undefined ? [] : ["output_config.format"]),
      ...(quirks.forbiddenFields ?? []),
    ],
  );
  const { output_config: config, ...rest } = fields as { output_config?: object };
  const left = { ...rest, ...(config && Object.keys(config).length > 0 && { output_config: config }) };
  return { body: jsonBody(left, tools.json), notes: droppedNotes(tools.dropped) };
}

/** Ways to ask for thinking that a vendor may have a word for. */
const KNOWN_THINKING = ["enabled", "disabled", "adaptive", "between_tools"];

/** A way that only the next version of Claude will know leaves it to the model. */
function withKnownThinking(body: MessagesBody): MessagesBody {
  const { thinking } = body;
  if (!thinking || KNOWN_THINKING.includes(thinking.type)) return body;
  return { ...body, thinking: { type: "adaptive" } };
}

/** A choice of tools without tools is refused, and some vendors take no other than `auto`. */
function withChoice(body: MessagesBody, tools: PlainTools, quirks: Quirks): MessagesBody {
  const { tool_choice: choice, ...rest } = body;
  if (!choice || tools.json.length === 0) return rest;
  const isForced = choice.type === "any" || choice.type === "tool";
  return isForced && quirks.toolChoiceAutoOnly ? { ...rest, tool_choice: { type: "auto" } } : body;
}

function fitOf(target: Target, traits: ClaudeTraits | undefined, quirks: Quirks, inbound: InboundRequest): Fit {
  const body = bodyOf(inbound);
  const [maxOutput] = Object.values(outputLimit(body, target, quirks, inbound));
  if (traits) return { ...traits, maxOutput };
  const types = quirks.thinkingTypes ?? ["enabled", "disabled"];
  return {
    maxOutput,
    adaptive: types.includes("adaptive"),
    budget: types.includes("enabled"),
    off: types.includes("disabled"),
    betweenTools: false,
    sampling: true,
    forcedChoice: true,
    efforts: effortLevels(familyOf(target.model), quirks) ?? [],
  };
}

function system({ system: given }: MessagesBody, instruction: string | undefined): { system?: Block[] } {
  const blocks = systemTexts(given).map(
    ({ text, cache }): Block => ({ type: "text", text, ...(cache && { cache_control: { type: "ephemeral" } }) }),
  );
  if (instruction !== undefined) blocks.push({ type: "text", text: instruction });
  return blocks.length > 0 ? { system: blocks } : {};
}

function history(given: readonly Message[], target: Target, quirks: Quirks, thinks: boolean): Message[] {
  const messages = given.filter(({ content }) => typeof content !== "string" || content.trim() !== "");
  const own = wantsIdsBack(target, quirks) ? messages : withLegalIds(messages);
  const plain = changeBlocks(withReminders(own), (block) => plainBlock(block, target)).map(
    ({ role, content }): Message => ({ role, content }),
  );
  const placeholder = thinks ? quirks.reasoningPlaceholder : undefined;
  return placeholder === undefined ? plain : plain.map((message) => withThinking(message, placeholder || " "));
}

/** Kimi's models lose their place when the ids by which they count their calls come back as others, whoever hosts them. */
function wantsIdsBack({ model }: Target, { toolCallId }: Quirks): boolean {
  return toolCallId === "kimi" || /kimi/i.test(model);
}

/** A block as every server of the protocol knows it; none where it would mean nothing there. */
function plainBlock(block: Block, target: Target): Block[] {
  switch (block.type) {
    case "redacted_thinking":
      return claudeTraits(target.model) ? [block] : [];
    case "thinking": {
      const carrier = readCarrier(block.signature);
      if (claudeTraits(target.model)) return carrier || !block.signature ? [] : [plainThinking(block, block.signature)];
      const isOwn = !carrier || (carrier.provider === target.type.id && carrier.kind === "reasoning_content");
      return isOwn ? [plainThinking(block, carrier ? "" : block.signature)] : [];
    }
    case "tool_result":
      return [
        withPlainCache({
          ...block,
          ...(Array.isArray(block.content) && { content: resultBlocks(block.content, target) }),
        }),
      ];
    case "text":
      return typeof block.text === "string" && block.text.trim() !== ""
        ? [withPlainCache(withoutCitations(block))]
        : [];
    case "image":
    case "document":
      return mediaBlocks(withPlainCache(claudeTraits(target.model) ? block : withoutCitations(block)), target);
    case "tool_use":
      return [withPlainCache({ ...block, name: legalToolName(String(block.name)) })];
    default: {
      const text =
        block.type === "tool_reference" ? `Tool ${String(block.tool_name)} is now available.` : historyText(block);
      return text === undefined || text.trim() === "" ? [] : [{ type: "text", text }];
    }
  }
}

function plainThinking({ thinking }: Block, signature: unknown): Block {
  return { type: "thinking", thinking: thinking ?? "", signature: signature ?? "" };
}

function resultBlocks(content: readonly Block[], target: Target): Block[] {
  const blocks = content.flatMap((block) => plainBlock(block, target));
  return blocks.map(({ cache_control: _mark, ...block }) => block as Block);
}

/** Lifetime and scope of a cache mark are Anthropic's own; so is `null` for none. */
function withPlainCache(block: Block): Block {
  if (!("cache_control" in block)) return block;
  const { cache_control: mark, ...rest } = block;
  return { ...(rest as Block), ...(mark != null && { cache_control: { type: "ephemeral" } }) };
}

function withoutCitations({ citations: _citations, ...block }: Block): Block {
  return block as Block;
}

/** Vendors that think refuse an answer with calls that has lost its thinking. */
function withThinking(message: Message, placeholder: string): Message {
  if (message.role !== "assistant" || !Array.isArray(message.content)) return message;
  const types = message.content.map(({ type }) => type);
  if (!types.includes("tool_use") || types.includes("thinking")) return message;
  return { ...message, content: [{ type: "thinking", thinking: placeholder, signature: "" }, ...message.content] };
}
