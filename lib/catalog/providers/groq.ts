import type { ProviderType } from "../types.ts";

export const groq: ProviderType = {
  id: "groq",
  label: "Groq",
  group: "OpenAI-compatible",
  wire: "openai-chat",
  baseUrls: {
    "openai-chat": "https://api.groq.com/openai/v1",
    "openai-responses": "https://api.groq.com/openai/v1",
  },
  auth: "bearer",
  authTypes: ["api_key"],
  keyVariable: "GROQ_API_KEY",
  keyPrefix: "gsk_",
  keyUrl: "https://console.groq.com/keys",
  modelList: "/models",
  quirks: {
    maxTokensField: "max_completion_tokens",
    maxTools: 128,
    settings: ["service_tier"],
    reasoningFormat: "parsed",
    reasoningReplay: "reasoning",
    webSearch: "groq-compound",
    structuredOutput: "omit",
    forbiddenFields: ["logprobs", "top_logprobs", "logit_bias", "metadata", "store", "n"],
  },
  serves: ["openai/gpt-oss-", "qwen/", "groq/", "meta-llama/", "moonshotai/"],
  standIns: { opus: "openai/gpt-oss-120b", sonnet: "openai/gpt-oss-120b", haiku: "openai/gpt-oss-20b" },
  retired: ["llama-*", "meta-llama/*"],
  docs: "https://console.groq.com/docs",
  note: "The free tier allows 8,000 tokens a minute, less than one Claude Code turn: a paid tier is needed. Context window 131k.",
};
