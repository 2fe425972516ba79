import type { ProviderType } from "../types.ts";

export const deepinfra: ProviderType = {
  id: "deepinfra",
  label: "DeepInfra",
  aliases: ["deep-infra"],
  group: "OpenAI-compatible",
  wire: "openai-chat",
  baseUrls: {
    "openai-chat": "https://api.deepinfra.com/v1/openai",
    anthropic: "https://api.deepinfra.com/anthropic",
  },
  auth: "bearer",
  authTypes: ["api_key"],
  keyVariable: "DEEPINFRA_API_KEY",
  otherKeyVariables: ["DEEPINFRA_TOKEN"],
  keyUrl: "https://deepinfra.com/dash/api_keys",
  modelList: "/models",
  quirks: { reasoningReplay: "reasoning_content", reasoningOnTop: true, structuredOutput: "json_object" },
  serves: [
    "deepseek-ai/",
    "zai-org/",
    "moonshotai/",
    "MiniMaxAI/",
    "openai/",
    "Qwen/",
    "google/",
    "meta-llama/",
    "XiaomiMiMo/",
    "nvidia/",
  ],
  standIns: {
    opus: "zai-org/GLM-5.2",
    sonnet: "moonshotai/Kimi-K2.7-Code",
    haiku: "deepseek-ai/DeepSeek-V4-Flash",
  },
  docs: "https://deepinfra.com/docs",
};
