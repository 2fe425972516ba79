import type { ProviderType } from "../types.ts";

export const openaiCompatible: ProviderType = {
  id: "openai-compatible",
  label: "Any OpenAI-compatible server",
  aliases: ["custom-openai", "custom"],
  group: "Custom",
  wire: "openai-chat",
  baseUrls: {},
  auth: "bearer",
  authTypes: ["api_key", "none"],
  modelList: "/models",
  quirks: { maxTokensOptional: true },
  serves: [""],
  note: "base_url is the part before /chat/completions, usually ending in /v1. Name the model in each mapping.",
};
