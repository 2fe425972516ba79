import type { ProviderType } from "../types.ts";

export const ollama: ProviderType = {
  id: "ollama",
  label: "Ollama",
  group: "Local",
  wire: "anthropic",
  baseUrls: {
    anthropic: "http://localhost:11434",
    "openai-chat": "http://localhost:11434/v1",
    "openai-responses": "http://localhost:11434/v1",
  },
  auth: "both",
  authTypes: ["none", "api_key"],
  keyVariable: "OLLAMA_API_KEY",
  modelList: "/v1/models",
  quirks: { betas: "strip", toolChoiceAutoOnly: true, topK: true, maxTokensOptional: true },
  serves: [""],
  docs: "https://docs.ollama.com",
  note: "Cuts long prompts in silence: start it with OLLAMA_CONTEXT_LENGTH=65536 or more. Name the model in each mapping.",
};
