import type { WireId } from "./wire-ids.ts";

/** How a provider wants its credential. `both` sends x-api-key and Bearer with the same key (see facts per provider). */
export type AuthForm = "x-api-key" | "bearer" | "both" | "x-goog-api-key" | "none" | "adc";

/** What a model can do; an absent field means unknown, and unknown counts as "can". */
export interface Capabilities {
  /** Tokens of prompt plus answer. */
  contextWindow?: number;
  /** Most tokens of one answer. */
  maxOutput?: number;
  vision?: boolean;
  tools?: boolean;
  reasoning?: boolean;
  structuredOutput?: boolean;
  /** May the last message be an assistant's, to be continued? */
  prefill?: boolean;
}

/** US dollars per million tokens. */
export interface Price {
  input: number;
  output: number;
  cacheRead?: number;
  cacheWrite?: number;
  /** Other prices, for the whole request, once its prompt has more tokens than `above`. */
  longContext?: { above: number; input: number; output: number; cacheRead?: number; cacheWrite?: number };
  /** Paid by a subscription: a further token costs nothing (the figures are 0). */
  flat?: true;
  /** Hours at which everything costs `factor` times as much. */
  peak?: PeakHours;
  /** US dollars for one web search that the vendor makes. */
  search?: number;
}

/** Hours in UTC, from (inclusive) to (exclusive), on weekdays. */
export interface PeakHours {
  factor: number;
  hours: readonly (readonly [from: number, to: number])[];
}

/** The tiers by which stand-ins are chosen for a Claude model's name. */
export const TIERS = ["opus", "sonnet", "haiku"] as const;
export type Tier = (typeof TIERS)[number];

/** How hard a model is asked to think, from not at all to as hard as it can. */
export const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;
export type Effort = (typeof EFFORTS)[number];

/** The fields by which vendors of Chat Completions are asked for reasoning; `omit` asks for nothing. */
export type ReasoningField = "reasoning_effort" | "reasoning" | "thinking" | "enable_thinking" | "omit";

/** What OpenAI's own API takes and few others do. */
export type OpenAiSetting =
  | "service_tier"
  | "verbosity"
  | "prediction"
  | "prompt_cache_retention"
  | "store"
  | "metadata";

/** Where a vendor departs from its protocol's baseline. A quirk is a field here, never a provider's name in a wire. */
export interface Quirks {
  /** Other values for some of the vendor's models; every entry that matches the model's id applies, in order. */
  byModel?: readonly ({ models: RegExp } & Omit<Quirks, "byModel">)[];
  /** openai-chat: role for system text. Default `system`. */
  systemRole?: "system" | "developer";
  /** openai-chat: name of the output limit. Default `max_tokens`. */
  maxTokensField?: "max_tokens" | "max_completion_tokens";
  /** openai-chat: whether `stream_options.include_usage` is understood. Default true. */
  streamOptions?: boolean;
  /** openai-chat: how reasoning effort is asked for; several fields where a vendor wants both. Default `reasoning_effort`. */
  reasoningIn?: ReasoningField | readonly ReasoningField[];
  /**
   * Efforts that the vendor accepts, of those that the model's family has. Sent to families that are known to take them,
   * and to other models of which the catalogue says that they reason; to any other model nothing is sent.
   */
  efforts?: readonly Effort[];
  /** Efforts that mean another one at this vendor, e.g. Kimi's `medium` is `high`. Others become the nearest lower one. */
  effortMap?: Readonly<Partial<Record<Effort, Effort>>>;
  /** openai-chat: `reasoning_format` to send to models that reason (Groq: without it thoughts come inside the text). */
  reasoningFormat?: "parsed";
  /** openai-chat: field in which earlier reasoning must be given back, if any. */
  reasoningReplay?: "reasoning_content" | "reasoning" | "reasoning_details";
  /**
   * openai-chat: stands in that field when an assistant message with tool calls has lost its reasoning, for vendors that
   * refuse the message otherwise (DeepSeek: empty; Kimi and Moonshot: a space). Default: nothing.
   */
  reasoningPlaceholder?: string;
  /** openai-chat: thoughts come inside the text, between `<think>` tags (MiniMax). */
  inlineThinking?: boolean;
  /**
   * openai-chat: may system messages stand in mid-conversation (OpenAI, OpenRouter)? Default false: they go as a
   * `<system-reminder>` of the user, which every chat template takes.
   */
  midSystem?: boolean;
  /** Are PDF files taken as `file` parts (OpenAI, OpenRouter)? Default false: a note stands in their place. */
  files?: boolean;
  /** anthropic: are `document` blocks taken? Default true; without them texts go as text, and a note stands for a PDF. */
  documents?: boolean;
  /** Most tools in one request (Groq and OpenAI: 128). */
  maxTools?: number;
  /** openai-chat: is `parallel_tool_calls` understood? Default true (not by Together, z.ai). */
  parallelToolCalls?: boolean;
  /** openai-chat: forms of tool_choice that are refused and turned into `auto`. */
  toolChoiceAutoOnly?: boolean;
  /** openai-chat: tool call ids must look like this. Default 40 characters of [A-Za-z0-9_-]. */
  toolCallId?: "default" | "alnum9" | "kimi";
  /** openai-chat: does reasoning_tokens come on top of completion_tokens? Default false. */
  reasoningOnTop?: boolean;
  /** openai-chat: is `top_k` understood? Default false. */
  topK?: boolean;
  /** openai-chat: how web search is asked for. Default: it cannot. */
  webSearch?: "openrouter-plugin" | "web_search_options" | "groq-compound" | "xai" | "zai" | "always";
  /**
   * openai-responses: type of the vendor's own search tool, and whether it tells on request which pages it found.
   * Default: it has none.
   */
  searchTool?: { type: string; sources?: true };
  /**
   * anthropic: Anthropic's own web search tool is taken, and its hits are told as Anthropic does, whatever the model.
   * Default: with Claude's models only.
   */
  serverSearch?: boolean;
  /** openai-chat: structured output form. Default `json_schema`. */
  structuredOutput?: "json_schema" | "json_object" | "omit";
  /** openai-chat: send `prompt_cache_key` (a hash of the session). */
  promptCacheKey?: boolean;
  /** openai-chat: send `safety_identifier`, a hash of the user's id (OpenAI). */
  safetyIdentifier?: boolean;
  /** openai-chat: merge neighbouring messages of one role. */
  alternateRoles?: boolean;
  /** JSON schema dialect of tool parameters. */
  schemaDialect?: "openai" | "moonshot" | "xai" | "plain";
  /** openai-chat: prefixes of the model ids for which `cache_control` marks are kept. Default: none are. */
  cacheControl?: readonly string[];
  /** openai-chat: plain fields to add to every request, e.g. what keeps a route from ignoring tools. */
  extraFields?: Readonly<Record<string, unknown>>;
  /** openai-chat: most `max_tokens` to ask for where the vendor reserves them against its rate limit beforehand. */
  maxTokensCap?: number;
  /**
   * openai-chat: a request without a limit may use the whole window, so none is sent to models whose limit is unknown
   * (servers of the user's own).
   */
  maxTokensOptional?: boolean;
  /** openai-chat: most stop sequences the vendor takes; those beyond are applied by us. Default 4. */
  stopLimit?: number;
  /** openai-chat, openai-responses: OpenAI's own settings that are taken here, too. Default: none. */
  settings?: readonly OpenAiSetting[];
  /** openai-chat, openai-responses: arguments that follow a tool's schema to the letter are promised on request. Default false. */
  strictTools?: boolean;
  /** openai-chat, openai-responses: images are looked at as finely as the client says. Default false. */
  imageDetail?: boolean;
  /** Send the client's own `user-agent`: this vendor serves known coding agents only. */
  clientUserAgent?: boolean;
  /**
   * anthropic: `thinking.type` values that models other than Claude accept; others become the nearest of them. Default:
   * `enabled` and `disabled`. What Claude's models take is known of each.
   */
  thinkingTypes?: readonly ("adaptive" | "enabled" | "disabled")[];
  /** anthropic: what to do with the client's `anthropic-beta`. Default `pass` for Anthropic, `strip` elsewhere. */
  betas?: "pass" | "strip";
  /** Request fields this vendor is known to refuse, as dotted paths. */
  forbiddenFields?: readonly string[];
  /** openai-responses: answers as a stream only, also to those who want the whole. */
  streamOnly?: boolean;
  /** openai-responses: stands in `instructions` where the client sent no system text, because they may not be missing. */
  instructionsPlaceholder?: string;
  /** gemini: requests and answers are in Code Assist's envelope. */
  codeAssist?: boolean;
  /** openai-responses: function tools go into an item at the head of `input` instead of into `tools`. */
  toolsInInput?: boolean;
}

/** Another of a vendor's APIs, which searches the web. The key goes there as it usually goes over that wire. */
export interface SearchPlace {
  wire: WireId;
  /** Of its base URL, to be put behind that of the entry's own wire (may hold `..`). */
  path: string;
  /** For the user, when it is refused there: whose key is. */
  whenRefused?: string;
}

/** One provider type: everything we know of a vendor's API. Adding a provider is one of these. */
export interface ProviderType {
  id: string;
  label: string;
  /** Other ids under which users know it. */
  aliases?: readonly string[];
  group: "Anthropic-compatible" | "OpenAI-compatible" | "Google AI" | "Local" | "Custom";
  wire: WireId;
  /** Base URL per wire; the entry's own wire is always there. Empty for types that need `base_url` in the config. */
  baseUrls: Partial<Record<WireId, string>>;
  auth: AuthForm;
  authTypes: readonly ("api_key" | "oauth" | "adc" | "none" | "passthrough")[];
  /** Environment variable that usually holds the key. */
  keyVariable?: string;
  /** Other variables in which the vendor's own tools look, in order. */
  otherKeyVariables?: readonly string[];
  /** How its keys begin, for hints. */
  keyPrefix?: string;
  /** Where a user gets a key. */
  keyUrl?: string;
  /** Path of the model list, to be put behind the base URL of the entry's own wire (may hold `..`); see `modelListPath`. */
  modelList?: string;
  countTokens?: boolean;
  quirks?: Quirks;
  /** Models that need another wire than the entry's own; first match wins. Both wires have the same base URL. */
  wireRules?: readonly { models: RegExp; wire: WireId }[];
  /** Where a request for nothing but a web search goes, if the vendor does not search over the entry's own wire. */
  searchAt?: SearchPlace;
  /**
   * Prefixes of model ids that this provider serves under those very names. The empty prefix stands for every name that
   * is not Claude's: a server of the user's own knows best what it calls its models.
   */
  serves?: readonly string[];
  /** How this provider spells the ids of Claude models, where it serves them under another form. */
  claudeIds?: "vendor/dotted" | "at-date";
  /** Ids, or prefixes ending in `*`, that the vendor has withdrawn; used for a hint only. */
  retired?: readonly string[];
  /** Context window of every model when it is reached by login instead of by key; the smaller of the two counts. */
  loginContextWindow?: number;
  /** The vendor's current model per tier, used when a mapping names no model. */
  standIns?: Partial<Record<Tier, string>>;
  /** Belongs to the price of every model of this vendor. */
  surcharges?: Pick<Price, "peak" | "search">;
  /** Known models beyond, or different from, `model-table.ts`. */
  models?: Readonly<Record<string, Capabilities & { price?: Price }>>;
  docs?: string;
  note?: string;
}
