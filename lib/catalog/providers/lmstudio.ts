import type { ProviderType } from "../types.ts";

export const lmstudio: ProviderType = {
  id: "lmstudio",
  label: "LM Studio",
  aliases: ["lm-studio"],
  group: "Local",
  wire: "anthropic",
  baseUrls: {
    anthropic: "http://127.0.0.1:1234",
    "openai-chat": "http://127.0.0.1:1234/v1",
    "openai-responses": "http://127.0.0.1:1234/v1",
  },
  auth: "both",
  authTypes: ["none", "api_key"],
  modelList: "/v1/models",
  quirks: { betas: "strip", reasoningIn: "omit", maxTokensOptional: true },
  serves: [""],
  docs: "https://lmstudio.ai/docs",
  note: "Load the model with a window of 64k tokens or more. Name the model in each mapping.",
};
