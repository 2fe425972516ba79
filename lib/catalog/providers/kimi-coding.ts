import type { ProviderType } from "../types.ts";

export const kimiCoding: ProviderType = {
  id: "kimi-coding",
  label: "Kimi for Coding",
  aliases: ["kimi", "kimi-for-coding"],
  group: "Anthropic-compatible",
  wire: "anthropic",
  baseUrls: { anthropic: "https://api.kimi.com/coding", "openai-chat": "https://api.kimi.com/coding/v1" },
  auth: "both",
  authTypes: ["api_key"],
  keyVariable: "KIMI_API_KEY",
  otherKeyVariables: ["KIMI_CODING_API_KEY"],
  keyPrefix: "sk-kimi-",
  keyUrl: "https://www.kimi.com/coding",
  modelList: "/v1/models",
  quirks: {
    betas: "strip",
    clientUserAgent: true,
    reasoningReplay: "reasoning_content",
    toolChoiceAutoOnly: true,
    toolCallId: "kimi",
    schemaDialect: "moonshot",
  },
  serves: ["kimi-for-coding", "k3"],
  standIns: { opus: "k3", sonnet: "kimi-for-coding", haiku: "kimi-for-coding" },
  docs: "https://www.kimi.com/code/docs",
  note: "The coding plan of kimi.com. Its keys do not work on moonshot.ai, nor theirs here.",
};
