import type { ProviderType } from "../types.ts";

export const minimax: ProviderType = {
  id: "minimax",
  label: "MiniMax",
  group: "Anthropic-compatible",
  wire: "anthropic",
  baseUrls: {
    anthropic: "https://api.minimax.io/anthropic",
    "openai-chat": "https://api.minimax.io/v1",
    "openai-responses": "https://api.minimax.io/v1",
  },
  auth: "both",
  authTypes: ["api_key"],
  keyVariable: "MINIMAX_API_KEY",
  keyUrl: "https://platform.minimax.io/user-center/basic-information/interface-key",
  modelList: "/../v1/models",
  quirks: { betas: "strip", documents: false, thinkingTypes: ["adaptive", "disabled"], inlineThinking: true },
  serves: ["MiniMax-"],
  standIns: { opus: "MiniMax-M3", sonnet: "MiniMax-M3", haiku: "MiniMax-M2.7" },
  docs: "https://platform.minimax.io/docs",
  note: 'A key of minimaxi.com (China) needs base_url = "https://api.minimaxi.com/anthropic".',
};
