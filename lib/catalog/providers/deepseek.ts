import type { ProviderType } from "../types.ts";

export const deepseek: ProviderType = {
  id: "deepseek",
  label: "DeepSeek",
  aliases: ["deep-seek"],
  group: "Anthropic-compatible",
  wire: "anthropic",
  baseUrls: { anthropic: "https://api.deepseek.com/anthropic", "openai-chat": "https://api.deepseek.com" },
  auth: "both",
  authTypes: ["api_key"],
  keyVariable: "DEEPSEEK_API_KEY",
  keyPrefix: "sk-",
  keyUrl: "https://platform.deepseek.com/api_keys",
  modelList: "/../models",
  quirks: {
    betas: "strip",
    documents: false,
    // https://github.com/deepseek-ai/deepseek-harness/tree/main/packages/web/web-search-deepseek
    serverSearch: true,
    reasoningIn: ["thinking", "reasoning_effort"],
    reasoningReplay: "reasoning_content",
    // The field must be there on every answer with calls; empty will do.
    reasoningPlaceholder: "",
    structuredOutput: "json_object",
  },
  serves: ["deepseek-"],
  standIns: { opus: "deepseek-flash", sonnet: "deepseek-flash", haiku: "deepseek-flash" },
  retired: ["deepseek-chat", "deepseek-reasoner"],
  // https://api-docs.deepseek.com/quick_start/pricing; China's public holidays are not known here and count as weekdays.
  surcharges: {
    peak: {
      factor: 2,
      hours: [
        [1, 4],
        [6, 10],
      ],
    },
  },
  docs: "https://api-docs.deepseek.com",
  note: "Prices are off-peak; at peak hours they double.",
};
