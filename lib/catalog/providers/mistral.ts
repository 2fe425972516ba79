import type { ProviderType } from "../types.ts";

export const mistral: ProviderType = {
  id: "mistral",
  label: "Mistral",
  aliases: ["mistralai", "mistral-ai"],
  group: "OpenAI-compatible",
  wire: "openai-chat",
  baseUrls: { "openai-chat": "https://api.mistral.ai/v1" },
  auth: "bearer",
  authTypes: ["api_key"],
  keyVariable: "MISTRAL_API_KEY",
  keyUrl: "https://console.mistral.ai/api-keys",
  modelList: "/models",
  quirks: { streamOptions: false, toolCallId: "alnum9", alternateRoles: true },
  serves: ["mistral-", "ministral-", "codestral-", "magistral-", "devstral-", "pixtral-", "open-mistral-"],
  standIns: { opus: "mistral-medium-latest", sonnet: "mistral-medium-latest", haiku: "mistral-small-latest" },
  docs: "https://docs.mistral.ai",
};
