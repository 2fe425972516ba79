import type { ProviderType } from "../types.ts";

export const together: ProviderType = {
  id: "together",
  label: "Together",
  aliases: ["togetherai", "together-ai", "together.ai"],
  group: "OpenAI-compatible",
  wire: "openai-chat",
  baseUrls: { "openai-chat": "https://api.together.ai/v1" },
  auth: "bearer",
  authTypes: ["api_key"],
  keyVariable: "TOGETHER_API_KEY",
  otherKeyVariables: ["TOGETHER_AI_API_KEY"],
  keyUrl: "https://api.together.ai/settings/api-keys",
  modelList: "/models",
  quirks: {
    parallelToolCalls: false,
    efforts: ["low", "medium", "high"],
    reasoningReplay: "reasoning_content",
    extraFields: { context_length_exceeded_behavior: "error" },
  },
  serves: [
    "deepseek-ai/",
    "zai-org/",
    "moonshotai/",
    "MiniMaxAI/",
    "openai/",
    "Qwen/",
    "google/",
    "meta-llama/",
    "nvidia/",
  ],
  standIns: {
    opus: "moonshotai/Kimi-K3",
    sonnet: "zai-org/GLM-5.2",
    haiku: "deepseek-ai/DeepSeek-V4-Flash-0731",
  },
  docs: "https://docs.together.ai",
};
