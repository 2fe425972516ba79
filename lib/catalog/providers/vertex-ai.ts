import type { ProviderType } from "../types.ts";

export const vertexAi: ProviderType = {
  id: "vertex-ai",
  label: "Vertex AI",
  aliases: ["vertex", "google-vertex", "vertexai"],
  group: "Google AI",
  wire: "vertex",
  // The host depends on the location, see `vertexBaseUrl`; this is the one of `global`.
  baseUrls: { vertex: "https://aiplatform.googleapis.com" },
  auth: "adc",
  authTypes: ["adc"],
  countTokens: true,
  quirks: {
    betas: "strip",
    byModel: [
      {
        models: /^(?:anthropic\/)?claude-/,
        structuredOutput: "omit",
        forbiddenFields: [
          "metadata",
          "context_management",
          "cache_control",
          "container",
          "diagnostics",
          "fallbacks",
          "inference_geo",
          "mcp_servers",
          "speed",
          "output_format",
          "output_config.format",
          "tools.strict",
        ],
      },
    ],
  },
  serves: ["gemini-", "claude-", "meta/", "openai/", "deepseek-ai/", "qwen/", "moonshotai/", "zai-org/"],
  claudeIds: "at-date",
  standIns: { opus: "gemini-4-argon", sonnet: "gemini-3.8-flash", haiku: "gemini-3.5-flash-lite" },
  docs: "https://cloud.google.com/vertex-ai/generative-ai/docs",
  note: "Needs project and location, and Google's application default credentials (gcloud auth application-default login).",
};
