import type { ProviderType } from "../types.ts";

export const xai: ProviderType = {
  id: "xai",
  label: "xAI (Grok)",
  aliases: ["x.ai", "x-ai", "grok"],
  group: "OpenAI-compatible",
  wire: "openai-responses",
  baseUrls: { "openai-responses": "https://api.x.ai/v1", "openai-chat": "https://api.x.ai/v1" },
  auth: "bearer",
  authTypes: ["api_key"],
  keyVariable: "XAI_API_KEY",
  keyPrefix: "xai-",
  keyUrl: "https://console.x.ai",
  modelList: "/models",
  quirks: {
    maxTokensField: "max_completion_tokens",
    schemaDialect: "xai",
    webSearch: "xai",
    searchTool: { type: "web_search" },
    // Reasoning models refuse them.
    forbiddenFields: ["stop", "presence_penalty", "frequency_penalty"],
  },
  serves: ["grok-"],
  standIns: { opus: "grok-4.7", sonnet: "grok-4.6", haiku: "grok-4.3" },
  docs: "https://docs.x.ai",
};
