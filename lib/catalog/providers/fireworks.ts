import type { ProviderType } from "../types.ts";

export const fireworks: ProviderType = {
  id: "fireworks",
  label: "Fireworks",
  aliases: ["fireworks-ai", "fireworksai"],
  group: "OpenAI-compatible",
  wire: "openai-chat",
  baseUrls: {
    "openai-chat": "https://api.fireworks.ai/inference/v1",
    anthropic: "https://api.fireworks.ai/inference",
  },
  auth: "bearer",
  authTypes: ["api_key"],
  keyVariable: "FIREWORKS_API_KEY",
  keyPrefix: "fw_",
  keyUrl: "https://app.fireworks.ai/settings/users/api-keys",
  modelList: "/models",
  quirks: { reasoningReplay: "reasoning_content", promptCacheKey: true },
  serves: ["accounts/"],
  standIns: {
    opus: "accounts/fireworks/models/kimi-k3",
    sonnet: "accounts/fireworks/models/glm-5p2",
    haiku: "accounts/fireworks/models/deepseek-v4-flash-0731",
  },
  docs: "https://docs.fireworks.ai",
};
