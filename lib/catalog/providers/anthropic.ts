import type { ProviderType } from "../types.ts";

export const anthropic: ProviderType = {
  id: "anthropic",
  label: "Anthropic",
  aliases: ["claude"],
  group: "Anthropic-compatible",
  wire: "anthropic",
  baseUrls: { anthropic: "https://api.anthropic.com" },
  auth: "x-api-key",
  authTypes: ["api_key", "oauth", "passthrough"],
  keyVariable: "ANTHROPIC_API_KEY",
  // For those whose ANTHROPIC_API_KEY holds the placeholder that Claude Code sends to us.
  otherKeyVariables: ["ANTHROPIC_UPSTREAM_KEY"],
  keyPrefix: "sk-ant-",
  keyUrl: "https://console.anthropic.com/settings/keys",
  modelList: "/v1/models",
  countTokens: true,
  quirks: { betas: "pass" },
  serves: ["claude-"],
  // https://platform.claude.com/docs/en/about-claude/pricing: 10 dollars per thousand searches.
  surcharges: { search: 0.01 },
  standIns: { opus: "claude-opus-5-5", sonnet: "claude-sonnet-5-5", haiku: "claude-haiku-5-5" },
  models: {
    "claude-sonnet-4-20250514": {
      contextWindow: 200_000,
      maxOutput: 64_000,
      vision: true,
      tools: true,
      reasoning: true,
      price: { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
    },
    "claude-opus-4-20250514": {
      contextWindow: 200_000,
      maxOutput: 32_000,
      vision: true,
      tools: true,
      reasoning: true,
      price: { input: 15, output: 75, cacheRead: 1.5, cacheWrite: 18.75 },
    },
  },
  retired: ["claude-2*", "claude-3*", "claude-instant*", "claude-sonnet-4-2*", "claude-opus-4-2*"],
  docs: "https://platform.claude.com/docs",
};
