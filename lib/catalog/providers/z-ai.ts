import type { ProviderType } from "../types.ts";

export const zAi: ProviderType = {
  id: "z.ai",
  label: "z.ai (GLM)",
  aliases: ["zai", "z-ai", "zhipu", "bigmodel"],
  group: "Anthropic-compatible",
  wire: "anthropic",
  baseUrls: { anthropic: "https://api.z.ai/api/anthropic", "openai-chat": "https://api.z.ai/api/paas/v4" },
  auth: "both",
  authTypes: ["api_key"],
  keyVariable: "ZAI_API_KEY",
  otherKeyVariables: ["ZHIPU_API_KEY"],
  keyUrl: "https://z.ai/manage-apikey/apikey-list",
  modelList: "/../paas/v4/models",
  quirks: {
    betas: "strip",
    reasoningIn: ["thinking", "enable_thinking"],
    parallelToolCalls: false,
    reasoningReplay: "reasoning_content",
    toolChoiceAutoOnly: true,
    structuredOutput: "json_object",
    webSearch: "zai",
  },
  // The Anthropic address has no search of its own; https://docs.z.ai/guides/tools/web-search
  searchAt: {
    wire: "openai-chat",
    path: "/../paas/v4",
    whenRefused: "z.ai searches for keys with a balance; a coding plan's key may not.",
  },
  // https://docs.z.ai/guides/overview/pricing
  surcharges: { search: 0.01 },
  serves: ["glm-"],
  standIns: { opus: "glm-5.3", sonnet: "glm-5.3", haiku: "glm-4.7" },
  docs: "https://docs.z.ai",
  note: "Use the same base URL for pay-as-you-go and for the coding plan. Small plans allow 1 to 5 requests at a time.",
};
