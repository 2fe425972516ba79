import type { ProviderType } from "../types.ts";

export const vllm: ProviderType = {
  id: "vllm",
  label: "vLLM",
  group: "Local",
  wire: "anthropic",
  baseUrls: {
    anthropic: "http://localhost:8000",
    "openai-chat": "http://localhost:8000/v1",
    "openai-responses": "http://localhost:8000/v1",
  },
  auth: "both",
  authTypes: ["none", "api_key"],
  keyVariable: "VLLM_API_KEY",
  modelList: "/v1/models",
  quirks: { betas: "strip", reasoningIn: "omit", topK: true, maxTokensOptional: true },
  serves: [""],
  docs: "https://docs.vllm.ai",
  note: "Start it with --enable-auto-tool-choice and a --tool-call-parser, or tools come back as text. Name the model in each mapping.",
};
