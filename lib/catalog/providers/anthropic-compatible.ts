import type { ProviderType } from "../types.ts";

export const anthropicCompatible: ProviderType = {
  id: "anthropic-compatible",
  label: "Any Anthropic-compatible server",
  aliases: ["custom-anthropic"],
  group: "Custom",
  wire: "anthropic",
  baseUrls: {},
  auth: "both",
  authTypes: ["api_key", "none"],
  modelList: "/v1/models",
  quirks: { betas: "pass" },
  serves: ["", "claude-", "anthropic"],
  note: "base_url is the part before /v1/messages.",
};
