import type { ProviderType } from "../types.ts";

export const cerebras: ProviderType = {
  id: "cerebras",
  label: "Cerebras",
  group: "OpenAI-compatible",
  wire: "openai-chat",
  baseUrls: { "openai-chat": "https://api.cerebras.ai/v1" },
  auth: "bearer",
  authTypes: ["api_key"],
  keyVariable: "CEREBRAS_API_KEY",
  keyPrefix: "csk-",
  keyUrl: "https://cloud.cerebras.ai/platform/apikeys",
  modelList: "/models",
  quirks: {
    maxTokensField: "max_completion_tokens",
    maxTokensCap: 25_000,
    reasoningReplay: "reasoning",
    promptCacheKey: true,
  },
  serves: ["gpt-oss-", "gemma-", "zai-glm-", "qwen-", "llama"],
  standIns: { opus: "gpt-oss-120b", sonnet: "gpt-oss-120b", haiku: "gpt-oss-120b" },
  retired: ["zai-glm-4.7"],
  docs: "https://inference-docs.cerebras.ai",
  note: "The answer's limit is charged against the rate limit beforehand, so at most 25,000 tokens are asked for. Window 131k.",
};
