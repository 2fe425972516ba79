import type { ProviderType } from "../types.ts";

export const moonshot: ProviderType = {
  id: "moonshot",
  label: "Moonshot (Kimi)",
  aliases: ["moonshotai", "moonshot-ai"],
  group: "OpenAI-compatible",
  wire: "openai-chat",
  baseUrls: {
    "openai-chat": "https://api.moonshot.ai/v1",
    anthropic: "https://api.moonshot.ai/anthropic",
    "openai-responses": "https://api.moonshot.ai/v1",
  },
  auth: "bearer",
  authTypes: ["api_key"],
  keyVariable: "MOONSHOT_API_KEY",
  keyPrefix: "sk-",
  keyUrl: "https://platform.moonshot.ai/console/api-keys",
  modelList: "/models",
  quirks: {
    byModel: [
      { models: /^kimi-k2\.6/, reasoningIn: "thinking" },
      { models: /^kimi-k2\.7/, reasoningIn: "omit" },
    ],
    reasoningReplay: "reasoning_content",
    reasoningPlaceholder: " ",
    schemaDialect: "moonshot",
    toolChoiceAutoOnly: true,
    toolCallId: "kimi",
    // Sampling is fixed on K2.5 and later.
    forbiddenFields: ["top_k", "seed", "temperature", "top_p"],
  },
  serves: ["kimi-", "moonshot-"],
  standIns: { opus: "kimi-k3.1-pro", sonnet: "kimi-k2.7-code", haiku: "kimi-k2.6" },
  retired: ["moonshot-v1*", "kimi-k2-*", "kimi-k2.5", "kimi-latest"],
  docs: "https://platform.moonshot.ai/docs",
  note: 'A key of moonshot.cn (China) needs base_url = "https://api.moonshot.cn/v1".',
};
