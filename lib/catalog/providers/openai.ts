import type { ProviderType } from "../types.ts";

export const openai: ProviderType = {
  id: "openai",
  label: "OpenAI",
  aliases: ["chatgpt"],
  group: "OpenAI-compatible",
  wire: "openai-responses",
  baseUrls: { "openai-responses": "https://api.openai.com/v1", "openai-chat": "https://api.openai.com/v1" },
  auth: "bearer",
  authTypes: ["api_key", "oauth"],
  keyVariable: "OPENAI_API_KEY",
  keyPrefix: "sk-",
  keyUrl: "https://platform.openai.com/api-keys",
  modelList: "/models",
  countTokens: true,
  quirks: {
    systemRole: "developer",
    maxTokensField: "max_completion_tokens",
    promptCacheKey: true,
    safetyIdentifier: true,
    midSystem: true,
    files: true,
    maxTools: 128,
    extraFields: { store: false },
    settings: ["service_tier", "verbosity", "prediction"],
    webSearch: "web_search_options",
    searchTool: { type: "web_search", sources: true },
  },
  // Chat Completions refuses tools on reasoning models; what is not one of those may live behind a custom base_url.
  wireRules: [
    { models: /^(?:o\d|gpt-[5-9]|gpt-\d\d)|codex|deep-research/, wire: "openai-responses" },
    { models: /^/, wire: "openai-chat" },
  ],
  serves: ["gpt-", "o1", "o3", "o4", "codex-", "chatgpt-", "computer-use-"],
  standIns: { opus: "gpt-6-astra", sonnet: "gpt-6-sol", haiku: "gpt-6-luna" },
  loginContextWindow: 272_000,
  docs: "https://platform.openai.com/docs",
};
