import type { ProviderType } from "../types.ts";

export const baseten: ProviderType = {
  id: "baseten",
  label: "Baseten",
  group: "OpenAI-compatible",
  wire: "openai-chat",
  baseUrls: { "openai-chat": "https://inference.baseten.co/v1", anthropic: "https://inference.baseten.co" },
  auth: "bearer",
  authTypes: ["api_key"],
  keyVariable: "BASETEN_API_KEY",
  keyUrl: "https://app.baseten.co/settings/api_keys",
  modelList: "/models",
  quirks: { reasoningReplay: "reasoning_content", reasoningOnTop: true },
  serves: ["deepseek-ai/", "zai-org/", "moonshotai/", "MiniMaxAI/", "openai/", "Qwen/", "nvidia/"],
  standIns: {
    opus: "moonshotai/Kimi-K3",
    sonnet: "zai-org/GLM-5.2",
    haiku: "deepseek-ai/DeepSeek-V4-Flash-0731",
  },
  docs: "https://docs.baseten.co",
};
