/**
 * The parts of Anthropic's Messages protocol that we read or write. Objects are open on purpose: every release of the
 * client brings new fields, and what we do not know must pass through.
 */
export interface CacheControl {
  type: "ephemeral";
  ttl?: string;
}

export interface Block {
  type: string;
  [key: string]: unknown;
}

export interface Message {
  role: "user" | "assistant" | "system";
  content: string | Block[];
  [key: string]: unknown;
}

export interface Tool {
  name: string;
  type?: string;
  description?: string;
  input_schema?: Record<string, unknown>;
  [key: string]: unknown;
}

export interface ToolChoice {
  type: "auto" | "any" | "tool" | "none";
  name?: string;
  disable_parallel_tool_use?: boolean;
}

/** The body of `POST /v1/messages`. */
export interface MessagesBody {
  model: string;
  messages: Message[];
  max_tokens?: number;
  system?: string | Block[];
  tools?: Tool[];
  tool_choice?: ToolChoice;
  thinking?: { type: string; budget_tokens?: number; display?: string };
  output_config?: { effort?: string; format?: { type: string; schema?: Record<string, unknown> } };
  metadata?: { user_id?: string };
  stop_sequences?: string[];
  stream?: boolean;
  temperature?: number;
  top_p?: number;
  top_k?: number;
  [key: string]: unknown;
}

/** Token counts in Anthropic's arithmetic: `input_tokens` excludes what was read from or written to the cache. */
export interface Usage {
  input_tokens: number;
  output_tokens: number;
  cache_read_input_tokens?: number;
  cache_creation_input_tokens?: number;
  /** How long what was written to the cache is kept; a part of `cache_creation_input_tokens`. */
  cache_creation?: { ephemeral_5m_input_tokens?: number; ephemeral_1h_input_tokens?: number };
  /** Part of output_tokens that was spent on thinking. */
  output_tokens_details?: { thinking_tokens?: number };
  server_tool_use?: { web_search_requests?: number };
}

export const STOP_REASONS = [
  "end_turn",
  "max_tokens",
  "stop_sequence",
  "tool_use",
  "pause_turn",
  "refusal",
  "model_context_window_exceeded",
] as const;

export type StopReason = (typeof STOP_REASONS)[number];

/** A whole answer, as `POST /v1/messages` gives it without streaming. */
export interface MessageAnswer {
  id: string;
  type: "message";
  role: "assistant";
  model: string;
  content: Block[];
  stop_reason: StopReason | null;
  stop_sequence: string | null;
  usage: Usage;
  [key: string]: unknown;
}
